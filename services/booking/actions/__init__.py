"""What booking does, one verb per function; each runs in the transaction it is given."""

from services.booking.actions.downloads import (
    claim_download,
    fail_download,
    finish_download,
    get_download,
    prune_downloads,
    read_download,
    request_download,
)
from services.booking.actions.erasures import erase_person, get_erasure, note_erasure, scrub_erased
from services.booking.actions.holds import confirm_hold, end_lapsed_holds, hold_place, release_hold
from services.booking.actions.letters import AT_ONCE, message_person, message_session, say_letters
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
    "AT_ONCE",
    "attend_started_sessions",
    "book",
    "cancel_booking",
    "change_consent",
    "change_person",
    "change_session",
    "claim_download",
    "close_spot",
    "confirm_hold",
    "create_session_type",
    "drop_waiting",
    "end_lapsed_holds",
    "erase_person",
    "fail_download",
    "find_duplicates",
    "finish_download",
    "free_returned_seat",
    "get_download",
    "get_erasure",
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
    "message_person",
    "message_session",
    "note_contact",
    "note_erasure",
    "prune_downloads",
    "read_download",
    "register_person",
    "release_hold",
    "request_download",
    "say_letters",
    "schedule_session",
    "scrub_erased",
    "settle_merged",
    "take_back_booking",
]
