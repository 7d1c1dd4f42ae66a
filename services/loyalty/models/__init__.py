"""loyalty's tables.

The ledger is a chain the database itself keeps whole: each entry names the one before it together
with the balance that one left, and the account names the last. So an account's balance is the sum
of its entries, and no entry that others rest on can be changed or taken out. The foreign keys lock
rows of one account only, which its writers take one after the other anyway.
"""

from services.loyalty.models.people import BookingRow, PersonRow, ReferralRow, VisitRow
from services.loyalty.models.points import AccountRow, CardRow, LedgerRow, NoteRow
from services.loyalty.models.tables import Base
from services.loyalty.models.treats import (
    MovementRow,
    OfferRow,
    PaidBookingRow,
    PurchaseRow,
    SettingsRow,
    TreatRow,
)

__all__ = [
    "AccountRow",
    "Base",
    "BookingRow",
    "CardRow",
    "LedgerRow",
    "MovementRow",
    "NoteRow",
    "OfferRow",
    "PaidBookingRow",
    "PersonRow",
    "PurchaseRow",
    "ReferralRow",
    "SettingsRow",
    "TreatRow",
    "VisitRow",
]
