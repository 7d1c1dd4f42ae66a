"""What loyalty keeps of people: their names for the text, and whether they have booked before."""

from datetime import datetime
from uuid import UUID

from services.loyalty import store
from shared.contracts import Values
from shared.contracts.booking import BookingConfirmed, PersonChanged, PersonRegistered
from shared.contracts.waitlist import SpotAllocated
from shared.db import Tx


def keep_person(tx: Tx, person: PersonRegistered | PersonChanged) -> None:
    """Keep who a person is, if this is news."""
    store.keep_person(
        tx.writes,
        {
            "person_id": person.person_id,
            "name": person.name,
            "language": person.language,
            "sequence": person.sequence,
        },
    )


def keep_booking(tx: Tx, booked: BookingConfirmed | SpotAllocated) -> None:
    """Note that somebody has booked, by themselves or through the waiting list."""
    at = booked.booked_at if isinstance(booked, BookingConfirmed) else booked.allocated_at
    store.keep_booking(tx.writes, booked.booking_id, booked.person_id, at=at)


def erase_person(tx: Tx, person_id: UUID, *, at: datetime) -> Values:
    """Remove a person's name, cards and what was written of them; their ledger stays, nameless.

    Doing it again removes nothing more. Somebody not heard of yet stays nameless when heard of.

    Returns:
        The receipt: what was removed, and what is kept.
    """
    person = store.person_for_update(tx.sql, person_id)
    named = person is not None and person.name is not None
    account = store.find_account(tx.sql, person_id)
    store.erase_person(tx.writes, person_id, at=at)
    return {
        "person_id": person_id,
        "removed": {
            "names": 1 if named else 0,
            "cards": store.drop_cards(tx.sql, person_id),
            "notes": store.drop_notes(tx.sql, person_id),
        },
        "kept": {
            "entries": store.count_entries(tx.sql, person_id),
            "balance": account.balance if account else 0,
        },
    }
