"""Moving a schedule to another time, or to other days."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from services.booking import store
from services.booking.actions.changes import change_session
from services.booking.actions.recurrence import counts, occurrences
from services.booking.actions.schedules import (
    extend,
    first_start,
    get_schedule,
    occurrence_name,
    schedule_for_update,
    take_off,
)
from services.booking.domain import MOST_WEEKS_AHEAD, Session, from_the_wall, on_the_wall
from shared.contracts import Values
from shared.contracts.errors import InvalidRequest
from shared.db import Tx

_DAY = timedelta(days=1)


def move_schedule(
    tx: Tx,
    schedule_id: UUID,
    *,
    starts_at: datetime,
    rule: str | None,
    cancel_booked: bool,
    at: datetime,
) -> Values:
    """Have a schedule be at another time, or on other days, from a day on.

    Days are matched by their date. A session on a day that the rule has moves to the new time, as
    it does by itself: whoever has a place in it is told. On a day that the rule does not have, an
    empty one is cancelled, and so is one with people in it where `cancel_booked` says so; else it
    stays, for nobody can be taken to have time on another day. One that staff have moved by itself
    stays where they put it. Days that were left out, or called off, stay so. Before the day
    nothing changes: what is not made yet until then is made now, by the old rule.

    Args:
        tx: the transaction.
        schedule_id: the schedule.
        starts_at: when the first one by the new rule starts, UTC, at most 52 weeks ahead; its day
            in the zone is the day from which on all is so, its time of day there that of all.
        rule: which days, by RFC 5545; None: as before.
        cancel_booked: whether people are told that what is on another day is cancelled.
        at: now, UTC.

    Returns:
        The schedule, with the ids of the sessions that were `moved` and `cancelled`, and of those
        `kept` as they are.

    Raises:
        ScheduleNotFound: there is none with this id.
        InvalidRequest: the rule does not give the first one, counts its sessions and is not said
            anew, or the schedule ends before; the day is past or too far ahead.

    Source: Q6, Q21.
    """
    schedule = schedule_for_update(tx, schedule_id)
    if rule is None and counts(schedule.rule):
        msg = "rule: The schedule's own has a COUNT; say which rule it is from this day on."
        raise InvalidRequest(msg)
    rule = rule or schedule.rule
    first = first_start(starts_at, rule, schedule.time_zone, at=at)
    _within_reach(schedule, first.date(), at=at)
    kind = store.find_session_type(tx.sql, schedule.session_type_id)
    extend(tx, schedule, kind, through=first.date() - _DAY, at=at)
    became = _move(tx, schedule, rule, first, cancel_booked=cancel_booked, at=at)
    new = {"rule": rule, "first_start": occurrence_name(first)}
    store.change_schedule(tx.sql, schedule_id, new)
    extend(tx, store.find_schedule(tx.sql, schedule_id), kind, at=at)
    return get_schedule(tx.sql, schedule_id, at=at) | became


def _within_reach(schedule: Any, day: date, *, at: datetime) -> None:
    if schedule.last_on is not None and day > schedule.last_on:
        msg = f"starts_at: The schedule ends on {schedule.last_on}."
        raise InvalidRequest(msg)
    last = on_the_wall(at, schedule.time_zone).date() + timedelta(weeks=MOST_WEEKS_AHEAD)
    if day > last:
        msg = f"starts_at: Must not be after {last}; no session is made farther ahead."
        raise InvalidRequest(msg)


def _move(
    tx: Tx, schedule: Any, rule: str, first: datetime, *, cancel_booked: bool, at: datetime
) -> dict[str, list[UUID]]:
    """Move what is made from the first day on and has not begun; say what became of each."""
    made = store.occurrences_of_schedule(tx.sql, schedule.schedule_id, since=first.date())
    last = date.fromisoformat(made[-1][0][:10]) if made else first.date()
    days = {
        wall.date().isoformat(): (wall, starts_at)
        for wall, starts_at in occurrences(
            rule, first, schedule.time_zone, after=None, through=last
        )
    }
    moved: list[UUID] = []
    by_hand: list[UUID] = []
    off: list[Session] = []
    for occurrence, session in made:
        if session.cancelled or session.started(at):
            continue
        wall, starts_at = days.get(occurrence[:10], (None, None))
        if wall is None or starts_at is None:
            off.append(session)
            continue
        as_made = from_the_wall(datetime.fromisoformat(occurrence), schedule.time_zone)
        if session.starts_at not in {as_made, starts_at}:
            by_hand.append(session.session_id)
            continue
        if session.starts_at != starts_at:
            change_session(tx, session.session_id, {"starts_at": starts_at}, at=at)
            moved.append(session.session_id)
        named = {"occurrence": occurrence_name(wall)}
        store.change_session(tx.sql, session.session_id, named)
    became = take_off(tx, off, cancel_booked=cancel_booked, at=at)
    return became | {"moved": moved, "kept": [*by_hand, *became["kept"]]}
