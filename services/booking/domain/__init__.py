"""booking's rules and value types; pure."""

from services.booking.domain.people import PersonKind
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

__all__ = [
    "Arrangement",
    "Attendance",
    "AttendanceMode",
    "BookingState",
    "Classification",
    "HoldKind",
    "HoldState",
    "PersonKind",
    "Session",
    "VisitChange",
    "WaitingState",
    "asked_again",
    "goes_to_list",
    "may_attend",
    "seats_gained",
    "visit_change",
]
