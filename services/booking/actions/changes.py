"""Changing a session that is on the timetable."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.booking import store
from services.booking.actions.clients import is_confirmed
from services.booking.actions.holds import ask_to_confirm
from services.booking.actions.packages import package_terms
from services.booking.actions.reminder_texts import check_reminder_template
from services.booking.actions.seats import (
    hold_for_list,
    occasion,
    queue_limits,
    session_for_update,
)
from services.booking.actions.sessions import (
    LIST_OFF,
    as_values,
    currency_of,
    hold_against_single,
)
from services.booking.actions.visits import take_marks_back
from services.booking.domain import (
    Arrangement,
    Classification,
    HoldState,
    Session,
    goes_to_list,
    seats_gained,
)
from shared.contracts import Values
from shared.contracts.booking import BookingMoved, SessionChanged
from shared.contracts.errors import (
    InvalidRequest,
    SessionCancelledAlready,
    SessionConfirmed,
    SessionNotFound,
    SessionStarted,
)
from shared.db import Tx

_PLACE_AND_TIME = frozenset({"starts_at", "time_zone", "location"})
_PRICE = ("price_minor", "currency")
_TEXTS = ("text", "photos")
_ALL = 1_000_000


def change_session(tx: Tx, session_id: UUID, changes: Values, *, at: datetime) -> Values:
    """Change a session; seats that a higher capacity adds go to whoever waits first.

    Where the time or the place changes, everybody with a confirmed place is told by a fact of
    their own, unless it is over and the change only puts right what is known of it. Moved to
    another day, nobody has come to it yet, whoever was marked before. A single session is as its
    client confirmed it, once they have.

    Args:
        tx: the transaction.
        session_id: the session.
        changes: its fields; with `overrule_reason`, why the capacity may be below what is taken,
            and `drop_waiting_list`, whether people who wait may be sent away by a price.
        at: now, UTC.

    Source: B19 to B26, B44, Q10 to Q12, Q21.
    """
    changes = dict(changes)
    reason = changes.pop("overrule_reason", None)
    drop = bool(changes.pop("drop_waiting_list", False))
    check_reminder_template(tx.sql, changes)
    session = _locked(tx, session_id, changes)
    if session.cancelled:
        raise SessionCancelledAlready(session.name)
    if is_confirmed(tx.sql, session):
        raise SessionConfirmed(session.name)
    _texts_of_its_own(session, changes)
    columns = _when(session, changes, at=at)
    columns |= _what_it_costs(tx.sql, replace(session, **_starts(columns)), columns)
    notes, drops = _list_against_price(tx, session, columns, drop=drop)
    _capacity_against_taken(session, columns, reason)
    gained = seats_gained(session, columns.get("capacity", session.capacity))
    if drops:
        _take_back_spots(tx, session, at=at)
        columns["cleared"] = session.demand
    numbered = columns | {"sequence": session.sequence + 1}
    store.change_session(tx.sql, session_id, numbered)
    changed = session_for_update(tx, session_id)
    _give_gained_seats(tx, changed, gained, at=at)
    take_marks_back(tx, session, changed, at=at)
    _tell_the_booked(tx, session, changed, at=at)
    tx.emit(SessionChanged(**queue_limits(changed), drops_waiting=drops))
    return as_values(changed, notes)


def _locked(tx: Tx, session_id: UUID, changes: Values) -> Session:
    """Lock what is going to change: bookings and holds before the session, as everywhere."""
    if not changes.keys() & (_PLACE_AND_TIME | {*_PRICE, "package_id"}):
        return session_for_update(tx, session_id)
    store.live_bookings(tx.sql, session_id, limit=_ALL)
    store.open_holds_for_update(tx.sql, session_id, limit=_ALL, spots_only=True)
    session = store.session_to_move(tx.sql, session_id)
    if session is None:
        raise SessionNotFound(str(session_id))
    return session


def _texts_of_its_own(session: Session, changes: Values) -> None:
    """Refuse a text for one spot of a multi session: its page shows all of them, and one text."""
    if session.group_id is not None and (mine := [key for key in _TEXTS if key in changes]):
        msg = f"{mine[0]}: All spots of a multi session have the same; change_group changes it."
        raise InvalidRequest(msg)


def _when(session: Session, changes: Values, *, at: datetime) -> Values:
    """Move the end, and the time the waiting list closes, along with the start."""
    starts_at = changes.get("starts_at", session.starts_at)
    minutes = changes.pop("waiting_list_closes_minutes", None)
    if minutes is not None:
        changes["waiting_list_closes_at"] = starts_at - timedelta(minutes=minutes)
    if starts_at == session.starts_at:
        return changes
    if session.started(at):
        raise SessionStarted(session.name)
    if starts_at <= at:
        msg = "starts_at: Must be in the future."
        raise InvalidRequest(msg)
    by = starts_at - session.starts_at
    moved = {
        "ends_at": session.ends_at + by,
        "waiting_list_closes_at": session.waiting_list_closes_at + by,
        "placeholder": False,
    }
    return moved | changes


def _starts(columns: Values) -> Values:
    return {"starts_at": columns["starts_at"]} if "starts_at" in columns else {}


def _what_it_costs(sql: Any, session: Session, columns: Values) -> Values:
    """Settle the price: its own, or a chosen package's."""
    found: Values = {}
    if "package_id" in columns:
        found = package_terms(sql, session, columns["package_id"]) | {"package_chosen": False}
    if columns.get("placeholder") and session.arrangement is not Arrangement.SINGLE:
        msg = "placeholder: Only a single session has one."
        raise InvalidRequest(msg)
    if columns.get("credits") and session.classification is Classification.MARKETING:
        msg = "credits: A marketing session takes none."
        raise InvalidRequest(msg)
    if columns.keys() & {"price_minor", "currency"}:
        session = replace(session, **{key: found[key] for key in _PRICE if key in found})
        price = columns.get("price_minor", session.price_minor)
        named = columns.get("currency") or session.currency
        found |= {"price_minor": price, "currency": currency_of(price, named)}
    return found


def _list_against_price(
    tx: Tx, session: Session, columns: Values, *, drop: bool
) -> tuple[list[str], bool]:
    """Switch the waiting list of a marketing session off that gets a price.

    Returns:
        What to say of it, and whether those who wait are to be told that the list is no more.

    Source: Q10, Q11, Q12.
    """
    if session.arrangement is Arrangement.SINGLE:
        hold_against_single(columns)
    price = columns.get("price_minor", session.price_minor)
    if session.classification is not Classification.MARKETING or not price:
        return [], False
    if session.price_minor:
        if columns.get("waiting_list_size"):
            msg = "waiting_list_size: A marketing session with a price has no waiting list."
            raise InvalidRequest(msg)
        return [], False
    waiting = store.count_waiting(tx.sql, session.session_id)
    if waiting and not drop:
        msg = (
            f"price_minor: {waiting} people wait, and a marketing session with a price has no "
            "waiting list; with drop_waiting_list they are told that it is no more."
        )
        raise InvalidRequest(msg)
    columns["waiting_list_size"] = 0
    # Even where nobody is known to wait: who joins in this very moment has to be told, too.
    return [LIST_OFF], True


def _capacity_against_taken(session: Session, columns: Values, reason: str | None) -> None:
    """Refuse a capacity below what is taken, unless somebody says in writing why."""
    capacity = columns.get("capacity", session.capacity)
    if capacity < session.taken and capacity < session.capacity:
        if reason is None:
            msg = (
                f"capacity: {session.taken} seats are taken; it cannot be lower without an "
                "overrule_reason."
            )
            raise InvalidRequest(msg)
        columns["overruled"] = reason
    elif capacity >= session.taken and "capacity" in columns:
        columns["overruled"] = None


def _take_back_spots(tx: Tx, session: Session, *, at: datetime) -> None:
    """Free the seats on their way to a list that is no more."""
    spots = store.open_holds_for_update(tx.sql, session.session_id, limit=_ALL, spots_only=True)
    for spot in spots:
        store.end_hold(tx.writes, spot.hold_id, HoldState.ENDED, at=at)
    if spots:
        store.give_seats(tx.sql, session.session_id, len(spots))


def _give_gained_seats(tx: Tx, session: Session, gained: int, *, at: datetime) -> None:
    """Hold new seats for those who wait, as many as they want; the rest are free."""
    if not gained or not goes_to_list(session, at=at):
        return
    known = store.seats_wanted(tx.sql, session.session_id)
    seats = min(gained, max(known, session.demand - session.cleared))
    if seats:
        store.note_queue(tx.sql, session, seats=seats)
        hold_for_list(tx, session, seats, "capacity_raised", at=at)


def _tell_the_booked(tx: Tx, before: Session, after: Session, *, at: datetime) -> None:
    """Tell everybody with a confirmed place of another time or place of what is not over."""
    same = all(getattr(before, name) == getattr(after, name) for name in _PLACE_AND_TIME)
    if same or at >= after.ends_at:
        return
    store.let_spots_last(tx.writes, after.session_id, until=after.starts_at)
    for booking in store.renumber_bookings(tx.sql, after.session_id):
        tx.emit(
            BookingMoved(
                booking_id=booking.booking_id,
                from_session_id=after.session_id,
                session_id=after.session_id,
                person_id=booking.person_id,
                spot_id=None,
                moved_from=before.starts_at,
                moved_at=at,
                sequence=booking.sequence,
                **occasion(after),
            )
        )
    if not after.started(at):  # from then on nobody can confirm
        for hold in store.asked_holds(tx.sql, after.session_id, at=at):
            ask_to_confirm(tx, hold, after, at=at)
