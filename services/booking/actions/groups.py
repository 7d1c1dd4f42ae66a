"""Multi sessions: time slots from which clients choose.

A multi session is a group; each of its spots is a session with seats of its own, so that booking,
holding and waiting work for a spot as for any other session.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

from services.booking import store
from services.booking.actions.changes import change_session
from services.booking.actions.endings import call_off
from services.booking.actions.patterns import changed_pattern
from services.booking.actions.reminder_texts import check_reminder_template
from services.booking.actions.seats import queue_limits
from services.booking.actions.sessions import (
    as_values,
    find_kind,
    new_session,
    public_link,
    put_on_timetable,
    settled_details,
)
from services.booking.domain import (
    Arrangement,
    Session,
    first_starts,
    on_the_wall,
    spot_starts,
    spot_state,
)
from shared.contracts import Values
from shared.contracts.booking import SessionChanged
from shared.contracts.errors import GroupNotFound, InvalidRequest
from shared.db import Tx

MOST_SPOTS = 1000
_ALL_OF_THEM = frozenset({"name", "text", "photos"})
"""What the spots of a multi session have from it, even those that are over."""
_SHARE = "https://www.facebook.com/sharer/sharer.php?u={address}"


def schedule_spots(
    tx: Tx,
    *,
    session_type_id: UUID,
    starts_at: datetime,
    spots: int,
    same_time: bool,
    also_on: Sequence[date],
    at: datetime,
    **details: Any,
) -> Values:
    """Make a multi session and its spots, one after the other from the first date and time.

    Args:
        tx: the transaction.
        session_type_id: of a type for multi sessions; its duration and break part the spots.
        starts_at: when the first spot starts, UTC.
        spots: how many there are on each day.
        same_time: all of a day start together, and the break is not used.
        also_on: other days, in the session's zone, on which it is the same at the same time.
        at: now, UTC.
        details: the other fields of a session; the capacity is that of each spot.

    Source: B30 to B34, B36, B38 to B40, B42.
    """
    kind = find_kind(tx, session_type_id, Arrangement.MULTI)
    details, notes = settled_details(tx, kind, details)
    group: Values = {"group_id": uuid4(), "session_type_id": session_type_id, "created_at": at}
    plain = {key: getattr(value, "value", value) for key, value in details.items()}
    store.add_group(tx.sql, group | plain)
    run = _Run(starts_at=starts_at, spots=spots, same_time=same_time, also_on=also_on)
    _add(tx, group["group_id"], kind, details, run, there_are=0, at=at)
    return get_spots(tx.sql, group["group_id"]) | {"notes": notes}


def add_spots(
    tx: Tx,
    group_id: UUID,
    *,
    starts_at: datetime,
    spots: int,
    same_time: bool,
    also_on: Sequence[date],
    capacity: int | None,
    at: datetime,
) -> Values:
    """Add spots to a multi session at another date or time, made as its first ones were.

    Source: B35, B37, B41, B45.
    """
    group = store.find_group(tx.sql, group_id, lock=True)
    if group is None:
        raise GroupNotFound(str(group_id))
    kind = find_kind(tx, group.session_type_id, None)
    details = group._asdict()
    if capacity is not None:
        details["capacity"] = capacity
    there_are = len(store.sessions_of_group(tx.sql, group_id))
    run = _Run(starts_at=starts_at, spots=spots, same_time=same_time, also_on=also_on)
    _add(tx, group_id, kind, details, run, there_are=there_are, at=at)
    return get_spots(tx.sql, group_id)


@dataclass(frozen=True, kw_only=True)
class _Run:
    """Spots that follow one another, on one day or several."""

    starts_at: datetime
    spots: int
    same_time: bool
    also_on: Sequence[date]

    def starts(self, kind: Any, zone: str) -> list[datetime]:
        """Give when each spot starts."""
        duration = timedelta(minutes=kind.duration_minutes)
        pause = timedelta(minutes=kind.break_minutes)
        return [
            start
            for first in first_starts(self.starts_at, self.also_on, zone)
            for start in spot_starts(first, self.spots, duration, pause, same_time=self.same_time)
        ]


def _add(
    tx: Tx, group_id: UUID, kind: Any, details: Values, run: _Run, *, there_are: int, at: datetime
) -> None:
    today = on_the_wall(at, details["time_zone"]).date()
    if past := min((day for day in run.also_on if day < today), default=None):
        msg = f"also_on: {past} is in the past."
        raise InvalidRequest(msg)
    starts = run.starts(kind, details["time_zone"])
    if there_are + len(starts) > MOST_SPOTS:
        msg = f"spots: A session has at most {MOST_SPOTS}; these would make it {there_are} and "
        raise InvalidRequest(msg + f"{len(starts)} more.")
    made = [new_session(kind, details, start, group_id=group_id) for start in starts]
    put_on_timetable(tx, made, details | {"text": "", "photos": []}, at=at)


def change_group(tx: Tx, group_id: UUID, changes: Values, *, at: datetime) -> Values:
    """Change what all spots of a multi session have in common, those added later included.

    Place, trainer, seats and price change of each spot to come as they do of any session: everybody
    with a place is told of another place, and a spot that cannot have the change keeps all as they
    are.

    Source: B31, B44.
    """
    group = store.find_group(tx.sql, group_id, lock=True)
    if group is None:
        raise GroupNotFound(str(group_id))
    check_reminder_template(tx.sql, changes)
    columns, notes = changed_pattern(group, changes)
    if columns:
        store.change_group(tx.sql, group_id, columns)
    if own := {key: value for key, value in changes.items() if key not in _ALL_OF_THEM}:
        for spot in store.sessions_of_group(tx.sql, group_id):
            if not (spot.cancelled or spot.started(at)):
                change_session(tx, spot.session_id, own, at=at)
    if changes.get("name", group.name) != group.name:
        for spot in store.sessions_of_group(tx.sql, group_id, lock=True):
            _rename(tx, spot, changes["name"])
    return get_spots(tx.sql, group_id) | {"notes": notes}


def _rename(tx: Tx, spot: Session, name: str) -> None:
    number = spot.sequence + 1
    store.change_session(tx.sql, spot.session_id, {"name": name, "sequence": number})
    limits = queue_limits(spot) | {"name": name, "sequence": number}
    if not spot.cancelled:
        tx.emit(SessionChanged(**limits))


def cancel_group(tx: Tx, group_id: UUID, reason: str, *, at: datetime) -> Values:
    """Call off all spots of a multi session that have not begun, in one transaction.

    Nobody books a spot or waits for it from then on. Whatever people have in them ends soon after,
    a batch at a time, as the rest of a large session does; so this locks sessions alone, in the
    order in which moves do. Spots that have begun stay, and the reply names them. Cancelling again
    changes nothing; spots may be added to the multi session afterwards.

    Source: Q22, B44.
    """
    if store.find_group(tx.sql, group_id, lock=True) is None:
        raise GroupNotFound(str(group_id))
    kept = []
    for spot in store.sessions_of_group(tx.sql, group_id, lock=True):
        if spot.cancelled:
            continue
        if spot.started(at):
            kept.append(spot)
        else:
            call_off(tx, spot, reason, at=at)
    kept.sort(key=lambda spot: spot.starts_at)
    return get_spots(tx.sql, group_id) | {"kept": [spot.session_id for spot in kept]}


def get_spots(sql: Any, group_id: UUID) -> Values:
    """Give a multi session as its details page shows it: what it is, its link, and its spots.

    Source: B43, B44, B50, B51, Bi1.
    """
    group = store.find_group(sql, group_id)
    if group is None:
        raise GroupNotFound(str(group_id))
    spots = store.sessions_of_group(sql, group_id)
    booked = store.count_booked(sql, [spot.session_id for spot in spots])
    shown = [_shown(spot, booked.get(spot.session_id, 0)) for spot in spots]
    return group._asdict() | public_links(group_id) | {"spots": shown, "notes": [], "kept": []}


def _shown(spot: Session, booked: int) -> Values:
    more = {
        "booked": booked,
        "state": spot_state(spot, booked),
        "on": on_the_wall(spot.starts_at, spot.time_zone).date(),
    }
    return as_values(spot) | more


def public_links(target_id: UUID) -> Values:
    """Give the address of a session's public page, and the one that shares it on Facebook.

    Source: B49, B50, B51.
    """
    link = public_link(target_id)
    return {"link": link, "share_link": _SHARE.format(address=quote(link, safe=""))}
