"""Queries about passes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select, update

from services.events.models import PassRow, PassSessionRow
from shared.money import card_fault


@dataclass(frozen=True, slots=True)
class Pass:
    """A way into an event; `session_ids` empty: to all of it."""

    pass_id: UUID
    event_id: UUID
    name: str
    price_minor: int
    currency: str
    online: bool
    quantity: int | None
    sold: int
    position: int
    withdrawn_at: datetime | None
    session_ids: frozenset[UUID] = frozenset()

    @property
    def available(self) -> bool:
        """Say whether it can still be had."""
        in_stock = self.quantity is None or self.sold < self.quantity
        return in_stock and self.withdrawn_at is None

    @property
    def by_card(self) -> bool:
        """Say whether it is paid for by card, where cards are taken."""
        fault = card_fault(self.price_minor, self.currency)
        return self.online and bool(self.price_minor) and not fault


_PASSES = (
    select(PassRow.__table__)
    .where(PassRow.event_id == bindparam("event_id"))
    .order_by(PassRow.position, PassRow.pass_id)
)
_HAS_PASSES = (
    select(PassRow.pass_id)
    .where(PassRow.event_id == bindparam("event_id"), PassRow.withdrawn_at.is_(None))
    .limit(1)
)
_SELL = (
    update(PassRow)
    .where(
        PassRow.pass_id == bindparam("id"),
        PassRow.withdrawn_at.is_(None),
        or_(PassRow.quantity.is_(None), PassRow.sold < PassRow.quantity),
    )
    .values(sold=PassRow.sold + 1)
)
_TAKE_BACK = update(PassRow).where(PassRow.pass_id == bindparam("id")).values(sold=PassRow.sold - 1)


def add_pass(sql: Connection, values: dict[str, Any], session_ids: Collection[UUID]) -> None:
    """Keep a new pass and the sessions it opens."""
    count = select(func.count()).where(PassRow.event_id == values["event_id"])
    position = sql.execute(count).scalar_one() + 1
    sql.execute(insert(PassRow), values | {"position": position, "sold": 0})
    open_sessions(sql, values["pass_id"], session_ids)


def open_sessions(sql: Connection, pass_id: UUID, session_ids: Collection[UUID]) -> None:
    """Say which sessions a pass opens."""
    sql.execute(delete(PassSessionRow).where(PassSessionRow.pass_id == pass_id))
    rows = [{"pass_id": pass_id, "session_id": one} for one in dict.fromkeys(session_ids)]
    if rows:
        sql.execute(insert(PassSessionRow), rows)


def change_pass(sql: Connection, pass_id: UUID, changes: dict[str, Any]) -> None:
    """Set some of a pass's columns."""
    if changes:
        sql.execute(update(PassRow).where(PassRow.pass_id == pass_id).values(**changes))


def list_passes(sql: Connection, event_id: UUID) -> list[Pass]:
    """List an event's passes, withdrawn ones too, in their order."""
    rows = sql.execute(_PASSES, {"event_id": event_id}).all()
    if not rows:
        return []
    opened: dict[UUID, set[UUID]] = {row.pass_id: set() for row in rows}
    query = select(PassSessionRow.__table__).where(PassSessionRow.pass_id.in_(opened))
    for row in sql.execute(query):
        opened[row.pass_id].add(row.session_id)
    return [Pass(**row._asdict(), session_ids=frozenset(opened[row.pass_id])) for row in rows]


def find_pass(sql: Connection, pass_id: UUID) -> Pass | None:
    """Find a pass."""
    query = select(PassRow.event_id).where(PassRow.pass_id == pass_id)
    event_id = sql.execute(query).scalar_one_or_none()
    if event_id is None:
        return None
    return next(one for one in list_passes(sql, event_id) if one.pass_id == pass_id)


def has_passes(sql: Connection, event_id: UUID) -> bool:
    """Say whether an event has passes to be had, now or in principle."""
    return sql.execute(_HAS_PASSES, {"event_id": event_id}).first() is not None


def sell_pass(sql: Connection, pass_id: UUID) -> bool:
    """Take a pass out of those that are left; False where none is."""
    return sql.execute(_SELL, {"id": pass_id}).rowcount == 1


def take_back_pass(sql: Connection, pass_id: UUID) -> None:
    """Put a pass back among those that are left."""
    sql.execute(_TAKE_BACK, {"id": pass_id})
