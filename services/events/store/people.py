"""Queries about people, as booking tells of them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, String, bindparam, delete, false, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.events.models import (
    CheckInRow,
    OfferRow,
    PersonRow,
    PlaceRow,
    RegistrationRow,
    WaitingRow,
)
from shared.writes import Writes

_HOLD = select(func.pg_advisory_xact_lock(func.hashtext(bindparam("email_key", type_=String))))
_KEPT = ("name", "email", "email_key", "phone", "language", "sequence")
_PERSON = select(PersonRow.__table__).where(PersonRow.person_id == bindparam("person_id"))
_SETTLED_PERSON = _PERSON.with_for_update(read=True)
_BY_EMAIL = (
    select(PersonRow.__table__)
    .where(
        PersonRow.email_key == bindparam("email_key"),
        PersonRow.merged_into.is_(None),
        PersonRow.erased.is_(False),
    )
    .order_by(PersonRow.person_id)
)
_KEEP = upsert(PersonRow)
_KEEP = _KEEP.on_conflict_do_update(
    index_elements=["person_id"],
    set_={name: getattr(_KEEP.excluded, name) for name in _KEPT},
    # An older word changes nothing, nor does one about somebody who is to be forgotten.
    where=(PersonRow.sequence < _KEEP.excluded.sequence) & (PersonRow.erased == false()),
)
_MARK = upsert(PersonRow)
_MARK = _MARK.on_conflict_do_update(
    index_elements=["person_id"], set_={"merged_into": _MARK.excluded.merged_into}
)
_NOBODY: dict[str, Any] = {
    "name": "",
    "email": None,
    "email_key": None,
    "phone": None,
    "language": "en",
    "sequence": 0,
    "erased": False,
    "merged_into": None,
}


def keep_person(writes: Writes, person: dict[str, Any]) -> None:
    """Keep who somebody is, if this is news."""
    email = person["email"]
    key = email.lower() if email else None
    row = {name: person[name] for name in ("person_id", *_KEPT) if name != "email_key"}
    writes.add(_KEEP, {**row, "email_key": key, "erased": False, "merged_into": None})


def find_person(sql: Connection, person_id: UUID, *, settled: bool = False) -> Row[Any] | None:
    """Find a person by id; settled, they are neither merged nor erased until the commit."""
    query = _SETTLED_PERSON if settled else _PERSON
    return sql.execute(query, {"person_id": person_id}).one_or_none()


def own_id(sql: Connection, person_id: UUID, *, settled: bool = False) -> UUID:
    """Give the id a person has by now: that of whose record theirs has become in the end."""
    found = find_person(sql, person_id, settled=settled)
    while found is not None and found.merged_into is not None:
        person_id = found.merged_into
        found = find_person(sql, person_id, settled=settled)
    return person_id


def people_at(sql: Connection, email: str) -> Sequence[Any]:
    """Find who has an email address, in whatever letters it is written."""
    return sql.execute(_BY_EMAIL, {"email_key": email.lower()}).all()


def hold_address(sql: Connection, email: str) -> None:
    """Keep others from introducing somebody of this address until this transaction has ended."""
    if sql.dialect.name == "postgresql":  # SQLite has one writer at a time
        sql.execute(_HOLD, {"email_key": email.lower()})


def note_merge(sql: Connection, merged_id: UUID, person_id: UUID) -> None:
    """Note whose record a person's has become, even before anything is known of them."""
    sql.execute(_MARK, {**_NOBODY, "person_id": merged_id, "merged_into": person_id})
    query = update(PersonRow).where(PersonRow.merged_into == merged_id)
    sql.execute(query.values(merged_into=person_id))


def merged_into(sql: Connection, person_id: UUID) -> list[UUID]:
    """Give the ids a person had, too."""
    query = select(PersonRow.person_id).where(PersonRow.merged_into == person_id)
    return list(sql.execute(query).scalars())


def erase_person(sql: Connection, person_id: UUID) -> None:
    """Forget who somebody is; what comes later is not kept either."""
    row = {**_NOBODY, "person_id": person_id, "erased": True}
    gone = upsert(PersonRow).on_conflict_do_update(
        index_elements=["person_id"],
        set_={name: row[name] for name in (*_KEPT, "erased") if name != "sequence"},
    )
    sql.execute(gone, row)


def places_of_person(sql: Connection, person_id: UUID) -> list[Any]:
    """List a person's registrations, newest first, cancelled ones too."""
    query = (
        select(RegistrationRow.__table__)
        .where(RegistrationRow.person_id == person_id)
        .order_by(RegistrationRow.registered_at.desc(), RegistrationRow.registration_id)
    )
    return list(sql.execute(query))


def hand_over(sql: Connection, registration_id: UUID, person_id: UUID) -> None:
    """Give a registration, with all its places, to another person."""
    for table in (RegistrationRow, PlaceRow):
        query = update(table).where(table.registration_id == registration_id)
        sql.execute(query.values(person_id=person_id))


def hand_over_waiting(sql: Connection, merged_id: UUID, person_id: UUID) -> None:
    """Have what is known of somebody's waiting be known of another person."""
    query = update(WaitingRow).where(WaitingRow.person_id == merged_id)
    sql.execute(query.values(person_id=person_id))


def forget_waiting(sql: Connection, person_id: UUID) -> int:
    """Remove what was heard of a person's waiting; give how many entries."""
    entries = select(WaitingRow.entry_id).where(WaitingRow.person_id == person_id)
    sql.execute(delete(OfferRow).where(OfferRow.entry_id.in_(entries)))
    return sql.execute(delete(WaitingRow).where(WaitingRow.person_id == person_id)).rowcount


def move_check_ins(sql: Connection, registration_id: UUID, kept_id: UUID) -> None:
    """Count who came on one registration as having come on another, where that is not known."""
    mine = select(CheckInRow.target_id).where(CheckInRow.registration_id == kept_id)
    query = update(CheckInRow).where(
        CheckInRow.registration_id == registration_id, CheckInRow.target_id.not_in(mine)
    )
    sql.execute(query.values(registration_id=kept_id))
