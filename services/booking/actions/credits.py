"""Credits: given by staff, spent on places, given back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.booking import store
from services.booking.actions.people import known, known_for_update
from services.booking.domain import (
    CreditKind,
    PersonKind,
    Session,
    credits_due,
    gives_credits_back,
    must_have_credits,
)
from shared.contracts import Values
from shared.contracts.errors import InvalidRequest, NotEnoughCredits, PersonNotFound
from shared.db import Tx


def grant_credits(tx: Tx, person_id: UUID, credits: int, reason: str, *, at: datetime) -> Values:  # noqa: A002 - its name on the wire
    """Give a person credits; the reason stays in the ledger."""
    row = known_for_update(tx, person_id)
    kind = CreditKind.GRANTED
    store.change_credits(tx.sql, tx.writes, row.person_id, credits, kind, at=at, reason=reason)
    return {"person_id": row.person_id, "balance": row.credits + credits}


def withdraw_credits(
    tx: Tx,
    person_id: UUID,
    credits: int,  # noqa: A002 - its name on the wire
    reason: str,
    *,
    at: datetime,
) -> Values:
    """Take credits from a person that they have; the reason stays in the ledger.

    Raises:
        NotEnoughCredits: they have fewer.
    """
    row = known_for_update(tx, person_id)
    kind = CreditKind.WITHDRAWN
    taken = store.change_credits(
        tx.sql, tx.writes, row.person_id, -credits, kind, at=at, reason=reason
    )
    if taken is None:
        msg = f"{row.name} has {row.credits} credits"
        raise NotEnoughCredits(msg)
    return {"person_id": row.person_id, "balance": taken}


def get_credits(sql: Any, person_id: UUID, *, after: UUID | None, limit: int) -> Values:
    """Give a person's balance and the entries of their ledger, a page at a time."""
    row = known(sql, person_id)
    before = store.place_of_entry(sql, row.person_id, after) if after else None
    if after is not None and before is None:
        msg = "after: No entry of this person's has this id."
        raise InvalidRequest(msg)
    entries = store.list_credits(sql, row.person_id, before=before, limit=limit)
    return {"person_id": row.person_id, "balance": row.credits, "entries": entries}


def take_credits(
    tx: Tx, session: Session, person_id: UUID, booking_id: UUID, *, at: datetime
) -> bool:
    """Pay for a new place with its person's credits, if it takes any; say whether it was.

    It comes after the seat: whoever locks a session and a person, locks the session first.
    """
    due = credits_due(session)
    if not due:
        return False
    taken = store.change_credits(
        tx.sql, tx.writes, person_id, -due, CreditKind.SPENT, at=at, booking_id=booking_id
    )
    if taken is None:
        return False
    store.note_credits(tx.writes, booking_id, due)
    return True


def has_credits(tx: Tx, session: Session, person_id: UUID) -> bool:
    """Say whether a place can be paid for with its person's credits, which stay theirs meanwhile.

    The person is locked, so that whoever is told yes can take them.
    """
    due = credits_due(session)
    if not due:
        return False
    row = store.find_person(tx.sql, person_id, lock=True)
    return row is not None and row.credits >= due


def settle_credits(
    tx: Tx, session: Session, person_id: UUID, booking_id: UUID, *, unpaid: bool, at: datetime
) -> bool:
    """Pay for a new place with credits if there are enough; say whether it was.

    Without them, its price is still to be paid, or staff have let the person in unpaid.

    Raises:
        NotEnoughCredits: a member lacks them, and the session has no price to pay instead.
    """
    if take_credits(tx, session, person_id, booking_id, at=at):
        return True
    if unpaid or not credits_due(session):
        return False
    row = store.find_person(tx.sql, person_id)
    if row is None:
        raise PersonNotFound(str(person_id))
    if must_have_credits(PersonKind(row.kind), session):
        msg = f"{session.name} takes {credits_due(session)}, and {row.name} has {row.credits}"
        raise NotEnoughCredits(msg)
    return False


def return_credits(
    tx: Tx, booking: Any, session: Session, *, at: datetime, called_off: bool = False
) -> None:
    """Give back what a locked booking took that ends now: in time, or called off by the studio."""
    if booking.credits and (called_off or gives_credits_back(session, at=at)):
        kind, booking_id = CreditKind.RETURNED, booking.booking_id
        store.change_credits(
            tx.sql,
            tx.writes,
            booking.person_id,
            booking.credits,
            kind,
            at=at,
            booking_id=booking_id,
        )


def move_credits(tx: Tx, keep: UUID, merged: Any, *, at: datetime) -> int:
    """Move all credits of one record of a person to the other; give how many."""
    moved: int = merged.credits
    if moved:
        kind = CreditKind.MERGED
        store.change_credits(tx.sql, tx.writes, merged.person_id, -moved, kind, at=at)
        store.change_credits(tx.sql, tx.writes, keep, moved, kind, at=at)
    return moved
