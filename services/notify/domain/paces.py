"""How a limited channel is shared: what people wait for goes first, bulk has what is left."""

from collections.abc import Mapping
from datetime import datetime

from services.notify.domain.kinds import Lane

_BURST_SECONDS = 10


def refilled(
    held: Mapping[Lane, tuple[float, datetime]], per_minute: int, *, at: datetime
) -> dict[Lane, float]:
    """Give what each lane may send now.

    What has come in since fills the direct lane up to what it may save, ten seconds' worth and at
    least one message; what flows over goes to the next lane, bulk last. So nothing slows down what
    people wait for, and bulk has the whole rest.

    Args:
        held: what each lane had, and when; a lane that is missing had nothing.
        per_minute: how many messages the channel may send a minute; >= 1.
        at: now.
    """
    most = max(1.0, per_minute * _BURST_SECONDS / 60)
    since = min((when for _, when in held.values()), default=at)
    fresh = max(0.0, (at - since).total_seconds()) * per_minute / 60
    filled = {}
    for lane in (Lane.DIRECT, Lane.ASIDE, Lane.BULK):
        has = held.get(lane, (0.0, at))[0] + fresh
        filled[lane], fresh = min(has, most), max(0.0, has - most)
    return filled
