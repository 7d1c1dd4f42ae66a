"""Giving out TreatCards, losing and replacing them."""

import secrets
from datetime import datetime
from uuid import UUID

from services.loyalty import store
from services.loyalty.domain import SERIALS, CardState, Person, card_number
from shared.contracts import Values
from shared.contracts.errors import (
    CardHeldAlready,
    CardLost,
    CardNotFound,
    CardNumberTaken,
    NoTreatCard,
    PersonNotFound,
)
from shared.db import Tx

_TRIES = 20


def known_person(tx: Tx, person_id: UUID, *, lock: bool = False) -> Person:
    """Give a person who is known and was not erased, and will not be until the commit.

    Args:
        tx: the transaction.
        person_id: whose id; one that was merged into another person's means that one.
        lock: whether others are to wait who rely on this person, too.

    Raises:
        PersonNotFound: nobody is known under this id.
    """
    find = store.person_for_update if lock else store.person_for_share
    person = find(tx.sql, person_id)
    while person is not None and person.merged_into is not None:
        person = find(tx.sql, person.merged_into)
    if person is None or person.name is None:
        raise PersonNotFound(str(person_id))
    return person


def need_card(tx: Tx, person_id: UUID) -> None:
    """Check that somebody has a TreatCard.

    Raises:
        NoTreatCard: they have none, or have lost it.
    """
    if store.active_card(tx.sql, person_id) is None:
        raise NoTreatCard(str(person_id))


def issue_card(tx: Tx, person_id: UUID, number: str | None, *, at: datetime) -> Values:
    """Give somebody a TreatCard, under a number that is typed or scanned, or a new one.

    Giving them the card they have changes nothing and gives the same answer.

    Raises:
        CardHeldAlready: they have another; `replace_card` gives them a new one.
        CardNumberTaken: it is somebody else's.
        CardLost: it was reported lost.
    """
    person_id = known_person(tx, person_id, lock=True).person_id
    held = store.active_card(tx.sql, person_id)
    if held is None:
        return _issue(tx, person_id, number, at=at)
    if number is not None and number != held.number:
        raise CardHeldAlready(str(person_id))
    return held._asdict()


def _issue(tx: Tx, person_id: UUID, number: str | None, *, at: datetime) -> Values:
    tries = [number] if number else (card_number(secrets.randbelow(SERIALS)) for _ in range(_TRIES))
    for tried in tries:
        if store.add_card(tx.sql, tried, person_id, at=at):
            state = CardState.ACTIVE.value
            card = {"number": tried, "person_id": person_id, "state": state}
            return card | {"issued_at": at, "lost_at": None}
    taken = store.find_card(tx.sql, number or "")
    if taken is not None and taken.person_id == person_id:
        raise CardLost(taken.number)
    raise CardNumberTaken(number or "")


def lose_card(tx: Tx, number: str, *, at: datetime) -> Values:
    """Note that a card is lost; its holder's points stay. One not in use stays as it is."""
    card = store.find_card(tx.sql, number, lock=True)
    if card is None:
        raise CardNotFound(number)
    if card.state != CardState.ACTIVE:
        return card._asdict()
    store.lose_card(tx.writes, number, at=at)
    return card._asdict() | {"state": CardState.LOST.value, "lost_at": at}


def replace_card(tx: Tx, person_id: UUID, number: str | None, *, at: datetime) -> Values:
    """Give somebody another card for the one they have or have lost; their points stay.

    Giving them the number they have already changes nothing and gives the same answer.

    Raises:
        NoTreatCard: they never had one.
        CardNumberTaken, CardLost: as for `issue_card`.
    """
    person_id = known_person(tx, person_id, lock=True).person_id
    held = store.active_card(tx.sql, person_id)
    if held is None and not store.had_card(tx.sql, person_id):
        raise NoTreatCard(str(person_id))
    if held is not None and held.number == number:
        return held._asdict()
    if held is not None:
        store.lose_card(tx.writes, held.number, at=at)
        tx.flush()
    return _issue(tx, person_id, number, at=at)
