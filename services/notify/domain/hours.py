"""When a message that can wait is sent: not at night, as it is where the person lives."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From when until when messages that can wait do wait; the same time twice: never."""

    begin: time
    end: time

    def covers(self, local: time) -> bool:
        """Say whether it is quiet at a local time."""
        if self.begin <= self.end:
            return self.begin <= local < self.end
        return local >= self.begin or local < self.end


def next_waking(at: datetime, zone: str, quiet: QuietHours) -> datetime:
    """Give the first instant from `at` on that is not in the quiet hours.

    Args:
        at: aware.
        zone: IANA name of where the person lives.
        quiet: the quiet hours, in local time.

    Returns:
        `at` itself, or the end of the quiet hours it falls into; UTC. An end that the clocks skip
        in spring is the same wall time by the offset before.
    """
    tz = ZoneInfo(zone)
    local = at.astimezone(tz)
    if not quiet.covers(local.time()):
        return at
    day = local.date() + timedelta(days=1 if local.time() >= quiet.end else 0)
    return max(at, datetime.combine(day, quiet.end, tz).astimezone(UTC))
