"""waitlist's rules and value types; pure."""

from services.waitlist.domain.queues import (
    Choice,
    EntryState,
    Policy,
    Queue,
    Rule,
    SpotState,
    Waiting,
    after_refusal,
    choose_next,
)

__all__ = [
    "Choice",
    "EntryState",
    "Policy",
    "Queue",
    "Rule",
    "SpotState",
    "Waiting",
    "after_refusal",
    "choose_next",
]
