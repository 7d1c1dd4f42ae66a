"""What booking does, one verb per function; each runs in the transaction it is given."""

from services.booking.actions.card_jobs import DESK
from services.booking.actions.cards import find_kept_card, forget_kept_card
from services.booking.actions.changes import change_session
from services.booking.actions.checkouts import (
    pay_balance,
    record_payment,
    request_confirmation,
    start_checkout,
)
from services.booking.actions.clients import assign_client
from services.booking.actions.credits import get_credits, grant_credits, withdraw_credits
from services.booking.actions.desk import book, hold_place
from services.booking.actions.details import get_packages_shown, get_session_details
from services.booking.actions.downloads import (
    claim_download,
    fail_download,
    finish_download,
    get_download,
    prune_downloads,
    read_download,
    request_download,
)
from services.booking.actions.duplicates import find_duplicates
from services.booking.actions.endings import cancel_session, empty_cancelled_sessions
from services.booking.actions.erasures import erase_person, get_erasure, note_erasure, scrub_erased
from services.booking.actions.groups import (
    add_spots,
    cancel_group,
    change_group,
    get_spots,
    schedule_spots,
)
from services.booking.actions.holds import confirm_hold, end_lapsed_holds, release_hold
from services.booking.actions.letters import message_person, message_session, say_letters
from services.booking.actions.merging import merge_people, settle_merged
from services.booking.actions.money import (
    get_payments,
    look_at_payment,
    paid_by_card,
    record_refund,
    refund_payment,
)
from services.booking.actions.moves import move_booking
from services.booking.actions.packages import (
    add_package,
    change_package,
    choose_package,
)
from services.booking.actions.people import (
    change_consent,
    change_person,
    list_people,
    note_contact,
    register_guest,
    register_person,
)
from services.booking.actions.places import cancel_booking
from services.booking.actions.profiles import get_profile
from services.booking.actions.reminder_texts import keep_reminder_template
from services.booking.actions.reminders import remind_of_payments, send_reminder
from services.booking.actions.roster import get_roster, list_waiting
from services.booking.actions.schedule_moves import move_schedule
from services.booking.actions.schedules import (
    change_schedule,
    create_schedule,
    end_schedule,
    extend_schedules,
    get_schedule,
    list_schedules,
    skip_date,
)
from services.booking.actions.sessions import as_values, list_sessions, schedule_session
from services.booking.actions.spots import (
    close_spot,
    drop_waiting,
    free_returned_seat,
    grant_spot,
    hold_free_seat,
    take_back_booking,
)
from services.booking.actions.types import change_session_type, create_session_type
from services.booking.actions.visitors import Visitor, sign_up
from services.booking.actions.visits import (
    attend_started_sessions,
    launch_roll_call,
    mark_all_attended,
    mark_attendance,
    mark_attendances,
)

__all__ = [
    "DESK",
    "Visitor",
    "add_package",
    "add_spots",
    "as_values",
    "assign_client",
    "attend_started_sessions",
    "book",
    "cancel_booking",
    "cancel_group",
    "cancel_session",
    "change_consent",
    "change_group",
    "change_package",
    "change_person",
    "change_schedule",
    "change_session",
    "change_session_type",
    "choose_package",
    "claim_download",
    "close_spot",
    "confirm_hold",
    "create_schedule",
    "create_session_type",
    "drop_waiting",
    "empty_cancelled_sessions",
    "end_lapsed_holds",
    "end_schedule",
    "erase_person",
    "extend_schedules",
    "fail_download",
    "find_duplicates",
    "find_kept_card",
    "finish_download",
    "forget_kept_card",
    "free_returned_seat",
    "get_credits",
    "get_download",
    "get_erasure",
    "get_packages_shown",
    "get_payments",
    "get_profile",
    "get_roster",
    "get_schedule",
    "get_session_details",
    "get_spots",
    "grant_credits",
    "grant_spot",
    "hold_free_seat",
    "hold_place",
    "keep_reminder_template",
    "launch_roll_call",
    "list_people",
    "list_schedules",
    "list_sessions",
    "list_waiting",
    "look_at_payment",
    "mark_all_attended",
    "mark_attendance",
    "mark_attendances",
    "merge_people",
    "message_person",
    "message_session",
    "move_booking",
    "move_schedule",
    "note_contact",
    "note_erasure",
    "paid_by_card",
    "pay_balance",
    "prune_downloads",
    "read_download",
    "record_payment",
    "record_refund",
    "refund_payment",
    "register_guest",
    "register_person",
    "release_hold",
    "remind_of_payments",
    "request_confirmation",
    "request_download",
    "say_letters",
    "schedule_session",
    "schedule_spots",
    "scrub_erased",
    "send_reminder",
    "settle_merged",
    "sign_up",
    "skip_date",
    "start_checkout",
    "take_back_booking",
    "withdraw_credits",
]
