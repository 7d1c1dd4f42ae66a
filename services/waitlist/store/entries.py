"""Queries about entries."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.waitlist.domain import EntryState, Waiting
from services.waitlist.models import EntryRow
from shared.writes import Writes

_ADD_ENTRY = upsert(EntryRow).on_conflict_do_nothing().returning(EntryRow.entry_id)
_HEAD = (
    select(EntryRow.entry_id, EntryRow.person_id, EntryRow.joined_at)
    .where(EntryRow.queue_id == bindparam("queue_id"), EntryRow.state == EntryState.WAITING.value)
    .order_by(EntryRow.position)
    .limit(1)
)
_ENTRY = select(EntryRow.__table__).where(EntryRow.entry_id == bindparam("entry_id"))
_ENTRY_FOR_UPDATE = _ENTRY.with_for_update()
_SET_ENTRY = (
    update(EntryRow)
    .where(EntryRow.entry_id == bindparam("id"))
    .values(state=bindparam("new_state"), ended_at=bindparam("ended"))
)


def add_entry(
    sql: Connection,
    *,
    entry_id: UUID,
    queue_id: UUID,
    person_id: UUID,
    position: int,
    at: datetime,
) -> bool:
    """Put somebody at the end of a queue; False where they are in it already."""
    row = {
        "entry_id": entry_id,
        "queue_id": queue_id,
        "person_id": person_id,
        "position": position,
        "joined_at": at,
        "state": EntryState.WAITING.value,
    }
    return sql.execute(_ADD_ENTRY, row).first() is not None


def head_of_queue(sql: Connection, queue_id: UUID) -> Waiting | None:
    """Give whoever has waited longest; the same cost however many wait or were served."""
    row = sql.execute(_HEAD, {"queue_id": queue_id}).one_or_none()
    return None if row is None else Waiting(*row)


def find_entry(sql: Connection, entry_id: UUID, *, lock: bool = False) -> Row[Any] | None:
    """Find an entry, locked if it is about to change."""
    query = _ENTRY_FOR_UPDATE if lock else _ENTRY
    return sql.execute(query, {"entry_id": entry_id}).one_or_none()


def set_entry(
    writes: Writes, entry_id: UUID, state: EntryState, *, ended_at: datetime | None = None
) -> None:
    """Set where an entry stands."""
    writes.add(_SET_ENTRY, {"id": entry_id, "new_state": state.value, "ended": ended_at})


def position_of(sql: Connection, queue_id: UUID, position: int) -> int:
    """Count who is before and at a place in line, from 1."""
    query = select(func.count()).where(
        EntryRow.queue_id == queue_id,
        EntryRow.state == EntryState.WAITING.value,
        EntryRow.position <= position,
    )
    return sql.execute(query).scalar_one()


def list_waiting(sql: Connection, queue_id: UUID, *, after: int, limit: int) -> Sequence[Row[Any]]:
    """List who waits, longest first, from behind the place `after`."""
    query = (
        select(EntryRow.__table__)
        .where(
            EntryRow.queue_id == queue_id,
            EntryRow.state == EntryState.WAITING.value,
            EntryRow.position > after,
        )
        .order_by(EntryRow.position)
        .limit(limit)
    )
    return sql.execute(query).all()
