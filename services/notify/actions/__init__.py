"""What notify does, one verb per function; each runs in the transaction it is given."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from services.notify import store
from services.notify.domain import (
    LEASE,
    Delivery,
    Message,
    MessageKind,
    MessageState,
    Outcome,
    after_attempt,
)
from shared import metrics
from shared.contracts import Trace, Values
from shared.contracts.booking import BookingConfirmed, PersonChanged, PersonRegistered
from shared.contracts.errors import MessageNotFound
from shared.contracts.notify import EmailFailed, EmailSent
from shared.contracts.waitlist import SpotAllocated
from shared.db import Tx

# All of them from the start: a counter that is born at 1 has no increase to alert on.
_COUNTS = {
    (kind, outcome): metrics.EMAILS.labels(kind.value, outcome)
    for kind in MessageKind
    for outcome in ("sent", "retried", "failed", "unknown")
}


class ContactNotKnown(Exception):
    """Nobody has said yet how to reach this person; the fact is tried again."""


def keep_contact(tx: Tx, person: PersonRegistered | PersonChanged) -> None:
    """Keep how to reach a person."""
    store.keep_contact(
        tx.writes,
        {
            "person_id": person.person_id,
            "name": person.name,
            "email": person.email,
            "phone": person.phone,
            "language": person.language,
            "sequence": person.sequence,
        },
    )


def email_confirmation(tx: Tx, booked: BookingConfirmed, *, at: datetime) -> None:
    """Write to a person that they have a place."""
    _write(tx, MessageKind.CONFIRMED, f"confirmed:{booked.booking_id}", booked, at=at)


def email_allocation(tx: Tx, allocated: SpotAllocated, *, at: datetime) -> None:
    """Write to a person who waited that they have a place now.

    Source: Q48, Q49.
    """
    dedupe = f"allocated:{allocated.entry_id}:{allocated.spot_id}"
    _write(tx, MessageKind.ALLOCATED, dedupe, allocated, at=at)


def _write(
    tx: Tx,
    kind: MessageKind,
    dedupe: str,
    fact: BookingConfirmed | SpotAllocated,
    *,
    at: datetime,
) -> None:
    contact = store.find_contact(tx.sql, fact.person_id)
    if contact is None:
        raise ContactNotKnown(str(fact.person_id))
    trace, message_id = Trace.after(fact), uuid4()
    values = {
        "message_id": message_id,
        "dedupe": dedupe,
        "kind": kind.value,
        "person_id": fact.person_id,
        "address": contact.email,
        "name": contact.name,
        "language": contact.language,
        "context": _context(fact),
        "state": MessageState.DUE.value if contact.email else MessageState.FAILED.value,
        "attempts": 0,
        "due_at": at if contact.email else None,
        "reply": None if contact.email else "no email address",
        "correlation_id": trace.correlation_id,
        "caused_by": fact.fact_id,
        "began_at": trace.began_at,
        "created_at": at,
    }
    store.add_message(tx.writes, values)
    if contact.email:
        tx.wake("send_messages")
    else:
        about: Values = {"message_id": message_id, "kind": kind.value, "person_id": fact.person_id}
        tx.emit(EmailFailed(**about, reason="no email address", failed_at=at))


def _context(fact: BookingConfirmed | SpotAllocated) -> dict[str, str]:
    return {
        "session_name": fact.session_name,
        "starts_at": fact.starts_at.isoformat(),
        "time_zone": fact.time_zone,
        "location": fact.location,
        "staff": fact.staff,
        "booking_id": str(fact.booking_id),
    }


def claim_messages(tx: Tx, *, limit: int, at: datetime) -> list[Message]:
    """Claim messages that are due; for LEASE nobody else takes them."""
    return store.claim_due(tx.sql, at=at, until=at + LEASE, limit=limit)


def mark_sending(tx: Tx, messages: Sequence[Message]) -> None:
    """Note, before the dot, that these may be taken from now on."""
    store.mark_sending(tx.writes, [message.message_id for message in messages])


def settle_messages(tx: Tx, outcomes: Sequence[Outcome], *, at: datetime) -> None:
    """Note what came of an attempt, and say so if it was the last."""
    for outcome in outcomes:
        _settle(tx, outcome, at=at)


def recover_messages(tx: Tx, *, at: datetime, limit: int = 100) -> int:
    """Take over messages whose process died: send the unsent, decide about the uncertain."""
    left = store.overdue(tx.sql, at=at, limit=limit)
    for message, state in left:
        delivery = Delivery.LOST if state is MessageState.SENDING else Delivery.LATER
        _settle(tx, Outcome(message, delivery, "the process that had it ended"), at=at)
    return len(left)


def _settle(tx: Tx, outcome: Outcome, *, at: datetime) -> None:
    message = outcome.message
    state, wait = after_attempt(outcome.delivery, message.attempts)
    store.settle(
        tx.writes,
        message.message_id,
        state,
        due_at=at + wait if wait is not None else None,
        reply=outcome.reply,
        sent_at=at if state is MessageState.SENT else None,
    )
    counted = "retried" if state is MessageState.DUE else state.value
    _COUNTS[message.kind, counted].inc()
    about: Values = {
        "message_id": message.message_id,
        "kind": message.kind.value,
        "person_id": message.person_id,
    }
    told = tx.on(Trace(message.correlation_id, message.began_at, message.caused_by))
    if state is MessageState.SENT:
        told.emit(EmailSent(**about, sent_at=at))
        if message.kind is MessageKind.ALLOCATED:
            metrics.CANCEL_TO_EMAIL.observe((at - message.began_at).total_seconds())
    elif state in {MessageState.FAILED, MessageState.UNKNOWN}:
        told.emit(EmailFailed(**about, reason=outcome.reply[:200], failed_at=at))


def get_message(sql: Any, message_id: UUID) -> Any:
    """Give a message."""
    message = store.find_message(sql, message_id)
    if message is None:
        raise MessageNotFound(str(message_id))
    return message
