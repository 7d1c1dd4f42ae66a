"""What is paid for a registration on Stripe's page, and how far that has come."""

from datetime import timedelta
from enum import StrEnum

HOLD = timedelta(minutes=15)
"""How long seats are kept for somebody who is about to pay."""
CHECKOUT_OPEN = timedelta(hours=2)
"""How long Stripe keeps a page by itself; we close it with the hold."""
HOLD_ENDED = "payment"
"""Who is said to have cancelled a registration that was not paid for in time."""


class RefundReason(StrEnum):
    """Why money is given back."""

    ASKED = "asked"
    REGISTRATION_CANCELLED = "cancelled"
    NO_SEAT_LEFT = "no_seat_left"
    PAID_TWICE = "paid_twice"
    OTHER_CURRENCY = "other_currency"  # paid in one that nobody asked for
    ELSEWHERE = "elsewhere"  # in Stripe's own pages
    DISPUTED = "disputed"  # its holder has claimed it back through the bank
