"""Queries about the count of seats."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, insert, or_, select, update

from services.events.domain import Target
from services.events.models import TargetRow

_TARGETS = (
    select(TargetRow.__table__)
    .where(TargetRow.target_id.in_(bindparam("ids", expanding=True)))
    .order_by(TargetRow.target_id)
)
# Not a full FOR UPDATE: only the columns outside the key are going to change.
_TARGETS_FOR_UPDATE = _TARGETS.with_for_update(key_share=True)
_OF_EVENT = select(TargetRow.__table__).where(TargetRow.event_id == bindparam("event_id"))
_OF_EVENT_FOR_UPDATE = _OF_EVENT.order_by(TargetRow.target_id).with_for_update(key_share=True)
_TAKE_SEAT = (
    update(TargetRow)
    .where(
        TargetRow.target_id == bindparam("id"),
        or_(TargetRow.capacity.is_(None), TargetRow.taken < TargetRow.capacity),
        TargetRow.starts_at > bindparam("at"),
        TargetRow.open,
    )
    .values(taken=TargetRow.taken + 1)
)
_OVERRULE = (
    update(TargetRow)
    .where(TargetRow.target_id == bindparam("id"))
    .values(taken=TargetRow.taken + 1)
)
_GIVE_SEATS = (
    update(TargetRow)
    .where(TargetRow.target_id == bindparam("id"))
    .values(taken=TargetRow.taken - bindparam("seats"))
)
_NOTE_QUEUE = (
    update(TargetRow)
    .where(TargetRow.target_id == bindparam("id"))
    .values(
        taken=TargetRow.taken + bindparam("seats"),
        demand=bindparam("new_demand"),
        cleared=bindparam("new_cleared"),
    )
)


def _target(row: Any) -> Target:
    return Target(**row._asdict())


def add_target(sql: Connection, target: Target) -> None:
    """Begin to count the seats of an event or session."""
    sql.execute(insert(TargetRow), asdict(target))


def find_target(sql: Connection, target_id: UUID) -> Target | None:
    """Find a target."""
    row = sql.execute(_TARGETS, {"ids": [target_id]}).one_or_none()
    return None if row is None else _target(row)


def target_for_update(sql: Connection, target_id: UUID) -> Target | None:
    """Find a target and keep its seats from changing until the commit."""
    row = sql.execute(_TARGETS_FOR_UPDATE, {"ids": [target_id]}).one_or_none()
    return None if row is None else _target(row)


def targets_for_update(sql: Connection, target_ids: Iterable[UUID]) -> dict[UUID, Target]:
    """Find targets and lock them, always in the same order, so that two never wait in a ring."""
    rows = sql.execute(_TARGETS_FOR_UPDATE, {"ids": list(target_ids)})
    return {row.target_id: _target(row) for row in rows}


def targets_of_event(sql: Connection, event_id: UUID, *, lock: bool = False) -> dict[UUID, Target]:
    """Find what an event counts seats of: itself and its sessions."""
    query = _OF_EVENT_FOR_UPDATE if lock else _OF_EVENT
    return {row.target_id: _target(row) for row in sql.execute(query, {"event_id": event_id})}


def change_target(sql: Connection, target_id: UUID, changes: dict[str, Any]) -> None:
    """Set some of a target's columns."""
    if changes:
        sql.execute(update(TargetRow).where(TargetRow.target_id == target_id).values(**changes))


def take_seat(sql: Connection, target_id: UUID, *, at: datetime) -> bool:
    """Take a free seat of what has not started; the one line that can oversell."""
    return sql.execute(_TAKE_SEAT, {"id": target_id, "at": at}).rowcount == 1


def add_seat_beyond(sql: Connection, target_id: UUID) -> None:
    """Take a seat whether or not there is one, as staff may with a reason (D29)."""
    sql.execute(_OVERRULE, {"id": target_id})


def give_seats(sql: Connection, target_id: UUID, seats: int = 1) -> None:
    """Make seats free that were taken."""
    sql.execute(_GIVE_SEATS, {"id": target_id, "seats": seats})


def note_queue(sql: Connection, target: Target, *, seats: int) -> None:
    """Set a target's `demand` and `cleared`, and take or give seats with it."""
    values = {"new_demand": target.demand, "new_cleared": target.cleared, "seats": seats}
    sql.execute(_NOTE_QUEUE, {"id": target.target_id, **values})
