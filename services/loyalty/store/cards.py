"""Queries about cards."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.loyalty.domain import CardState
from services.loyalty.models import CardRow
from shared.writes import Writes

_CARD = select(CardRow.__table__).where(CardRow.number == bindparam("number"))
_CARD_FOR_UPDATE = _CARD.with_for_update()
_ACTIVE_CARD = select(CardRow.__table__).where(
    CardRow.person_id == bindparam("person_id"), CardRow.state == CardState.ACTIVE.value
)
_HAD_CARD = select(exists().where(CardRow.person_id == bindparam("person_id")))
_ADD = upsert(CardRow).on_conflict_do_nothing().returning(CardRow.number)
_LOSE = (
    update(CardRow)
    .where(CardRow.number == bindparam("id"))
    .values(state=CardState.LOST.value, lost_at=bindparam("at"))
)
_DROP = delete(CardRow).where(CardRow.person_id == bindparam("person_id"))
_COUNT = select(func.count()).select_from(CardRow).where(CardRow.state == CardState.ACTIVE.value)


def find_card(sql: Connection, number: str, *, lock: bool = False) -> Row[Any] | None:
    """Find a card by its number, locked if it is about to change."""
    query = _CARD_FOR_UPDATE if lock else _CARD
    return sql.execute(query, {"number": number}).one_or_none()


def active_card(sql: Connection, person_id: UUID) -> Row[Any] | None:
    """Find the card somebody has."""
    return sql.execute(_ACTIVE_CARD, {"person_id": person_id}).one_or_none()


def had_card(sql: Connection, person_id: UUID) -> bool:
    """Say whether somebody has or had a card."""
    return bool(sql.execute(_HAD_CARD, {"person_id": person_id}).scalar_one())


def add_card(sql: Connection, number: str, person_id: UUID, *, at: datetime) -> bool:
    """Give somebody a card; False where the number is taken, or they have a card already."""
    row = {"number": number, "person_id": person_id, "state": CardState.ACTIVE.value}
    return sql.execute(_ADD, row | {"issued_at": at}).first() is not None


def lose_card(writes: Writes, number: str, *, at: datetime) -> None:
    """Note that a card is lost."""
    writes.add(_LOSE, {"id": number, "at": at})


def drop_cards(sql: Connection, person_id: UUID) -> int:
    """Forget somebody's cards; give how many there were."""
    return sql.execute(_DROP, {"person_id": person_id}).rowcount


def count_cards(sql: Connection) -> int:
    """Count the cards in use."""
    return sql.execute(_COUNT).scalar_one()
