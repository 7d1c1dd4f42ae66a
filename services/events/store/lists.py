"""Queries of the lists staff see: who is registered, who waits, who is written to."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, and_, case, exists, func, or_, select

from services.events.domain import PlaceState, RegistrationState, WaitingState
from services.events.models import (
    CheckInRow,
    OfferRow,
    PassRow,
    PassSessionRow,
    PersonRow,
    PlaceRow,
    RegistrationRow,
    SessionRow,
    WaitingRow,
)

_WHO = (
    PersonRow.name,
    PersonRow.email,
    PersonRow.phone,
    PersonRow.language,
)


_PLACE_STANDS = PlaceRow.state == PlaceState.LIVE.value
_OF_PLACE = ("state", "cancelled_at", "cancelled_by")
"""Columns that at a session are those of the place: others of the registration may go on."""


_OPENED = select(PassSessionRow.session_id).where(PassSessionRow.pass_id == RegistrationRow.pass_id)
_NOTHING_LEFT = and_(
    _OPENED.exists(),
    ~_OPENED.join(SessionRow, SessionRow.session_id == PassSessionRow.session_id)
    .where(SessionRow.cancelled_at.is_(None))
    .exists(),
)
"""Its pass names sessions, and none of these takes place."""


def _registrations(event_id: UUID, session_id: UUID | None) -> Any:
    """Build the query of registrations: at an event (D16, D32), or at one session (D17, D34)."""
    mine = PlaceRow.registration_id == RegistrationRow.registration_id
    of_registration = list(RegistrationRow.__table__.columns)
    columns: list[Any]
    if session_id is None:
        stands = or_(_PLACE_STANDS, RegistrationRow.state == RegistrationState.CANCELLED.value)
        overruled = select(func.max(PlaceRow.overruled)).where(mine, stands).scalar_subquery()
        columns = [*of_registration, overruled.label("overruled")]
    else:
        gone = PlaceState.CANCELLED.value
        state = case((PlaceRow.state == gone, gone), else_=RegistrationRow.state)
        of_place = (PlaceRow.cancelled_at, PlaceRow.cancelled_by, PlaceRow.overruled)
        others = [one for one in of_registration if one.name not in _OF_PLACE]
        columns = [*others, state.label("state"), *of_place]
    about = [*_WHO, PassRow.name.label("pass_name")]
    query = select(*columns, *about, CheckInRow.checked_in_at, CheckInRow.minutes_late)
    query = query.select_from(RegistrationRow)
    if session_id is not None:
        query = query.join(PlaceRow, and_(mine, PlaceRow.target_id == session_id))
    came = and_(
        CheckInRow.registration_id == RegistrationRow.registration_id,
        CheckInRow.target_id == (session_id or event_id),
    )
    return (
        query.outerjoin(CheckInRow, came)
        .outerjoin(PersonRow, PersonRow.person_id == RegistrationRow.person_id)
        .outerjoin(PassRow, PassRow.pass_id == RegistrationRow.pass_id)
        .where(RegistrationRow.event_id == event_id)
    )


def list_registrations(
    sql: Connection,
    event_id: UUID,
    session_id: UUID | None,
    *,
    cancelled: bool,
    nothing_left: bool,
    limit: int,
    offset: int,
) -> Sequence[Any]:
    """List an event's or one session's registrations with their people, in order of coming.

    With `nothing_left`, only those of whose pass every session was called off.
    """
    query = _registrations(event_id, session_id)
    if nothing_left:
        query = query.where(_NOTHING_LEFT)
    if not cancelled:
        query = query.where(RegistrationRow.state != RegistrationState.CANCELLED.value)
        if session_id is not None:
            query = query.where(_PLACE_STANDS)
    order = (RegistrationRow.registered_at, RegistrationRow.registration_id)
    return sql.execute(query.order_by(*order).limit(limit).offset(offset)).all()


def places_of(sql: Connection, registration_ids: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """List, for each registration, the ids of what it has live places in."""
    query = select(PlaceRow.registration_id, PlaceRow.target_id).where(
        PlaceRow.registration_id.in_(registration_ids), _PLACE_STANDS
    )
    found: dict[UUID, list[UUID]] = {}
    for row in sql.execute(query.order_by(PlaceRow.target_id)):
        found.setdefault(row.registration_id, []).append(row.target_id)
    return found


def _invited(at: datetime) -> Any:
    return exists().where(
        OfferRow.entry_id == WaitingRow.entry_id,
        OfferRow.closed.is_(False),
        OfferRow.answer_by > at,
    )


def list_waiting(
    sql: Connection, target_id: UUID, *, at: datetime, limit: int, offset: int = 0
) -> Sequence[Any]:
    """List who waits for an event or session, longest first, and whether they are invited."""
    query = (
        select(
            WaitingRow.entry_id,
            WaitingRow.person_id,
            WaitingRow.since,
            WaitingRow.state,
            _invited(at).label("invited"),
            *_WHO,
        )
        .outerjoin(PersonRow, PersonRow.person_id == WaitingRow.person_id)
        .where(
            WaitingRow.target_id == target_id,
            WaitingRow.state != WaitingState.GONE.value,
        )
        .order_by(WaitingRow.since, WaitingRow.entry_id)
        .limit(limit)
        .offset(offset)
    )
    return sql.execute(query).all()


def registered_people(sql: Connection, target_ids: Sequence[UUID]) -> list[UUID]:
    """List who has a live, confirmed place in any of these."""
    query = (
        select(PlaceRow.person_id)
        .join(RegistrationRow, RegistrationRow.registration_id == PlaceRow.registration_id)
        .where(
            PlaceRow.target_id.in_(target_ids),
            PlaceRow.state == PlaceState.LIVE.value,
            RegistrationRow.state == RegistrationState.CONFIRMED.value,
        )
        .distinct()
        .order_by(PlaceRow.person_id)
    )
    return list(sql.execute(query).scalars())


def waiting_people(
    sql: Connection, target_ids: Sequence[UUID], *, invited: bool, at: datetime
) -> list[UUID]:
    """List who waits for any of these, or only those of them who are invited now."""
    query = (
        select(WaitingRow.person_id)
        .where(
            WaitingRow.target_id.in_(target_ids),
            WaitingRow.state == WaitingState.WAITING.value,
        )
        .distinct()
        .order_by(WaitingRow.person_id)
    )
    if invited:
        query = query.where(_invited(at))
    return list(sql.execute(query).scalars())
