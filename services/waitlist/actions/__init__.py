"""What waitlist does, one verb per function; each runs in the transaction it is given."""

from services.waitlist.actions.looking import explain_spot, get_entry, get_queue
from services.waitlist.actions.queues import join, join_requested, keep_queue, leave
from services.waitlist.actions.reminders import remind, review_queue
from services.waitlist.actions.spots import allocate_spot, put_back, request_freed_spot

__all__ = [
    "allocate_spot",
    "explain_spot",
    "get_entry",
    "get_queue",
    "join",
    "join_requested",
    "keep_queue",
    "leave",
    "put_back",
    "remind",
    "request_freed_spot",
    "review_queue",
]
