"""The bookings screen."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.booking import store
from services.booking.actions.profiles import booking_status, recent_since
from services.booking.domain import BookingState, row_actions, warmth
from shared.contracts import Values
from shared.contracts.errors import (
    SessionNotFound,
)

ROSTER_WAITING_ROWS = 500


def get_roster(sql: Any, session_id: UUID, *, at: datetime) -> Values:
    """Give what the bookings screen shows: a header, a row for each booking, who waits.

    Places that are reserved and not confirmed yet have rows of their own.

    Source: Q14 to Q19, Q32 to Q38, Qi5, Bi1, B48.
    """
    session = store.find_session(sql, session_id)
    if session is None:
        raise SessionNotFound(str(session_id))
    since = recent_since(at)
    bookings = store.roster(sql, session_id, since=since)
    waiting = store.roster_waiting(sql, session_id, since=since, limit=ROSTER_WAITING_ROWS)
    reserved = store.roster_reserved(sql, session_id, since=since)
    texts = store.session_texts(sql, session_id)
    dues = store.session_dues(sql, session_id)
    booked = sum(row.state != BookingState.CANCELLED for row in bookings)
    rows = [row._asdict() | {"status": booking_status(row)} for row in bookings]
    rows += [row._asdict() | {"status": "reserved", "booked_at": None} for row in reserved]
    rows += [row._asdict() | {"status": "waitlisted", "booked_at": None} for row in waiting]
    for row, found in zip(rows, (*bookings, *reserved, *waiting), strict=True):
        row["warmth"] = warmth(store.story_of(found), at=at)
        due = dues.get(row.get("booking_id"))
        row["due_minor"], row["currency"] = (due.minor, due.currency) if due else (0, "")
        reach = {"email": row["email"], "phone": row["phone"]}
        row["actions"] = row_actions(row["status"], **reach, due=due is not None)
    return {
        "header": {
            "session": session,
            "booked": booked,
            "held": store.open_holds(sql, session_id),
            "waiting": store.count_waiting(sql, session_id),
            "overruled": texts.overruled,
            "roll_call_at": texts.roll_call_at,
        },
        "rows": rows,
    }
