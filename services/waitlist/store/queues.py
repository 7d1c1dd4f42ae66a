"""Queries about queues."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, exists, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.waitlist.domain import Policy, Queue
from services.waitlist.models import QueueRow, SpotRow
from shared.writes import Writes

_QUEUE_COLUMNS = (
    QueueRow.queue_id,
    QueueRow.source,
    QueueRow.target_id,
    QueueRow.name,
    QueueRow.policy,
    QueueRow.size,
    QueueRow.closes_at,
    QueueRow.version,
    QueueRow.waiting,
    QueueRow.sequence,
)
_OF_TARGET = (
    QueueRow.source == bindparam("source"),
    QueueRow.target_id == bindparam("target_id"),
)
_QUEUE = select(*_QUEUE_COLUMNS).where(*_OF_TARGET)
_QUEUE_FOR_UPDATE = _QUEUE.with_for_update(key_share=True)
_QUEUE_FOR_SPOT = (
    select(
        *_QUEUE_COLUMNS,
        exists().where(SpotRow.spot_id == bindparam("spot_id")).label("seen"),
    )
    .where(*_OF_TARGET)
    .with_for_update(key_share=True, of=QueueRow)
)
_QUEUE_BY_ID_FOR_UPDATE = (
    select(*_QUEUE_COLUMNS)
    .where(QueueRow.queue_id == bindparam("id"))
    .with_for_update(key_share=True)
)
_COUNT_JOIN = (
    update(QueueRow)
    .where(QueueRow.queue_id == bindparam("id"))
    .values(
        version=QueueRow.version + bindparam("joins"),
        waiting=QueueRow.waiting + bindparam("change"),
    )
)
_KEEP_QUEUE = upsert(QueueRow)
_KEEP_QUEUE = _KEEP_QUEUE.on_conflict_do_update(
    index_elements=["source", "target_id"],
    set_={
        name: getattr(_KEEP_QUEUE.excluded, name)
        for name in ("name", "size", "closes_at", "sequence")
    },
    where=QueueRow.sequence < _KEEP_QUEUE.excluded.sequence,  # an older word changes nothing
)
_TO_REMIND = (
    select(*_QUEUE_COLUMNS)
    .where(
        QueueRow.waiting > 0,
        QueueRow.closes_at > bindparam("at"),
        QueueRow.reminded_at <= bindparam("before"),
    )
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True, key_share=True)
)


def _queue(row: Any) -> Queue:
    return Queue(
        row.queue_id,
        row.source,
        row.target_id,
        row.name,
        Policy(row.policy),
        row.size,
        row.closes_at,
        row.version,
        row.waiting,
        row.sequence,
    )


def keep_queue(writes: Writes, values: dict[str, Any]) -> None:
    """Open a queue, or set its limits if these are newer than what is known."""
    writes.add(_KEEP_QUEUE, values | {"version": 0, "waiting": 0})


def find_queue(sql: Connection, source: str, target_id: UUID) -> Queue | None:
    """Find the queue of a target."""
    row = sql.execute(_QUEUE, {"source": source, "target_id": target_id}).one_or_none()
    return None if row is None else _queue(row)


def queue_for_update(sql: Connection, source: str, target_id: UUID) -> Queue | None:
    """Find the queue of a target and keep it from changing until the commit."""
    ids = {"source": source, "target_id": target_id}
    row = sql.execute(_QUEUE_FOR_UPDATE, ids).one_or_none()
    return None if row is None else _queue(row)


def queue_for_spot(
    sql: Connection, source: str, target_id: UUID, spot_id: UUID
) -> tuple[Queue | None, bool]:
    """Lock the queue of a target, and say whether it has seen this spot before."""
    ids = {"source": source, "target_id": target_id, "spot_id": spot_id}
    row = sql.execute(_QUEUE_FOR_SPOT, ids).one_or_none()
    return (None, False) if row is None else (_queue(row), row.seen)


def queue_by_id_for_update(sql: Connection, queue_id: UUID) -> Queue:
    """Lock a queue that exists."""
    return _queue(sql.execute(_QUEUE_BY_ID_FOR_UPDATE, {"id": queue_id}).one())


def count_change(writes: Writes, queue_id: UUID, *, joins: int, waiting: int) -> None:
    """Add to the number of joins and of those who wait."""
    writes.add(_COUNT_JOIN, {"id": queue_id, "joins": joins, "change": waiting})


def queues_to_remind(sql: Connection, *, at: datetime, before: datetime, limit: int) -> list[Queue]:
    """Claim open queues where people wait that were last reminded before `before`."""
    rows = sql.execute(_TO_REMIND, {"at": at, "before": before, "limit": limit})
    queues = [_queue(row) for row in rows]
    if queues:
        ids = [queue.queue_id for queue in queues]
        sql.execute(update(QueueRow).where(QueueRow.queue_id.in_(ids)).values(reminded_at=at))
    return queues
