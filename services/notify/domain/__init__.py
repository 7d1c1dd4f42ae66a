"""notify's rules and value types; pure."""

from services.notify.domain.hours import QuietHours, next_waking
from services.notify.domain.kinds import (
    MANNERS,
    NEEDED,
    Channel,
    Lane,
    Manner,
    MessageKind,
    Topic,
    kinds_of,
)
from services.notify.domain.messages import (
    BACKOFF,
    MOST_RESENDS,
    Delivery,
    Message,
    MessageState,
    Outcome,
    Words,
    after_attempt,
    is_resent,
    lease,
    payment_of,
    promotion_of,
    wait_of,
)
from services.notify.domain.paces import SHARES, refilled
from services.notify.domain.segments import MOST_SEGMENTS, plainer, segments

__all__ = [
    "BACKOFF",
    "MANNERS",
    "MOST_RESENDS",
    "MOST_SEGMENTS",
    "NEEDED",
    "SHARES",
    "Channel",
    "Delivery",
    "Lane",
    "Manner",
    "Message",
    "MessageKind",
    "MessageState",
    "Outcome",
    "QuietHours",
    "Topic",
    "Words",
    "after_attempt",
    "is_resent",
    "kinds_of",
    "lease",
    "next_waking",
    "payment_of",
    "plainer",
    "promotion_of",
    "refilled",
    "segments",
    "wait_of",
]
