"""What is paid for a registration on Stripe's page, and how far that has come."""

from datetime import timedelta
from enum import StrEnum

HOLD = timedelta(minutes=15)
"""How long seats are kept for somebody who is about to pay."""
CHECKOUT_OPEN = timedelta(hours=2)
"""How long Stripe keeps a page by itself; we close it with the hold."""
SHORTEST_OPEN = timedelta(minutes=31)
"""How far away the end of a page must be when Stripe is told, with a minute for the way."""
LEASE = timedelta(seconds=90)
"""How long a process may take over a claimed card job; calls and repetitions end sooner."""
LOOK_EVERY = timedelta(minutes=10)
"""How often an open checkout is looked at, whatever Stripe has or has not told."""
HOLD_ENDED = "payment"
"""Who is said to have cancelled a registration that was not paid for in time."""


class CheckoutState(StrEnum):
    """How far a checkout has come."""

    DUE = "due"
    OPENED = "opened"  # Stripe shows a page where it can be paid
    PAID = "paid"
    EXPIRED = "expired"  # nobody paid in time
    FAILED = "failed"  # Stripe refused


class RefundState(StrEnum):
    """How far a refund has come."""

    DUE = "due"
    DONE = "done"
    FAILED = "failed"


class RefundReason(StrEnum):
    """Why money is given back."""

    ASKED = "asked"
    REGISTRATION_CANCELLED = "cancelled"
    NO_SEAT_LEFT = "no_seat_left"
    PAID_TWICE = "paid_twice"


class JobKind(StrEnum):
    """What Stripe is to be asked."""

    OPEN = "open"
    LOOK = "look"
    EXPIRE = "expire"
    REPAY = "repay"


class JobState(StrEnum):
    """Where a card job stands; a claimed one whose lease is over may be claimed again."""

    DUE = "due"
    CLAIMED = "claimed"
    DONE = "done"


class JobEnd(StrEnum):
    """How an attempt at a card job ended."""

    DONE = "done"
    UNKNOWN = "unknown"  # repeat it with the same key
    BROKEN = "broken"  # Stripe keeps an error under this key: look, then take another
    REFUSED = "refused"  # it was not done and never will be


def wait_after(attempts: int) -> timedelta:
    """Say how long a card job waits after an attempt that nobody knows the end of."""
    seconds = (2, 10, 30, 120, 600)
    return timedelta(seconds=seconds[min(attempts, len(seconds)) - 1])
