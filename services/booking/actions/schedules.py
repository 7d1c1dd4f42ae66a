"""Sessions that recur: made some weeks ahead, by the clock, each of them once."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.booking import store
from services.booking.actions.changes import change_session
from services.booking.actions.endings import cancel_session
from services.booking.actions.patterns import changed_pattern
from services.booking.actions.recurrence import check_rule, occurrences
from services.booking.actions.reminder_texts import check_reminder_template
from services.booking.actions.sessions import (
    find_kind,
    new_session,
    put_on_timetable,
    settled_details,
)
from services.booking.domain import Arrangement, Session, on_the_wall
from shared.contracts import Values
from shared.contracts.errors import InvalidRequest, ScheduleNotFound
from shared.db import Tx

_MOST_AT_ONCE = 400
_NOT_ANY_MORE = "This date was taken off the timetable."


def create_schedule(
    tx: Tx,
    *,
    session_type_id: UUID,
    starts_at: datetime,
    rule: str,
    last_on: date | None,
    weeks_ahead: int,
    at: datetime,
    **details: Any,
) -> Values:
    """Have a session recur, and put its first weeks on the timetable at once.

    Args:
        tx: the transaction.
        session_type_id: of a type for multi sessions.
        starts_at: when the first one starts, UTC; its time of day in the zone is that of all.
        rule: which days, by RFC 5545: `FREQ=WEEKLY;BYDAY=MO,TH`.
        last_on: the last day, in the zone; None: as long as the rule says.
        weeks_ahead: how far ahead sessions are on the timetable.
        at: now, UTC.
        details: the other fields of a session.

    Source: Q6.
    """
    kind = find_kind(tx, session_type_id, Arrangement.MULTI)
    details, notes = settled_details(tx, kind, details)
    first = first_start(starts_at, rule, details["time_zone"], at=at)
    if last_on is not None and last_on < first.date():
        msg = f"last_on: Must not be before the first session, on {first.date()}."
        raise InvalidRequest(msg)
    schedule_id = uuid4()
    plain = {key: getattr(value, "value", value) for key, value in details.items()}
    own: Values = {
        "schedule_id": schedule_id,
        "session_type_id": session_type_id,
        "rule": rule,
        "first_start": first.isoformat(timespec="minutes"),
        "weeks_ahead": weeks_ahead,
        "last_on": last_on,
        "skipped": [],
        "made_through": None,
        "extend_at": at,
        "created_at": at,
    }
    store.add_schedule(tx.sql, plain | own)
    extend(tx, store.find_schedule(tx.sql, schedule_id), kind, at=at)
    return get_schedule(tx.sql, schedule_id, at=at) | {"notes": notes}


def first_start(starts_at: datetime, rule: str, zone: str, *, at: datetime) -> datetime:
    """Give when the first session by a rule starts, on the wall; it has to be in the future."""
    if starts_at <= at:
        msg = "starts_at: Must be in the future."
        raise InvalidRequest(msg)
    first = on_the_wall(starts_at, zone).replace(second=0, microsecond=0)
    check_rule(rule, first, zone)
    return first


def change_schedule(tx: Tx, schedule_id: UUID, changes: Values, *, at: datetime) -> Values:
    """Change what the sessions of a schedule have in common: those to come, made already or not.

    Each changes as a session by itself does: everybody with a place is told of another place, and
    where one cannot have the change none has it.

    Source: Q1, Q6, Q11, Q12, Q21.
    """
    schedule = schedule_for_update(tx, schedule_id)
    check_reminder_template(tx.sql, changes)
    columns, notes = changed_pattern(schedule, changes)
    if columns:
        store.change_schedule(tx.sql, schedule_id, columns)
        for _, session in store.sessions_of_schedule(tx.sql, schedule_id, since=at):
            change_session(tx, session.session_id, changes, at=at)
    return get_schedule(tx.sql, schedule_id, at=at) | {"notes": notes}


def extend_schedules(tx: Tx, *, at: datetime, limit: int = 20) -> int:
    """Put on the timetable what has come within reach; give how many sessions were made."""
    made = 0
    for schedule in store.schedules_to_extend(tx.sql, at=at, limit=limit):
        kind = store.find_session_type(tx.sql, schedule.session_type_id)
        made += extend(tx, schedule, kind, at=at)
    return made


def extend(tx: Tx, schedule: Any, kind: Any, *, at: datetime, through: date | None = None) -> int:
    """Make the sessions of a locked schedule through a day; none is made twice.

    A day that has had its session has no other, even where staff have called that one off.

    Args:
        tx: the transaction.
        schedule: as it is now, locked.
        kind: the type of its sessions.
        at: now, UTC.
        through: the day, in the schedule's zone; None: as far ahead as the schedule says.
    """
    zone = schedule.time_zone
    if through is None:
        through = on_the_wall(at, zone).date() + timedelta(weeks=schedule.weeks_ahead)
    through = min(through, schedule.last_on or through)
    first, after = datetime.fromisoformat(schedule.first_start), schedule.made_through
    left_out = {*schedule.skipped, *_days_made(tx, schedule.schedule_id, since=after)}
    made = 0
    for wall, starts_at in occurrences(schedule.rule, first, zone, after=after, through=through):
        if wall.date().isoformat() in left_out or starts_at <= at:
            continue
        if made == _MOST_AT_ONCE:
            through = wall.date() - timedelta(days=1)
            break
        details = schedule._asdict()
        session = new_session(kind, details, starts_at, schedule_id=schedule.schedule_id)
        put_on_timetable(tx, [session], details, at=at, occurrence=occurrence_name(wall))
        made += 1
    over = schedule.last_on is not None and through >= schedule.last_on
    next_at = at if made == _MOST_AT_ONCE else at + timedelta(days=1)
    reached = {"made_through": through, "extend_at": None if over else next_at}
    store.change_schedule(tx.sql, schedule.schedule_id, reached)
    return made


def occurrence_name(wall: datetime) -> str:
    """Give what a session of a schedule is known by: when it is by the rule, on the wall."""
    return wall.isoformat(timespec="minutes")


def _days_made(tx: Tx, schedule_id: UUID, *, since: date | None) -> Iterator[str]:
    if since is not None:
        for occurrence, _ in store.occurrences_of_schedule(tx.sql, schedule_id, since=since):
            yield occurrence[:10]


def end_schedule(
    tx: Tx, schedule_id: UUID, last_on: date, *, cancel_booked: bool, at: datetime
) -> Values:
    """Let a schedule end: after its last day nothing is made, and what was made is cancelled.

    Sessions in which somebody has a place stay, and the reply names them, unless
    `cancel_booked` says that they are to be cancelled, too.
    """
    schedule = schedule_for_update(tx, schedule_id)
    _not_past("last_on", last_on, schedule, at=at)
    later = [
        session
        for occurrence, session in store.sessions_of_schedule(tx.sql, schedule_id, since=at)
        if date.fromisoformat(occurrence[:10]) > last_on
    ]
    if schedule.last_on is not None and last_on > schedule.last_on:
        msg = f"last_on: The schedule ends on {schedule.last_on}; it can only end earlier."
        raise InvalidRequest(msg)
    store.change_schedule(tx.sql, schedule_id, {"last_on": last_on, "extend_at": at})
    became = take_off(tx, later, cancel_booked=cancel_booked, at=at)
    return get_schedule(tx.sql, schedule_id, at=at) | became


def skip_date(tx: Tx, schedule_id: UUID, on: date, *, cancel_booked: bool, at: datetime) -> Values:
    """Leave one day of a schedule out; what was made for it is cancelled.

    Raises:
        InvalidRequest: the day is past, or none of the schedule's; its session has begun; or
            somebody has a place in it, and `cancel_booked` is not said.
    """
    schedule = schedule_for_update(tx, schedule_id)
    _not_past("on", on, schedule, at=at)
    there = [
        session
        for occurrence, session in store.sessions_of_schedule(tx.sql, schedule_id, since=at)
        if date.fromisoformat(occurrence[:10]) == on
    ]
    if not there and on.isoformat() not in schedule.skipped:
        _check_has(schedule, on, at=at)
    if any(session.taken for session in there) and not cancel_booked:
        msg = f"on: People have places on {on}; with cancel_booked they are told it is cancelled."
        raise InvalidRequest(msg)
    skipped = sorted({*schedule.skipped, on.isoformat()})
    store.change_schedule(tx.sql, schedule_id, {"skipped": skipped})
    became = take_off(tx, there, cancel_booked=True, at=at)
    return get_schedule(tx.sql, schedule_id, at=at) | became


def take_off(
    tx: Tx, sessions: Sequence[Session], *, cancel_booked: bool, at: datetime
) -> dict[str, list[UUID]]:
    """Cancel sessions, which are their schedule's no longer, but for those with somebody in them.

    Returns:
        Which are `cancelled`, and which are `kept` because somebody has a place in them and
        `cancel_booked` was not said.
    """
    became: dict[str, list[UUID]] = {"cancelled": [], "kept": []}
    for session in sessions:
        if session.taken and not cancel_booked:
            became["kept"].append(session.session_id)
        else:
            cancel_session(tx, session.session_id, _NOT_ANY_MORE, at=at)
            # The day may have another one, should the schedule come to have the day again.
            store.change_session(tx.sql, session.session_id, {"occurrence": None})
            became["cancelled"].append(session.session_id)
    return became


def _not_past(field: str, day: date, schedule: Any, *, at: datetime) -> None:
    today = on_the_wall(at, schedule.time_zone).date()
    if day < today:
        msg = f"{field}: Must not be in the past; today is {today}."
        raise InvalidRequest(msg)


def _check_has(schedule: Any, on: date, *, at: datetime) -> None:
    """Refuse a day on which a schedule has nothing to come by its rule, made already or not."""
    first = datetime.fromisoformat(schedule.first_start)
    before = max(first.date(), on) - timedelta(days=1)
    walls = occurrences(schedule.rule, first, schedule.time_zone, after=before, through=on)
    _, starts_at = next(walls, (None, None))
    ended = schedule.last_on is not None and on > schedule.last_on
    if starts_at is None or ended or on < first.date():
        msg = f"on: The schedule has nothing on {on}."
        raise InvalidRequest(msg)
    if starts_at <= at:
        msg = f"on: What the schedule has on {on} has begun."
        raise InvalidRequest(msg)


def schedule_for_update(tx: Tx, schedule_id: UUID) -> Any:
    """Lock a schedule until the commit.

    Raises:
        ScheduleNotFound: there is none with this id.
    """
    schedule = store.find_schedule(tx.sql, schedule_id, lock=True)
    if schedule is None:
        raise ScheduleNotFound(str(schedule_id))
    return schedule


def get_schedule(sql: Any, schedule_id: UUID, *, at: datetime) -> Values:
    """Give a schedule, and what of it is on the timetable from now on."""
    schedule = store.find_schedule(sql, schedule_id)
    if schedule is None:
        raise ScheduleNotFound(str(schedule_id))
    ahead = [session for _, session in store.sessions_of_schedule(sql, schedule_id, since=at)]
    return schedule._asdict() | {
        "sessions": ahead,
        "notes": [],
        "moved": [],
        "cancelled": [],
        "kept": [],
    }


def list_schedules(sql: Any, *, after: UUID | None, limit: int) -> Sequence[Any]:
    """List the schedules, a page at a time."""
    last = store.find_schedule(sql, after) if after else None
    if after is not None and last is None:
        msg = "after: No schedule has this id."
        raise InvalidRequest(msg)
    return store.list_schedules(sql, after=last, limit=limit)
