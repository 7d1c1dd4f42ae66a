"""What is to be paid for a booking, and how far a payment has come."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

CHECKOUT_HOLD = timedelta(minutes=15)
"""How long a seat is kept for somebody who is about to pay by themselves."""
CHECKOUT_OPEN = timedelta(hours=2)
"""How long Stripe keeps the page of a hold that lapses; we close it with the hold."""
LINK_OPEN = timedelta(hours=23)
"""How long Stripe keeps the page of a reservation that does not lapse; then a new one is made."""
STILL_PAID = timedelta(days=60)
"""How long after a session what is due is still paid by its links."""
REMINDER_HOUR = time(9)
"""When on its day a payment reminder is sent, in the studio's zone."""
A_DAY_ANYWHERE = timedelta(days=2)
"""How long a reminder's own day lasts at the most, in all zones."""


class PaymentMethod(StrEnum):
    """How money comes."""

    CARD = "card"
    SAVED_CARD = "saved_card"
    OFFLINE = "offline"


class PaymentPurpose(StrEnum):
    """What the money does when it arrives."""

    PLACE = "place"  # a held seat becomes a booking
    SPOT = "spot"  # a spot asked for by the waiting list becomes a booking
    BALANCE = "balance"  # a booking there is owes less


class RefundReason(StrEnum):
    """Why money is given back."""

    ASKED = "asked"
    SESSION_CANCELLED = "session_cancelled"
    BOOKING_CANCELLED = "booking_cancelled"
    NO_SEAT_LEFT = "no_seat_left"
    PAID_TWICE = "paid_twice"
    OTHER_CURRENCY = "other_currency"  # paid in one that nobody asked for
    ELSEWHERE = "elsewhere"  # in Stripe's own pages
    DISPUTED = "disputed"  # its holder has claimed it back through the bank


class ReminderKind(StrEnum):
    """Which reminder of a payment it is."""

    FIRST = "first"
    SECOND = "second"
    MANUAL = "manual"


class Collection(StrEnum):
    """How a reserved place is to be paid when its client confirms it."""

    CARD = "card"
    OFFLINE = "offline"  # at the studio; confirming asks for nothing


@dataclass(frozen=True, slots=True)
class Price:
    """What a place costs."""

    minor: int  # minor units of `currency`; 0: nothing
    currency: str  # ISO 4217, lower case; empty where nothing is to be paid


FREE = Price(0, "")


def dearer(one: Price, other: Price) -> Price:
    """Give the higher of two prices; the first where they are the same or in two currencies."""
    return other if other.currency == one.currency and other.minor > one.minor else one


@dataclass(frozen=True, slots=True)
class Ledger:
    """What was to be paid for a booking, and what was."""

    price_minor: int
    paid_minor: int
    refunded_minor: int

    @property
    def balance_minor(self) -> int:
        """Give what is still due: never less than nothing.

        Source: B48, and the neighbouring pages' note 7.
        """
        return max(0, self.price_minor - self.paid_minor + self.refunded_minor)


def checkout_ends(held_until: datetime | None, *, at: datetime) -> datetime:
    """Say when Stripe is to close a checkout by itself, if we do not close it sooner."""
    return at + (LINK_OPEN if held_until is None else CHECKOUT_OPEN)


def reminder_time(starts_at: datetime, zone: str, days: int) -> datetime:
    """Say when a reminder so many days before a session is due, in the session's zone.

    Args:
        starts_at: of the session.
        zone: IANA name of the session's zone.
        days: before the session's date there, >= 0; 0: on its morning.
    """
    day = starts_at.astimezone(ZoneInfo(zone)).date() - timedelta(days=days)
    return datetime.combine(day, REMINDER_HOUR, ZoneInfo(zone))


def reminder_due(
    starts_at: datetime, zone: str, days: int | None, *, booked_at: datetime, at: datetime
) -> bool:
    """Say whether a reminder's time has come, and the session has not.

    Whoever books after a reminder's time was told then what is due, and is not reminded at once.

    Args:
        starts_at: of the session.
        zone: IANA name of the session's zone.
        days: before the session's date there; None: this reminder is off.
        booked_at: when the booking was made.
        at: now.
    """
    if days is None:
        return False
    return booked_at < reminder_time(starts_at, zone, days) <= at < starts_at
