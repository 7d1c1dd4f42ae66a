"""What booking does, one verb per function; each runs in the transaction it is given."""

from services.booking.actions.holds import confirm_hold, end_lapsed_holds, hold_place, release_hold
from services.booking.actions.people import change_person, register_person
from services.booking.actions.places import book, cancel_booking
from services.booking.actions.roster import get_roster
from services.booking.actions.sessions import change_session, create_session_type, schedule_session
from services.booking.actions.spots import (
    close_spot,
    drop_waiting,
    free_returned_seat,
    grant_spot,
    hold_free_seat,
    take_back_booking,
)
from services.booking.actions.visits import (
    attend_started_sessions,
    mark_all_attended,
    mark_attendance,
)

__all__ = [
    "attend_started_sessions",
    "book",
    "cancel_booking",
    "change_person",
    "change_session",
    "close_spot",
    "confirm_hold",
    "create_session_type",
    "drop_waiting",
    "end_lapsed_holds",
    "free_returned_seat",
    "get_roster",
    "grant_spot",
    "hold_free_seat",
    "hold_place",
    "mark_all_attended",
    "mark_attendance",
    "register_person",
    "release_hold",
    "schedule_session",
    "take_back_booking",
]
