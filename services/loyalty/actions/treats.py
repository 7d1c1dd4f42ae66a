"""Treats: taken for points when they are booked, given back when the booking is cancelled."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from services.loyalty import store
from services.loyalty.actions.cards import known_person, need_card
from services.loyalty.actions.ledger import open_account, post, spendable_account
from services.loyalty.domain import MOST_POINTS, Availability, EntryKind, treat_points
from shared.contracts import Values
from shared.contracts.booking import BookingCancelled
from shared.contracts.errors import (
    BookingCancelledAlready,
    BookingNotFound,
    InvalidRequest,
    PersonNotFound,
    TreatNotAvailable,
    TreatNotOffered,
    TreatRedeemedAlready,
)
from shared.db import Tx


def redeem_treat(
    tx: Tx, person_id: UUID, booking_id: UUID, treat: str, points: int | None, *, at: datetime
) -> Values:
    """Take the points of a treat that somebody has booked; one for each booking.

    The same again changes nothing and gives the same answer.

    Args:
        tx: the transaction.
        person_id: whose points.
        booking_id: what they have booked.
        treat: what they take; named as the session it is, if first-timers are to be told apart.
        points: what it costs; None: what it is offered for.
        at: now (UTC).

    Raises:
        TreatNotOffered: it has no price, and none is named.
        TreatNotAvailable: it is for those who never had it, and they have.
        BookingNotFound: it is not this person's, or has not been heard of yet.
        BookingCancelledAlready: nothing is booked any more.
        TreatRedeemedAlready: another treat was taken with this booking.
        NoTreatCard: they have none.
        NotEnoughPoints: the balance would fall below zero.

    Source: Phorest, redeeming Treat Points (deducted when the treat is booked).
    """
    # Locked, so that of two treats for first-timers the second sees the first.
    person_id = known_person(tx, person_id, lock=True).person_id
    booking = store.lock_booking(tx.sql, booking_id)
    if booking is None or store.meant(tx.sql, booking.person_id) != person_id:
        raise BookingNotFound(str(booking_id))
    if booking.cancelled_at is not None:
        raise BookingCancelledAlready(str(booking_id))
    before = store.find_treat_of_booking(tx.sql, booking_id)
    if before is not None:
        if before.treat != treat or points not in {None, before.points}:
            raise TreatRedeemedAlready(before.treat)
        return before._asdict()
    points = _price(tx, person_id, treat, points)
    need_card(tx, person_id)
    account = spendable_account(tx, person_id, points, at=at)
    taken: Values = {"treat_id": uuid4(), "booking_id": booking_id, "person_id": person_id}
    taken |= {"treat": treat, "points": points, "redeemed_at": at, "returned_at": None}
    store.add_treat(tx.writes, taken)
    about = taken["treat_id"]
    post(tx, account, EntryKind.TREAT, -points, about=about, at=at)
    return taken


def _price(tx: Tx, person_id: UUID, treat: str, points: int | None) -> int:
    """Check that somebody may have a treat, and give what it costs in points."""
    offer = store.find_offer(tx.sql, treat)
    if offer is not None and not _may_have(tx.sql, offer, person_id):
        raise TreatNotAvailable(treat)
    if points is None and offer is None:
        raise TreatNotOffered(treat)
    return int(offer.points) if points is None and offer is not None else points or 0


def _may_have(sql: Any, offer: Any, person_id: UUID) -> bool:
    if offer.availability == Availability.ANYTIME:
        return True
    had = store.had_treat(sql, person_id, offer.treat)
    return not had and not store.had_visit(sql, person_id, offer.treat)


def offer_treat(
    tx: Tx,
    *,
    treat: str,
    price_minor: int,
    currency: str,
    points: int | None,
    availability: Availability,
    at: datetime,
) -> Values:
    """Offer a treat for points, or change its price or who may have it; what was taken stays.

    Args:
        tx: the transaction.
        treat: its name.
        price_minor: what it costs in money, in minor units.
        currency: ISO 4217, lower case.
        points: what it costs in points; None: what is suggested.
        availability: who may have it.
        at: now (UTC).

    Source: Phorest, setting up treats (cost, availability matrix).
    """
    rate = store.find_settings(tx.sql).treat_points_per_unit
    suggested = treat_points(price_minor, currency, rate)
    if points is None and suggested > MOST_POINTS:
        msg = f"points: {suggested} would be suggested, and no treat costs more than {MOST_POINTS}."
        raise InvalidRequest(msg)
    offer: Values = {"treat": treat, "price_minor": price_minor, "currency": currency}
    offer |= {"points": points or suggested, "availability": availability.value, "offered_at": at}
    store.keep_offer(tx.sql, offer)
    return offer | {"suggested_points": suggested}


def withdraw_treat(tx: Tx, treat: str) -> None:
    """Offer a treat no longer.

    Raises:
        TreatNotOffered: it was not offered.
    """
    if not store.withdraw_offer(tx.sql, treat):
        raise TreatNotOffered(treat)


def list_treats(sql: Any, person_id: UUID | None) -> list[Values]:
    """List the treats on offer; for somebody, with whether they may have them and can pay.

    Args:
        sql: the database.
        person_id: for whom; None: for nobody in particular.

    Raises:
        PersonNotFound: nobody is known under this id.
    """
    if person_id is not None and store.find_person(sql, person_id) is None:
        raise PersonNotFound(str(person_id))
    rate = store.find_settings(sql).treat_points_per_unit
    person_id = None if person_id is None else store.meant(sql, person_id)
    account = None if person_id is None else store.find_account(sql, person_id)
    found = []
    for offer in store.list_offers(sql):
        shown = offer._asdict()
        shown["suggested_points"] = treat_points(offer.price_minor, offer.currency, rate)
        if person_id is not None:
            shown["available"] = _may_have(sql, offer, person_id)
            shown["affordable"] = account is not None and account.balance >= offer.points
        found.append(shown)
    return found


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
