"""events' tables.

Rows of people, events and sessions are never deleted, so registrations and places name them
without foreign keys, which would lock the event's row for every registration.
"""

from services.events.models.letters import LetterRow, RecipientRow
from services.events.models.occasions import (
    EventRow,
    PassRow,
    PassSessionRow,
    SessionRow,
    SpeakerRow,
    SpeechRow,
    VenueRow,
)
from services.events.models.payments import (
    CardJobRow,
    CardNoticeRow,
    CheckoutRow,
    RefundRow,
)
from services.events.models.people import PersonRow
from services.events.models.places import (
    CheckInRow,
    OfferRow,
    PaymentRow,
    PlaceRow,
    RegistrationRow,
    SpotRow,
    TargetRow,
    WaitingRow,
)
from services.events.models.tables import Base

__all__ = [
    "Base",
    "CardJobRow",
    "CardNoticeRow",
    "CheckInRow",
    "CheckoutRow",
    "EventRow",
    "LetterRow",
    "OfferRow",
    "PassRow",
    "PassSessionRow",
    "PaymentRow",
    "PersonRow",
    "PlaceRow",
    "RecipientRow",
    "RefundRow",
    "RegistrationRow",
    "SessionRow",
    "SpeakerRow",
    "SpeechRow",
    "SpotRow",
    "TargetRow",
    "VenueRow",
    "WaitingRow",
]
