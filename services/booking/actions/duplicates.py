"""People who may be one."""

from typing import Any
from uuid import UUID

from services.booking import store
from services.booking.actions.people import known
from services.booking.domain import Likeness
from shared.contracts import Values
from shared.contracts.errors import InvalidRequest


def find_duplicates(
    sql: Any,
    person_id: UUID | None,
    *,
    because: Likeness | None,
    after: UUID | None,
    limit: int,
) -> list[Values]:
    """List people who may be one: the same email address, telephone number or name.

    Args:
        sql: a connection.
        person_id: whose doubles are wanted; None: anybody's.
        because: what they have in common; None: any of the three, one after the other.
        after: somebody of the group the page before ended with; None: the first page.
        limit: how many groups of each kind at most.

    Raises:
        PersonNotFound: there is nobody with `person_id`.
        InvalidRequest: `after` cannot be gone on from.
    """
    own = None if person_id is None else known(sql, person_id).person_id
    last = _last(sql, own, because, after)
    groups = []
    for likeness in Likeness if because is None else (because,):
        value = None if own is None else store.likeness_of(sql, likeness, own)
        if own is not None and value is None:
            continue
        alike = store.list_alike(sql, likeness, value=value, after=last, limit=limit)
        groups += [{"because": likeness.value, "people": people} for people in alike.values()]
    return groups


def _last(
    sql: Any, person_id: UUID | None, because: Likeness | None, after: UUID | None
) -> str | None:
    """Give what those have in common whom the page before ended with."""
    if after is None:
        return None
    if person_id is not None:
        msg = "after: Somebody's own doubles are all on one page."
        raise InvalidRequest(msg)
    if because is None:
        msg = "because: Say which list goes on after them."
        raise InvalidRequest(msg)
    last = store.likeness_of(sql, because, after)
    if last is None:
        msg = f"after: Nobody has this id, or they have no {because.value}."
        raise InvalidRequest(msg)
    return last
