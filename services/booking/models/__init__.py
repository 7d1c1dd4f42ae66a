"""booking's tables.

Rows of people and sessions are never deleted, so bookings and holds name them without foreign
keys, which would lock the session's row for every booking of it.
"""

from services.booking.models.credits import CreditRow
from services.booking.models.erasures import ErasureAnswerRow, ErasureRow
from services.booking.models.letters import DownloadRow, LetterRow, RecipientRow
from services.booking.models.money import (
    CardJobRow,
    CardNoticeRow,
    DroppedCardRow,
    KeptCardRow,
    PaymentRow,
    RefundRow,
    ReminderRow,
    ReminderTemplateRow,
)
from services.booking.models.people import ConsentRow, PersonRow, PersonWordRow
from services.booking.models.places import BookingRow, HoldRow, WaitingRow
from services.booking.models.sessions import (
    GroupRow,
    PackageRow,
    ScheduleRow,
    SessionRow,
    SessionTypeRow,
)
from services.booking.models.tables import Base

__all__ = [
    "Base",
    "BookingRow",
    "CardJobRow",
    "CardNoticeRow",
    "ConsentRow",
    "CreditRow",
    "DownloadRow",
    "DroppedCardRow",
    "ErasureAnswerRow",
    "ErasureRow",
    "GroupRow",
    "HoldRow",
    "KeptCardRow",
    "LetterRow",
    "PackageRow",
    "PaymentRow",
    "PersonRow",
    "PersonWordRow",
    "RecipientRow",
    "RefundRow",
    "ReminderRow",
    "ReminderTemplateRow",
    "ScheduleRow",
    "SessionRow",
    "SessionTypeRow",
    "WaitingRow",
]
