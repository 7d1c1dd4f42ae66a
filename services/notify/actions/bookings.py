"""What people are told of their bookings, of payments, and of the waiting list."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.notify import store
from services.notify.actions.writing import Draft, occasion, write
from services.notify.domain import MessageKind, MessageState, payment_of, wait_of
from shared.contracts import Values
from shared.contracts.booking import (
    BookingCancelled,
    BookingConfirmed,
    BookingMoved,
    ConfirmationRequested,
    PaymentReceived,
    PaymentRefunded,
    PaymentReminderRequested,
    SessionChanged,
)
from shared.contracts.waitlist import (
    OfferClosed,
    SpotAllocated,
    SpotOffered,
    WaitlistJoined,
    WaitlistLeft,
)
from shared.db import Tx

_MAY_HAVE_GONE = {MessageState.SENDING, MessageState.SENT, MessageState.UNKNOWN}
_WORTH_TELLING = {"removed", "list_full", "list_closed", "not_eligible"}
_OFFER_GONE = {"taken", "expired", "withdrawn"}


def email_confirmation(tx: Tx, booked: BookingConfirmed, *, at: datetime) -> None:
    """Write to a person that they have a place.

    Source: B10, B31.
    """
    context = occasion(booked) | {
        "booking_id": str(booked.booking_id),
        "sequence": str(booked.sequence),
        "balance_minor": str(booked.balance_minor),
        "currency": booked.currency,
    }
    draft = Draft(
        kind=MessageKind.CONFIRMED,
        dedupe=f"confirmed:{booked.booking_id}",
        person_id=booked.person_id,
        context=context,
        as_of=booked.booked_at,
        subject_id=booked.booking_id,
    )
    _with_reminder(tx, write(tx, draft, booked, at=at), draft, booked)


def email_allocation(tx: Tx, allocated: SpotAllocated, *, at: datetime) -> None:
    """Write to a person who waited that they have a place now.

    Source: Q48, Q49, D38.
    """
    store.note_standing(
        tx.writes, wait_of(allocated.entry_id), "allocated", at=allocated.allocated_at
    )
    whose = "booking_id" if allocated.source == "booking" else "registration_id"
    draft = Draft(
        kind=MessageKind.ALLOCATED,
        dedupe=f"allocated:{allocated.entry_id}:{allocated.spot_id}",
        person_id=allocated.person_id,
        context=occasion(allocated) | {whose: str(allocated.booking_id)},
        as_of=allocated.allocated_at,
        subject_id=allocated.booking_id,
    )
    _with_reminder(tx, write(tx, draft, allocated, at=at), draft, allocated)


def _with_reminder(
    tx: Tx, message_id: UUID, draft: Draft, fact: BookingConfirmed | BookingMoved | SpotAllocated
) -> None:
    if draft.subject_id is None:
        return
    if isinstance(fact, SpotAllocated):
        session_id = fact.target_id if fact.source == "booking" else None
    else:
        session_id = fact.session_id
    when: Values = {"starts_at": fact.starts_at, "as_of": draft.as_of}
    store.plan_reminder(tx.writes, draft.subject_id, message_id, **when, session_id=session_id)


def keep_name(tx: Tx, changed: SessionChanged, *, at: datetime) -> None:
    """Keep what a session is called now, for those who are still to be reminded of it.

    Source: B10, B31.
    """
    said = {name: getattr(changed, name) for name in ("session_id", "name", "staff", "sequence")}
    changed_at = changed.envelope.said_at if changed.envelope else at
    when = {"starts_at": changed.starts_at, "changed_at": changed_at}
    store.note_name(tx.writes, said | when)


def tell_of_move(tx: Tx, moved: BookingMoved, *, at: datetime) -> None:
    """Write to a person that their place is at another time."""
    for subject_id in (moved.booking_id, payment_of(moved.booking_id)):
        store.note_standing(tx.writes, subject_id, "moved", at=moved.moved_at)
    draft = Draft(
        kind=MessageKind.MOVED,
        dedupe=f"moved:{moved.booking_id}:{moved.sequence}",
        person_id=moved.person_id,
        context=occasion(moved)
        | {
            "booking_id": str(moved.booking_id),
            "sequence": str(moved.sequence),
            "was_at": moved.moved_from.isoformat(),
        },
        as_of=moved.moved_at,
        subject_id=moved.booking_id,
    )
    _with_reminder(tx, write(tx, draft, moved, at=at), draft, moved)


def tell_of_cancellation(tx: Tx, cancelled: BookingCancelled, *, at: datetime) -> None:
    """Write to a person that their place is given up, or that the session does not take place."""
    for subject_id in (cancelled.booking_id, payment_of(cancelled.booking_id)):
        store.note_standing(tx.writes, subject_id, "cancelled", at=cancelled.cancelled_at)
    if not cancelled.session_name or cancelled.cancelled_by == "waitlist" or cancelled.doubled:
        return  # who left the list in time has asked for no place; who had two has one still
    whole = cancelled.session_cancelled
    draft = Draft(
        kind=MessageKind.SESSION_CANCELLED if whole else MessageKind.CANCELLED,
        dedupe=f"cancelled:{cancelled.booking_id}",
        person_id=cancelled.person_id,
        context=occasion(cancelled)
        | {"booking_id": str(cancelled.booking_id), "sequence": str(cancelled.sequence)},
        as_of=cancelled.cancelled_at,
    )
    write(tx, draft, cancelled, at=at)


def ask_for_confirmation(tx: Tx, wanted: ConfirmationRequested, *, at: datetime) -> None:
    """Write to a person that a place is reserved, with the link to confirm and pay.

    Source: B29, B54.
    """
    store.note_standing(tx.writes, wanted.hold_id, "asked again", at=wanted.requested_at)
    draft = Draft(
        kind=MessageKind.CONFIRMATION_REQUESTED,
        dedupe=f"confirm:{wanted.fact_id}",  # staff may press the button again
        person_id=wanted.person_id,
        context=occasion(wanted)
        | {
            "hold_id": str(wanted.hold_id),
            "amount_minor": str(wanted.amount_minor),
            "currency": wanted.currency,
            "until_at": wanted.expires_at.isoformat() if wanted.expires_at else "",
        },
        as_of=wanted.requested_at,
        subject_id=wanted.hold_id,
        not_after=wanted.expires_at,
    )
    write(tx, draft, wanted, at=at)


# -- payments --------------------------------------------------------------------------------------


def send_receipt(tx: Tx, paid: PaymentReceived, *, at: datetime) -> None:
    """Write to a person that their money has arrived; a reminder would name another amount now."""
    told = "partly paid" if paid.balance_minor else "paid"
    store.note_standing(tx.writes, payment_of(paid.booking_id), told, at=paid.paid_at)
    dedupe = f"receipt:{paid.payment_id}"
    _write_of_money(tx, MessageKind.RECEIPT, dedupe, paid, as_of=paid.paid_at, at=at)


def confirm_refund(tx: Tx, back: PaymentRefunded, *, at: datetime) -> None:
    """Write to a person that they have their money back, unless they took it through the bank."""
    if back.reason == "disputed":
        return
    dedupe = f"refunded:{back.refund_id}"
    _write_of_money(tx, MessageKind.REFUNDED, dedupe, back, as_of=back.refunded_at, at=at)


def _write_of_money(tx: Tx, kind: MessageKind, dedupe: str, money: Any, **when: datetime) -> None:
    draft = Draft(
        kind=kind,
        dedupe=dedupe,
        person_id=money.person_id,
        context={
            "session_name": money.session_name,
            "booking_id": str(money.booking_id),
            "payment_id": str(money.payment_id),
            "amount_minor": str(money.amount_minor),
            "price_minor": str(money.price_minor),
            "balance_minor": str(money.balance_minor),
            "currency": money.currency,
            "by_card": "" if money.method == "offline" else "yes",
        },
        as_of=when["as_of"],
    )
    write(tx, draft, money, at=when["at"])


def remind_of_payment(tx: Tx, wanted: PaymentReminderRequested, *, at: datetime) -> None:
    """Write to a person that something is still to be paid, unless it is paid by then.

    Source: B46, B47.
    """
    draft = Draft(
        kind=MessageKind.PAYMENT_REMINDER,
        dedupe=f"payment_reminder:{wanted.booking_id}:{wanted.number}",
        person_id=wanted.person_id,
        context=occasion(wanted)
        | {
            "booking_id": str(wanted.booking_id),
            "amount_minor": str(wanted.due_minor),
            "currency": wanted.currency,
        },
        as_of=wanted.requested_at,
        subject_id=payment_of(wanted.booking_id),
        prompt=wanted.manual,
        template=wanted.template,
    )
    write(tx, draft, wanted, at=at)


# -- the waiting list ------------------------------------------------------------------------------


def tell_of_offer(tx: Tx, offer: SpotOffered, *, at: datetime) -> None:
    """Write to a person who waits that they can have a place, by a link."""
    draft = Draft(
        kind=MessageKind.OFFERED,
        dedupe=f"offered:{offer.offer_id}",
        person_id=offer.person_id,
        context=occasion(offer)
        | {
            "offer_id": str(offer.offer_id),
            "announced": "yes" if offer.announced else "",
            "until_at": offer.answer_by.isoformat(),
        },
        as_of=offer.offered_at,
        subject_id=offer.offer_id,
        not_after=offer.answer_by,
    )
    write(tx, draft, offer, at=at)


def close_offer(tx: Tx, closed: OfferClosed, *, at: datetime) -> None:
    """Send an offer no more; who has read it already is told that it is gone."""
    store.note_standing(tx.writes, closed.offer_id, closed.reason, at=closed.closed_at)
    offered = store.find_by_dedupe(tx.sql, f"offered:{closed.offer_id}")
    if closed.reason not in _OFFER_GONE or offered is None:
        return
    if MessageState(offered.state) not in _MAY_HAVE_GONE:
        return
    draft = Draft(
        kind=MessageKind.OFFER_CLOSED,
        dedupe=f"offer_closed:{closed.offer_id}",
        person_id=closed.person_id,
        context=offered.context | {"reason": closed.reason},
        as_of=closed.closed_at,
    )
    write(tx, draft, closed, at=at)


def tell_of_waiting(tx: Tx, joined: WaitlistJoined, *, at: datetime) -> None:
    """Write to a person, once, that they are on the list; the fact is said again and again."""
    dedupe = f"waiting:{joined.entry_id}"
    if not joined.session_name or store.state_of(tx.sql, dedupe) is not None:
        return
    draft = Draft(
        kind=MessageKind.WAITING,
        dedupe=dedupe,
        person_id=joined.person_id,
        context=occasion(joined)
        | {
            "entry_id": str(joined.entry_id),
            "place": str(joined.place) if joined.place else "",
            "needs_answer": "yes" if joined.needs_answer else "",
        },
        as_of=joined.joined_at,
        subject_id=wait_of(joined.entry_id),
    )
    write(tx, draft, joined, at=at)


def tell_of_leaving(tx: Tx, left: WaitlistLeft, *, at: datetime) -> None:
    """Write to a person that they wait no longer, if that was not their own doing."""
    # An older release wrote of the entry itself.
    for subject_id in (wait_of(left.entry_id), left.entry_id):
        store.note_standing(tx.writes, subject_id, left.reason, at=left.left_at)
    if not left.session_name or left.reason not in _WORTH_TELLING:
        return
    draft = Draft(
        kind=MessageKind.WAITING_ENDED,
        dedupe=f"waiting_ended:{left.entry_id}",
        person_id=left.person_id,
        context=occasion(left) | {"reason": left.reason},
        as_of=left.left_at,
    )
    write(tx, draft, left, at=at)
