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
    Audience,
    Classification,
    Refund,
    Session,
    SpotState,
    may_attend,
    shown_to,
    spot_state,
)
from services.booking.domain.times import first_starts, from_the_wall, on_the_wall, spot_starts
from services.booking.domain.visits import Attendance, VisitChange, visit_change

__all__ = [
    "Arrangement",
    "Attendance",
    "AttendanceMode",
    "Audience",
    "BookingState",
    "Classification",
    "HoldKind",
    "HoldState",
    "PersonKind",
    "Refund",
    "Session",
    "SpotState",
    "VisitChange",
    "WaitingState",
    "asked_again",
    "first_starts",
    "from_the_wall",
    "goes_to_list",
    "may_attend",
    "on_the_wall",
    "seats_gained",
    "shown_to",
    "spot_starts",
    "spot_state",
    "visit_change",
]
