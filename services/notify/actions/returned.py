"""What is made of mail that comes back."""

from datetime import datetime
from typing import Any

from services.notify import gateways, store
from services.notify.actions.saying import about, say_unsent, told_of
from services.notify.actions.writing import fall_back
from services.notify.domain import Channel, MessageState
from shared.contracts.errors import InvalidRequest, MessageNotFound
from shared.db import Tx

_LEFT = {MessageState.SENT.value, MessageState.UNKNOWN.value, MessageState.SENDING.value}
_REFUSED = 550


def take_returned_mail(tx: Tx, mail: str, *, at: datetime) -> Any:
    """Heed a report that a message could not be delivered, or was called spam.

    Nothing more is sent to a mailbox that does not exist, or to who complained. A message that
    did not arrive has failed, and goes by the other channel where its kind does that, unless what
    it is about has begun: a server may try for days. One that is only late is left as it is.

    Raises:
        InvalidRequest: this is no such report.
        MessageNotFound: it is about a message that is not ours.
    """
    returned = gateways.read_returned(mail)
    if returned is None:
        msg = "mail: no report of a failed delivery or a complaint"
        raise InvalidRequest(msg)
    if returned.message_id is None:
        msg = "mail: a report about no message of ours"
        raise MessageNotFound(msg)
    row = store.message_for_update(tx.sql, returned.message_id)
    if row is None or row.channel != Channel.EMAIL.value:
        raise MessageNotFound(str(returned.message_id))
    if returned.complained:
        if row.address:
            told = f"complained: {returned.words}"
            store.suppress(tx.writes, row.address, "all", told, at=at)
    elif returned.final and row.state in _LEFT:
        _fail(tx, row, returned, at=at)
    tx.flush()
    return store.find_message(tx.sql, returned.message_id)


def _fail(tx: Tx, row: Any, returned: gateways.Returned, *, at: datetime) -> None:
    reason = f"bounced: {returned.status} {returned.words}".strip()
    gone = returned.for_good and gateways.is_no_mailbox(_REFUSED, returned.status)
    if gone and row.address:
        store.suppress(tx.writes, row.address, "all", reason, at=at)
    store.fail(tx.sql, row.message_id, reason, at=at)
    message = store.message_of(row)
    told, channel = told_of(tx, message), Channel.EMAIL
    say_unsent(told, about(message), channel, MessageState.FAILED, reason, at=at)
    begins = row.context.get("starts_at")
    if not begins or datetime.fromisoformat(begins) > at:
        fall_back(tx, row, at=at)
