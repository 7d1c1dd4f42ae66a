"""Queries about treats and purchases."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.loyalty.models import PurchaseRow, TreatRow
from shared.writes import Writes

_TREAT = select(TreatRow.__table__).where(TreatRow.booking_id == bindparam("booking_id"))
_ADD_TREAT = insert(TreatRow)
_RETURN = (
    update(TreatRow).where(TreatRow.treat_id == bindparam("id")).values(returned_at=bindparam("at"))
)
_PURCHASE = select(PurchaseRow.__table__).where(PurchaseRow.reference == bindparam("reference"))
_ADD_PURCHASE = upsert(PurchaseRow).on_conflict_do_nothing().returning(PurchaseRow.purchase_id)


def find_treat_of_booking(sql: Connection, booking_id: UUID) -> Row[Any] | None:
    """Find the treat taken with a booking, which is locked."""
    return sql.execute(_TREAT, {"booking_id": booking_id}).one_or_none()


def add_treat(writes: Writes, values: dict[str, Any]) -> None:
    """Keep a treat."""
    writes.add(_ADD_TREAT, values)


def return_treat(writes: Writes, treat_id: UUID, *, at: datetime) -> None:
    """Note that a treat's points were given back."""
    writes.add(_RETURN, {"id": treat_id, "at": at})


def add_purchase(sql: Connection, values: dict[str, Any]) -> bool:
    """Keep a purchase; False where there is one under its reference."""
    return sql.execute(_ADD_PURCHASE, values).first() is not None


def find_purchase(sql: Connection, reference: str) -> Row[Any] | None:
    """Find a purchase by its reference."""
    return sql.execute(_PURCHASE, {"reference": reference}).one_or_none()
