"""What events hears of people, and what it says of those nobody knew."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from services.events import store
from services.events.actions.checkouts import open_checkout
from services.events.actions.choosing import Wish
from services.events.actions.occasions import end_registration
from services.events.actions.registering import cancel_registration, register, release
from services.events.actions.seats import end_place, event_for_seats
from services.events.actions.telling import Teller
from services.events.domain import Event, RegistrationState
from shared.contracts import Values
from shared.contracts.booking import PersonChanged, PersonErased, PersonMerged, PersonRegistered
from shared.contracts.event_errors import (
    AlreadyRegistered,
    EventNotFound,
)
from shared.contracts.events import EventMessageRequested, EventsRecordsErased, GuestIntroduced
from shared.db import Tx
from shared.erasing import counted, forget

_NOTHING = "name, email address and telephone number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody at a public page, who may be anybody: what they say of themselves."""

    name: str
    email: str
    language: str  # ISO 639-1


def keep_person(tx: Tx, person: PersonRegistered | PersonChanged) -> None:
    """Keep who somebody is and how to reach them; an older word changes nothing."""
    store.keep_person(
        tx.writes,
        {
            "person_id": person.person_id,
            "name": person.name,
            "email": person.email,
            "phone": person.phone,
            "language": person.language,
            "sequence": person.sequence,
        },
    )


def introduce_guest(tx: Tx, *, name: str, email: str, language: str, at: datetime) -> UUID:
    """Make somebody known who registers on a page; booking is told, and tells everybody else.

    booking counts its own words from 1, so its first one takes the place of ours.
    """
    person_id = uuid4()
    who: Values = {"person_id": person_id, "name": name, "email": email, "language": language}
    store.keep_person(tx.writes, {**who, "phone": None, "sequence": 0})
    tx.flush()
    tx.emit(GuestIntroduced(**who, introduced_at=at))
    return person_id


def sign_up(
    tx: Tx, event_id: UUID, visitor: Visitor, wish: Wish, *, online: bool, at: datetime
) -> Values:
    """Register whoever fills in the form on an event's page; give how it ended.

    Nobody has proved who they are, so somebody who is registered already is answered as if they had
    just registered, and so is somebody who waits already: whoever knows a name and an address
    learns nothing from the page, and the email that says more goes to the address alone.

    Whoever comes back before they have paid is shown where, as if for the first time.

    Returns:
        `status`: `registered`, or `waiting` where they only wait, or `pay` with the `payment_id` of
        the page where they pay.
    """
    event = store.find_event(tx.sql, event_id)
    if event is None or not event.published:
        raise EventNotFound(str(event_id))
    person_id = _known_or_new(tx, visitor, at=at)
    try:
        had = register(tx, event_id, person_id, wish, by="page", online=online, at=at)
    except AlreadyRegistered:
        checkout = _unpaid_of(tx, event, person_id, at=at)
        return {"status": "pay", **checkout} if checkout else {"status": "registered"}
    if had["checkout"]:
        return {"status": "pay", "payment_id": had["checkout"]["payment_id"]}
    return {"status": "registered" if had["registration_id"] else "waiting"}


def _unpaid_of(tx: Tx, event: Event, person_id: UUID, *, at: datetime) -> Values:
    """Find where somebody pays whose payment is awaited; nothing where it is not."""
    event = event_for_seats(tx, event.event_id)
    row = store.live_registration(tx.sql, event.event_id, person_id, lock=True)
    if row is None or row.state != RegistrationState.AWAITING_PAYMENT:
        return {}
    return {"payment_id": open_checkout(tx, event, row, at=at)["payment_id"]}


def _known_or_new(tx: Tx, visitor: Visitor, *, at: datetime) -> UUID:
    """Find the person of this name and address, or introduce them.

    What is known of a person is not changed, for anybody can fill in the form. Two forms of one
    address are looked at one after the other, else both would introduce them.
    """
    store.hold_address(tx.sql, visitor.email)
    for row in store.people_at(tx.sql, visitor.email):
        if _plain(row.name) == _plain(visitor.name):
            person_id: UUID = row.person_id
            return person_id
    who = {"name": visitor.name, "email": visitor.email, "language": visitor.language}
    return introduce_guest(tx, **who, at=at)


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def merge_people(tx: Tx, merged: PersonMerged, *, at: datetime) -> None:
    """Make somebody's registrations another's; where both have one, the stayer's goes on.

    At session level the sessions only the other had are added to it. What is double is given up,
    and its seat goes to the list.

    The stayer may have been merged or erased since: facts come in any order.
    """
    person_id = store.own_id(tx.sql, merged.person_id)
    store.note_merge(tx.sql, merged.merged_id, person_id)
    store.hand_over_waiting(tx.sql, merged.merged_id, person_id)
    for row in store.places_of_person(tx.sql, merged.merged_id):
        event = event_for_seats(tx, row.event_id)
        mine = store.live_registration(tx.sql, row.event_id, person_id, lock=True)
        theirs = store.find_registration(tx.sql, row.registration_id, lock=True)
        if theirs is None or theirs.person_id != merged.merged_id:
            continue
        unpaid = mine is not None and mine.state == RegistrationState.AWAITING_PAYMENT
        if unpaid and theirs.state != RegistrationState.CANCELLED:
            release(tx, mine, by="staff", at=at)  # the other one may be paid
            mine = None
        if mine is None or theirs.state == RegistrationState.CANCELLED:
            store.hand_over(tx.sql, row.registration_id, person_id)
            continue
        _join(tx, theirs, mine, at=at)
        end_registration(tx, theirs, by="staff", at=at)
        store.hand_over(tx.sql, row.registration_id, person_id)
        Teller(tx, event).changed(mine, store.live_places(tx.sql, mine.registration_id), at=at)
    stayer = store.find_person(tx.sql, person_id)
    if stayer is not None and stayer.erased:
        _forget(tx, person_id, at=at)


def _join(tx: Tx, theirs: Any, mine: Any, *, at: datetime) -> None:
    """Move the places of a registration to another of the same event, where it lacks them."""
    have = {place.target_id for place in store.live_places(tx.sql, mine.registration_id)}
    places = store.live_places(tx.sql, theirs.registration_id)
    targets = store.targets_for_update(tx.sql, [place.target_id for place in places])
    for place in places:
        if place.target_id in have:
            end_place(tx, place, targets[place.target_id], by="staff", at=at)
        else:
            owner = {"registration_id": mine.registration_id, "person_id": mine.person_id}
            store.move_place(tx.sql, place.place_id, owner)
    store.move_check_ins(tx.sql, theirs.registration_id, mine.registration_id)


def erase_person(tx: Tx, erased: PersonErased, *, at: datetime) -> None:
    """Forget who somebody is; counts and the history of seats stay.

    What they were still to attend is cancelled, so that their seats go to others.
    """
    known = store.find_person(tx.sql, erased.person_id)
    registrations, waited, letters = _forget(tx, erased.person_id, at=at)
    removed = [_NOTHING] if known is not None and known.name else []
    if waited:
        removed.append(counted(waited, "note", "notes") + " of waiting for an event")
    if letters:
        removed.append(counted(letters, "letter", "letters") + " not sent yet")
    many = counted(registrations, "registration", "registrations")
    kept = f"{many} without a name, as the history of seats" if registrations else ""
    tx.emit(
        EventsRecordsErased(
            erasure_id=erased.erasure_id,
            person_id=erased.person_id,
            removed=", ".join(removed),
            kept=kept,
            erased_at=at,
        )
    )


def _forget(tx: Tx, person_id: UUID, *, at: datetime) -> tuple[int, int, int]:
    """Give up what somebody was still to attend, and forget them and whoever they were before.

    Returns:
        How many registrations stay without a name; how many notes of waiting and how many letters
        that were still to be said are gone.
    """
    # First of all: whoever is just giving them a seat has done so, or finds them erased.
    ids = [person_id, *store.merged_into(tx.sql, person_id)]
    for one in ids:
        store.erase_person(tx.sql, one)
    rows = store.places_of_person(tx.sql, person_id)
    waited = store.forget_waiting(tx.sql, person_id)
    letters = store.drop_recipients(tx.sql, ids)
    for row in rows:
        event = event_for_seats(tx, row.event_id)
        if event.ends_at > at and row.state != RegistrationState.CANCELLED:
            cancel_registration(tx, row.registration_id, by="staff", at=at)
    said, heard = (GuestIntroduced, EventMessageRequested), (PersonRegistered, PersonChanged)
    forget(tx.sql, ids, said=said, heard=heard)
    return len(rows), waited, letters
