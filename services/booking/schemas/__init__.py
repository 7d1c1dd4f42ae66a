"""The shape of booking's calls and replies."""

from services.booking.schemas.people import ChangePerson, OnePerson, Person, RegisterPerson
from services.booking.schemas.places import (
    Book,
    Booking,
    Hold,
    HoldPlace,
    MarkAttendance,
    OneBooking,
    OneHold,
    OneSpot,
    Place,
)
from services.booking.schemas.roster import Roster, RosterHeader, RosterRow
from services.booking.schemas.sessions import (
    ChangeSession,
    CreateSessionType,
    ListSessions,
    OneSession,
    ScheduleSession,
    Session,
    SessionType,
)

__all__ = [
    "Book",
    "Booking",
    "ChangePerson",
    "ChangeSession",
    "CreateSessionType",
    "Hold",
    "HoldPlace",
    "ListSessions",
    "MarkAttendance",
    "OneBooking",
    "OneHold",
    "OnePerson",
    "OneSession",
    "OneSpot",
    "Person",
    "Place",
    "RegisterPerson",
    "Roster",
    "RosterHeader",
    "RosterRow",
    "ScheduleSession",
    "Session",
    "SessionType",
]
