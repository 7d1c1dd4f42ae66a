"""The tables of seats: who has one, who is given one, who waits, who came."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.events.domain import PlaceState, RegistrationState, SpotState
from services.events.models.tables import Base


class TargetRow(Base):
    """The count of the seats of an event or of one of its sessions."""

    __tablename__ = "targets"
    __table_args__ = (
        CheckConstraint("taken >= 0", name="taken_not_negative"),
        CheckConstraint("capacity >= 0", name="capacity_not_negative"),
        # Every registration updates the count: room on the page keeps the update off the indexes.
        {"postgresql_with": {"fillfactor": "70"}},
    )

    target_id: Mapped[UUID] = mapped_column(primary_key=True)  # the event's or the session's id
    event_id: Mapped[UUID] = mapped_column(index=True)
    starts_at: Mapped[datetime]
    capacity: Mapped[int | None]
    taken: Mapped[int]
    waiting_list_size: Mapped[int]
    waiting_list_closes_minutes: Mapped[int]
    demand: Mapped[int]
    cleared: Mapped[int]
    sequence: Mapped[int]
    open: Mapped[bool]


class RegistrationRow(Base):
    """That a person takes part in an event; its places say in what."""

    __tablename__ = "registrations"

    registration_id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID]
    person_id: Mapped[UUID] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(String(20))
    ticket: Mapped[str] = mapped_column(String(32), unique=True)
    pass_id: Mapped[UUID | None]
    price_minor: Mapped[int]
    paid_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    registered_at: Mapped[datetime]
    registered_by: Mapped[str] = mapped_column(String(20))  # staff, page or waitlist
    held_until: Mapped[datetime | None]  # while its payment is awaited
    cancelled_at: Mapped[datetime | None]
    cancelled_by: Mapped[str | None] = mapped_column(String(20))
    sequence: Mapped[int]


_LIVE_REGISTRATION = RegistrationRow.state != RegistrationState.CANCELLED.value
_AWAITING = RegistrationRow.state == RegistrationState.AWAITING_PAYMENT.value
Index("registrations_of_event", RegistrationRow.event_id, RegistrationRow.registered_at)
Index(
    "registrations_one_live",
    RegistrationRow.event_id,
    RegistrationRow.person_id,
    unique=True,
    postgresql_where=_LIVE_REGISTRATION,
    sqlite_where=_LIVE_REGISTRATION,
)
Index(
    "registrations_awaiting",
    RegistrationRow.held_until,
    postgresql_where=_AWAITING,
    sqlite_where=_AWAITING,
)


class PlaceRow(Base):
    """A seat a registration has: in the event, or in one of its sessions."""

    __tablename__ = "places"

    place_id: Mapped[UUID] = mapped_column(primary_key=True)  # of one from the list: its entry's id
    registration_id: Mapped[UUID]
    event_id: Mapped[UUID]
    target_id: Mapped[UUID]
    person_id: Mapped[UUID] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(String(20))
    since: Mapped[datetime]
    overruled: Mapped[str | None] = mapped_column(String(500))  # why staff went past the capacity
    cancelled_at: Mapped[datetime | None]
    cancelled_by: Mapped[str | None] = mapped_column(String(20))
    spot_id: Mapped[UUID | None]  # the spot its cancellation freed


_LIVE_PLACE = PlaceRow.state == PlaceState.LIVE.value
Index("places_of_registration", PlaceRow.registration_id)
Index("places_of_event", PlaceRow.event_id)
Index(
    "places_one_live",
    PlaceRow.target_id,
    PlaceRow.person_id,
    unique=True,
    postgresql_where=_LIVE_PLACE,
    sqlite_where=_LIVE_PLACE,
)


class SpotRow(Base):
    """A seat on its way to the waiting list."""

    __tablename__ = "spots"

    spot_id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID]
    target_id: Mapped[UUID]
    state: Mapped[str] = mapped_column(String(20))
    entry_id: Mapped[UUID | None]  # whose it became
    made_at: Mapped[datetime]
    held_until: Mapped[datetime]
    ended_at: Mapped[datetime | None]


_OPEN = SpotRow.state == SpotState.OPEN.value
Index("spots_open", SpotRow.target_id, postgresql_where=_OPEN, sqlite_where=_OPEN)
Index("spots_lapsing", SpotRow.held_until, postgresql_where=_OPEN, sqlite_where=_OPEN)


class WaitingRow(Base):
    """What events has heard of somebody waiting."""

    __tablename__ = "waiting"

    entry_id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID]
    target_id: Mapped[UUID]
    person_id: Mapped[UUID] = mapped_column(index=True)
    pass_id: Mapped[UUID | None]  # which pass they wanted
    state: Mapped[str] = mapped_column(String(20))
    since: Mapped[datetime]


Index("waiting_for_target", WaitingRow.target_id, WaitingRow.state)
Index("waiting_of_event", WaitingRow.event_id)


class OfferRow(Base):
    """What events has heard of an invitation; who has an open one is invited."""

    __tablename__ = "offers"

    offer_id: Mapped[UUID] = mapped_column(primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(index=True)
    answer_by: Mapped[datetime | None]
    closed: Mapped[bool]


class CheckInRow(Base):
    """That somebody came through a door."""

    __tablename__ = "check_ins"

    registration_id: Mapped[UUID] = mapped_column(primary_key=True)
    target_id: Mapped[UUID] = mapped_column(primary_key=True)
    checked_in_at: Mapped[datetime]
    minutes_late: Mapped[int]


Index("check_ins_of_target", CheckInRow.target_id)


class PaymentRow(Base):
    """Money that came in for a registration, or went back (`amount_minor` below 0)."""

    __tablename__ = "payments"

    payment_id: Mapped[UUID] = mapped_column(primary_key=True)
    registration_id: Mapped[UUID] = mapped_column(index=True)
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    method: Mapped[str] = mapped_column(String(20))  # offline or card
    reference: Mapped[str | None]
    note: Mapped[str] = mapped_column(Text)
    paid_at: Mapped[datetime]
