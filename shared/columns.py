"""Column types and the tables every service's database has besides its own."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware on the way in, UTC on the way out, on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse an instant without a time zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            msg = f"{value!r} has no time zone"
            raise ValueError(msg)
        return value.astimezone(UTC) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Give UTC back, which SQLite forgets."""
        if value is None:
            return None
        instant: datetime = value
        if dialect.name == "sqlite":
            return instant.replace(tzinfo=UTC)
        return instant.astimezone(UTC)


bus_metadata = MetaData()
"""The tables of the bus discipline; `shared/migrations/` makes them in every service's database."""

outbox = Table(
    "outbox",
    bus_metadata,
    Column("position", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("fact_id", Uuid, nullable=False, unique=True),
    Column("topic", String(100), nullable=False),
    Column("about", Uuid, nullable=False),
    Column("correlation_id", String(200), nullable=False, index=True),
    Column("caused_by", Uuid),
    Column("said_at", UtcDateTime, nullable=False),
    Column("body", Text, nullable=False),
    Column("confirmed_at", UtcDateTime),
)
Index(
    "outbox_unconfirmed",
    outbox.c.position,
    postgresql_where=outbox.c.confirmed_at.is_(None),
    sqlite_where=outbox.c.confirmed_at.is_(None),
)

inbox = Table(
    "inbox",
    bus_metadata,
    Column("fact_id", Uuid, primary_key=True),
    Column("entrypoint", String(100), primary_key=True),
    Column("handled_at", UtcDateTime, nullable=False, index=True),
)

deferred = Table(
    "deferred",
    bus_metadata,
    Column("deferred_id", Uuid, primary_key=True),
    Column("entrypoint", String(100), nullable=False),
    Column("topic", String(100), nullable=False),
    Column("fact_id", Uuid),
    Column("correlation_id", String(200)),
    Column("body", LargeBinary, nullable=False),
    Column("error", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("first_failed_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime),
    Column("parked_at", UtcDateTime),
)
Index(
    "deferred_due",
    deferred.c.due_at,
    postgresql_where=deferred.c.parked_at.is_(None),
    sqlite_where=deferred.c.parked_at.is_(None),
)
Index(
    "deferred_once",
    deferred.c.fact_id,
    deferred.c.entrypoint,
    unique=True,
)

replies = Table(
    "replies",
    bus_metadata,
    Column("key", String(300), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("reply", Text, nullable=False),
    Column("stored_at", UtcDateTime, nullable=False, index=True),
)
