"""How warm somebody is: how likely they are to come again, as far as the bookings tell."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

COLD_BELOW = 34
HOT_FROM = 67
WINDOW_DAYS = 90
_CONTACT_POINTS = 40
_BOOKING_POINTS, _BOOKINGS_MOST = 10, 30
_VISIT_POINTS, _VISITS_MOST = 10, 30
_NO_SHOW_POINTS = 15


class Band(StrEnum):
    """How warm somebody is, in a word."""

    COLD = "cold"
    WARM = "warm"
    HOT = "hot"


@dataclass(frozen=True, slots=True)
class Story:
    """What counts for somebody's warmth.

    `contacted_at` is when studio and person last dealt with each other (UTC): when they were
    made known, booked, or were written to. The other three are counts, each at least 0.
    """

    contacted_at: datetime
    bookings: int  # made in the last 90 days and not cancelled
    attended: int
    no_shows: int


@dataclass(frozen=True, slots=True)
class Warmth:
    """How warm somebody is: 0 to 100, its band, and how it came about."""

    score: int
    band: Band
    because: str


def warmth(story: Story, *, at: datetime) -> Warmth:
    """Reckon how warm somebody is at `at` (UTC).

    The score is the sum of

    - contact: 40 points on the day of the last contact, falling evenly to 0 after 90 days,
      rounded down: `40 * (90 - days) // 90`;
    - bookings: 10 for each made in the last 90 days and not cancelled, 30 at most;
    - visits: 10 for each booking they came on, 30 at most;
    - less 15 for each no-show,

    and never below 0 or above 100. Cold is below 34, hot from 67 on, warm between.

    Source: Q35.
    """
    days = max(0, (at - story.contacted_at).days)
    contact = _CONTACT_POINTS * max(0, WINDOW_DAYS - days) // WINDOW_DAYS
    booked = min(_BOOKINGS_MOST, _BOOKING_POINTS * story.bookings)
    visits = min(_VISITS_MOST, _VISIT_POINTS * story.attended)
    missed = _NO_SHOW_POINTS * story.no_shows
    score = min(100, max(0, contact + booked + visits - missed))
    because = (
        f"last contact {days} days ago: +{contact}; "
        f"bookings in {WINDOW_DAYS} days {story.bookings}: +{booked}; "
        f"attended {story.attended}: +{visits}; no-shows {story.no_shows}: -{missed}"
    )
    return Warmth(score, band_of(score), because)


def band_of(score: int) -> Band:
    """Give the band of a score from 0 to 100."""
    if score < COLD_BELOW:
        return Band.COLD
    return Band.HOT if score >= HOT_FROM else Band.WARM
