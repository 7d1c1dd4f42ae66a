"""What events does, one verb per function; each runs in the transaction it is given."""

from services.events.actions.arrivals import end_hold, refund_payment
from services.events.actions.card_jobs import DESK
from services.events.actions.choosing import Wish
from services.events.actions.doors import (
    check_in,
    get_ticket,
    list_check_ins,
    ticket_image,
    undo_check_in,
)
from services.events.actions.exports import as_file, export_registrations, export_waiting
from services.events.actions.granting import grant_spot
from services.events.actions.letters import (
    say_letters,
    write_to,
)
from services.events.actions.levels import (
    change_pass,
    define_pass,
    set_own_agenda,
    withdraw_pass,
)
from services.events.actions.looking import (
    check_agenda,
    get_event,
    get_registration,
    get_session,
    list_events,
    list_registrations,
    list_waiting,
)
from services.events.actions.occasions import (
    cancel_event,
    change_event,
    create_event,
)
from services.events.actions.payments import (
    pay_registration,
    record_payment,
    record_refund,
)
from services.events.actions.people import (
    Visitor,
    erase_person,
    keep_person,
    merge_people,
    sign_up,
)
from services.events.actions.registering import (
    cancel_registration,
    change_agenda,
    register,
)
from services.events.actions.schedule import (
    add_session,
    cancel_session,
    change_session,
)
from services.events.actions.spots import (
    close_offer,
    close_spot,
    drop_waiting,
    end_lapsed_spots,
    free_returned_seat,
    hold_free_seat,
    note_offer,
    take_back_place,
)
from services.events.actions.venues import (
    add_speaker,
    add_venue,
    change_speaker,
    change_venue,
)

__all__ = [
    "DESK",
    "Visitor",
    "Wish",
    "add_session",
    "add_speaker",
    "add_venue",
    "as_file",
    "cancel_event",
    "cancel_registration",
    "cancel_session",
    "change_agenda",
    "change_event",
    "change_pass",
    "change_session",
    "change_speaker",
    "change_venue",
    "check_agenda",
    "check_in",
    "close_offer",
    "close_spot",
    "create_event",
    "define_pass",
    "drop_waiting",
    "end_hold",
    "end_lapsed_spots",
    "erase_person",
    "export_registrations",
    "export_waiting",
    "free_returned_seat",
    "get_event",
    "get_registration",
    "get_session",
    "get_ticket",
    "grant_spot",
    "hold_free_seat",
    "keep_person",
    "list_check_ins",
    "list_events",
    "list_registrations",
    "list_waiting",
    "merge_people",
    "note_offer",
    "pay_registration",
    "record_payment",
    "record_refund",
    "refund_payment",
    "register",
    "say_letters",
    "set_own_agenda",
    "sign_up",
    "take_back_place",
    "ticket_image",
    "undo_check_in",
    "withdraw_pass",
    "write_to",
]
