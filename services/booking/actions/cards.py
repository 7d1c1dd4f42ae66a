"""The card somebody has agreed to be charged again; its number is Stripe's alone."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from services.booking import store
from services.booking.actions.money import ask_stripe
from services.booking.actions.people import known
from services.booking.gateways import KeptCard
from shared.db import Tx
from shared.payments.jobs import JobKind

_CARDS = UUID("0c6a7e0e-5d0b-4a5e-9d1c-6f2f7f0c2c55")


def find_kept_card(sql: Any, person_id: UUID) -> Any:
    """Give a person's kept card, or None."""
    return store.find_card(sql, known(sql, person_id).person_id)


def forget_kept_card(tx: Tx, person_id: UUID, *, at: datetime) -> bool:
    """Charge a person's kept card no more; say whether there was one.

    A charge that is under way is not broken off.
    """
    return drop_card(tx, known(tx.sql, person_id).person_id, at=at)


def keep_card(tx: Tx, person_id: UUID, card: KeptCard, *, at: datetime) -> None:
    """Keep the card its holder has agreed to be charged, in place of the one before it.

    Whoever was erased meanwhile has none: Stripe lets go of it, as of the one before.
    """
    person = store.find_person(tx.sql, person_id)
    if person is None or person.erased_at is not None:
        _let_go(tx, person_id, card.method_id, at=at)
        return
    before = store.drop_card(tx.sql, person_id)
    if before not in {None, card.method_id}:
        _let_go(tx, person_id, before, at=at)
    about = {"customer_id": card.customer_id, "method_id": card.method_id}
    about |= {"brand": card.brand, "last4": card.last4}
    store.keep_card(tx.sql, {"person_id": person_id, "agreed_at": at, **about})


def drop_card(tx: Tx, person_id: UUID, *, at: datetime) -> bool:
    """Keep a person's card no more, here at once and at Stripe as soon as it answers."""
    method_id = store.drop_card(tx.sql, person_id)
    if method_id is not None:
        _let_go(tx, person_id, method_id, at=at)
    return method_id is not None


def _let_go(tx: Tx, person_id: UUID, method_id: str, *, at: datetime) -> None:
    ids = {"card_id": uuid5(_CARDS, method_id), "person_id": person_id}
    store.add_dropped_card(tx.sql, {**ids, "method_id": method_id, "dropped_at": at})
    ask_stripe(tx, JobKind.LET_GO, ids["card_id"], due_at=at)
