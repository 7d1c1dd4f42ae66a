"""What booking does for people."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from services.booking import store
from services.booking.domain import (
    PersonKind,
    Purpose,
    agrees,
    folded,
    may_become,
    search_terms,
    search_words,
)
from shared.config import settings
from shared.contracts import Values
from shared.contracts.booking import (
    PersonChanged,
    PersonRegistered,
)
from shared.contracts.errors import (
    InvalidRequest,
    PersonNotFound,
)
from shared.contracts.events import GuestIntroduced
from shared.db import Tx

_SAID = (
    *("person_id", "kind", "name", "email", "phone", "language", "sequence"),
    *("time_zone", "marketing", "referred_by"),
)
_SORTED_BY = 200


def register_person(
    tx: Tx,
    *,
    kind: PersonKind,
    name: str,
    email: str | None,
    phone: str | None,
    language: str | None,
    time_zone: str = "",
    consent: str | None = None,
    consent_at: datetime | None = None,
    marketing: bool = False,
    notes: str = "",
    referred_by: UUID | None = None,
    at: datetime,
    person_id: UUID | None = None,
) -> Values:
    """Make a person known; a lead only if they have expressly agreed to it.

    Where nobody has said which language they read, it is the studio's. `consent` says how
    they agreed to be kept, `consent_at` when; without it, now. `marketing` says whether they agreed
    to messages that advertise as well.
    """
    if consent_at is not None and consent_at > at:
        msg = "consent_at: Must not be in the future."
        raise InvalidRequest(msg)
    person: Values = {
        "person_id": person_id or uuid4(),
        "kind": kind.value,
        "name": name,
        "email": email,
        "phone": phone,
        "language": language or settings().studio_language,
        "sequence": 1,
        "time_zone": time_zone,
        "marketing": marketing,
        "referred_by": _referrer(tx, referred_by, None),
    }
    row = person | {"registered_at": at, "notes": notes, "sort_name": _sort_name(name)}
    store.add_person(tx.sql, tx.writes, row, search_words(name, email, phone))
    if consent is not None:
        said: Values = {"given": True, "how": consent, "said": consent_at or at, "at": at}
        note_consent(tx, person["person_id"], Purpose.STORAGE, **said)
        if marketing:
            note_consent(tx, person["person_id"], Purpose.MARKETING, **said)
    tx.emit(PersonRegistered(**person))
    return row | {"credits": 0}


def register_guest(tx: Tx, guest: GuestIntroduced, *, at: datetime) -> None:
    """Make known as a lead whoever registered on a page of events, under the id they have there.

    The form there asks for their consent to be kept.
    """
    if store.find_person(tx.sql, guest.person_id) is not None:
        return
    register_person(
        tx,
        kind=PersonKind.LEAD,
        name=guest.name,
        email=guest.email,
        phone=None,
        language=guest.language,
        consent="on the page of an event",
        consent_at=min(guest.introduced_at, at),
        at=at,
        person_id=guest.person_id,
    )


def change_person(tx: Tx, person_id: UUID, changes: Values) -> Values:
    """Change what is known of a person; at least one way to reach them stays."""
    row = known_for_update(tx, person_id)
    changes = dict(changes)
    if "kind" in changes:
        before, after = PersonKind(row.kind), PersonKind(changes["kind"])
        if not may_become(before, after):
            msg = f"kind: A {before.value} does not become a lead again."
            raise InvalidRequest(msg)
        changes["kind"] = after.value
    if changes.get("referred_by") is not None:
        changes["referred_by"] = _referrer(tx, changes["referred_by"], row.person_id)
    return alter(tx, row, changes)


def alter(tx: Tx, row: Any, changes: Values) -> Values:
    """Set a locked person's columns, keep them findable, and tell of it."""
    person: Values = row._asdict() | changes | {"sequence": row.sequence + 1}
    if not (person["email"] or person["phone"]):
        msg = "email: An email address or a telephone number is needed."
        raise InvalidRequest(msg)
    person["sort_name"] = _sort_name(person["name"])
    values = {name: person[name] for name in (*changes, "sequence", "sort_name")}
    store.change_person(tx.sql, row.person_id, values)
    if not changes.keys().isdisjoint(("name", "email", "phone")):
        words = search_words(person["name"], person["email"], person["phone"])
        store.set_words(tx.sql, tx.writes, row.person_id, words)
    tx.emit(PersonChanged(**{name: person[name] for name in _SAID}))
    return person


def change_consent(
    tx: Tx, person_id: UUID, *, given: bool, how: str, said_at: datetime | None, at: datetime
) -> Values:
    """Note that a person agreed to messages that advertise, or took it back; nothing is forgotten.

    The latest word counts. To take it back is no reason to forget a lead: it is remembered that
    they did.
    """
    row = known_for_update(tx, person_id)
    said = said_at or at
    if said > at:
        msg = "said_at: Must not be in the future."
        raise InvalidRequest(msg)
    before = said_of_marketing(tx, row.person_id)
    note_consent(tx, row.person_id, Purpose.MARKETING, given=given, how=how, said=said, at=at)
    return alter(tx, row, {"marketing": agrees([*before, (said, given)])})


def note_contact(tx: Tx, person_id: UUID, *, at: datetime) -> None:
    """Note that the studio was in touch with a person, by telephone or at the desk."""
    row = known_for_update(tx, person_id)
    store.note_contact(tx.sql, [row.person_id], at=at)


def list_people(
    sql: Any, *, text: str, kind: PersonKind | None, after: UUID | None, limit: int
) -> Values:
    """List the people whose name, address or number has words that begin so, a page at a time.

    Whoever the page before ended with may have been merged meanwhile: it goes on where they were.

    Raises:
        InvalidRequest: nobody has the id `after`, or their name is gone, and so is the place.
    """
    last = store.find_record(sql, after) if after else None
    if after is not None and (last is None or last.erased_at is not None):
        msg = "after: No person has this id, or they were erased; begin anew."
        raise InvalidRequest(msg)
    terms = search_terms(text)
    if text.strip() and not terms:
        return {"people": [], "after": None}
    wanted = kind.value if kind else None
    rows = store.list_people(sql, terms=terms, kind=wanted, after=last, limit=limit + 1)
    more = len(rows) > limit
    return {"people": rows[:limit], "after": rows[limit - 1].person_id if more else None}


def known(sql: Any, person_id: UUID) -> Any:
    """Give a person who was not erased; one who was merged, as who they are.

    Raises:
        PersonNotFound: there is none, or no longer.
    """
    row = store.find_person(sql, person_id)
    if row is None or row.erased_at is not None:
        raise PersonNotFound(str(person_id))
    return row


def known_for_update(tx: Tx, person_id: UUID) -> Any:
    """Give and lock a person who was not erased.

    Raises:
        PersonNotFound: there is none, or no longer.
    """
    row = store.find_person(tx.sql, person_id, lock=True)
    if row is None or row.erased_at is not None:
        raise PersonNotFound(str(person_id))
    return row


def _referrer(tx: Tx, referred_by: UUID | None, person_id: UUID | None) -> UUID | None:
    if referred_by is None:
        return None
    row = store.find_person(tx.sql, referred_by)
    if row is None or row.erased_at is not None:
        msg = "referred_by: No person has this id."
        raise InvalidRequest(msg)
    if row.person_id == person_id:
        msg = "referred_by: Nobody brings themselves."
        raise InvalidRequest(msg)
    found: UUID = row.person_id
    return found


def said_of_marketing(tx: Tx, person_id: UUID) -> list[tuple[datetime, bool]]:
    """List when somebody agreed to messages that advertise (True) or took it back."""
    said = store.list_consents(tx.sql, person_id)
    return [(one.at, one.given) for one in said if one.purpose == Purpose.MARKETING]


def note_consent(
    tx: Tx,
    person_id: UUID,
    purpose: Purpose,
    *,
    given: bool,
    how: str,
    said: datetime,
    at: datetime,
) -> None:
    """Keep what somebody said at `said`, noted at `at`."""
    values = {"consent_id": uuid4(), "person_id": person_id, "purpose": purpose.value}
    store.add_consent(tx.writes, values | {"given": given, "how": how, "at": said, "noted_at": at})


def _sort_name(name: str) -> str:
    return folded(name)[:_SORTED_BY]
