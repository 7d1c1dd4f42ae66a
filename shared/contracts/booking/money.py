"""What booking says of payments."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.contracts import Fact
from shared.contracts.booking.sessions import Occasion


@dataclass(frozen=True, kw_only=True)
class Money:
    """An amount of a payment for a booking, and what it leaves to pay."""

    payment_id: UUID
    booking_id: UUID
    session_id: UUID
    person_id: UUID
    session_name: str
    method: Literal["card", "saved_card", "offline"]
    amount_minor: int  # minor units of `currency`; > 0
    price_minor: int  # the price of the whole booking
    balance_minor: int  # what is still due afterwards; >= 0
    currency: str  # ISO 4217, lower case


@dataclass(frozen=True, kw_only=True)
class PaymentReceived(Money, Fact, version=1, about="booking_id"):
    """Money for a booking has arrived, by card or noted by staff.

    Heard by: notify (sends the receipt), loyalty (gives the points of a purchase once it is paid).
    """

    paid_at: datetime  # UTC


@dataclass(frozen=True, kw_only=True)
class PaymentRefunded(Money, Fact, version=1, about="booking_id"):
    """Money for a booking has been given back, whole or in part.

    Money that came when no seat was left never made a booking, and no `PaymentReceived` was said.

    Heard by: notify (confirms it), loyalty (takes the points of the purchase back).
    """

    refund_id: UUID
    reason: Literal[
        "asked",
        "session_cancelled",
        "booking_cancelled",
        "no_seat_left",
        "paid_twice",
        "other_currency",  # paid in one that nobody asked for
        "elsewhere",  # in the card company's own pages
        "disputed",  # claimed back through the holder's bank
    ]
    refunded_at: datetime  # UTC


@dataclass(frozen=True, kw_only=True)
class PaymentReminderRequested(Occasion, Fact, version=1, about="session_id"):
    """A person is to be reminded of what is due, by the clock or because staff pressed the button.

    Heard by: notify (sends it, with a link to pay, unless it is paid or cancelled by then).

    Source: B46, B47, B48.
    """

    booking_id: UUID
    session_id: UUID
    person_id: UUID
    due_minor: int  # minor units of `currency`; > 0
    currency: str  # ISO 4217, lower case
    number: int  # which reminder of this booking it is; no two have the same
    manual: bool
    requested_at: datetime  # UTC
    template: str = ""  # the name of the words the session's settings ask for; empty: the usual
