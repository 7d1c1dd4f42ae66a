"""Stripe, as events asks it: a card job goes out, an answer that events can settle comes back.

The gateway itself is `shared.payments`; the keys are made in the actions, of what a job stands for,
so that they outlive the process that first used them.
"""

from shared.payments import (
    Cashier,
    Gone,
    Seen,
    make_cashier,
)

__all__ = [
    "Cashier",
    "Gone",
    "Seen",
    "make_cashier",
]
