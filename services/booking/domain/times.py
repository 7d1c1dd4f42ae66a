"""When spots and recurring sessions start, on the studio's clock.

A clock on a wall has two days a year that are not 24 hours long. What follows one another on one
day follows in elapsed time, so that no spot overlaps the next and no break is lost. What is the
same on another day is the same on the wall: ten o'clock stays ten o'clock.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

MOST_WEEKS_AHEAD = 52
"""How far ahead the sessions of a schedule are made at the most."""


def on_the_wall(instant: datetime, zone: str) -> datetime:
    """Give what a clock in a zone shows at an instant, without an offset."""
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def from_the_wall(wall: datetime, zone: str) -> datetime:
    """Give the instant (UTC) at which a clock in a zone shows a time.

    A time the clock skips in spring is as much later as it skips (2:30 is 3:30); of the two it
    shows in autumn, the first is meant.
    """
    return wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def spot_starts(
    first: datetime, spots: int, duration: timedelta, pause: timedelta, *, same_time: bool
) -> list[datetime]:
    """Give when the spots of one run start (UTC).

    Args:
        first: when the first one starts; aware.
        spots: how many there are; >= 0.
        duration: how long each lasts; > 0.
        pause: between the end of one and the start of the next; >= 0.
        same_time: all start together, and there is no pause.

    Source: B38 to B40, B42, Bi2, Bi3.
    """
    step = timedelta(0) if same_time else duration + pause
    start = first.astimezone(UTC)
    return [start + k * step for k in range(spots)]


def first_starts(first: datetime, also_on: Iterable[date], zone: str) -> list[datetime]:
    """Give when a run starts (UTC) on its first day and, at the same time of day, on others.

    Days named twice, and the first day itself, are the same day.
    """
    wall = on_the_wall(first, zone)
    others = sorted(set(also_on) - {wall.date()})
    return [
        first.astimezone(UTC),
        *(from_the_wall(datetime.combine(day, wall.time()), zone) for day in others),
    ]
