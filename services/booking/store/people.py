"""Queries about people."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Connection,
    Row,
    Select,
    Uuid,
    bindparam,
    delete,
    func,
    insert,
    select,
    tuple_,
    update,
)

from services.booking.domain import folded
from services.booking.models import (
    ConsentRow,
    PersonRow,
    PersonWordRow,
)
from shared.writes import Writes

_KNOWN = PersonRow.__table__.alias("known")
_ID = bindparam("person_id", type_=Uuid)
WHO = func.coalesce(
    select(_KNOWN.c.merged_into).where(_KNOWN.c.person_id == _ID).scalar_subquery(), _ID
)
"""The parameter `person_id`; whoever was merged is found as the one they turned out to be."""
_PERSON = select(PersonRow.__table__).where(PersonRow.person_id == WHO)


_PERSON_FOR_UPDATE = _PERSON.with_for_update()
_ADD_WORD = insert(PersonWordRow)
_DROP_WORDS = delete(PersonWordRow).where(
    PersonWordRow.person_id.in_(bindparam("ids", expanding=True))
)
_ADD_CONSENT = insert(ConsentRow)
_CONSENTS = (
    select(ConsentRow.__table__)
    .where(ConsentRow.person_id == bindparam("person_id"))
    .order_by(ConsentRow.at, ConsentRow.noted_at, ConsentRow.consent_id)
)
LISTED = (PersonRow.merged_into.is_(None), PersonRow.erased_at.is_(None))
"""Whoever is neither another by now nor erased."""


# An address is among the words its person is found by, which have an index and no capitals.
_AT_ADDRESS = (
    select(PersonRow.person_id, PersonRow.name, PersonRow.kind)
    .join(PersonWordRow, PersonWordRow.person_id == PersonRow.person_id)
    .where(
        PersonWordRow.word == bindparam("word"),
        func.lower(PersonRow.email) == func.lower(bindparam("email")),
        *LISTED,
    )
    .order_by(PersonRow.registered_at, PersonRow.person_id)
    .limit(100)
)


def people_at(sql: Connection, email: str) -> Sequence[Any]:
    """List the people of an email address, however it is written, who was known first first.

    Of each there are id, name and kind.
    """
    return sql.execute(_AT_ADDRESS, {"email": email, "word": folded(email)}).all()


def add_person(
    sql: Connection, writes: Writes, values: dict[str, Any], words: Iterable[str]
) -> None:
    """Keep a new person, and the words they are found by."""
    sql.execute(insert(PersonRow), values)
    _add_words(writes, values["person_id"], words)


def find_person(sql: Connection, person_id: UUID, *, lock: bool = False) -> Row[Any] | None:
    """Find a person, locked if they are about to change; one who was merged, as who they are."""
    query = _PERSON_FOR_UPDATE if lock else _PERSON
    return sql.execute(query, {"person_id": person_id}).one_or_none()


def find_record(sql: Connection, person_id: UUID) -> Row[Any] | None:
    """Find what is kept under this very id, whoever it means by now."""
    query = select(PersonRow.__table__).where(PersonRow.person_id == person_id)
    return sql.execute(query).one_or_none()


def people_for_update(sql: Connection, person_ids: Collection[UUID]) -> dict[UUID, Row[Any]]:
    """Lock people by their own ids, in one order for everybody, and give those there are."""
    query = select(PersonRow.__table__).where(PersonRow.person_id.in_(person_ids))
    rows = sql.execute(query.order_by(PersonRow.person_id).with_for_update())
    return {row.person_id: row for row in rows}


def change_person(sql: Connection, person_id: UUID, changes: dict[str, Any]) -> None:
    """Set some of a person's columns."""
    sql.execute(update(PersonRow).where(PersonRow.person_id == person_id).values(**changes))


def set_words(sql: Connection, writes: Writes, person_id: UUID, words: Iterable[str]) -> None:
    """Have a person found by these words and no others."""
    drop_words(sql, [person_id])
    _add_words(writes, person_id, words)


def drop_words(sql: Connection, person_ids: Sequence[UUID]) -> None:
    """Have people found by no word any more."""
    sql.execute(_DROP_WORDS, {"ids": person_ids})


def _add_words(writes: Writes, person_id: UUID, words: Iterable[str]) -> None:
    for word in sorted(words):
        writes.add(_ADD_WORD, {"person_id": person_id, "word": word})


def note_contact(sql: Connection, person_ids: Collection[UUID], *, at: datetime) -> None:
    """Note that the studio was in touch with people."""
    of_these = PersonRow.person_id.in_(person_ids)
    sql.execute(update(PersonRow).where(of_these).values(contacted_at=at))


def add_consent(writes: Writes, values: dict[str, Any]) -> None:
    """Keep a word given or taken back."""
    writes.add(_ADD_CONSENT, values)


def list_consents(sql: Connection, person_id: UUID) -> Sequence[Row[Any]]:
    """List what somebody has said about consent, the oldest first."""
    return sql.execute(_CONSENTS, {"person_id": person_id}).all()


def list_people(
    sql: Connection,
    *,
    terms: Sequence[str],
    kind: str | None,
    after: Row[Any] | None,
    limit: int,
) -> Sequence[Row[Any]]:
    """List people by name.

    Args:
        terms: what each must have a word that begins with; none: everybody.
        kind: of which kind; None: of any.
        after: the person the page before ended with.
        limit: how many at most.
    """
    query = select(PersonRow.__table__).where(*LISTED)
    for term in terms:
        begins = PersonWordRow.word.startswith(term, autoescape=True)
        query = query.where(PersonRow.person_id.in_(select(PersonWordRow.person_id).where(begins)))
    if kind is not None:
        query = query.where(PersonRow.kind == kind)
    if after is not None:
        place = tuple_(PersonRow.sort_name, PersonRow.person_id)
        query = query.where(place > tuple_(after.sort_name, after.person_id))
    query = query.order_by(PersonRow.sort_name, PersonRow.person_id)
    return sql.execute(query.limit(limit)).all()


_SAME: dict[str, Any] = {
    "email": func.lower(PersonRow.email),
    "phone": PersonRow.phone,
    "name": func.nullif(PersonRow.sort_name, ""),
}


def likeness_of(sql: Connection, because: str, person_id: UUID) -> str | None:
    """Give what a person of this very id may have in common with others, if there is something."""
    query = select(_SAME[because]).where(PersonRow.person_id == person_id)
    return sql.execute(query).scalar_one_or_none()


def list_alike(
    sql: Connection,
    because: str,
    *,
    value: str | None = None,
    after: str | None = None,
    limit: int,
) -> dict[str, list[Row[Any]]]:
    """List people who have an email address, a telephone number or a name in common.

    Args:
        because: `email`, `phone` or `name`.
        value: what they have in common; None: whatever more than one has.
        after: what those have in common whom the page before ended with.
        limit: how many groups at most.

    Returns:
        The people of each group, the oldest record first.
    """
    key = _SAME[because]
    shared: Select[Any] = (
        select(key.label("value"))
        .where(*LISTED, key.is_not(None))
        .group_by(key)
        .having(func.count() > 1)
        .order_by(key)
        .limit(limit)
    )
    if value is not None:
        shared = shared.where(key == value)
    if after is not None:
        shared = shared.where(key > after)
    wanted = shared.subquery()
    rows = sql.execute(
        select(PersonRow.__table__, wanted.c.value)
        .join(wanted, wanted.c.value == key)
        .where(*LISTED)
        .order_by(wanted.c.value, PersonRow.registered_at, PersonRow.person_id)
    )
    groups: dict[str, list[Row[Any]]] = {}
    for row in rows:
        groups.setdefault(row.value, []).append(row)
    return groups
