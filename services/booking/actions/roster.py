"""The bookings screen."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.booking import store
from services.booking.actions.profiles import booking_status, recent_since
from services.booking.domain import FREE, BookingState, Price, Session, row_actions, warmth
from shared.contracts import Values
from shared.contracts.errors import (
    InvalidRequest,
    SessionNotFound,
)


def get_roster(sql: Any, session_id: UUID, *, waiting_rows: int, at: datetime) -> Values:
    """Give what the bookings screen shows: a header, a row for each booking, who waits.

    Places that are reserved and not confirmed yet have rows of their own. Of those who wait, the
    first `waiting_rows` are named; if there are more, list_waiting goes on after `waiting_after`.

    Source: Q14 to Q19, Q32 to Q38, Qi5, Bi1, B48.
    """
    session = _session(sql, session_id)
    since = recent_since(at)
    bookings = store.roster(sql, session_id, since=since)
    reserved = store.roster_reserved(sql, session_id, since=since)
    waiting = list_waiting(sql, session_id, after=None, limit=waiting_rows, at=at)
    texts = store.session_texts(sql, session_id)
    due = store.balances(sql, session_id)
    rows = [
        _row(one, booking_status(one), session, due.get(one.booking_id, FREE), at=at)
        for one in bookings
    ]
    rows += [_row(one, "reserved", session, FREE, at=at) for one in reserved]
    return {
        "header": {
            "session": session,
            "booked": sum(row.state != BookingState.CANCELLED for row in bookings),
            "held": store.open_holds(sql, session_id),
            "waiting": store.count_waiting(sql, session_id),
            "overruled": texts.overruled,
            "roll_call_at": texts.roll_call_at,
        },
        "rows": rows + waiting["rows"],
        "waiting_after": waiting["after"],
    }


def list_waiting(
    sql: Any, session_id: UUID, *, after: UUID | None, limit: int, at: datetime
) -> Values:
    """List who waits for a session as the bookings screen does, longest first, a page at a time.

    Raises:
        SessionNotFound: there is none with this id.
        InvalidRequest: nobody has or had such an entry in its list, to go on after.

    Source: Q32 to Q36, Q38.
    """
    session = _session(sql, session_id)
    last = store.find_entry(sql, session_id, after) if after else None
    if after is not None and last is None:
        msg = "after: No entry of the session's list has this id."
        raise InvalidRequest(msg)
    part: Values = {"since": recent_since(at), "after": last, "limit": limit + 1}
    found = store.roster_waiting(sql, session_id, **part)
    return {
        "rows": [_row(one, "waitlisted", session, FREE, at=at) for one in found[:limit]],
        "after": found[limit - 1].entry_id if len(found) > limit else None,
    }


def _session(sql: Any, session_id: UUID) -> Session:
    session = store.find_session(sql, session_id)
    if session is None:
        raise SessionNotFound(str(session_id))
    return session


def _row(found: Any, status: str, session: Session, due: Price, *, at: datetime) -> Values:
    row: Values = {"booked_at": None} | found._asdict()
    row |= {"status": status, "balance_minor": due.minor, "currency": due.currency}
    row["warmth"] = warmth(store.story_of(found), at=at)
    about = {key: row[key] for key in ("email", "phone", "balance_minor")}
    row["actions"] = row_actions(status, **about, too_early=at < session.marked_from)
    return row
