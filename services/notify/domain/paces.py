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
    least one message; all that flows over is bulk's, up to as much. A debt is paid off first. So
    bulk never slows down what people wait for, and has the whole rest.

    Args:
        held: what each lane had, and when; a lane that is missing had nothing.
        per_minute: how many messages the channel may send a minute; >= 1.
        at: now.
    """
    most = max(1.0, per_minute * _BURST_SECONDS / 60)
    since = min((when for _, when in held.values()), default=at)
    fresh = max(0.0, (at - since).total_seconds()) * per_minute / 60
    direct = held.get(Lane.DIRECT, (0.0, at))[0] + fresh
    over = max(0.0, direct - most)
    bulk = held.get(Lane.BULK, (0.0, at))[0] + over
    return {Lane.DIRECT: min(direct, most), Lane.BULK: min(bulk, most)}
