"""The errors a caller may handle by type; they cross the wire by class path and text.

nameko rebuilds an error from its positional arguments, so each takes text only.
"""

from nameko.exceptions import deserialize_to_instance


class Refused(Exception):
    """A call that was understood and turned down; nothing has changed."""


@deserialize_to_instance
class Unavailable(Exception):
    """The database was not to be had, or not in time: try again, with the same key."""


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
class PersonIsAnother(PersonNotFound):
    """The person was merged: they have the id that the text gives now."""


@deserialize_to_instance
class PersonMergedAlready(Refused):
    """The person was merged into another one, whose id the text gives."""


@deserialize_to_instance
class PersonHasBookings(Refused):
    """The person has places in sessions to come; cancel them first, or have them cancelled."""


@deserialize_to_instance
class ErasureNotFound(Refused):
    """No erasure has this id."""


@deserialize_to_instance
class NotEnoughCredits(Refused):
    """The person has fewer credits than it takes."""


@deserialize_to_instance
class DownloadNotFound(Refused):
    """No download has this id, or it is so old that it was dropped."""


@deserialize_to_instance
class NobodyToWriteTo(Refused):
    """Nobody of those chosen may get this message."""


@deserialize_to_instance
class SessionTypeNotFound(Refused):
    """No session type has this id."""


@deserialize_to_instance
class PackageNotFound(Refused):
    """The session type has no package with this id."""


@deserialize_to_instance
class PackageNotChosen(Refused):
    """The session type has several packages, and none was chosen yet."""


@deserialize_to_instance
class SessionNotFound(Refused):
    """No session has this id."""


@deserialize_to_instance
class SessionConfirmed(Refused):
    """The client has confirmed; a single session is changed no more, only its booking is moved."""


@deserialize_to_instance
class SessionCancelledAlready(Refused):
    """The session does not take place."""


@deserialize_to_instance
class GroupNotFound(Refused):
    """No multi session has this id."""


@deserialize_to_instance
class ScheduleNotFound(Refused):
    """No schedule has this id."""


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
class TooEarlyToMark(Refused):
    """Who came is marked from the day of the session on, or an hour before it; not sooner."""


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
class EntryEnded(Refused):
    """The entry is not on the list any more, or a seat is asked for in its name already."""


@deserialize_to_instance
class OfferNotFound(Refused):
    """No offer has this id."""


@deserialize_to_instance
class OfferGone(Refused):
    """The offer can no longer be taken: it was taken, declined, withdrawn, or its time is over."""


@deserialize_to_instance
class NoSeatFree(Refused):
    """No freed seat is with the waiting list; staff may overrule the capacity."""


@deserialize_to_instance
class SpotNotFound(Refused):
    """No spot has this id."""


@deserialize_to_instance
class MessageNotFound(Refused):
    """No message has this id."""


@deserialize_to_instance
class BatchNotFound(Refused):
    """No messages were written under this id, or none of them has come in yet."""


@deserialize_to_instance
class TemplateNotFound(Refused):
    """These words have no such version."""


@deserialize_to_instance
class StaffNotFound(Refused):
    """Nobody of the staff has this id."""


@deserialize_to_instance
class NotLifted(Refused):
    """The address is suppressed by its owner's own word; only they can take that back."""


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


@deserialize_to_instance
class NothingToHandOver(Refused):
    """No item belongs to the rank of this placement."""


@deserialize_to_instance
class CardNotFound(Refused):
    """No TreatCard has this number."""


@deserialize_to_instance
class CardNumberTaken(Refused):
    """The number is on somebody else's TreatCard."""


@deserialize_to_instance
class CardHeldAlready(Refused):
    """The person has a TreatCard already; another takes its place by `replace_card`."""


@deserialize_to_instance
class CardLost(Refused):
    """The TreatCard was reported lost and is not given out again."""


@deserialize_to_instance
class NoTreatCard(Refused):
    """The person has no TreatCard, or has lost it and has no other yet."""


@deserialize_to_instance
class SelfReferral(Refused):
    """Nobody brings themselves as a new client."""


@deserialize_to_instance
class ReferralRing(Refused):
    """The person has, directly or through others, referred the one who is to have referred them."""


@deserialize_to_instance
class NotANewClient(Refused):
    """The person had booked before they were referred."""


@deserialize_to_instance
class ReferralNotFound(Refused):
    """No referral has this id."""


@deserialize_to_instance
class ReferralCorrected(Refused):
    """It was somebody else who referred this client, or nobody; this referral earns nothing."""


@deserialize_to_instance
class NotEnoughPoints(Refused):
    """The balance would fall below zero."""


@deserialize_to_instance
class TreatRedeemedAlready(Refused):
    """Another treat was taken with this booking."""


@deserialize_to_instance
class TreatNotOffered(Refused):
    """No treat of this name is offered, so there is no price in points."""


@deserialize_to_instance
class TreatNotAvailable(Refused):
    """The treat is for those who never had it, and this person has."""


@deserialize_to_instance
class PurchaseDiffers(Refused):
    """The reference stands for a purchase with other details."""


@deserialize_to_instance
class PurchaseNotFound(Refused):
    """No purchase was recorded under this reference."""


@deserialize_to_instance
class PaymentNotFound(Refused):
    """No payment has this id."""


@deserialize_to_instance
class NothingDue(Refused):
    """Everything is paid, or nothing was ever to be paid."""
