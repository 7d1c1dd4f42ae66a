"""Queries about registrations and their places."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.events.domain import PlaceState, RegistrationState
from services.events.models import PlaceRow, RegistrationRow, SessionRow

_ADD_REGISTRATION = (
    upsert(RegistrationRow).on_conflict_do_nothing().returning(RegistrationRow.registration_id)
)
_REGISTRATION = select(RegistrationRow.__table__).where(
    RegistrationRow.registration_id == bindparam("registration_id")
)
_REGISTRATION_FOR_UPDATE = _REGISTRATION.with_for_update()
_LIVE = select(RegistrationRow.__table__).where(
    RegistrationRow.event_id == bindparam("event_id"),
    RegistrationRow.person_id == bindparam("person_id"),
    RegistrationRow.state != RegistrationState.CANCELLED.value,
)
_LIVE_FOR_UPDATE = _LIVE.with_for_update()
_ADD_PLACE = upsert(PlaceRow).on_conflict_do_nothing().returning(PlaceRow.place_id)
_PLACES = (
    select(PlaceRow.__table__)
    .where(
        PlaceRow.registration_id == bindparam("registration_id"),
        PlaceRow.state == PlaceState.LIVE.value,
    )
    .order_by(PlaceRow.target_id)
)
_PLACE = select(PlaceRow.__table__).where(PlaceRow.place_id == bindparam("place_id"))
_END_PLACE = (
    update(PlaceRow)
    .where(PlaceRow.place_id == bindparam("id"))
    .values(
        state=PlaceState.CANCELLED.value,
        cancelled_at=bindparam("at"),
        cancelled_by=bindparam("by"),
        spot_id=bindparam("freed"),
    )
)


def add_registration(sql: Connection, values: dict[str, Any]) -> bool:
    """Keep a new registration; False where the person has one for this event already."""
    return sql.execute(_ADD_REGISTRATION, values).first() is not None


def drop_registration(sql: Connection, registration_id: UUID) -> None:
    """Take back a registration made in this very transaction."""
    query = delete(RegistrationRow).where(RegistrationRow.registration_id == registration_id)
    sql.execute(query)


def find_registration(
    sql: Connection, registration_id: UUID, *, lock: bool = False
) -> Row[Any] | None:
    """Find a registration, locked if it is about to change."""
    query = _REGISTRATION_FOR_UPDATE if lock else _REGISTRATION
    return sql.execute(query, {"registration_id": registration_id}).one_or_none()


def live_registration(
    sql: Connection, event_id: UUID, person_id: UUID, *, lock: bool = False
) -> Row[Any] | None:
    """Find a person's live registration for an event."""
    query = _LIVE_FOR_UPDATE if lock else _LIVE
    return sql.execute(query, {"event_id": event_id, "person_id": person_id}).one_or_none()


def registration_by_ticket(sql: Connection, ticket: str, *, lock: bool = False) -> Row[Any] | None:
    """Find the registration a ticket stands for."""
    query = select(RegistrationRow.__table__).where(RegistrationRow.ticket == ticket)
    return sql.execute(query.with_for_update() if lock else query).one_or_none()


def change_registration(sql: Connection, registration_id: UUID, changes: dict[str, Any]) -> None:
    """Set some of a registration's columns."""
    query = update(RegistrationRow).where(RegistrationRow.registration_id == registration_id)
    sql.execute(query.values(**changes))


def live_registrations(sql: Connection, event_id: UUID, *, lock: bool = False) -> Sequence[Any]:
    """List the live registrations for an event."""
    query = (
        select(RegistrationRow.__table__)
        .where(
            RegistrationRow.event_id == event_id,
            RegistrationRow.state != RegistrationState.CANCELLED.value,
        )
        .order_by(RegistrationRow.registration_id)
    )
    return sql.execute(query.with_for_update() if lock else query).all()


def count_registrations(sql: Connection, event_id: UUID) -> int:
    """Count the live registrations for an event."""
    query = select(func.count()).where(
        RegistrationRow.event_id == event_id,
        RegistrationRow.state != RegistrationState.CANCELLED.value,
    )
    return sql.execute(query).scalar_one()


# -- places -----------------------------------------------------------------------------------


def add_place(sql: Connection, values: dict[str, Any]) -> bool:
    """Give a registration a seat; False where its person has one there already."""
    row = values | {"state": PlaceState.LIVE.value}
    return sql.execute(_ADD_PLACE, row).first() is not None


def live_places(sql: Connection, registration_id: UUID) -> Sequence[Any]:
    """List the seats a registration has."""
    return sql.execute(_PLACES, {"registration_id": registration_id}).all()


def find_place(sql: Connection, place_id: UUID) -> Row[Any] | None:
    """Find a place."""
    return sql.execute(_PLACE, {"place_id": place_id}).one_or_none()


def end_place(
    sql: Connection, place_id: UUID, *, at: datetime, by: str, spot_id: UUID | None
) -> None:
    """Take a seat from a registration."""
    sql.execute(_END_PLACE, {"id": place_id, "at": at, "by": by, "freed": spot_id})


def places_of_event(sql: Connection, event_id: UUID) -> dict[UUID, list[Any]]:
    """List the live places of an event by registration."""
    query = (
        select(PlaceRow.__table__)
        .where(PlaceRow.event_id == event_id, PlaceRow.state == PlaceState.LIVE.value)
        .order_by(PlaceRow.target_id)
    )
    found: dict[UUID, list[Any]] = {}
    for row in sql.execute(query):
        found.setdefault(row.registration_id, []).append(row)
    return found


def lost_sessions(sql: Connection, registration_id: UUID) -> set[UUID]:
    """Name the sessions a registration had seats in when they were called off."""
    query = (
        select(PlaceRow.target_id)
        .join(SessionRow, SessionRow.session_id == PlaceRow.target_id)
        .where(
            PlaceRow.registration_id == registration_id,
            PlaceRow.state == PlaceState.CANCELLED.value,
            PlaceRow.cancelled_at == SessionRow.cancelled_at,
        )
    )
    return set(sql.execute(query).scalars())


def has_place(sql: Connection, target_id: UUID, person_id: UUID) -> bool:
    """Say whether a person has a live place in an event or session."""
    query = select(PlaceRow.place_id).where(
        PlaceRow.target_id == target_id,
        PlaceRow.person_id == person_id,
        PlaceRow.state == PlaceState.LIVE.value,
    )
    return sql.execute(query).first() is not None


def move_place(sql: Connection, place_id: UUID, changes: dict[str, Any]) -> None:
    """Set some of a place's columns."""
    sql.execute(update(PlaceRow).where(PlaceRow.place_id == place_id).values(**changes))
