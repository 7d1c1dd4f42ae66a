"""Queries about queues."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, case, exists, null, or_, select, true, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.waitlist.domain import GroupRule, OfferState, Policy, Queue
from services.waitlist.models import OfferRow, QueueRow, SpotRow
from shared.writes import Writes

_NAMES = (
    *("queue_id", "source", "target_id", "name", "policy", "size", "closes_at", "version"),
    *("waiting", "sequence", "chosen", "invitations", "answer_minutes", "group_rule"),
    *("takes_joins", "opens_at", "paused", "cancelled", "starts_at", "ends_at", "time_zone"),
    *("location", "staff", "pooled", "announced", "announced_until", "cleared", "told_to"),
    *("telling", "hushing", "dropping", "ended_at", "capacity"),
)
_QUEUE_COLUMNS = tuple(getattr(QueueRow, name) for name in _NAMES)
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
_QUEUE_BY_ID = select(*_QUEUE_COLUMNS).where(QueueRow.queue_id == bindparam("id"))
_QUEUE_BY_ID_FOR_UPDATE = _QUEUE_BY_ID.with_for_update(key_share=True)
_COUNT_JOIN = (
    update(QueueRow)
    .where(QueueRow.queue_id == bindparam("id"))
    .values(
        version=QueueRow.version + bindparam("joins"),
        waiting=QueueRow.waiting + bindparam("change"),
    )
)
_COUNT_HAND = (
    update(QueueRow)
    .where(QueueRow.queue_id == bindparam("id"))
    .values(
        pooled=QueueRow.pooled + bindparam("more_pooled"),
        announced=QueueRow.announced + bindparam("more_announced"),
    )
)
_CLEAR = (
    update(QueueRow).where(QueueRow.queue_id == bindparam("id")).values(cleared=QueueRow.version)
)
_KEEP_QUEUE = upsert(QueueRow)
_NEW = _KEEP_QUEUE.excluded
_KEEP_QUEUE = _KEEP_QUEUE.on_conflict_do_update(
    index_elements=["source", "target_id"],
    set_={
        name: getattr(_NEW, name)
        for name in ("name", "size", "closes_at", "sequence", "cancelled", "starts_at", "ends_at")
    }
    | {name: getattr(_NEW, name) for name in ("time_zone", "location", "staff", "capacity")}
    | {
        # What staff have chosen stays.
        name: case((QueueRow.chosen == true(), getattr(QueueRow, name)), else_=getattr(_NEW, name))
        for name in ("policy", "invitations", "answer_minutes")
    }
    | {
        "ended_at": case(
            (_NEW.closes_at > _NEW.reminded_at, null()),  # it was moved, or closes later
            else_=QueueRow.ended_at,
        )
    },
    where=QueueRow.sequence < _NEW.sequence,  # an older word changes nothing
)
_CANCEL_QUEUE = (
    update(QueueRow)
    .where(
        QueueRow.source == bindparam("of_source"),
        QueueRow.target_id == bindparam("of_target"),
        QueueRow.sequence < bindparam("newer"),
    )
    .values(cancelled=True, dropping=True, sequence=bindparam("newer"))
)
_TO_REMIND = (
    select(*_QUEUE_COLUMNS)
    .where(
        QueueRow.waiting > 0,
        QueueRow.version > QueueRow.cleared,  # else all who wait have been passed over
        QueueRow.closes_at > bindparam("at"),
        QueueRow.reminded_at <= bindparam("before"),
    )
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True, key_share=True)
)
_BUSY = (
    select(*_QUEUE_COLUMNS)
    .where(
        or_(
            QueueRow.telling == true(),
            QueueRow.hushing.is_not(None),
            QueueRow.dropping == true(),
        )
    )
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True, key_share=True)
)
_CLOSING = (
    select(*_QUEUE_COLUMNS)
    .where(QueueRow.ended_at.is_(None), QueueRow.closes_at <= bindparam("at"))
    .order_by(QueueRow.closes_at)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True, key_share=True)
)
_WITH_OFFERS_DUE = (
    select(*_QUEUE_COLUMNS)
    .where(
        QueueRow.queue_id.in_(
            select(OfferRow.queue_id)
            .where(OfferRow.state == OfferState.OPEN.value, OfferRow.answer_by <= bindparam("at"))
            .where(OfferRow.announced.is_(False))
            .order_by(OfferRow.answer_by)
            .limit(bindparam("limit"))
        )
    )
    .with_for_update(skip_locked=True, key_share=True)
)
_ANNOUNCED_IN_VAIN = (
    select(*_QUEUE_COLUMNS)
    .where(
        QueueRow.announced_until <= bindparam("at"),
        QueueRow.telling.is_(False),  # else somebody has not been told yet
    )
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True, key_share=True)
)


def _queue(row: Any) -> Queue:
    values = dict(zip(_NAMES, row, strict=False))  # `seen` may come behind them
    values["policy"] = Policy(row.policy)
    values["group_rule"] = GroupRule(row.group_rule)
    return Queue(**values)


def keep_queue(writes: Writes, values: Mapping[str, Any], *, at: datetime) -> None:
    """Open a queue, or set its limits if these are newer than what is known."""
    writes.add(_KEEP_QUEUE, {**values, "version": 0, "waiting": 0, "reminded_at": at})


def cancel_queue(writes: Writes, source: str, target_id: UUID, sequence: int) -> None:
    """Have a queue take and choose nobody any more, if this is news."""
    values = {"of_source": source, "of_target": target_id, "newer": sequence}
    writes.add(_CANCEL_QUEUE, values)


def set_queue(sql: Connection, queue_id: UUID, **values: Any) -> None:
    """Set some of a queue's columns."""
    sql.execute(update(QueueRow).where(QueueRow.queue_id == queue_id).values(**values))


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


def queue_by_id(sql: Connection, queue_id: UUID) -> Queue:
    """Give a queue that exists."""
    return _queue(sql.execute(_QUEUE_BY_ID, {"id": queue_id}).one())


def queue_by_id_for_update(sql: Connection, queue_id: UUID) -> Queue:
    """Lock a queue that exists."""
    return _queue(sql.execute(_QUEUE_BY_ID_FOR_UPDATE, {"id": queue_id}).one())


def count_change(writes: Writes, queue_id: UUID, *, joins: int, waiting: int) -> None:
    """Add to the number of claims and of those who wait."""
    writes.add(_COUNT_JOIN, {"id": queue_id, "joins": joins, "change": waiting})


def count_hand(writes: Writes, queue_id: UUID, *, pooled: int = 0, announced: int = 0) -> None:
    """Add to the number of seats in the list's hands."""
    if pooled or announced:
        values = {"id": queue_id, "more_pooled": pooled, "more_announced": announced}
        writes.add(_COUNT_HAND, values)


def note_cleared(writes: Writes, queue_id: UUID) -> None:
    """Note that a seat went back though some wait: all of them were passed over."""
    writes.add(_CLEAR, {"id": queue_id})


def queues_to_remind(sql: Connection, *, at: datetime, before: datetime, limit: int) -> list[Queue]:
    """Claim open queues where people wait that were last reminded before `before`."""
    rows = sql.execute(_TO_REMIND, {"at": at, "before": before, "limit": limit})
    queues = [_queue(row) for row in rows]
    if queues:
        ids = [queue.queue_id for queue in queues]
        sql.execute(update(QueueRow).where(QueueRow.queue_id.in_(ids)).values(reminded_at=at))
    return queues


def busy_queues(sql: Connection, *, limit: int) -> list[Queue]:
    """Claim queues with something that is done in stretches."""
    return [_queue(row) for row in sql.execute(_BUSY, {"limit": limit})]


def closing_queues(sql: Connection, *, at: datetime, limit: int) -> list[Queue]:
    """Claim queues that have closed and whose entries have not ended yet."""
    return [_queue(row) for row in sql.execute(_CLOSING, {"at": at, "limit": limit})]


def queues_with_offers_due(sql: Connection, *, at: datetime, limit: int) -> list[Queue]:
    """Claim queues with offers nobody has answered in time."""
    return [_queue(row) for row in sql.execute(_WITH_OFFERS_DUE, {"at": at, "limit": limit})]


def queues_announced_in_vain(sql: Connection, *, at: datetime, limit: int) -> list[Queue]:
    """Claim queues whose announced seats nobody has taken in time."""
    return [_queue(row) for row in sql.execute(_ANNOUNCED_IN_VAIN, {"at": at, "limit": limit})]
