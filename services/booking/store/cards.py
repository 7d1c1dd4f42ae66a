"""Queries about cards that are kept, and those that Stripe is to let go of."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, delete, exists, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from services.booking.models import DroppedCardRow, KeptCardRow

_KEEP = upsert(KeptCardRow)
_KEEP = _KEEP.on_conflict_do_update(
    index_elements=["person_id"],
    set_={
        name: getattr(_KEEP.excluded, name)
        for name in ("customer_id", "method_id", "brand", "last4", "agreed_at")
    },
)


def keep_card(sql: Connection, values: dict[str, Any]) -> None:
    """Keep a person's card, in place of the one that was kept before."""
    sql.execute(_KEEP, values)


def find_card(sql: Connection, person_id: UUID) -> Row[Any] | None:
    """Find the card a person has agreed to be charged."""
    query = select(KeptCardRow.__table__).where(KeptCardRow.person_id == person_id)
    return sql.execute(query).one_or_none()


def drop_card(sql: Connection, person_id: UUID) -> str | None:
    """Keep a person's card no more; give Stripe's id of it, None where there was none."""
    gone = delete(KeptCardRow).where(KeptCardRow.person_id == person_id)
    found: str | None = sql.execute(gone.returning(KeptCardRow.method_id)).scalar_one_or_none()
    return found


def is_kept(sql: Connection, method_id: str) -> bool:
    """Say whether a card is kept, whosever it is."""
    query = select(exists().where(KeptCardRow.method_id == method_id))
    return bool(sql.execute(query).scalar_one())


def add_dropped_card(sql: Connection, values: dict[str, Any]) -> None:
    """Note a card that Stripe is to let go of; noted already, nothing changes."""
    sql.execute(upsert(DroppedCardRow).on_conflict_do_nothing(), values)


def find_dropped_card(sql: Connection, card_id: UUID) -> Row[Any] | None:
    """Find a card that Stripe is to let go of."""
    query = select(DroppedCardRow.__table__).where(DroppedCardRow.card_id == card_id)
    return sql.execute(query).one_or_none()


def count_dropped_cards(sql: Connection, person_ids: Collection[UUID]) -> int:
    """Count the cards of people that Stripe has still to let go of."""
    theirs = DroppedCardRow.person_id.in_(person_ids)
    query = select(func.count()).select_from(DroppedCardRow).where(theirs)
    return int(sql.execute(query).scalar_one())


def forget_dropped_card(sql: Connection, card_id: UUID) -> None:
    """Note that Stripe has let go of a card: nothing of it is kept."""
    sql.execute(delete(DroppedCardRow).where(DroppedCardRow.card_id == card_id))
