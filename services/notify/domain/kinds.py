"""Which messages there are, and how each is treated."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class MessageKind(StrEnum):
    """Which message it is; its words have the same name."""

    CONFIRMED = "confirmed"  # you have a place
    ALLOCATED = "allocated"  # you waited, and now you have a place (Q48)
    CONFIRMATION_REQUESTED = "confirmation_requested"  # confirm and pay for your place (B29, B54)
    OFFERED = "offered"  # a place is free: take it by this link
    OFFER_CLOSED = "offer_closed"  # the place you were offered is gone
    WAITING = "waiting"  # you are on the waiting list
    WAITING_ENDED = "waiting_ended"  # and now you are not
    MOVED = "moved"  # your place is at another time
    CANCELLED = "cancelled"  # your place is given up
    SESSION_CANCELLED = "session_cancelled"  # the session does not take place
    RECEIPT = "receipt"  # we have your money
    REFUNDED = "refunded"  # you have your money back
    PAYMENT_REMINDER = "payment_reminder"  # something is still to be paid (B46)
    REMINDER = "reminder"  # you have a place soon
    REGISTERED = "registered"  # you are registered for an event
    REGISTRATION_CHANGED = "registration_changed"
    REGISTRATION_ENDED = "registration_ended"
    EVENT_CANCELLED = "event_cancelled"  # the event does not take place
    AGENDA_CANCELLED = "agenda_cancelled"  # the event does, but nothing you had chosen of it
    RANK_AWARDED = "rank_awarded"  # you have a new rank
    RANK_AWARDED_STAFF = "rank_awarded_staff"  # somebody has a new rank
    PROMOTION = "promotion"  # you are ready for the next rank (M31)
    PROMOTION_STAFF = "promotion_staff"  # somebody is (M30)
    REFERRAL_THANKS = "referral_thanks"  # thank you for recommending us (T2)
    LETTER = "letter"  # what staff wrote (Q26, Q27, Q42, Q43)
    NEWS = "news"  # what staff wrote to advertise: only for those who have agreed


class Channel(StrEnum):
    """How a message travels."""

    EMAIL = "email"
    SMS = "sms"

    @property
    def other(self) -> "Channel":
        """Give the way that is left when this one fails."""
        return Channel.SMS if self is Channel.EMAIL else Channel.EMAIL


class Lane(StrEnum):
    """Which messages wait behind which: each lane is emptied by hands of its own.

    `direct`: somebody waits for it, and it leaves at once. `aside`: it confirms what people know
    already, and leaves within a second or two. `bulk`: it was written to many.
    """

    DIRECT = "direct"
    ASIDE = "aside"
    BULK = "bulk"


class Topic(StrEnum):
    """What a person chooses by. What has to do with their own bookings stays switched on."""

    SERVICE = "service"
    REMINDERS = "reminders"
    PAYMENTS = "payments"
    PROGRESS = "progress"
    PROMOTIONS = "promotions"
    THANKS = "thanks"
    NEWS = "news"


@dataclass(frozen=True, slots=True)
class Manner:
    """How messages of a kind are treated.

    Args:
        topic: what a person switches them off by; not those of `SERVICE`.
        waits: whether they wait for the end of the person's night.
        resent: whether one of unknown fate is sent again (DECISIONS.md, 12).
        first: the channel tried first, where the studio has not chosen.
        falls_back: whether the other one is tried then.
        lane: the one it is sent by, if it was not written to many.
    """

    topic: Topic = Topic.SERVICE
    waits: bool = False
    resent: bool = True
    first: Channel = Channel.EMAIL
    falls_back: bool = False
    lane: Lane = Lane.DIRECT


_ASIDE = Manner(lane=Lane.ASIDE)
_TOLD_AT_ONCE = Manner(falls_back=True)
_STAFF = Manner(waits=True, falls_back=True)
MANNERS: Mapping[MessageKind, Manner] = {kind: Manner() for kind in MessageKind} | {
    MessageKind.ALLOCATED: _TOLD_AT_ONCE,
    MessageKind.CONFIRMATION_REQUESTED: _TOLD_AT_ONCE,
    MessageKind.OFFERED: _TOLD_AT_ONCE,
    MessageKind.OFFER_CLOSED: _ASIDE,
    MessageKind.WAITING: _ASIDE,
    MessageKind.WAITING_ENDED: _ASIDE,
    MessageKind.CANCELLED: _ASIDE,
    MessageKind.RECEIPT: _ASIDE,
    MessageKind.REFUNDED: _ASIDE,
    MessageKind.REGISTRATION_ENDED: _ASIDE,
    MessageKind.MOVED: _TOLD_AT_ONCE,
    MessageKind.SESSION_CANCELLED: _TOLD_AT_ONCE,
    MessageKind.EVENT_CANCELLED: _TOLD_AT_ONCE,
    MessageKind.AGENDA_CANCELLED: _TOLD_AT_ONCE,
    MessageKind.PAYMENT_REMINDER: Manner(topic=Topic.PAYMENTS, waits=True, resent=False),
    MessageKind.REMINDER: Manner(topic=Topic.REMINDERS, waits=True, resent=False),
    MessageKind.RANK_AWARDED: Manner(topic=Topic.PROGRESS, waits=True, resent=False),
    MessageKind.PROMOTION: Manner(topic=Topic.PROMOTIONS, waits=True, resent=False),
    MessageKind.RANK_AWARDED_STAFF: _STAFF,
    MessageKind.PROMOTION_STAFF: _STAFF,
    MessageKind.REFERRAL_THANKS: Manner(
        topic=Topic.THANKS, waits=True, resent=False, first=Channel.SMS, falls_back=True
    ),
    MessageKind.LETTER: Manner(resent=False),
    MessageKind.NEWS: Manner(topic=Topic.NEWS, waits=True, resent=False),
}
"""How each kind is treated."""


NEEDED: Mapping[MessageKind, str] = {
    MessageKind.ALLOCATED: "cancel_url",
    MessageKind.CONFIRMATION_REQUESTED: "confirm_url",
    MessageKind.OFFERED: "claim_url",
    MessageKind.PAYMENT_REMINDER: "pay_url",
    MessageKind.REFERRAL_THANKS: "text",
    MessageKind.LETTER: "text",
    MessageKind.NEWS: "text",
}
"""What a message of a kind would be pointless without, in email and SMS alike."""


NAMED = frozenset({MessageKind.PAYMENT_REMINDER})
"""The kinds of which there may be several templates, for a session's settings to choose from.

Source: B47.
"""


def kinds_of(topic: Topic) -> list[MessageKind]:
    """List the kinds a person switches off by a topic."""
    return [kind for kind in MessageKind if MANNERS[kind].topic is topic]
