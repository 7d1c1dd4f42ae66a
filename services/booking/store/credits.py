"""Queries about credits: the balance on a person's row, and the ledger it is the sum of."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from services.booking.domain import CreditKind
from services.booking.models import BookingRow, CreditRow, PersonRow
from shared.writes import Writes

# The one line that changes a balance: its row is locked until the commit, so balances and entries
# keep their order, and it never falls below zero.
_CHANGE = (
    update(PersonRow)
    .where(
        PersonRow.person_id == bindparam("id"),
        PersonRow.erased_at.is_(None),
        PersonRow.credits + bindparam("by") >= 0,
    )
    .values(credits=PersonRow.credits + bindparam("by"))
    .returning(PersonRow.credits)
)
_ADD_ENTRY = insert(CreditRow)
_NOTE = (
    update(BookingRow)
    .where(BookingRow.booking_id == bindparam("id"))
    .values(credits=bindparam("spent"), price_minor=0)
)
_LAST = 2**63 - 1
_ENTRIES = (
    select(CreditRow.__table__)
    .where(CreditRow.person_id == bindparam("person_id"), CreditRow.position < bindparam("before"))
    .order_by(CreditRow.position.desc())
    .limit(bindparam("limit"))
)


def change_credits(
    sql: Connection,
    writes: Writes,
    person_id: UUID,
    by: int,
    kind: CreditKind,
    *,
    at: datetime,
    booking_id: UUID | None = None,
    reason: str = "",
) -> int | None:
    """Add to, or take from, a person's credits, with an entry in the ledger.

    Returns:
        The balance; None, and nothing has changed, where it would fall below zero or there is
        nobody with this id.
    """
    balance = sql.execute(_CHANGE, {"id": person_id, "by": by}).scalar_one_or_none()
    if balance is None:
        return None
    entry = {
        "entry_id": uuid4(),
        "person_id": person_id,
        "kind": kind.value,
        "credits": by,
        "balance": balance,
        "booking_id": booking_id,
        "reason": reason,
        "at": at,
    }
    writes.add(_ADD_ENTRY, entry)
    return balance


def note_credits(writes: Writes, booking_id: UUID, spent: int) -> None:
    """Note how many credits a booking took of its person; nothing else is to be paid for it."""
    writes.add(_NOTE, {"id": booking_id, "spent": spent})


def list_credits(
    sql: Connection, person_id: UUID, *, before: int | None, limit: int
) -> Sequence[Row[Any]]:
    """List entries of a person's ledger, the latest first, from before a place in it."""
    wanted = {"person_id": person_id, "before": before or _LAST, "limit": limit}
    return sql.execute(_ENTRIES, wanted).all()


def place_of_entry(sql: Connection, person_id: UUID, entry_id: UUID) -> int | None:
    """Give an entry's place in a person's ledger; None: it has no such entry."""
    query = select(CreditRow.position).where(
        CreditRow.entry_id == entry_id, CreditRow.person_id == person_id
    )
    return sql.execute(query).scalar_one_or_none()
