"""How notify says, and counts, what became of a message."""

from datetime import datetime

from services.notify import store
from services.notify.domain import Channel, Message, MessageKind, MessageState, Outcome
from shared import metrics
from shared.contracts import Trace, Values
from shared.contracts.notify import EmailFailed, EmailSent, MessageSuppressed, SmsFailed, SmsSent
from shared.db import Tx

_OUTCOMES = ("sent", "retried", "failed", "unknown", "suppressed")
# All of them from the start: a counter that is born at 1 has no increase to alert on.
COUNTS = {
    (channel, kind, outcome): counter.labels(kind.value, outcome)
    for channel, counter in ((Channel.EMAIL, metrics.EMAILS), (Channel.SMS, metrics.TEXTS))
    for kind in MessageKind
    for outcome in _OUTCOMES
}


def told_of(tx: Tx, message: Message) -> Tx:
    """Give the transaction on a message's own thread."""
    return tx.on(Trace(message.correlation_id, message.began_at, message.caused_by))


def about(message: Message) -> Values:
    """Give what every fact about a message says."""
    return {
        "message_id": message.message_id,
        "kind": message.kind.value,
        "person_id": message.person_id,
    }


def say_unsent(
    tx: Tx, about: Values, channel: Channel, state: MessageState, reason: str, *, at: datetime
) -> None:
    """Say and count that a message will not be sent."""
    COUNTS[channel, MessageKind(about["kind"]), state.value].inc()
    reason = reason[:200]
    if state is MessageState.SUPPRESSED:
        tx.emit(MessageSuppressed(**about, channel=channel.value, reason=reason, suppressed_at=at))
    elif channel is Channel.EMAIL:
        tx.emit(EmailFailed(**about, reason=reason, failed_at=at))
    else:
        tx.emit(SmsFailed(**about, reason=reason, failed_at=at))


def say_sent(tx: Tx, outcome: Outcome, *, at: datetime) -> None:
    """Say and count that a message was taken."""
    message = outcome.message
    COUNTS[message.channel, message.kind, "sent"].inc()
    if message.channel is Channel.SMS:
        segments = max(1, outcome.segments)
        store.note_carried(tx.writes, message.message_id, outcome.provider_id, segments)
        tx.emit(SmsSent(**about(message), segments=segments, sent_at=at))
        return
    tx.emit(EmailSent(**about(message), sent_at=at, reply=outcome.reply[:200]))
    if message.kind is MessageKind.ALLOCATED:
        metrics.CANCEL_TO_EMAIL.observe((at - message.began_at).total_seconds())
