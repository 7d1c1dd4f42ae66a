"""What a carrier says later of the text messages it has taken."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.notify import gateways, store
from services.notify.actions.saying import COUNTS, about, say_sent, told_of
from services.notify.actions.writing import fall_back
from services.notify.domain import Channel, Delivery, MessageState, Outcome
from shared.config import settings
from shared.contracts.notify import SmsFailed
from shared.db import Tx

_FATES = ("queued", "accepted", "sending", "sent", "delivered", "undelivered", "failed")
"""What a carrier says of a message, in the order in which it can come true."""
LOST_FATES = {"undelivered", "failed"}
_FINAL = {"delivered", *LOST_FATES}
_STOPPED = "21610"


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
    if code == _STOPPED and row.address:
        store.suppress(tx.writes, row.address, "all", "said STOP", at=at)
    if status not in LOST_FATES:
        _find(tx, row, status, at=at)
    elif row.state == MessageState.SENT.value:
        lose(tx, row, f"{status} {code}".strip(), at=at)
    return True


def _find(tx: Tx, row: Any, status: str, *, at: datetime) -> None:
    """Note that the carrier has a text message after all of which nobody knew."""
    retried = row.state == MessageState.DUE.value and row.attempts > 0
    if (row.state != MessageState.UNKNOWN.value and not retried) or not row.address:
        return
    message = store.message_of(row, store.own_words_of(tx.sql, row))
    reply, count = f"the carrier has it: {status}", gateways.write_sms(message, settings())[1]
    ending = {"due_at": None, "reply": reply, "ended_at": at}
    store.settle(tx.writes, message, MessageState.SENT, **ending)
    say_sent(told_of(tx, message), Outcome(message, Delivery.TAKEN, reply, segments=count), at=at)


def lose(tx: Tx, row: Any, reason: str, *, at: datetime) -> None:
    """Note that a text message the carrier had taken did not arrive."""
    message = store.message_of(row)
    store.fail(tx.sql, message.message_id, reason, at=at)
    COUNTS[Channel.SMS, message.kind, "failed"].inc()
    fact = SmsFailed(**about(message), reason=reason, failed_at=at)
    told_of(tx, message).emit(fact)
    fall_back(tx, row, at=at)
