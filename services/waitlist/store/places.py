"""Queries about places in line."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, func, select

from services.waitlist.domain import IN_LINE, LIVE, EntryState
from services.waitlist.models import EntryRow


def position_of(sql: Connection, queue_id: UUID, position: int) -> int:
    """Count who is before and at a place in line, from 1."""
    counts = [
        select(func.count())
        .where(
            EntryRow.queue_id == queue_id,
            EntryRow.state == state.value,
            EntryRow.position <= position,
        )
        .scalar_subquery()
        for state in (EntryState.WAITING, EntryState.OFFERED)
    ]
    return int(sql.execute(select(counts[0] + counts[1])).scalar_one())


def neighbours(sql: Connection, queue_id: UUID, place: int, *, without: UUID) -> Any:
    """Give the positions next to which somebody stands at a place in line (from 1).

    Args:
        sql: the transaction.
        queue_id: the queue.
        place: among those in line, from 1.
        without: the entry that is to be moved there.

    Returns:
        The nearest live position in front, and that of who stands at the place now; each None
        where there is none.
    """
    others = (EntryRow.queue_id == queue_id, EntryRow.entry_id != without)
    in_line = [EntryState.WAITING.value, EntryState.OFFERED.value]
    there = (
        select(EntryRow.position)
        .where(*others, EntryRow.state.in_(in_line))
        .order_by(EntryRow.position)
        .offset(place - 1)
        .limit(1)
    )
    behind = sql.execute(there).scalar_one_or_none()
    front = select(func.max(EntryRow.position))
    front = front.where(*others, EntryRow.state.in_([state.value for state in LIVE]))
    if behind is not None:
        front = front.where(EntryRow.position < behind)
    return sql.execute(front).scalar_one(), behind


def list_waiting(
    sql: Connection, queue_id: UUID, *, after: int, limit: int, lock: bool = False
) -> Sequence[Row[Any]]:
    """List who waits, invited ones too, first first, from behind the position `after`."""
    query = (
        select(EntryRow.__table__)
        .where(
            EntryRow.queue_id == queue_id,
            EntryRow.state.in_([EntryState.WAITING.value, EntryState.OFFERED.value]),
            EntryRow.position > after,
        )
        .order_by(EntryRow.position)
        .limit(limit)
    )
    return sql.execute(query.with_for_update() if lock else query).all()


def seats_up_to(sql: Connection, queue_id: UUID, position: int) -> int:
    """Count the seats that are still wanted by those before and at a place in line."""
    query = select(func.coalesce(func.sum(EntryRow.wanted), 0)).where(
        EntryRow.queue_id == queue_id,
        EntryRow.state.in_([state.value for state in IN_LINE]),
        EntryRow.position <= position,
    )
    return int(sql.execute(query).scalar_one())


def joined_before(
    sql: Connection, queue_id: UUID, joined_at: datetime, *, at: datetime, limit: int
) -> Sequence[Row[Any]]:
    """List who had joined before an instant and was on the list at another, the first first."""
    query = (
        select(EntryRow.__table__)
        .where(
            EntryRow.queue_id == queue_id,
            EntryRow.joined_at < joined_at,
            EntryRow.ended_at.is_(None) | (EntryRow.ended_at > at),
        )
        .order_by(EntryRow.joined_at, EntryRow.position)
        .limit(limit)
    )
    return sql.execute(query).all()


def ahead_of(
    sql: Connection,
    queue_id: UUID,
    position: int,
    *,
    at: datetime,
    also: Sequence[UUID] = (),
    limit: int,
) -> Sequence[Row[Any]]:
    """List who stands before a position and was on the list at an instant; first first.

    With them those `also` named, wherever they stand and however they ended.
    """
    was_there = EntryRow.ended_at.is_(None) | (EntryRow.ended_at > at)
    before = (EntryRow.position < position) & (EntryRow.joined_at <= at) & was_there
    query = (
        select(EntryRow.__table__)
        .where(EntryRow.queue_id == queue_id, before | EntryRow.entry_id.in_(list(also)))
        .order_by(EntryRow.position)
        .limit(limit)
    )
    return sql.execute(query).all()
