"""How a limited channel is shared: each lane has a part of its own, and what others leave over."""

from collections.abc import Mapping
from datetime import datetime

from services.notify.domain.kinds import Lane

_BURST_SECONDS = 10
SHARES: Mapping[Lane, float] = {Lane.DIRECT: 0.6, Lane.ASIDE: 0.3, Lane.BULK: 0.1}
"""The part of a limited channel that a lane always has, the most urgent first; 1 in all."""


def refilled(
    held: Mapping[Lane, tuple[float, datetime]], per_minute: int, *, at: datetime
) -> dict[Lane, float]:
    """Give what each lane may send now.

    Each lane saves up its share of what has come in since, up to ten seconds' worth and at least
    two messages; what flows over goes to the others, the most urgent first. So a lane nobody uses
    costs the others nothing, what people wait for has the most, and however much of that there is,
    the rest goes on.

    Args:
        held: what each lane had, and when; a lane that is missing had nothing.
        per_minute: how many messages the channel may send a minute; >= 1.
        at: now.
    """
    most = max(2.0, per_minute * _BURST_SECONDS / 60)
    since = min((when for _, when in held.values()), default=at)
    fresh = max(0.0, (at - since).total_seconds()) * per_minute / 60
    filled = {lane: held.get(lane, (0.0, at))[0] + fresh * SHARES[lane] for lane in SHARES}
    over = sum(max(0.0, has - most) for has in filled.values())
    for lane, has in filled.items():
        filled[lane] = min(most, has + over)
        over -= max(0.0, filled[lane] - min(most, has))
    return filled
