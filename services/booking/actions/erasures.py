"""Erasing a person, here and everywhere, with a receipt."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from services.booking import store
from services.booking.actions.cards import drop_card
from services.booking.actions.holds import release_hold
from services.booking.actions.places import cancel_booking
from services.booking.domain import ANSWERING
from services.booking.store import erasures as records
from shared.contracts import Fact, Values
from shared.contracts.booking import (
    Erasure,
    MessageRequested,
    PersonChanged,
    PersonErased,
    PersonRegistered,
)
from shared.contracts.errors import ErasureNotFound, PersonHasBookings, PersonNotFound
from shared.db import Tx
from shared.erasing import blank_replies, counted, drop_said

_NAMING = (PersonRegistered, PersonChanged, MessageRequested)
_KEPT = (
    "bookings, holds, attendance, payments and refunds, the ledger of credits and when consent was "
    "given or taken back, under an id that names nobody any more, because seats, visits and money "
    "are counted by them; what Stripe keeps of payments and of who made them; the record of this "
    "erasure; copies in backups, for as long as those are kept"
)


def erase_person(tx: Tx, person_id: UUID, *, cancel_bookings: bool, at: datetime) -> Values:
    """Remove a person's data, and have every other service remove what it holds.

    Erasing again gives the same receipt, by then with more answers.

    Args:
        tx: the transaction.
        person_id: who; an id that was merged means the person it was merged into.
        cancel_bookings: whether places in sessions to come are given up first.
        at: now, UTC.

    Raises:
        PersonNotFound: there is nobody with this id.
        PersonHasBookings: they have places, or seats held, in sessions to come.
    """
    row = store.find_person(tx.sql, person_id, lock=True)
    if row is None:
        raise PersonNotFound(str(person_id))
    if row.erased_at is not None:
        return _receipt(tx.sql, records.erasure_of(tx.sql, row.person_id))
    own: UUID = row.person_id
    _give_up_places(tx, own, cancel_bookings=cancel_bookings, at=at)
    ids = [own, *store.merged_ids(tx.sql, own)]
    removed = _remove(tx, row, ids, at=at)
    erasure: Values = {
        "erasure_id": uuid4(),
        "person_id": own,
        "erased_at": at,
        "removed": removed,
        "kept": _KEPT,
    }
    records.add_erasure(tx.sql, erasure)
    tx.emit(PersonErased(person_id=own, erasure_id=erasure["erasure_id"], erased_at=at))
    tx.wake("scrub_erased")
    return _receipt(tx.sql, records.find_erasure(tx.sql, erasure["erasure_id"]))


def _give_up_places(tx: Tx, person_id: UUID, *, cancel_bookings: bool, at: datetime) -> None:
    bookings = store.future_bookings(tx.sql, [person_id], at=at)
    holds = store.open_holds_of(tx.sql, [person_id])
    if (bookings or holds) and not cancel_bookings:
        msg = (
            f"{counted(len(bookings), 'booking', 'bookings')} and "
            f"{counted(len(holds), 'held seat', 'held seats')} still to come"
        )
        raise PersonHasBookings(msg)
    for booking_id in bookings:
        cancel_booking(tx, booking_id, by="staff", at=at)
    for hold_id in holds:
        release_hold(tx, hold_id, at=at)
    tx.flush()


def _remove(tx: Tx, row: Any, ids: list[UUID], *, at: datetime) -> str:
    """Remove what booking holds of a person; say what that was."""
    own = (
        ("name", row.name),
        ("email address", row.email),
        ("telephone number", row.phone),
        ("notes", row.notes),
        ("who brought them", row.referred_by),
    )
    found = [what for what, value in own if value]
    remarks = records.blank_remarks(tx.sql, ids)
    records.blank_payments(tx.sql, ids)
    cards = sum(drop_card(tx, one, at=at) for one in ids)
    letters = store.drop_recipients(tx.sql, ids)
    files = store.drop_downloads_with(tx.sql, ids)
    records.end_waiting(tx.sql, ids)
    store.drop_words(tx.sql, ids)
    records.blank_people(tx.sql, ids, at=at)
    things = (
        (len(ids) - 1, "merged record", "merged records"),
        (remarks, "remark beside consent and credits", "remarks beside consent and credits"),
        (cards, "kept card (soon at Stripe, too)", "kept cards (soon at Stripe, too)"),
        (letters, "letter not sent yet", "letters not sent yet"),
        (files, "download that may have named them", "downloads that may have named them"),
    )
    found += [counted(count, one, several) for count, one, several in things if count]
    found += ["what the journal and stored replies said of them (within a minute)"]
    return ", ".join(found)


def get_erasure(sql: Any, erasure_id: UUID) -> Values:
    """Give the receipt of an erasure: what each service removed and kept, and who is still to say.

    Raises:
        ErasureNotFound: there is none with this id.
    """
    row = records.find_erasure(sql, erasure_id)
    if row is None:
        raise ErasureNotFound(str(erasure_id))
    return _receipt(sql, row)


def _receipt(sql: Any, erasure: Any) -> Values:
    answers = [row._asdict() for row in records.list_answers(sql, erasure.erasure_id)]
    answered = {answer["service"] for answer in answers}
    own = {"service": "booking", "removed": erasure.removed, "kept": erasure.kept}
    ids = [erasure.person_id, *store.merged_ids(sql, erasure.person_id)]
    return {
        "erasure_id": erasure.erasure_id,
        "person_id": erasure.person_id,
        "erased_at": erasure.erased_at,
        "scrubbed_at": erasure.scrubbed_at,
        "services": [own | {"erased_at": erasure.erased_at}, *answers],
        "cards_at_stripe": store.count_dropped_cards(sql, ids),
        "waiting_for": [name for name in ANSWERING if name not in answered],
    }


def note_erasure(tx: Tx, said: Fact) -> None:
    """Note in the receipt what another service has removed and kept."""
    if not isinstance(said, Erasure):
        raise TypeError(said.name)
    answer = {
        "erasure_id": said.erasure_id,
        "service": said.owner,
        "removed": said.removed,
        "kept": said.kept,
        "erased_at": said.erased_at,
    }
    records.add_answer(tx.sql, answer)


def scrub_erased(tx: Tx, *, at: datetime) -> int:
    """Remove an erased person from the journal and from stored replies; give how many people.

    Facts that have not left yet stay until they have, and the person's turn comes again.
    """
    erasure = records.claim_unscrubbed(tx.sql)
    if erasure is None:
        return 0
    ids = [erasure.person_id, *store.merged_ids(tx.sql, erasure.person_id)]
    left = drop_said(tx.sql, _NAMING, ids)
    blank_replies(tx.sql, ids)
    if not left:
        records.scrubbed(tx.sql, erasure.erasure_id, at=at)
    return 1
