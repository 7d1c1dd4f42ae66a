"""Treats: taken for points when they are booked, given back when the booking is cancelled."""

from datetime import datetime
from uuid import UUID, uuid4

from services.loyalty import store
from services.loyalty.actions.cards import known_person, need_card
from services.loyalty.actions.ledger import open_account, post, spendable_account
from services.loyalty.domain import EntryKind
from shared.contracts import Values
from shared.contracts.booking import BookingCancelled
from shared.contracts.errors import (
    BookingCancelledAlready,
    BookingNotFound,
    TreatRedeemedAlready,
)
from shared.db import Tx


def redeem_treat(
    tx: Tx, person_id: UUID, booking_id: UUID, treat: str, points: int, *, at: datetime
) -> Values:
    """Take the points of a treat that somebody has booked; one for each booking.

    The same again changes nothing and gives the same answer.

    Raises:
        BookingNotFound: it is not this person's, or has not been heard of yet.
        BookingCancelledAlready: nothing is booked any more.
        TreatRedeemedAlready: another treat was taken with this booking.
        NoTreatCard: they have none.
        NotEnoughPoints: the balance would fall below zero.

    Source: Phorest, redeeming Treat Points (deducted when the treat is booked).
    """
    known_person(tx, person_id)
    booking = store.lock_booking(tx.sql, booking_id)
    if booking is None or booking.person_id != person_id:
        raise BookingNotFound(str(booking_id))
    if booking.cancelled_at is not None:
        raise BookingCancelledAlready(str(booking_id))
    before = store.find_treat_of_booking(tx.sql, booking_id)
    if before is not None:
        if (before.treat, before.points) != (treat, points):
            raise TreatRedeemedAlready(before.treat)
        return before._asdict()
    need_card(tx, person_id)
    account = spendable_account(tx, person_id, points, at=at)
    taken: Values = {"treat_id": uuid4(), "booking_id": booking_id, "person_id": person_id}
    taken |= {"treat": treat, "points": points, "redeemed_at": at, "returned_at": None}
    store.add_treat(tx.writes, taken)
    about = taken["treat_id"]
    post(tx, account, EntryKind.TREAT, -points, about=about, at=at)
    return taken


def return_treat(tx: Tx, cancelled: BookingCancelled, *, at: datetime) -> None:
    """Note that a booking was cancelled, and give back the points of the treat booked with it.

    Source: Phorest, redeeming Treat Points (returned if the appointment is cancelled).
    """
    tx.flush()
    ids = (cancelled.booking_id, cancelled.person_id)
    store.keep_cancellation(tx.sql, *ids, at=cancelled.cancelled_at)
    treat = store.find_treat_of_booking(tx.sql, cancelled.booking_id)
    if treat is None or treat.returned_at is not None:
        return
    store.return_treat(tx.writes, treat.treat_id, at=at)
    account = open_account(tx, treat.person_id, at=at)
    about = treat.treat_id
    post(tx, account, EntryKind.TREAT_RETURNED, treat.points, about=about, at=at)
