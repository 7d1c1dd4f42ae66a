"""What staff do with one press at the desk: a place for somebody, known or made known now."""

from datetime import datetime
from uuid import UUID

from services.booking.actions.checkouts import request_confirmation
from services.booking.actions.holds import confirm_hold, keep_place, reservation_for_update
from services.booking.actions.people import register_person
from services.booking.actions.places import take_place
from services.booking.domain import Collection, HoldKind
from shared.contracts import Values
from shared.db import Tx


def book(
    tx: Tx,
    session_id: UUID,
    person_id: UUID | None,
    person: Values | None,
    *,
    or_wait: bool,
    unpaid: bool,
    at: datetime,
) -> Values:
    """Give somebody a place, or, if they want, put them on the list of a full session.

    The place that staff have reserved for them is the one they get.

    Args:
        tx: the transaction.
        session_id: the session.
        person_id: who, if they are known; else None.
        person: who is made known, with their place or not at all; or None.
        or_wait: whether they want to wait where no place is free.
        unpaid: whether a member is let in who lacks the credits.
        at: now, UTC.

    Source: Q20.
    """
    if person_id is None:
        person_id = _made_known(tx, person, at=at)
    elif hold := reservation_for_update(tx, session_id, person_id, at=at):
        return confirm_hold(tx, hold.hold_id, unpaid=unpaid, at=at)
    return take_place(tx, session_id, person_id, or_wait=or_wait, unpaid=unpaid, at=at)


def hold_place(
    tx: Tx,
    session_id: UUID,
    person_id: UUID | None,
    person: Values | None,
    *,
    kind: HoldKind,
    until: datetime | None,
    collection: Collection | None,
    at: datetime,
) -> Values:
    """Reserve a place for somebody, and have them asked to confirm it, if it is said how they pay.

    Args:
        tx: the transaction.
        session_id: the session.
        person_id: who, if they are known; else None.
        person: who is made known, with their reservation or not at all; or None.
        kind: of the hold.
        until: when it lapses (UTC); None: as its kind does.
        collection: how the place is to be paid; None: nobody is written to yet.
        at: now, UTC.

    Source: B52, B53, B54, and the neighbouring pages' note 6.
    """
    if person_id is None:
        person_id = _made_known(tx, person, at=at)
    hold = keep_place(tx, session_id, person_id, kind=kind, until=until, at=at)
    if collection is not None:
        tx.flush()  # what is asked for next is this hold
        request_confirmation(tx, hold["hold_id"], collection, at=at)
    return hold


def _made_known(tx: Tx, person: Values | None, *, at: datetime) -> UUID:
    made: UUID = register_person(tx, **(person or {}), at=at)["person_id"]
    return made
