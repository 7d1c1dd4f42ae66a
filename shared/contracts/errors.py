"""The errors a caller may handle by type; they cross the wire by class path and text.

nameko rebuilds an error from its positional arguments, so each takes text only.
"""

from nameko.exceptions import deserialize_to_instance


class Refused(Exception):
    """A call that was understood and turned down; nothing has changed."""


@deserialize_to_instance
class InvalidRequest(Refused):
    """The arguments break a rule; the text names each field and the rule it breaks."""


@deserialize_to_instance
class IdempotencyConflict(Refused):
    """The idempotency key was used before with other arguments."""


@deserialize_to_instance
class PersonNotFound(Refused):
    """No person has this id."""


@deserialize_to_instance
class SessionTypeNotFound(Refused):
    """No session type has this id."""


@deserialize_to_instance
class SessionNotFound(Refused):
    """No session has this id."""


@deserialize_to_instance
class BookingNotFound(Refused):
    """No booking has this id."""


@deserialize_to_instance
class BookingCancelledAlready(Refused):
    """The booking was cancelled; nobody can have come on it."""


@deserialize_to_instance
class HoldNotFound(Refused):
    """No hold has this id."""


@deserialize_to_instance
class SessionFull(Refused):
    """Every seat is taken or on its way to the waiting list."""


@deserialize_to_instance
class SessionStarted(Refused):
    """The session has started; its seats go to nobody any more."""


@deserialize_to_instance
class AlreadyBooked(Refused):
    """The person has a place in this session already."""


@deserialize_to_instance
class NotForLeads(Refused):
    """A lead may book only sessions that carry the marketing classification."""


@deserialize_to_instance
class WaitlistFull(Refused):
    """The waiting list has as many people as it takes."""


@deserialize_to_instance
class WaitlistClosed(Refused):
    """There is no waiting list, or it takes nobody any more."""


@deserialize_to_instance
class AlreadyWaiting(Refused):
    """The person is on this waiting list already."""


@deserialize_to_instance
class QueueNotFound(Refused):
    """No queue is kept for this target."""


@deserialize_to_instance
class EntryNotFound(Refused):
    """No entry has this id."""


@deserialize_to_instance
class SpotNotFound(Refused):
    """No spot has this id."""


@deserialize_to_instance
class MessageNotFound(Refused):
    """No message has this id."""


@deserialize_to_instance
class RankingNotActive(Refused):
    """The studio has not activated ranking."""


@deserialize_to_instance
class CategoryNotFound(Refused):
    """No category has this id."""


@deserialize_to_instance
class RankNotFound(Refused):
    """No rank of this category has this id."""


@deserialize_to_instance
class NotRanked(Refused):
    """The person has no rank in this category; assign one first."""


@deserialize_to_instance
class AlreadyRanked(Refused):
    """The person has a rank in this category; promote or demote them."""


@deserialize_to_instance
class NoSuchMove(Refused):
    """There is no rank above or below, or the one named is not on that side."""


@deserialize_to_instance
class PlacementNotFound(Refused):
    """No placement has this id."""
