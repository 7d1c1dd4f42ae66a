"""What the chances of somebody who waits are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

ENOUGH = 5
"""On fewer earlier lists no chance is computed."""


@dataclass(frozen=True, slots=True)
class Odds:
    """How many of `based_on` earlier lists would have come down to a place in line.

    `percent` is None where there are too few of them to say.
    """

    percent: int | None
    served: int
    based_on: int


def odds_of(place: int, left: timedelta, history: Sequence[Sequence[timedelta]]) -> Odds:
    """Compute the chance of a place in line from what came free in earlier sessions.

    Nothing is assumed: it is the share of this studio's earlier lists in which, with as much time
    left as now, at least as many seats came free as stand before and at this place.

    Args:
        place: in line, from 1, in seats.
        left: until the list closes.
        history: for each earlier list, how long before its close each seat came free.

    Source: Q48, D27 (what somebody who waits is told).
    """
    served = sum(1 for freed in history if sum(1 for before in freed if before <= left) >= place)
    if len(history) < ENOUGH:
        return Odds(None, served, len(history))
    return Odds(round(100 * served / len(history)), served, len(history))
