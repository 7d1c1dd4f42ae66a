"""What waitlist does, one verb per function; each runs in the transaction it is given."""

from services.waitlist.actions.backtest import replay_policy
from services.waitlist.actions.chores import (
    end_queues,
    remind,
    review_queue,
    work_through,
)
from services.waitlist.actions.entries import (
    ask_first,
    join,
    join_requested,
    leave,
)
from services.waitlist.actions.explaining import (
    explain_decision,
    explain_entry,
)
from services.waitlist.actions.looking import (
    get_entry,
    get_offer,
    get_queue,
    show_entry,
)
from services.waitlist.actions.offers import (
    accept_offer,
    decline_offer,
    expire_offers,
)
from services.waitlist.actions.people import (
    erase_entries,
    merge_entries,
)
from services.waitlist.actions.queues import (
    change_queue,
    end_queue,
    keep_queue,
    set_policy,
)
from services.waitlist.actions.spots import (
    allocate_spot,
    put_back,
    request_freed_spot,
)
from services.waitlist.actions.staff import (
    add_entry,
    invite_entry,
    move_entry,
    move_to_attending,
    remove_entry,
)

__all__ = [
    "accept_offer",
    "add_entry",
    "allocate_spot",
    "ask_first",
    "change_queue",
    "decline_offer",
    "end_queue",
    "end_queues",
    "erase_entries",
    "expire_offers",
    "explain_decision",
    "explain_entry",
    "get_entry",
    "get_offer",
    "get_queue",
    "invite_entry",
    "join",
    "join_requested",
    "keep_queue",
    "leave",
    "merge_entries",
    "move_entry",
    "move_to_attending",
    "put_back",
    "remind",
    "remove_entry",
    "replay_policy",
    "request_freed_spot",
    "review_queue",
    "set_policy",
    "show_entry",
    "work_through",
]
