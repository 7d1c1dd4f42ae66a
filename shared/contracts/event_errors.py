"""The errors of events a caller may handle by type; `errors` has all others."""

from nameko.exceptions import deserialize_to_instance

from shared.contracts.errors import Refused


@deserialize_to_instance
class EventNotFound(Refused):
    """No event has this id."""


@deserialize_to_instance
class EventCancelled(Refused):
    """The event, or this session of it, does not take place."""


@deserialize_to_instance
class EventStarted(Refused):
    """The event has started; nobody registers for it any more."""


@deserialize_to_instance
class EventFull(Refused):
    """Every seat of the event is taken or on its way to the waiting list."""


@deserialize_to_instance
class OnSiteOnly(Refused):
    """Only on-site events have capacities and waiting lists."""


@deserialize_to_instance
class PassesDefined(Refused):
    """The event has passes, so registrants cannot create their own agenda."""


@deserialize_to_instance
class RegistrationsExist(Refused):
    """People are registered already, for something else than this change would leave."""


@deserialize_to_instance
class CapacityMissing(Refused):
    """Where registrants create their own agenda, each session needs a capacity."""


@deserialize_to_instance
class SessionsOverlap(Refused):
    """Nobody can attend these sessions, which take place at the same time."""


@deserialize_to_instance
class PassNotFound(Refused):
    """No pass of this event has this id."""


@deserialize_to_instance
class PassRequired(Refused):
    """Registering for this event takes one of its passes."""


@deserialize_to_instance
class PassSoldOut(Refused):
    """No such pass is left."""


@deserialize_to_instance
class VenueNotFound(Refused):
    """No building, room or layout has this id."""


@deserialize_to_instance
class SpeakerNotFound(Refused):
    """No speaker has this id."""


@deserialize_to_instance
class RegistrationNotFound(Refused):
    """No registration has this id."""


@deserialize_to_instance
class RegistrationCancelledAlready(Refused):
    """The registration was cancelled."""


@deserialize_to_instance
class AlreadyRegistered(Refused):
    """The person is registered for this event already."""


@deserialize_to_instance
class TicketNotFound(Refused):
    """No ticket has this code."""
