"""waitlist's queries."""

from services.waitlist.store.entries import (
    add_entry,
    find_entry,
    head_of_queue,
    list_waiting,
    position_of,
    set_entry,
)
from services.waitlist.store.queues import (
    count_change,
    find_queue,
    keep_queue,
    queue_by_id_for_update,
    queue_for_spot,
    queue_for_update,
    queues_to_remind,
)
from services.waitlist.store.spots import (
    find_spot,
    keep_spot,
    list_decisions,
    record_decision,
    set_spot,
)

__all__ = [
    "add_entry",
    "count_change",
    "find_entry",
    "find_queue",
    "find_spot",
    "head_of_queue",
    "keep_queue",
    "keep_spot",
    "list_decisions",
    "list_waiting",
    "position_of",
    "queue_by_id_for_update",
    "queue_for_spot",
    "queue_for_update",
    "queues_to_remind",
    "record_decision",
    "set_entry",
    "set_spot",
]
