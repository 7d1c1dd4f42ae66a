"""What booking does, one verb per function; each runs in the transaction it is given."""

from services.booking.actions.holds import confirm_hold, end_lapsed_holds, hold_place, release_hold
from services.booking.actions.merging import merge_people, settle_merged
from services.booking.actions.people import (
    change_consent,
    change_person,
    find_duplicates,
    known,
    list_people,
    note_contact,
    register_person,
)
from services.booking.actions.places import book, cancel_booking
from services.booking.actions.profiles import get_profile
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
    "change_consent",
    "change_person",
    "change_session",
    "close_spot",
    "confirm_hold",
    "create_session_type",
    "drop_waiting",
    "end_lapsed_holds",
    "find_duplicates",
    "free_returned_seat",
    "get_profile",
    "get_roster",
    "grant_spot",
    "hold_free_seat",
    "hold_place",
    "known",
    "list_people",
    "mark_all_attended",
    "mark_attendance",
    "merge_people",
    "note_contact",
    "register_person",
    "release_hold",
    "schedule_session",
    "settle_merged",
    "take_back_booking",
]
