"""waitlist's queries."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, exists, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.waitlist.domain import EntryState, Policy, Queue, SpotState, Waiting
from services.waitlist.models import DecisionRow, EntryRow, QueueRow, SpotRow
from shared.writes import Writes

# -- queues -----------------------------------------------------------------------------------

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


# -- entries ----------------------------------------------------------------------------------

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


# -- spots and decisions ------------------------------------------------------------------------

_KEEP_SPOT = upsert(SpotRow)
_KEEP_SPOT = _KEEP_SPOT.on_conflict_do_update(
    index_elements=["spot_id"],
    set_={"entry_id": _KEEP_SPOT.excluded.entry_id, "state": _KEEP_SPOT.excluded.state},
)
_SET_SPOT = (
    update(SpotRow).where(SpotRow.spot_id == bindparam("id")).values(state=bindparam("new_state"))
)
_DECIDE = insert(DecisionRow)
_DECISIONS = (
    select(DecisionRow.__table__)
    .where(DecisionRow.spot_id == bindparam("spot_id"))
    .order_by(DecisionRow.decision_id)
)


def keep_spot(
    writes: Writes,
    spot_id: UUID,
    queue_id: UUID,
    state: SpotState,
    *,
    entry_id: UUID | None,
    at: datetime,
) -> None:
    """Note where a spot stands, and in whose name it is asked for."""
    row = {"spot_id": spot_id, "queue_id": queue_id, "entry_id": entry_id, "seen_at": at}
    writes.add(_KEEP_SPOT, row | {"state": state.value})


def set_spot(writes: Writes, spot_id: UUID, state: SpotState) -> None:
    """Set what became of a spot."""
    writes.add(_SET_SPOT, {"id": spot_id, "new_state": state.value})


def record_decision(
    writes: Writes,
    spot_id: UUID,
    queue_id: UUID,
    entry_id: UUID | None,
    outcome: str,
    reason: str,
    *,
    at: datetime,
) -> None:
    """Write down a decision and why it was taken."""
    row = {"spot_id": spot_id, "queue_id": queue_id, "entry_id": entry_id, "outcome": outcome}
    writes.add(_DECIDE, row | {"reason": reason, "decided_at": at})


def find_spot(sql: Connection, spot_id: UUID) -> Row[Any] | None:
    """Find a spot."""
    return sql.execute(select(SpotRow.__table__).where(SpotRow.spot_id == spot_id)).one_or_none()


def list_decisions(sql: Connection, spot_id: UUID) -> Sequence[Row[Any]]:
    """List what was decided about a spot, in order."""
    return sql.execute(_DECISIONS, {"spot_id": spot_id}).all()
