"""The card somebody has agreed to be charged again; its number is Stripe's alone."""

from typing import Any
from uuid import UUID

from services.booking import store
from services.booking.actions.people import known
from shared.db import Tx


def find_kept_card(sql: Any, person_id: UUID) -> Any:
    """Give a person's kept card, or None."""
    return store.find_card(sql, known(sql, person_id).person_id)


def forget_kept_card(tx: Tx, person_id: UUID) -> bool:
    """Charge a person's kept card no more; say whether there was one.

    A charge that is under way is not broken off.
    """
    return store.drop_card(tx.sql, known(tx.sql, person_id).person_id)
