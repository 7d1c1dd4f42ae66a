"""Queries about offers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from services.waitlist.domain import BEFORE_ALL, EntryState, OfferState
from services.waitlist.models import EntryRow, OfferRow
from shared.writes import Writes

_ADD_OFFER = insert(OfferRow)
_CLOSE_OFFER = (
    update(OfferRow)
    .where(OfferRow.offer_id == bindparam("id"))
    .values(state=bindparam("new_state"), closed_at=bindparam("closed"))
)


def add_offer(writes: Writes, **values: Any) -> None:
    """Keep a new offer."""
    writes.add(_ADD_OFFER, values | {"state": OfferState.OPEN.value})


def close_offer(writes: Writes, offer_id: UUID, how: OfferState, *, at: datetime) -> None:
    """Note what became of an offer."""
    writes.add(_CLOSE_OFFER, {"id": offer_id, "new_state": how.value, "closed": at})


def find_offer(sql: Connection, offer_id: UUID) -> Row[Any] | None:
    """Find an offer."""
    return sql.execute(select(OfferRow.__table__).where(OfferRow.offer_id == offer_id)).first()


def _open(*conditions: Any) -> Any:
    return (
        select(OfferRow.__table__, EntryRow.position, EntryRow.state.label("entry_state"))
        .join(EntryRow, EntryRow.entry_id == OfferRow.entry_id)
        .where(OfferRow.state == OfferState.OPEN.value, *conditions)
        .order_by(EntryRow.position)
    )


def open_offer_of(sql: Connection, entry_id: UUID) -> Row[Any] | None:
    """Find the open offer of an entry, if it has one."""
    return sql.execute(_open(OfferRow.entry_id == entry_id)).first()


def open_offers_for(sql: Connection, queue_id: UUID, spot_id: UUID) -> Sequence[Row[Any]]:
    """List the open offers of a spot, the nearest to the front first."""
    query = _open(
        OfferRow.queue_id == queue_id, OfferRow.spot_id == spot_id, OfferRow.announced.is_(False)
    )
    return sql.execute(query).all()


def open_offers(
    sql: Connection, queue_id: UUID, *, announced: bool, limit: int
) -> Sequence[Row[Any]]:
    """List a queue's open invitations, or those by an announcement."""
    query = _open(OfferRow.queue_id == queue_id, OfferRow.announced.is_(announced))
    return sql.execute(query.limit(limit)).all()


def due_offers(sql: Connection, queue_id: UUID, *, at: datetime, limit: int) -> Sequence[Row[Any]]:
    """List a queue's invitations nobody has answered in time."""
    query = _open(
        OfferRow.queue_id == queue_id, OfferRow.announced.is_(False), OfferRow.answer_by <= at
    )
    return sql.execute(query.limit(limit)).all()


def offers_of(sql: Connection, entry_id: UUID, *, limit: int) -> Sequence[Row[Any]]:
    """List what an entry was offered, the first first."""
    query = select(OfferRow.__table__).where(OfferRow.entry_id == entry_id)
    return sql.execute(query.order_by(OfferRow.offered_at).limit(limit)).all()


def offers_for(sql: Connection, spot_id: UUID, *, limit: int) -> Sequence[Row[Any]]:
    """List whom a spot was offered, the first first."""
    query = select(OfferRow.__table__).where(OfferRow.spot_id == spot_id)
    return sql.execute(query.order_by(OfferRow.offered_at).limit(limit)).all()


def asked_up_to(sql: Connection, spot_id: UUID) -> int:
    """Give the last position of those the list's own rule has asked about a spot."""
    query = (
        select(func.max(EntryRow.position))
        .join(OfferRow, OfferRow.entry_id == EntryRow.entry_id)
        .where(
            OfferRow.spot_id == spot_id,
            OfferRow.by_staff.is_(False),
            OfferRow.announced.is_(False),
            OfferRow.state != OfferState.WITHDRAWN.value,
        )
    )
    found: int | None = sql.execute(query).scalar_one()
    return BEFORE_ALL if found is None else found


def give_offers(sql: Connection, merged_id: UUID, person_id: UUID) -> None:
    """Make one person's offers another's."""
    sql.execute(update(OfferRow).where(OfferRow.person_id == merged_id).values(person_id=person_id))


def untold(sql: Connection, queue_id: UUID, *, after: int, limit: int) -> Sequence[Any]:
    """List who waits behind a position, and whether they have an open offer already."""
    has_offer = (
        select(OfferRow.offer_id)
        .where(OfferRow.entry_id == EntryRow.entry_id, OfferRow.state == OfferState.OPEN.value)
        .exists()
    )
    query = (
        select(
            EntryRow.entry_id,
            EntryRow.person_id,
            EntryRow.position,
            EntryRow.wanted,
            has_offer.label("told"),
        )
        .where(
            EntryRow.queue_id == queue_id,
            EntryRow.state == EntryState.WAITING.value,
            EntryRow.position > after,
        )
        .order_by(EntryRow.position)
        .limit(limit)
    )
    return sql.execute(query).all()
