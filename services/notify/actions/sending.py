"""How messages leave: claimed, checked, handed over, settled."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.notify import store
from services.notify.actions.carrier import LOST_FATES, lose
from services.notify.actions.saying import COUNTS, about, say_sent, say_unsent, told_of
from services.notify.actions.writing import TIMERS, Draft, by_day, fall_back, other_way, write_on
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
from shared.config import settings
from shared.contracts import Trace
from shared.db import Tx

_REMINDERS = 200
_PRUNED = 1000
_PUT_OFF = 3
"""How often a channel puts a message off before the other one is tried, some minutes on."""
_LOOKED_AT_AGAIN = timedelta(minutes=1)
"""When a message of a paused batch is looked at again."""
_KEPT = timedelta(days=400)
"""How long it is known what has happened to a booking; every message about it ends sooner."""


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
    if not message.address:
        reason = "erased"
    elif claimed.blocked is not None:
        reason = claimed.blocked
    elif claimed.outdated is not None:
        reason = f"not true any more: {claimed.outdated}"
    elif claimed.not_after is not None and claimed.not_after <= at:
        reason = "too late"
    elif claimed.muted:
        reason = "switched off"
    elif claimed.paused:
        # Not as paused: a batch that goes on in this very moment would leave it behind.
        store.put_back(
            tx.writes, message.message_id, MessageState.DUE, due_at=at + _LOOKED_AT_AGAIN
        )
        return True
    elif claimed.quiet_zone:
        return _waits(tx, claimed, claimed.quiet_zone, at=at)
    else:
        return False
    state, told = MessageState.SUPPRESSED, told_of(tx, message)
    store.settle(tx.writes, message, state, due_at=None, reply=reason, ended_at=at)
    say_unsent(told, about(message), message.channel, state, reason, at=at)
    if claimed.blocked is not None:
        fall_back(tx, store.find_message(tx.sql, message.message_id), at=at)
    return True


def _waits(tx: Tx, claimed: Claimed, zone: str, *, at: datetime) -> bool:
    """Have a message wait for the morning that a queue or a retry has brought into the night."""
    state, due_at = by_day(tx, zone, claimed.not_after, at=at)
    if state is MessageState.DUE:
        return False
    store.put_back(tx.writes, claimed.message.message_id, state, due_at=due_at)
    return True


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
        row = None
        if outcome.message.channel is Channel.SMS and outcome.delivery is Delivery.TAKEN:
            row = store.message_for_update(tx.sql, outcome.message.message_id)
        _settle(tx, outcome, at=at)
        if row is not None and row.receipt in LOST_FATES:  # the carrier said so before we did
            tx.flush()
            lose(tx, row, row.receipt, at=at)


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
    if outcome.delivery is Delivery.LATER and message.attempts >= _PUT_OFF:
        row = store.find_message(tx.sql, message.message_id)
        if row is not None and other_way(tx, row):
            state, wait, reply = MessageState.FAILED, None, f"put off for too long: {reply}"
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
    told = told_of(tx, message)
    if state is MessageState.SENT:
        say_sent(told, outcome, at=at)
    elif state is MessageState.DUE:
        COUNTS[message.channel, message.kind, "retried"].inc()
    else:
        say_unsent(told, about(message), message.channel, state, reply, at=at)
        if state is MessageState.FAILED:
            fall_back(tx, store.find_message(tx.sql, message.message_id), at=at)


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
    names = store.names_of(tx.sql, {one.session_id for one, _ in taken if one.session_id})
    for reminder, told in taken:
        late = reminder.starts_at - ahead <= reminder.as_of
        if hours is None or told is None or late or reminder.starts_at <= at:
            continue
        draft = Draft(
            kind=MessageKind.REMINDER,
            dedupe=f"reminder:{reminder.subject_id}:{reminder.as_of.isoformat()}",
            person_id=told.person_id,
            context=told.context | _as_called_now(names.get(reminder.session_id), reminder.as_of),
            as_of=reminder.as_of,
            subject_id=reminder.subject_id,
            not_after=reminder.starts_at,
        )
        if told.context:  # else the person was erased
            trace = Trace(told.correlation_id, told.began_at, told.caused_by)
            write_on(tx, draft, trace, told.caused_by, at=at)
    return len(taken) == _REMINDERS


def _as_called_now(renamed: Any, as_of: datetime) -> dict[str, str]:
    """Give what has become of a session's name since a message about it, as a message says it."""
    if renamed is None or renamed.changed_at <= as_of:
        return {}
    return {"session_name": renamed.name, "staff": renamed.staff}


def prune_standings(tx: Tx, *, at: datetime) -> bool:
    """Forget what happened so long ago that no message can be about it; say if there is more."""
    store.drop_names(tx.sql, before=at - _KEPT)
    return store.prune_standings(tx.sql, before=at - _KEPT, limit=_PRUNED) == _PRUNED


def blank_texts(tx: Tx, *, at: datetime) -> bool:
    """Forget what messages said long ago, and to whom; say if there is more.

    What they were, whose, and what became of them stays, so that counts stay true.
    """
    kept = timedelta(days=settings().keep_texts_days)
    return store.blank_texts(tx.sql, before=at - kept, limit=_PRUNED) == _PRUNED


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
