"""waitlist's rules and value types; pure."""

from services.waitlist.domain.odds import Odds, odds_of
from services.waitlist.domain.queues import (
    BEFORE_ALL,
    IN_LINE,
    LIVE,
    STEP,
    EntryState,
    GroupRule,
    Policy,
    Queue,
    Waiting,
    position_between,
)
from services.waitlist.domain.replay import (
    Behaviour,
    Joined,
    Outcome,
    Rules,
    Told,
    replay,
)
from services.waitlist.domain.spots import (
    Choice,
    OfferState,
    Rule,
    Spot,
    SpotState,
    Step,
    after_refusal,
    choose_next,
)

__all__ = [
    "BEFORE_ALL",
    "IN_LINE",
    "LIVE",
    "STEP",
    "Behaviour",
    "Choice",
    "EntryState",
    "GroupRule",
    "Joined",
    "Odds",
    "OfferState",
    "Outcome",
    "Policy",
    "Queue",
    "Rule",
    "Rules",
    "Spot",
    "SpotState",
    "Step",
    "Told",
    "Waiting",
    "after_refusal",
    "choose_next",
    "odds_of",
    "position_between",
    "replay",
]
