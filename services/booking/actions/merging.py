"""Making two people's records one person's."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from services.booking import store
from services.booking.actions.cards import drop_card
from services.booking.actions.credits import move_credits
from services.booking.actions.holds import release_hold
from services.booking.actions.money import booking_ledger
from services.booking.actions.people import alter, note_consent, said_of_marketing
from services.booking.actions.places import cancel_booking
from services.booking.actions.seats import session_for_update
from services.booking.actions.visits import mark
from services.booking.domain import (
    Attendance,
    BookingState,
    PersonKind,
    Purpose,
    agrees,
    higher_kind,
)
from shared.contracts import Values
from shared.contracts.booking import PersonMerged
from shared.contracts.errors import InvalidRequest, PersonMergedAlready, PersonNotFound
from shared.db import Tx

_LOOKED_AFTER = timedelta(hours=1)
_REFUSED_ONCE = "taken back under one of two records that were merged"


def merge_people(tx: Tx, keep: UUID, merge: UUID, *, at: datetime) -> Values:
    """Make all records of `merge` those of `keep`; from then on both ids mean one person.

    Where both have a place in one session, the one of `merge` is cancelled as staff would (that of
    `keep`, if more is due for it or less was paid), so its seat goes to the waiting list first;
    whoever came under either record was there. A seat held for one where the other has a place is
    given up, and so is the one reserved for `merge` where one is reserved for both. Contact data
    that `keep` lacks are taken over. Merging again changes nothing. It cannot be undone: what
    belonged to whom is not kept.

    Raises:
        PersonNotFound: one of them does not exist, or was erased.
        PersonMergedAlready: one of them was merged into somebody else.
        InvalidRequest: they are the same.
    """
    if keep == merge:
        msg = "merge: Must be another person than keep."
        raise InvalidRequest(msg)
    rows = store.people_for_update(tx.sql, {keep, merge})
    kept, merged = _unerased(rows, keep), _unerased(rows, merge)
    if merged.merged_into == keep:
        return {**kept._asdict(), "moved": {}, "cancelled": 0}
    for row in (kept, merged):
        if row.merged_into is not None:
            raise PersonMergedAlready(str(row.merged_into))
    agreed = _united_consent(tx, keep, merge, at=at)
    moved, cancelled = _move(tx, keep, merge, at=at)
    store.point_to(tx.sql, keep, merge)
    store.drop_words(tx.sql, [merge])
    store.change_person(tx.sql, merge, {"merged_into": keep, "merged_at": at})
    # What point_to has changed of the kept one is read again.
    kept = _unerased(store.people_for_update(tx.sql, {keep}), keep)
    person = alter(tx, kept, _united(kept, merged) | {"marketing": agreed})
    tx.emit(PersonMerged(person_id=keep, merged_id=merge, merged_at=at))
    return person | {"moved": moved, "cancelled": cancelled}


def settle_merged(tx: Tx, *, at: datetime, limit: int = 20) -> int:
    """Move what came in under an id in the very moment it was merged; give for how many people."""
    late = store.stragglers(tx.sql, since=at - _LOOKED_AFTER, limit=limit)
    for row in late:
        store.people_for_update(tx.sql, {row.person_id, row.merged_into})
        _move(tx, row.merged_into, row.person_id, at=at)
    return len(late)


def _move(tx: Tx, keep: UUID, merge: UUID, *, at: datetime) -> tuple[dict[str, int], int]:
    twice = store.booked_twice(tx.sql, keep, merge)
    ended = sum(_end_one(tx, *both, at=at) for both in twice)
    tx.flush()  # what moves next must see that these are cancelled
    for hold_id in store.held_needlessly(tx.sql, keep, merge):
        release_hold(tx, hold_id, at=at)
    tx.flush()
    if store.find_card(tx.sql, keep) is not None:
        drop_card(tx, merge, at=at)
    moved = store.move_records(tx.sql, keep, merge)
    # Those of the places that have just ended, too.
    move_credits(tx, keep, store.people_for_update(tx.sql, {merge})[merge], at=at)
    return moved, ended


def _end_one(tx: Tx, kept: UUID, other: UUID, *, at: datetime) -> bool:
    """End one of two bookings of one seat: `other`, unless that is the one which is paid for.

    Whoever came under either record was there. Where one has ended meanwhile the other stays.
    """
    found = store.bookings_for_update(tx.sql, [kept, other])
    if any(one.state == BookingState.CANCELLED for one in found.values()):
        return False
    stays, ends = sorted((found[kept], found[other]), key=partial(_paid_for, tx), reverse=True)
    if ends.attendance == Attendance.ATTENDED:
        session = session_for_update(tx, stays.session_id)
        mark(tx, stays, session, Attendance.ATTENDED, at=at)
    cancel_booking(tx, ends.booking_id, by="staff", doubled=True, at=at)
    return True


def _paid_for(tx: Tx, booking: Any) -> tuple[int, int, int]:
    """Rank bookings by how much is still due for them, the least last, then by what was paid."""
    ledger = booking_ledger(tx.sql, booking)
    return -ledger.balance_minor, ledger.paid_minor - ledger.refunded_minor, booking.credits


def _unerased(rows: dict[UUID, Any], person_id: UUID) -> Any:
    row = rows.get(person_id)
    if row is None or row.erased_at is not None:
        raise PersonNotFound(str(person_id))
    return row


def _united(kept: Any, merged: Any) -> Values:
    """Give what the kept person gains: what they lack, the higher kind, both notes."""
    filled = {
        name: getattr(merged, name)
        for name in ("email", "phone", "time_zone")
        if getattr(merged, name) and not getattr(kept, name)
    }
    referrer = kept.referred_by or merged.referred_by
    return filled | {
        "kind": higher_kind(PersonKind(kept.kind), PersonKind(merged.kind)).value,
        "notes": "\n".join(filter(None, (kept.notes, merged.notes))),
        "referred_by": None if referrer in {kept.person_id, merged.person_id} else referrer,
        "registered_at": min(kept.registered_at, merged.registered_at),
    }


def _united_consent(tx: Tx, keep: UUID, merge: UUID, *, at: datetime) -> bool:
    """Have the consent of whoever spoke count for both, and a refusal of either for good."""
    one, other = said_of_marketing(tx, keep), said_of_marketing(tx, merge)
    agreed = bool(one or other) and all(agrees(said) for said in (one, other) if said)
    if agrees([*one, *other]) and not agreed:
        no: Values = {"given": False, "how": _REFUSED_ONCE, "said": at, "at": at}
        note_consent(tx, keep, Purpose.MARKETING, **no)
    return agreed
