"""notify's rules and value types; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID


class MessageKind(StrEnum):
    """Which message it is; it has templates of the same name."""

    CONFIRMED = "confirmed"  # you have a place
    ALLOCATED = "allocated"  # you waited, and now you have a place (Q48)


class MessageState(StrEnum):
    """Where a message stands.

    `claimed` is provably not sent; from `sending` on it may have been: the mark is made before
    the dot that hands the message over. `unknown` is what a crash or a lost connection leaves
    of `sending`.
    """

    DUE = "due"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Delivery(StrEnum):
    """How an attempt to hand a message over ended."""

    TAKEN = "taken"  # the mail server answered 250
    LATER = "later"  # certainly not taken, worth another try
    REFUSED = "refused"  # certainly not taken, and never will be
    LOST = "lost"  # handed over, and no answer came


@dataclass(frozen=True, slots=True)
class Message:
    """A message that is to be sent."""

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


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt, and what the mail server said."""

    message: Message
    delivery: Delivery
    reply: str


BACKOFF = tuple(
    timedelta(seconds=seconds) for seconds in (10, 60, 5 * 60, 15 * 60, 3600, 4 * 3600, 12 * 3600)
)
"""How long a message waits after each attempt the mail server put off; then it has failed."""
LEASE = timedelta(seconds=60)
"""How long a process may take over a claimed message before another takes it over."""
MOST_RESENDS = 3
"""How often a message of unknown fate is sent again, always under the same Message-ID."""


def after_attempt(delivery: Delivery, attempts: int) -> tuple[MessageState, timedelta | None]:
    """Say where a message stands after an attempt, and how long it waits for the next.

    An attempt whose answer was lost is repeated: for someone who has a place, a message twice is
    better than none. Mail programs show one of two with the same Message-ID.

    Args:
        delivery: how the attempt ended.
        attempts: how many there were, this one included; >= 1.
    """
    if delivery is Delivery.TAKEN:
        return MessageState.SENT, None
    if delivery is Delivery.LOST and attempts > MOST_RESENDS:
        return MessageState.UNKNOWN, None
    if delivery is Delivery.REFUSED or attempts > len(BACKOFF):
        return MessageState.FAILED, None
    return MessageState.DUE, BACKOFF[attempts - 1]
