"""What loyalty keeps of people: their names for the text, and whether they have booked before."""

from datetime import datetime

from services.loyalty import store
from services.loyalty.actions.referrals import hear_referrer
from shared.contracts import Values
from shared.contracts.booking import (
    BookingConfirmed,
    PersonChanged,
    PersonErased,
    PersonRegistered,
)
from shared.contracts.loyalty import LoyaltyRecordsErased, ReferralThanked
from shared.contracts.waitlist import SpotAllocated
from shared.db import Tx
from shared.erasing import forget


def keep_person(tx: Tx, person: PersonRegistered | PersonChanged, *, at: datetime) -> None:
    """Keep who a person is, if this is news, and who is said to have brought them.

    Args:
        tx: the transaction.
        person: as booking knows them.
        at: when booking said it (UTC): who books right afterwards was new when they were referred.
    """
    if person.referred_by is None and isinstance(person, PersonRegistered):
        store.keep_person(tx.writes, _kept(person))
        return
    tx.flush()
    store.begin_person(tx.sql, person.person_id)
    known = store.person_for_update(tx.sql, person.person_id)
    store.keep_person(tx.writes, _kept(person))
    if (
        known is None
        or known.sequence >= person.sequence
        or known.said_referrer == person.referred_by
    ):
        return
    store.name_referrer(tx.writes, person.person_id, person.referred_by)
    if known.erased_at is None and known.merged_into is None:
        hear_referrer(tx, known, person.referred_by, at=at)


def _kept(person: PersonRegistered | PersonChanged) -> Values:
    return {
        "person_id": person.person_id,
        "name": person.name,
        "language": person.language,
        "sequence": person.sequence,
    }


def keep_booking(tx: Tx, booked: BookingConfirmed | SpotAllocated) -> None:
    """Note that somebody has booked, by themselves or through the waiting list."""
    at = booked.booked_at if isinstance(booked, BookingConfirmed) else booked.allocated_at
    ids = (booked.booking_id, booked.person_id)
    store.keep_booking(tx.writes, *ids, booked.session_name, at=at)


def erase_person(tx: Tx, erased: PersonErased, *, at: datetime) -> None:
    """Remove a person's name, cards and what was written of them; their ledger stays, nameless.

    The records that were merged into theirs are theirs. Doing it again removes nothing more.
    Somebody not heard of yet stays nameless when heard of.
    """
    tx.flush()
    store.lock_both(tx.sql, [erased.person_id])
    names = cards = notes = entries = balance = 0
    ids = [erased.person_id, *store.merged_into(tx.sql, erased.person_id)]
    for person_id in ids:
        person = store.find_person(tx.sql, person_id)
        account = store.find_account(tx.sql, person_id)
        names += person is not None and person.name is not None
        cards += store.drop_cards(tx.sql, person_id)
        notes += store.drop_notes(tx.sql, person_id)
        entries += store.count_entries(tx.sql, person_id)
        balance += account.balance if account else 0
        store.erase_person(tx.writes, person_id, at=at)
    forget(tx.sql, ids, said=(ReferralThanked,), heard=(PersonRegistered, PersonChanged))
    removed = {"name": names, "TreatCard": cards, "note of staff": notes}
    tx.emit(
        LoyaltyRecordsErased(
            erasure_id=erased.erasure_id,
            person_id=erased.person_id,
            removed=", ".join(_counted(many, what) for what, many in removed.items() if many),
            kept=_kept_of(entries, balance),
            erased_at=at,
        )
    )


def _counted(many: int, what: str) -> str:
    if what == "name":
        return "name"
    plural = "notes of staff" if what == "note of staff" else f"{what}s"
    return f"{many} {what if many == 1 else plural}"


def _kept_of(entries: int, balance: int) -> str:
    if not entries:
        return ""
    lines = "1 entry" if entries == 1 else f"{entries} entries"
    return f"{lines} of the points ledger without a name, balance {balance}, so that totals add up"
