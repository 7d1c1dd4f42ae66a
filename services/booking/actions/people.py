"""What booking does for people."""

from datetime import datetime
from uuid import UUID, uuid4

from services.booking import store
from services.booking.domain import (
    PersonKind,
)
from shared.contracts import Values
from shared.contracts.booking import (
    PersonChanged,
    PersonRegistered,
)
from shared.contracts.errors import (
    PersonNotFound,
)
from shared.contracts.events import GuestIntroduced
from shared.db import Tx


def register_person(
    tx: Tx,
    *,
    kind: PersonKind,
    name: str,
    email: str | None,
    phone: str | None,
    language: str,
    at: datetime,
) -> Values:
    """Make a person known."""
    person: Values = {
        "person_id": uuid4(),
        "kind": kind.value,
        "name": name,
        "email": email,
        "phone": phone,
        "language": language,
        "sequence": 1,
    }
    store.add_person(tx.sql, person | {"registered_at": at})
    tx.emit(PersonRegistered(**person))
    return person | {"registered_at": at}


def register_guest(tx: Tx, guest: GuestIntroduced) -> None:
    """Make known as a lead whoever registered on a page of events, under the id they have there."""
    if store.find_person(tx.sql, guest.person_id) is not None:
        return
    person: Values = {
        "person_id": guest.person_id,
        "kind": PersonKind.LEAD.value,
        "name": guest.name,
        "email": guest.email,
        "phone": None,
        "language": guest.language,
        "sequence": 1,
    }
    store.add_person(tx.sql, person | {"registered_at": guest.introduced_at})
    tx.emit(PersonRegistered(**person))


def change_person(tx: Tx, person_id: UUID, changes: Values) -> Values:
    """Change what is known of a person."""
    row = store.find_person(tx.sql, person_id, lock=True)
    if row is None:
        raise PersonNotFound(str(person_id))
    person = row._asdict() | changes | {"sequence": row.sequence + 1}
    store.change_person(tx.sql, person_id, {**changes, "sequence": person["sequence"]})
    said = {key: value for key, value in person.items() if key != "registered_at"}
    tx.emit(PersonChanged(**said))
    return person
