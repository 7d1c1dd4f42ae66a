"""booking's rules and value types; pure."""

from services.booking.domain.erasures import ANSWERING, redacted
from services.booking.domain.letters import Channel, DownloadKind, DownloadState, Recipients
from services.booking.domain.people import (
    ERASED,
    PersonKind,
    agrees,
    folded,
    higher_kind,
    may_become,
    search_terms,
    search_words,
)
from services.booking.domain.seats import (
    BookingState,
    HoldKind,
    HoldState,
    WaitingState,
    asked_again,
    goes_to_list,
    seats_gained,
)
from services.booking.domain.sessions import (
    Arrangement,
    AttendanceMode,
    Classification,
    Session,
    may_attend,
)
from services.booking.domain.visits import Attendance, VisitChange, visit_change
from services.booking.domain.warmth import WINDOW_DAYS, Band, Story, Warmth, band_of, warmth

__all__ = [
    "ANSWERING",
    "ERASED",
    "WINDOW_DAYS",
    "Arrangement",
    "Attendance",
    "AttendanceMode",
    "Band",
    "BookingState",
    "Channel",
    "Classification",
    "DownloadKind",
    "DownloadState",
    "HoldKind",
    "HoldState",
    "PersonKind",
    "Recipients",
    "Session",
    "Story",
    "VisitChange",
    "WaitingState",
    "Warmth",
    "agrees",
    "asked_again",
    "band_of",
    "folded",
    "goes_to_list",
    "higher_kind",
    "may_attend",
    "may_become",
    "redacted",
    "search_terms",
    "search_words",
    "seats_gained",
    "visit_change",
    "warmth",
]
