"""What is shown of queues, entries and spots."""

from typing import Any
from uuid import UUID

from services.waitlist import store
from services.waitlist.actions.queues import Source
from services.waitlist.domain import (
    EntryState,
    Queue,
)
from shared.contracts import Values
from shared.contracts.errors import (
    EntryNotFound,
    QueueNotFound,
    SpotNotFound,
)


def get_queue(sql: Any, source: Source, target_id: UUID) -> Queue:
    """Give a queue."""
    queue = store.find_queue(sql, source, target_id)
    if queue is None:
        raise QueueNotFound(str(target_id))
    return queue


def get_entry(sql: Any, entry_id: UUID) -> Values:
    """Give an entry, with its place in line from 1 while it waits."""
    entry = store.find_entry(sql, entry_id)
    if entry is None:
        raise EntryNotFound(str(entry_id))
    waits = entry.state == EntryState.WAITING
    place = store.position_of(sql, entry.queue_id, entry.position) if waits else None
    return entry._asdict() | {"place": place}


def explain_spot(sql: Any, spot_id: UUID) -> Values:
    """Give what became of a freed seat, decision by decision, each with its reason."""
    spot = store.find_spot(sql, spot_id)
    if spot is None:
        raise SpotNotFound(str(spot_id))
    return spot._asdict() | {"decisions": store.list_decisions(sql, spot_id)}
