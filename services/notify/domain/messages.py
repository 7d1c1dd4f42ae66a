"""A message, and where it stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid5

from services.notify.domain.kinds import MANNERS, Channel, MessageKind


class MessageState(StrEnum):
    """Where a message stands.

    `scheduled` waits for its hour, `paused` for its batch to go on. `claimed` is provably not sent;
    from `sending` on it may have been: the mark is made before the dot that hands the message over.
    `unknown` is what a crash or a lost connection leaves of `sending`. `suppressed` was not sent on
    purpose.
    """

    SCHEDULED = "scheduled"
    PAUSED = "paused"
    DUE = "due"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    SUPPRESSED = "suppressed"
    UNKNOWN = "unknown"


class Delivery(StrEnum):
    """How an attempt to hand a message over ended."""

    TAKEN = "taken"  # the mail server answered 250
    LATER = "later"  # certainly not taken, worth another try
    REFUSED = "refused"  # certainly not taken, and never will be
    LOST = "lost"  # handed over, and no answer came


@dataclass(frozen=True, slots=True)
class Words:
    """What a message says: templates of its subject, its text and its SMS."""

    subject: str
    text: str
    sms: str


@dataclass(frozen=True, slots=True)
class TemplateKey:
    """Which words: of a kind, in a language, under a name; without one, the usual words."""

    kind: MessageKind
    language: str
    name: str = ""

    @property
    def usual(self) -> "TemplateKey":
        """Give the key of the words that are sent where there are none under the name."""
        return TemplateKey(self.kind, self.language)


@dataclass(frozen=True, slots=True)
class Message:
    """A message that is to be sent. `words` are the studio's own, where it has changed them."""

    message_id: UUID
    kind: MessageKind
    person_id: UUID
    address: str
    name: str
    language: str
    context: Mapping[str, str]
    attempts: int
    correlation_id: str
    caused_by: UUID
    began_at: datetime
    channel: Channel = Channel.EMAIL
    created_at: datetime | None = None
    batch_id: UUID | None = None
    version: int = 0
    words: Words | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt, and what the mail server said."""

    message: Message
    delivery: Delivery
    reply: str
    blocks: str = ""  # why nothing is to be sent to this address any more
    provider_id: str | None = None
    segments: int = 0  # of an SMS


BACKOFF = tuple(
    timedelta(seconds=seconds) for seconds in (10, 60, 5 * 60, 15 * 60, 3600, 4 * 3600, 12 * 3600)
)
"""How long a message waits after each attempt the mail server put off; then it has failed."""
MOST_RESENDS = 3
"""How often a message of unknown fate is sent again, always under the same Message-ID."""
LEASE = timedelta(seconds=60)
"""How long a process may take over a message at least before another takes it over."""


def lease(patience: float) -> timedelta:
    """Give how long a process may take over a message it has claimed, or is handing over.

    Args:
        patience: how many seconds it waits for an answer; > 0.
    """
    return max(LEASE, timedelta(seconds=3 * patience))


def after_attempt(
    delivery: Delivery, attempts: int, *, resent: bool = True
) -> tuple[MessageState, timedelta | None]:
    """Say where a message stands after an attempt, and how long it waits for the next.

    An attempt whose answer was lost is repeated where `resent`: for someone who has a place, a
    message twice is better than none. Mail programs show one of two with the same Message-ID.

    Args:
        delivery: how the attempt ended.
        attempts: how many there were, this one included; >= 1.
        resent: whether a message that may have been taken is sent again.
    """
    if delivery is Delivery.TAKEN:
        return MessageState.SENT, None
    if delivery is Delivery.LOST and (attempts > MOST_RESENDS or not resent):
        return MessageState.UNKNOWN, None
    if delivery is Delivery.REFUSED or attempts > len(BACKOFF):
        return MessageState.FAILED, None
    return MessageState.DUE, BACKOFF[attempts - 1]


def is_resent(message: Message) -> bool:
    """Say whether this message is sent again when nobody knows whether it was taken.

    A text message always is: before it goes out again the carrier is asked for the first one.
    """
    return message.channel is Channel.SMS or MANNERS[message.kind].resent


def wait_of(entry_id: UUID) -> UUID:
    """Give the id of somebody's waiting as what a message is about: it may be over meanwhile."""
    return uuid5(entry_id, "wait")


def promotion_of(person_id: UUID, category_id: UUID) -> UUID:
    """Give the id of somebody's next promotion in a category: they may have it meanwhile."""
    return uuid5(person_id, category_id.hex)


def payment_of(booking_id: UUID) -> UUID:
    """Give the id of a booking's payment as what a message is about: it may be paid meanwhile."""
    return uuid5(booking_id, "payment")
