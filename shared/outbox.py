"""Facts on their way out: written with the change they tell of, kept as the service's journal.

A row is written in the transaction of the change and marked when the broker has confirmed it.
What is not marked is published again: by whoever said it, or, after a crash, by the sweeper.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, func, insert, select, text, update

from shared.columns import outbox
from shared.contracts import Fact
from shared.writes import Writes

SWEEP_AFTER = timedelta(seconds=5)
"""How long a fact may be unconfirmed before the sweeper takes it for lost."""


@dataclass(frozen=True, slots=True)
class Said:
    """A fact that was said, as it stands in the journal and travels."""

    fact_id: UUID
    topic: str
    about: UUID
    correlation_id: str
    caused_by: UUID | None
    said_at: datetime
    body: str

    @classmethod
    def of(cls, fact: Fact) -> "Said":
        """Write a fact down."""
        envelope = fact.envelope
        if envelope is None:
            msg = f"{fact.name} has no envelope"
            raise ValueError(msg)
        return cls(
            envelope.fact_id,
            fact.topic,
            fact.about,
            envelope.correlation_id,
            envelope.caused_by,
            envelope.said_at,
            fact.to_wire(),
        )


_RECORD = insert(outbox)
_CONFIRM = (
    update(outbox)
    .where(outbox.c.fact_id.in_(bindparam("fact_ids", expanding=True)))
    .values(confirmed_at=bindparam("at"))
)
_COLUMNS = (
    outbox.c.fact_id,
    outbox.c.topic,
    outbox.c.about,
    outbox.c.correlation_id,
    outbox.c.caused_by,
    outbox.c.said_at,
    outbox.c.body,
)
_UNCONFIRMED = (
    select(outbox.c.position, *_COLUMNS)
    .where(
        outbox.c.confirmed_at.is_(None),
        outbox.c.position > bindparam("after"),
        outbox.c.said_at < bindparam("before"),
    )
    .order_by(outbox.c.position)
    .limit(bindparam("limit"))
)
_LAG = select(func.count(), func.min(outbox.c.said_at)).where(outbox.c.confirmed_at.is_(None))
_OLD = delete(outbox).where(
    outbox.c.position.in_(
        select(outbox.c.position)
        .where(outbox.c.confirmed_at < bindparam("before"))
        .order_by(outbox.c.position)
        .limit(bindparam("limit"))
    )
)


def record(writes: Writes, said: Sequence[Said]) -> None:
    """Write facts to the journal, in the transaction of the change they tell of."""
    for one in said:
        row = {
            "fact_id": one.fact_id,
            "topic": one.topic,
            "about": one.about,
            "correlation_id": one.correlation_id,
            "caused_by": one.caused_by,
            "said_at": one.said_at,
            "body": one.body,
        }
        writes.add(_RECORD, row)


def confirm(sql: Connection, fact_ids: Iterable[UUID], *, at: datetime) -> None:
    """Note that the broker has these facts; that they are noted late or twice does no harm."""
    sql.execute(_CONFIRM, {"fact_ids": list(fact_ids), "at": at})


def unconfirmed(
    sql: Connection, *, before: datetime, after: int = 0, limit: int = 500
) -> tuple[list[Said], int]:
    """List facts said before `before` that the broker has not confirmed, the oldest first.

    Args:
        after: the position to go on from, so that facts nobody takes do not hide the others.

    Returns:
        The facts, and the position to go on from; 0, from the beginning, once all were listed.
    """
    values = {"before": before, "after": after, "limit": limit}
    rows = sql.execute(_UNCONFIRMED, values).all()
    return [Said(*row[1:]) for row in rows], rows[-1].position if len(rows) == limit else 0


def claim_sweep(sql: Connection, service: str) -> bool:
    """Say whether this transaction may sweep: one at a time for each database."""
    if sql.dialect.name != "postgresql":
        return True
    lock = text("SELECT pg_try_advisory_xact_lock(hashtext(:name))")
    return bool(sql.execute(lock, {"name": f"atelier-sweep-{service}"}).scalar())


def lag(sql: Connection) -> tuple[int, datetime | None]:
    """Count the facts not confirmed, and give the time of the oldest (UTC)."""
    count, oldest = sql.execute(_LAG).one()
    return count, oldest


def prune(sql: Connection, *, before: datetime, limit: int) -> int:
    """Drop up to `limit` facts confirmed before `before`, the oldest first; give how many."""
    return sql.execute(_OLD, {"before": before, "limit": limit}).rowcount
