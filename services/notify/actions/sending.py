"""How messages leave: claimed, checked, handed over, settled."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from services.notify import store
from services.notify.actions.writing import (
    COUNTS,
    TIMERS,
    Draft,
    fall_back,
    say_unsent,
    write_on,
)
from services.notify.domain import (
    Channel,
    Delivery,
    Lane,
    Message,
    MessageKind,
    MessageState,
    Outcome,
    after_attempt,
    is_resent,
    lease,
    refilled,
)
from services.notify.store import Claimed
from shared import metrics
from shared.config import settings
from shared.contracts import Trace, Values
from shared.contracts.notify import EmailSent, SmsFailed, SmsSent
from shared.db import Tx

_REMINDERS = 200
_PRUNED = 1000
_KEPT = timedelta(days=400)
"""How long it is known what has happened to a booking; every message about it ends sooner."""
_FATES = ("queued", "accepted", "sending", "sent", "delivered", "undelivered", "failed")
"""What a carrier says of a message, in the order in which it can come true."""
_LOST = {"undelivered", "failed"}
_FINAL = {"delivered", *_LOST}


def claim_messages(
    tx: Tx, channel: Channel, lane: Lane, *, limit: int, at: datetime
) -> list[Message] | None:
    """Claim messages that are due; for a lease nobody else takes them.

    What is no longer true or not wanted is settled as suppressed, and said, at once.

    Returns:
        Those that are to be sent; None if nothing was due.
    """
    when = {"at": at, "until": at + _lease(), "limit": limit}
    claimed = store.claim_due(tx.sql, tx.writes, channel, lane, **when)
    sent = [one.message for one in claimed if not _is_stopped(tx, one, at=at)]
    return sent if claimed else None


def _is_stopped(tx: Tx, claimed: Claimed, *, at: datetime) -> bool:
    """Settle a message that is not to be sent."""
    message = claimed.message
    if claimed.blocked is not None:
        reason = claimed.blocked
    elif claimed.outdated is not None:
        reason = f"not true any more: {claimed.outdated}"
    elif claimed.not_after is not None and claimed.not_after <= at:
        reason = "too late"
    elif claimed.muted:
        reason = "switched off"
    elif claimed.paused:
        _note(tx, message, MessageState.PAUSED, "its batch is paused", due_at=at)
        return True
    else:
        return False
    _note(tx, message, MessageState.SUPPRESSED, reason, ended_at=at)
    told, state = _told(tx, message), MessageState.SUPPRESSED
    say_unsent(told, _about(message), message.channel, state, reason, at=at)
    if claimed.blocked is not None:
        fall_back(tx, store.find_message(tx.sql, message.message_id), at=at)
    return True


def _note(
    tx: Tx,
    message: Message,
    state: MessageState,
    reply: str,
    *,
    due_at: datetime | None = None,
    ended_at: datetime | None = None,
) -> None:
    when = {"due_at": due_at, "ended_at": ended_at}
    store.settle(tx.writes, message, state, reply=reply, **when)


def _told(tx: Tx, message: Message) -> Tx:
    return tx.on(Trace(message.correlation_id, message.began_at, message.caused_by))


def _about(message: Message) -> Values:
    return {
        "message_id": message.message_id,
        "kind": message.kind.value,
        "person_id": message.person_id,
    }


def mark_sending(tx: Tx, messages: Sequence[Message], *, at: datetime) -> set[UUID]:
    """Note, before the dot, that these may be taken from now on.

    Returns:
        Those that are still ours. Who has taken too long has lost a message to another process,
        and must not hand it over any more.
    """
    return store.mark_sending(tx.sql, messages, until=at + _lease())


def _lease() -> timedelta:
    return lease(settings().smtp_timeout)


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
    message, reply = outcome.message, outcome.reply
    resent = is_resent(message)
    state, wait = after_attempt(outcome.delivery, message.attempts, resent=resent)
    ending = {
        "due_at": at + wait if wait is not None else None,
        "reply": reply,
        "ended_at": at if wait is None else None,
    }
    if state is MessageState.SENT:
        store.settle(tx.writes, message, state, **ending)
    elif not store.settle_ours(tx.sql, message, state, **ending):
        return  # another process has taken it over, and knows better
    if outcome.blocks and message.address:
        store.suppress(tx.writes, message.address, "all", outcome.blocks, at=at)
    told = _told(tx, message)
    if state is MessageState.SENT:
        _say_sent(told, outcome, at=at)
    elif state is MessageState.DUE:
        COUNTS[message.channel, message.kind, "retried"].inc()
    else:
        say_unsent(told, _about(message), message.channel, state, reply, at=at)
        if state is MessageState.FAILED:
            fall_back(tx, store.find_message(tx.sql, message.message_id), at=at)


def _say_sent(tx: Tx, outcome: Outcome, *, at: datetime) -> None:
    message = outcome.message
    COUNTS[message.channel, message.kind, "sent"].inc()
    if message.channel is Channel.SMS:
        segments = max(1, outcome.segments)
        store.note_carried(tx.writes, message.message_id, outcome.provider_id, segments)
        tx.emit(SmsSent(**_about(message), segments=segments, sent_at=at))
        return
    tx.emit(EmailSent(**_about(message), sent_at=at, reply=outcome.reply[:200]))
    if message.kind is MessageKind.ALLOCATED:
        metrics.CANCEL_TO_EMAIL.observe((at - message.began_at).total_seconds())


# -- by the clock ----------------------------------------------------------------------------------


def release_messages(tx: Tx, *, at: datetime) -> None:
    """Send what has waited for its hour."""
    for lane in store.release(tx.sql, at=at):
        tx.wake(TIMERS[lane])


def remind_of_sessions(tx: Tx, *, at: datetime) -> bool:
    """Write to people whose sessions start soon; say whether there are more to write to.

    Nobody is reminded who has booked, or was moved, later than the reminder would have come.
    """
    hours = store.get_settings(tx.sql).reminder_hours
    ahead = timedelta(hours=hours or 0)
    taken = store.take_reminders(tx.sql, before=at + ahead, limit=_REMINDERS)
    for reminder, about in taken:
        late = reminder.starts_at - ahead <= reminder.as_of
        if hours is None or about is None or late or reminder.starts_at <= at:
            continue
        draft = Draft(
            kind=MessageKind.REMINDER,
            dedupe=f"reminder:{reminder.subject_id}:{reminder.as_of.isoformat()}",
            person_id=about.person_id,
            context=about.context,
            as_of=reminder.as_of,
            subject_id=reminder.subject_id,
            not_after=reminder.starts_at,
        )
        if about.context:  # else the person was erased
            trace = Trace(about.correlation_id, about.began_at, about.caused_by)
            write_on(tx, draft, trace, about.caused_by, at=at)
    return len(taken) == _REMINDERS


def prune_standings(tx: Tx, *, at: datetime) -> bool:
    """Forget what happened so long ago that no message can be about it; say if there is more."""
    return store.prune_standings(tx.sql, before=at - _KEPT, limit=_PRUNED) == _PRUNED


def pace_messages(tx: Tx, *, at: datetime) -> None:
    """Let limited channels send what they may by now: the direct lane first, bulk the rest."""
    chosen = store.get_settings(tx.sql)
    for channel in Channel:
        per_minute = chosen.per_minute(channel)
        if per_minute is None:
            continue
        for lane, allowance in refilled(store.paces(tx.sql, channel), per_minute, at=at).items():
            store.set_pace(tx.sql, channel, lane, allowance, at=at)
            if allowance >= 1:
                tx.wake(TIMERS[channel, lane])


# -- what the carrier says later -------------------------------------------------------------------


def note_status(tx: Tx, message_id: UUID, status: str, code: str, *, at: datetime) -> bool:
    """Note what the carrier says has become of a text message; it says so in any order.

    Returns:
        Whether there is such a message.
    """
    row = store.message_for_update(tx.sql, message_id)
    if row is None or row.channel != Channel.SMS.value:
        return False
    known = _FATES.index(row.receipt) if row.receipt in _FATES else -1
    if status not in _FATES or _FATES.index(status) <= known or row.receipt in _FINAL:
        return True
    store.note_receipt(tx.sql, message_id, status)
    if status in _LOST and row.state == MessageState.SENT.value:
        _lose(tx, row, f"{status} {code}".strip(), at=at)
    return True


def _lose(tx: Tx, row: object, reason: str, *, at: datetime) -> None:
    """Note that a text message the carrier had taken did not arrive."""
    message = store.message_of(row)
    store.fail(tx.sql, message.message_id, reason, at=at)
    if reason.endswith(" 21610"):
        store.suppress(tx.writes, message.address, "all", "said STOP", at=at)
    COUNTS[Channel.SMS, message.kind, "failed"].inc()
    _told(tx, message).emit(SmsFailed(**_about(message), reason=reason, failed_at=at))
    fall_back(tx, row, at=at)
