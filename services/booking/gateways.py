"""Stripe, as booking asks it: a card job goes out, an answer that booking can settle comes back.

The gateway itself is `shared.payments`; the keys are made in the actions, of what a job stands for,
so that they outlive the process that first used them.
"""

from shared.payments import (
    Answer,
    Cashier,
    Charge,
    DroppedCard,
    Job,
    KeptCard,
    Seen,
    make_cashier,
)

__all__ = [
    "Answer",
    "Cashier",
    "Charge",
    "DroppedCard",
    "Job",
    "KeptCard",
    "Seen",
    "make_cashier",
]
