"""How far money has come, in the words of every service's rows."""

from enum import StrEnum


class PaymentState(StrEnum):
    """How far a payment by card has come."""

    DUE = "due"
    OPENED = "opened"  # Stripe shows a page where it can be paid
    PAID = "paid"
    EXPIRED = "expired"  # nobody paid in time
    FAILED = "failed"  # the bank or Stripe refused


class RefundState(StrEnum):
    """How far a refund has come."""

    DUE = "due"
    DONE = "done"
    FAILED = "failed"
    MADE_GOOD = "made_good"  # failed, and another one was made in its stead


NOT_BACK = (RefundState.FAILED, RefundState.MADE_GOOD)
"""How a refund stands of which no money went back."""
