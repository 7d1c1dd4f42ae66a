"""Queries about people."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from services.booking.models import (
    PersonRow,
)

_PERSON = select(PersonRow.__table__).where(PersonRow.person_id == bindparam("person_id"))


_PERSON_FOR_UPDATE = _PERSON.with_for_update()


_AT_ADDRESS = (
    select(PersonRow.person_id, PersonRow.name)
    .where(PersonRow.email == bindparam("email"))
    .order_by(PersonRow.registered_at, PersonRow.person_id)
    .limit(100)
)


def people_at(sql: Connection, email: str) -> Sequence[Any]:
    """List the people of an email address, by id and name, who was known first first."""
    return sql.execute(_AT_ADDRESS, {"email": email}).all()


def add_person(sql: Connection, values: dict[str, Any]) -> None:
    """Keep a new person."""
    sql.execute(insert(PersonRow), values)


def find_person(sql: Connection, person_id: UUID, *, lock: bool = False) -> Row[Any] | None:
    """Find a person, locked if they are about to change."""
    query = _PERSON_FOR_UPDATE if lock else _PERSON
    return sql.execute(query, {"person_id": person_id}).one_or_none()


def change_person(sql: Connection, person_id: UUID, changes: dict[str, Any]) -> None:
    """Set some of a person's columns."""
    sql.execute(update(PersonRow).where(PersonRow.person_id == person_id).values(**changes))
