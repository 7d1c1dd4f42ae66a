"""The facts loyalty says."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.contracts import Fact
from shared.contracts.booking import Erasure

STATEMENT_LINK = "show-points"
"""The purpose of a link that names a person and shows their points and treats."""
STATEMENT_PATH = "/points/{token}"
"""Where loyalty's pages answer such a link."""


@dataclass(frozen=True, kw_only=True)
class ReferralThanked(Fact, version=1, about="person_id"):
    """Somebody was given points for a new client and is to read `text` as an SMS.

    Said only after the staff's yes, and only while the SMS is switched on; once for a referral.

    Heard by: notify (sends the text).
    """

    referral_id: UUID
    person_id: UUID  # who referred, and is thanked
    new_person_id: UUID  # who was referred
    points: int  # how many were added; > 0
    language: str  # ISO 639-1, lower case: the referrer's
    text: str  # whole, with nothing left to fill in
    thanked_at: datetime  # UTC


@dataclass(frozen=True, kw_only=True)
class LoyaltyRecordsErased(Erasure, Fact, version=1, about="person_id"):
    """loyalty has removed what it held of a person.

    Heard by: booking (notes it in the receipt).
    """
