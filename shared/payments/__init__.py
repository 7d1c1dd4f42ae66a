"""Cards: what booking and events ask of Stripe, in our own words and with our own errors.

It knows amounts, addresses and keys, and no rule of whoever asks. Every call has a time-out and may
be repeated with the same key and the same parameters without being done twice; the keys are the
caller's, and must be as lasting as what they stand for. Never call from within a transaction.
"""

from shared.config import settings
from shared.payments.cashier import Cashier
from shared.payments.jobs import Answer, Job
from shared.payments.words import (
    CardDeclined,
    Cards,
    CardsBroken,
    CardsOff,
    CardsRefused,
    CardsUnreachable,
    Charge,
    Checkout,
    CheckoutNotOpen,
    CustomerGone,
    DroppedCard,
    Gone,
    KeptCard,
    NoCards,
    Notice,
    NoticeForged,
    Reckoning,
    Repaid,
    Repayment,
    Seen,
    Stretch,
)

__all__ = [
    "Answer",
    "CardDeclined",
    "Cards",
    "CardsBroken",
    "CardsOff",
    "CardsRefused",
    "CardsUnreachable",
    "Cashier",
    "Charge",
    "Checkout",
    "CheckoutNotOpen",
    "CustomerGone",
    "DroppedCard",
    "Gone",
    "Job",
    "KeptCard",
    "NoCards",
    "Notice",
    "NoticeForged",
    "Reckoning",
    "Repaid",
    "Repayment",
    "Seen",
    "Stretch",
    "make_cards",
    "make_cashier",
]


def make_cards() -> Cards:
    """Give the account of the settings, or one that says that only offline payments are taken."""
    chosen = settings()
    if not chosen.stripe_key:
        return NoCards()
    from shared.payments.account import StripeCards  # noqa: PLC0415 - takes 0.3 s; few ask Stripe

    return StripeCards(chosen)


def make_cashier() -> Cashier:
    """Make the cashier of the account in the settings."""
    return Cashier(make_cards())
