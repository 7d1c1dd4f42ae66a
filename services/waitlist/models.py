"""waitlist's tables."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.waitlist.domain import EntryState
from shared.columns import UtcDateTime

_BIG = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """The tables of waitlist's database."""

    type_annotation_map = {datetime: UtcDateTime, str: String(200)}  # noqa: RUF012 - SQLAlchemy's


class QueueRow(Base):
    """A queue, named by whose seats it queues for."""

    __tablename__ = "queues"
    __table_args__ = (
        CheckConstraint("waiting >= 0", name="waiting_not_negative"),
        # Every join and allocation updates the counts; the room keeps that off the indexes.
        {"postgresql_with": {"fillfactor": "70"}},
    )

    queue_id: Mapped[UUID] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(20))
    target_id: Mapped[UUID]
    name: Mapped[str]
    policy: Mapped[str] = mapped_column(String(20))
    size: Mapped[int]
    closes_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(_BIG)
    waiting: Mapped[int] = mapped_column(_BIG)
    sequence: Mapped[int]
    reminded_at: Mapped[datetime]


Index("queues_of_target", QueueRow.source, QueueRow.target_id, unique=True)


class EntryRow(Base):
    """Somebody's place in a queue; `position` is the number of their join."""

    __tablename__ = "entries"

    entry_id: Mapped[UUID] = mapped_column(primary_key=True)
    queue_id: Mapped[UUID]
    person_id: Mapped[UUID] = mapped_column(index=True)
    position: Mapped[int] = mapped_column(_BIG)
    joined_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(20))
    ended_at: Mapped[datetime | None]


_WAITS = EntryRow.state == EntryState.WAITING.value
_LIVE = EntryRow.state.in_(
    [EntryState.WAITING.value, EntryState.CLAIMING.value, EntryState.LEAVING.value]
)
# The next in line is the first of this index, however many were served before.
Index(
    "entries_in_line",
    EntryRow.queue_id,
    EntryRow.position,
    postgresql_where=_WAITS,
    sqlite_where=_WAITS,
)
Index(
    "entries_one_live",
    EntryRow.queue_id,
    EntryRow.person_id,
    unique=True,
    postgresql_where=_LIVE,
    sqlite_where=_LIVE,
)


class SpotRow(Base):
    """A freed seat and what became of it."""

    __tablename__ = "spots"

    spot_id: Mapped[UUID] = mapped_column(primary_key=True)
    queue_id: Mapped[UUID]
    entry_id: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(String(20))
    seen_at: Mapped[datetime]


class DecisionRow(Base):
    """One decision about a spot: who was chosen, or what came of it, and why."""

    __tablename__ = "decisions"

    decision_id: Mapped[int] = mapped_column(_BIG, primary_key=True)
    spot_id: Mapped[UUID] = mapped_column(index=True)
    queue_id: Mapped[UUID]
    entry_id: Mapped[UUID | None] = mapped_column(index=True)
    outcome: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(60))
    decided_at: Mapped[datetime]
