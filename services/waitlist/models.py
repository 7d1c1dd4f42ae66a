"""waitlist's tables."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, String, false, true
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.waitlist.domain import BEFORE_ALL, EntryState, OfferState, SpotState
from shared.columns import UtcDateTime

_BIG = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """The tables of waitlist's database."""

    type_annotation_map = {datetime: UtcDateTime, str: String(200)}  # noqa: RUF012 - SQLAlchemy's


class QueueRow(Base):
    """A queue, named by whose seats it queues for.

    `waiting` counts those who wait, invited ones too; `pooled` and `announced` the seats that are
    in the list's hands and in nobody's name.
    """

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
    capacity: Mapped[int] = mapped_column(server_default="0")  # seats there are; 0: not known
    closes_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(_BIG)
    waiting: Mapped[int] = mapped_column(_BIG)
    sequence: Mapped[int]
    reminded_at: Mapped[datetime]
    chosen: Mapped[bool] = mapped_column(server_default=false())  # the policy is staff's choice
    invitations: Mapped[int] = mapped_column(server_default="1")
    answer_minutes: Mapped[int] = mapped_column(server_default="1440")
    group_rule: Mapped[str] = mapped_column(String(20), server_default="strict")
    takes_joins: Mapped[bool] = mapped_column(server_default=true())
    opens_at: Mapped[datetime | None]
    paused: Mapped[bool] = mapped_column(server_default=false())
    cancelled: Mapped[bool] = mapped_column(server_default=false())
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    time_zone: Mapped[str] = mapped_column(String(64), server_default="")
    location: Mapped[str] = mapped_column(server_default="")
    staff: Mapped[str] = mapped_column(server_default="")
    pooled: Mapped[int] = mapped_column(server_default="0")
    announced: Mapped[int] = mapped_column(server_default="0")
    announced_until: Mapped[datetime | None]
    # At which version those who wait had last all been passed over; see Queue.claims.
    cleared: Mapped[int] = mapped_column(_BIG, server_default="0")
    told_to: Mapped[int] = mapped_column(_BIG, server_default=str(BEFORE_ALL))
    telling: Mapped[bool] = mapped_column(server_default=false())  # of an announcement
    hushing: Mapped[str | None] = mapped_column(String(20))  # why an announcement is over
    dropping: Mapped[bool] = mapped_column(server_default=false())  # ends the entries
    ended_at: Mapped[datetime | None]  # the list has closed and its entries have ended


Index("queues_of_target", QueueRow.source, QueueRow.target_id, unique=True)
_BUSY = (QueueRow.telling == true()) | QueueRow.hushing.is_not(None) | (QueueRow.dropping == true())
Index("queues_busy", QueueRow.queue_id, postgresql_where=_BUSY, sqlite_where=_BUSY)
_NOT_ENDED = QueueRow.ended_at.is_(None)
Index("queues_closing", QueueRow.closes_at, postgresql_where=_NOT_ENDED, sqlite_where=_NOT_ENDED)
_ANNOUNCES = QueueRow.announced_until.is_not(None)
Index(
    "queues_announcing",
    QueueRow.announced_until,
    postgresql_where=_ANNOUNCES,
    sqlite_where=_ANNOUNCES,
)


class EntryRow(Base):
    """Somebody's place in a queue; the lower `position` is nearer to the front.

    `wanted` seats are still to be asked for, `asked` were asked for and not refused, `granted` of
    them are given; `seats` numbers those that ever were asked for, where it is a group.
    """

    __tablename__ = "entries"

    entry_id: Mapped[UUID] = mapped_column(primary_key=True)
    queue_id: Mapped[UUID]
    person_id: Mapped[UUID] = mapped_column(index=True)
    position: Mapped[int] = mapped_column(_BIG)
    joined_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(20))
    ended_at: Mapped[datetime | None]
    quantity: Mapped[int] = mapped_column(server_default="1")
    wanted: Mapped[int] = mapped_column(server_default="1")
    asked: Mapped[int] = mapped_column(server_default="0")
    granted: Mapped[int] = mapped_column(server_default="0")
    seats: Mapped[int] = mapped_column(server_default="0")
    asks_first: Mapped[bool] = mapped_column(server_default=false())
    passed_reason: Mapped[str | None] = mapped_column(String(60))  # why they were passed over last
    passed_at: Mapped[datetime | None]


_WAITS = EntryRow.state == EntryState.WAITING.value
_INVITED = EntryRow.state == EntryState.OFFERED.value
_LIVE = EntryRow.state.in_(
    [
        EntryState.WAITING.value,
        EntryState.OFFERED.value,
        EntryState.CLAIMING.value,
        EntryState.LEAVING.value,
    ]
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
    "entries_invited",
    EntryRow.queue_id,
    EntryRow.position,
    postgresql_where=_INVITED,
    sqlite_where=_INVITED,
)
Index(
    "entries_one_live",
    EntryRow.queue_id,
    EntryRow.person_id,
    unique=True,
    postgresql_where=_LIVE,
    sqlite_where=_LIVE,
)
Index("entries_of_queue", EntryRow.queue_id, EntryRow.joined_at)


class SpotRow(Base):
    """A freed seat and what became of it.

    Those up to position `passed_to` have had their chance at it. `lead_id` is the first of the
    spots that are offered to a group together.
    """

    __tablename__ = "spots"

    spot_id: Mapped[UUID] = mapped_column(primary_key=True)
    queue_id: Mapped[UUID]
    entry_id: Mapped[UUID | None] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(String(20))
    seen_at: Mapped[datetime]
    cause: Mapped[str] = mapped_column(String(20), server_default="")  # why it came; "": not known
    seat: Mapped[int] = mapped_column(server_default="1")
    passed_to: Mapped[int] = mapped_column(_BIG, server_default=str(BEFORE_ALL))
    lead_id: Mapped[UUID | None]
    overruled: Mapped[bool] = mapped_column(server_default=false())  # staff's, with no seat behind
    booking_id: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]


_IN_HAND = SpotRow.state.in_(
    [SpotState.POOLED.value, SpotState.OFFERED.value, SpotState.ANNOUNCED.value]
)
Index(
    "spots_in_hand",
    SpotRow.queue_id,
    SpotRow.seen_at,
    postgresql_where=_IN_HAND,
    sqlite_where=_IN_HAND,
)
Index("spots_of_queue", SpotRow.queue_id, SpotRow.seen_at)


class OfferRow(Base):
    """An invitation of one entry to take a seat, or to be the first to take an announced one."""

    __tablename__ = "offers"

    offer_id: Mapped[UUID] = mapped_column(primary_key=True)
    queue_id: Mapped[UUID]
    spot_id: Mapped[UUID] = mapped_column(index=True)
    entry_id: Mapped[UUID] = mapped_column(index=True)
    person_id: Mapped[UUID]
    state: Mapped[str] = mapped_column(String(20))
    announced: Mapped[bool]
    seats: Mapped[int]
    by_staff: Mapped[bool]
    offered_at: Mapped[datetime]
    answer_by: Mapped[datetime]
    closed_at: Mapped[datetime | None]


_OPEN = OfferRow.state == OfferState.OPEN.value
Index("offers_due", OfferRow.answer_by, postgresql_where=_OPEN, sqlite_where=_OPEN)
Index("offers_open", OfferRow.queue_id, postgresql_where=_OPEN, sqlite_where=_OPEN)
Index(
    "offers_one_open",
    OfferRow.entry_id,
    unique=True,
    postgresql_where=_OPEN,
    sqlite_where=_OPEN,
)


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


class OverrideRow(Base):
    """What staff did to a queue by hand, and why; who stood between the places was overtaken."""

    __tablename__ = "overrides"

    override_id: Mapped[UUID] = mapped_column(primary_key=True)
    queue_id: Mapped[UUID]
    entry_id: Mapped[UUID | None] = mapped_column(index=True)
    spot_id: Mapped[UUID | None]
    action: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(500))
    by: Mapped[str]  # who of the staff, as the caller names them
    from_position: Mapped[int | None] = mapped_column(_BIG)
    to_position: Mapped[int | None] = mapped_column(_BIG)
    overtaken: Mapped[int] = mapped_column(server_default="0")
    done_at: Mapped[datetime]


Index("overrides_of_queue", OverrideRow.queue_id, OverrideRow.done_at)
