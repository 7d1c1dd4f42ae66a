"""booking's queries."""

from services.booking.store.bookings import (
    add_booking,
    drop_booking,
    end_booking,
    find_booking,
    mark_attendance,
    unmarked_bookings,
)
from services.booking.store.holds import Hold, add_holds, end_hold, hold_for_update, lapsed_holds
from services.booking.store.people import add_person, change_person, find_person
from services.booking.store.roster import (
    count_waiting,
    find_waiting,
    note_waiting,
    open_holds,
    roster,
    roster_waiting,
)
from services.booking.store.sessions import (
    add_session,
    add_session_type,
    change_session,
    find_session,
    find_session_type,
    give_seats,
    list_sessions,
    note_queue,
    session_and_person,
    session_for_update,
    sessions_to_attend,
    take_seat,
)

__all__ = [
    "Hold",
    "add_booking",
    "add_holds",
    "add_person",
    "add_session",
    "add_session_type",
    "change_person",
    "change_session",
    "count_waiting",
    "drop_booking",
    "end_booking",
    "end_hold",
    "find_booking",
    "find_person",
    "find_session",
    "find_session_type",
    "find_waiting",
    "give_seats",
    "hold_for_update",
    "lapsed_holds",
    "list_sessions",
    "mark_attendance",
    "note_queue",
    "note_waiting",
    "open_holds",
    "roster",
    "roster_waiting",
    "session_and_person",
    "session_for_update",
    "sessions_to_attend",
    "take_seat",
    "unmarked_bookings",
]
