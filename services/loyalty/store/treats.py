"""Queries about treats, purchases and payments."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, delete, exists, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.loyalty.domain import Movement
from services.loyalty.models import MovementRow, OfferRow, PaidBookingRow, PurchaseRow, TreatRow
from shared.writes import Writes

_TREAT = select(TreatRow.__table__).where(TreatRow.booking_id == bindparam("booking_id"))
_ADD_TREAT = insert(TreatRow)
_RETURN = (
    update(TreatRow).where(TreatRow.treat_id == bindparam("id")).values(returned_at=bindparam("at"))
)
_HAD_TREAT = select(
    exists().where(
        TreatRow.person_id == bindparam("person_id"),
        TreatRow.treat == bindparam("treat"),
        TreatRow.returned_at.is_(None),
    )
)
_OFFER = upsert(OfferRow)
_OFFER = _OFFER.on_conflict_do_update(
    index_elements=["treat"],
    set_={
        name: getattr(_OFFER.excluded, name)
        for name in ("price_minor", "currency", "points", "availability", "offered_at")
    },
)
_OFFERS = select(OfferRow.__table__).order_by(OfferRow.treat)
_OFFER_OF = select(OfferRow.__table__).where(OfferRow.treat == bindparam("treat"))
_WITHDRAW = delete(OfferRow).where(OfferRow.treat == bindparam("treat"))
_PURCHASE = select(PurchaseRow.__table__).where(PurchaseRow.reference == bindparam("reference"))
_ADD_PURCHASE = upsert(PurchaseRow).on_conflict_do_nothing().returning(PurchaseRow.purchase_id)
_RETRACT = (
    update(PurchaseRow)
    .where(PurchaseRow.reference == bindparam("of"), PurchaseRow.retracted_at.is_(None))
    .values(retracted_at=bindparam("at"))
    .returning(PurchaseRow.purchase_id)
)


def find_treat_of_booking(sql: Connection, booking_id: UUID) -> Row[Any] | None:
    """Find the treat taken with a booking, which is locked."""
    return sql.execute(_TREAT, {"booking_id": booking_id}).one_or_none()


def add_treat(writes: Writes, values: dict[str, Any]) -> None:
    """Keep a treat."""
    writes.add(_ADD_TREAT, values)


def return_treat(writes: Writes, treat_id: UUID, *, at: datetime) -> None:
    """Note that a treat's points were given back."""
    writes.add(_RETURN, {"id": treat_id, "at": at})


def had_treat(sql: Connection, person_id: UUID, treat: str) -> bool:
    """Say whether somebody has taken a treat of this name before, and kept it."""
    return bool(sql.execute(_HAD_TREAT, {"person_id": person_id, "treat": treat}).scalar_one())


def keep_offer(sql: Connection, values: dict[str, Any]) -> None:
    """Keep what a treat costs and who may have it."""
    sql.execute(_OFFER, values)


def find_offer(sql: Connection, treat: str) -> Row[Any] | None:
    """Find a treat on offer by its name."""
    return sql.execute(_OFFER_OF, {"treat": treat}).one_or_none()


def list_offers(sql: Connection) -> Sequence[Row[Any]]:
    """List the treats on offer, by name."""
    return sql.execute(_OFFERS).all()


def withdraw_offer(sql: Connection, treat: str) -> bool:
    """Offer a treat no longer; False where it was not offered."""
    return bool(sql.execute(_WITHDRAW, {"treat": treat}).rowcount)


def add_purchase(sql: Connection, values: dict[str, Any]) -> bool:
    """Keep a purchase; False where there is one under its reference."""
    return sql.execute(_ADD_PURCHASE, values).first() is not None


def find_purchase(sql: Connection, reference: str) -> Row[Any] | None:
    """Find a purchase by its reference."""
    return sql.execute(_PURCHASE, {"reference": reference}).one_or_none()


def retract_purchase(sql: Connection, reference: str, *, at: datetime) -> bool:
    """Note that a purchase was given back; False where it had been before, or there is none."""
    return sql.execute(_RETRACT, {"of": reference, "at": at}).first() is not None


# -- payments of bookings ---------------------------------------------------------------------

_BEGIN_PAID = upsert(PaidBookingRow)
_LOCK_PAID = _BEGIN_PAID.on_conflict_do_update(
    index_elements=["booking_id"], set_={"booking_id": _BEGIN_PAID.excluded.booking_id}
).returning(PaidBookingRow.rate, PaidBookingRow.points, PaidBookingRow.earned_at)
_SET_PAID = (
    update(PaidBookingRow)
    .where(PaidBookingRow.booking_id == bindparam("id"))
    .values(rate=bindparam("new_rate"), points=bindparam("new_points"), earned_at=bindparam("at"))
)
_ADD_MOVEMENT = upsert(MovementRow).on_conflict_do_nothing().returning(MovementRow.movement_id)
_MOVEMENTS = select(
    MovementRow.amount_minor, MovementRow.balance_minor, MovementRow.moved_at
).where(MovementRow.booking_id == bindparam("booking_id"))


def paid_booking_for_update(sql: Connection, booking_id: UUID) -> Any:
    """Give what payments of a booking have earned, nothing at the first word of it; lock it."""
    row = {"booking_id": booking_id, "rate": None, "points": 0, "earned_at": None}
    return sql.execute(_LOCK_PAID, row).one()


def set_paid_booking(
    writes: Writes, booking_id: UUID, *, rate: int, points: int, earned_at: datetime | None
) -> None:
    """Keep what payments of a locked booking have earned."""
    values = {"id": booking_id, "new_rate": rate, "new_points": points}
    writes.add(_SET_PAID, values | {"at": earned_at})


def add_movement(sql: Connection, movement_id: UUID, booking_id: UUID, moved: Movement) -> bool:
    """Keep a payment or refund of a locked booking; False where it was kept before."""
    values = {"movement_id": movement_id, "booking_id": booking_id, **asdict(moved)}
    return sql.execute(_ADD_MOVEMENT, values).first() is not None


def movements_of(sql: Connection, booking_id: UUID) -> list[Movement]:
    """Give all payments and refunds of a booking that were heard of."""
    return [Movement(*row) for row in sql.execute(_MOVEMENTS, {"booking_id": booking_id})]
