"""events' rules and value types; pure."""

from services.events.domain.agenda import first_start, opened_by, overlapping, written_agenda
from services.events.domain.doors import LETS_IN, Answer, Shown, door_answer, minutes_late
from services.events.domain.occasions import Event, Format, Policy, Session, policy
from services.events.domain.payments import (
    CHECKOUT_OPEN,
    HOLD,
    HOLD_ENDED,
    RefundReason,
)
from services.events.domain.seats import (
    PlaceState,
    RegistrationState,
    SpotState,
    Target,
    WaitingState,
    asked_again,
    goes_to_list,
    seats_gained,
)
from services.events.domain.venues import (
    PARENT,
    Venue,
    VenueKind,
    initial_capacity,
    written_location,
)

__all__ = [
    "CHECKOUT_OPEN",
    "HOLD",
    "HOLD_ENDED",
    "LETS_IN",
    "PARENT",
    "Answer",
    "Event",
    "Format",
    "PlaceState",
    "Policy",
    "RefundReason",
    "RegistrationState",
    "Session",
    "Shown",
    "SpotState",
    "Target",
    "Venue",
    "VenueKind",
    "WaitingState",
    "asked_again",
    "door_answer",
    "first_start",
    "goes_to_list",
    "initial_capacity",
    "minutes_late",
    "opened_by",
    "overlapping",
    "policy",
    "seats_gained",
    "written_agenda",
    "written_location",
]
