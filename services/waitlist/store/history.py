"""Queries about lists that have run to their end."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select

from services.waitlist.domain import WENT_ROUND
from services.waitlist.models import DecisionRow, EntryRow, OfferRow, QueueRow, SpotRow

_ENDED = (
    select(QueueRow.queue_id, QueueRow.closes_at)
    .where(
        QueueRow.source == bindparam("source"),
        QueueRow.ended_at.is_not(None),
        QueueRow.cancelled.is_(False),
    )
    .order_by(QueueRow.closes_at.desc())
    .limit(bindparam("limit"))
)


def freed_before_close(sql: Connection, source: str, *, limit: int) -> Sequence[Sequence[Any]]:
    """Give, for the last lists that have ended, how long before its close each seat came free.

    A seat that came round again counts once, when it first came free.
    """
    ended = sql.execute(_ENDED, {"source": source, "limit": limit}).all()
    closes = {row.queue_id: row.closes_at for row in ended}
    freed: dict[Any, list[Any]] = {queue_id: [] for queue_id in closes}
    query = select(SpotRow.queue_id, SpotRow.seen_at).where(
        SpotRow.queue_id.in_(list(closes)),
        SpotRow.overruled.is_(False),
        SpotRow.cause.not_in(WENT_ROUND),
    )
    for queue_id, seen_at in sql.execute(query) if closes else ():
        freed[queue_id].append(closes[queue_id] - seen_at)
    return list(freed.values())


def queues_of_period(
    sql: Connection, *, since: datetime, until: datetime, limit: int
) -> Sequence[Any]:
    """List the queues that closed in a time, the first first."""
    query = (
        select(QueueRow.queue_id, QueueRow.name, QueueRow.closes_at, QueueRow.policy)
        .where(QueueRow.closes_at >= since, QueueRow.closes_at < until)
        .order_by(QueueRow.closes_at)
        .limit(limit)
    )
    return sql.execute(query).all()


def entries_in(sql: Connection, queue_ids: Sequence[Any]) -> Sequence[Row[Any]]:
    """List everybody who ever joined some queues, by place."""
    query = (
        select(EntryRow.__table__)
        .where(EntryRow.queue_id.in_(queue_ids))
        .order_by(EntryRow.queue_id, EntryRow.position)
    )
    return sql.execute(query).all()


def spots_in(sql: Connection, queue_ids: Sequence[Any]) -> Sequence[Row[Any]]:
    """List the seats that came free for some queues, the first first."""
    query = (
        select(SpotRow.__table__)
        .where(SpotRow.queue_id.in_(queue_ids), SpotRow.overruled.is_(False))
        .order_by(SpotRow.seen_at)
    )
    return sql.execute(query).all()


def offers_in(sql: Connection, queue_ids: Sequence[Any]) -> Sequence[Row[Any]]:
    """List the offers that were made to those in some queues."""
    query = select(OfferRow.__table__).where(OfferRow.queue_id.in_(queue_ids))
    return sql.execute(query.order_by(OfferRow.offered_at)).all()


def refusals_in(sql: Connection, queue_ids: Sequence[Any]) -> tuple[int, int]:
    """Count how often somebody could not pay, and how often it came to that or to a seat."""
    query = (
        select(DecisionRow.reason, func.count())
        .where(
            DecisionRow.queue_id.in_(queue_ids),
            DecisionRow.outcome.in_(["refused", "allocated"]),
            DecisionRow.reason.in_(["not_paid", "granted"]),
        )
        .group_by(DecisionRow.reason)
    )
    counts = {row[0]: row[1] for row in sql.execute(query)}
    unpaid = counts.get("not_paid", 0)
    return unpaid, (unpaid + counts.get("granted", 0) if unpaid else 0)
