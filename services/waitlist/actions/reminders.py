"""Telling booking again that somebody waits."""

from datetime import datetime, timedelta
from uuid import UUID

from services.waitlist import store
from services.waitlist.actions.queues import Source, named
from services.waitlist.domain import (
    Queue,
)
from shared.contracts import Values
from shared.contracts.errors import (
    QueueNotFound,
)
from shared.contracts.waitlist import (
    WaitlistJoined,
)
from shared.db import Tx

REMIND_AFTER = timedelta(seconds=60)


def remind(tx: Tx, *, at: datetime, limit: int = 200) -> int:
    """Tell booking again of queues where people have waited a while; give how many.

    The backstop: were a seat free beside a waiting list, booking would now offer it.
    """
    queues = store.queues_to_remind(tx.sql, at=at, before=at - REMIND_AFTER, limit=limit)
    for queue in queues:
        _say_who_waits(tx, queue)
    return len(queues)


def review_queue(tx: Tx, source: Source, target_id: UUID) -> Values:
    """Have booking look again whether a seat is free for the list; safe at any time.

    Source: Q25, Qi4.
    """
    queue = store.queue_for_update(tx.sql, source, target_id)
    if queue is None:
        raise QueueNotFound(str(target_id))
    _say_who_waits(tx, queue)
    return {"waiting": queue.waiting}


def _say_who_waits(tx: Tx, queue: Queue) -> None:
    head = store.head_of_queue(tx.sql, queue.queue_id)
    if head is not None:
        joined = named(head.entry_id, queue.source, queue.target_id, head.person_id)
        tx.emit(WaitlistJoined(**joined, queue_version=queue.version, joined_at=head.joined_at))
