"""What a session is, and whom it is for."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from services.booking.domain.people import PersonKind

ROLL_CALL_AHEAD = timedelta(hours=1)
"""How long before a session who came may be marked, even if that is the day before."""


class Classification(StrEnum):
    """Whom a session is for.

    Source: Q5 (a lead may book it only if it is classified as marketing).
    """

    REGULAR = "regular"
    MARKETING = "marketing"


class Arrangement(StrEnum):
    """Whether a session type makes one session for one client, or time slots to choose from.

    Source: B3, B4, B5.
    """

    SINGLE = "single"
    MULTI = "multi"


class AttendanceMode(StrEnum):
    """How attendance is found out."""

    AUTOMATIC = "automatic"  # whoever has a place when the session starts has attended
    ROLL_CALL = "roll_call"  # staff mark it


class Refund(StrEnum):
    """Whether a cancelled booking's payment goes back without anybody's doing."""

    NEVER = "never"
    AUTOMATIC = "automatic"


class Audience(StrEnum):
    """Who looks at the timetable."""

    STAFF = "staff"
    MEMBERS = "members"
    LEADS = "leads"


class SpotState(StrEnum):
    """How a spot stands. Source: Bi1."""

    OPEN = "open"  # somebody may take it
    RESERVED = "reserved"  # kept for somebody who has not confirmed, or for the waiting list
    BOOKED = "booked"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Session:
    """A session's seats, and what decides where a freed one goes.

    `taken` counts confirmed bookings and open holds. `demand` is the highest number of joins
    booking has heard of, `cleared` the highest at which the list has said that nobody waits.
    `price_minor` is what a place costs in minor units of `currency`, a chosen package included;
    `package_chosen` says that a client chose it, not staff.
    `reminder_template` names the text of its payment reminders; empty: the usual, None: its type's.
    """

    session_id: UUID
    name: str
    classification: Classification
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    staff: str
    location: str
    capacity: int
    taken: int
    waiting_list_size: int
    waiting_list_closes_at: datetime
    demand: int
    cleared: int
    sequence: int
    session_type_id: UUID
    attendance: AttendanceMode = AttendanceMode.AUTOMATIC
    arrangement: Arrangement = Arrangement.MULTI
    credits: int = 1
    price_minor: int | None = None
    currency: str = ""
    cancellation_minutes: int | None = None
    package_id: UUID | None = None
    group_id: UUID | None = None
    schedule_id: UUID | None = None
    placeholder: bool = False
    cancelled_at: datetime | None = None
    reminder_template: str | None = None
    package_chosen: bool = False

    @property
    def has_waiting_list(self) -> bool:
        """Say whether people may wait for a seat here."""
        return self.waiting_list_size > 0 and self.may_have_waiting_list

    @property
    def may_have_waiting_list(self) -> bool:
        """Say whether there may be a waiting list here at all.

        Source: Q10 (a marketing session that costs something has none).
        """
        priced = self.classification is Classification.MARKETING and bool(self.price_minor)
        return not priced and self.cancelled_at is None

    @property
    def free(self) -> int:
        """Count the seats anybody may take; none where the session is over capacity."""
        return 0 if self.cancelled_at else max(0, self.capacity - self.taken)

    @property
    def cancelled(self) -> bool:
        """Say whether it does not take place."""
        return self.cancelled_at is not None

    def started(self, at: datetime) -> bool:
        """Say whether the session has begun at `at` (UTC)."""
        return at >= self.starts_at

    @property
    def marked_from(self) -> datetime:
        """Give from when on it is marked who came: its day where it is, or an hour before it."""
        here = self.starts_at.astimezone(ZoneInfo(self.time_zone))
        its_day = datetime.combine(here.date(), time(), here.tzinfo)
        return min(its_day.astimezone(UTC), self.starts_at - ROLL_CALL_AHEAD)


def may_attend(kind: PersonKind, classification: Classification) -> bool:
    """Say whether a person of this kind may have a seat in a session so classified.

    Source: Q5.
    """
    return kind is not PersonKind.LEAD or classification is Classification.MARKETING


def open_to_visitors(session: Session, *, cards: bool) -> bool:
    """Say whether whoever finds a session's page may take a place in it there.

    What is classified as marketing is for leads. The spots of any other session are for whoever
    pays for one, which makes a client of them; where none is paid for, by card and at once, it is
    the studio that books people.

    Args:
        session: one that takes place.
        cards: whether the studio takes cards.

    Source: Q5, B49.
    """
    if session.classification is Classification.MARKETING:
        return True
    return cards and session.arrangement is Arrangement.MULTI and bool(session.price_minor)


def spot_state(session: Session, booked: int) -> SpotState:
    """Say how a spot stands of whose seats so many are booked.

    Source: Bi1.
    """
    if session.cancelled:
        return SpotState.CANCELLED
    if session.free:
        return SpotState.OPEN
    return SpotState.BOOKED if booked >= session.taken else SpotState.RESERVED
