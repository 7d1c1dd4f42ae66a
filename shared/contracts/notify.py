"""The facts notify says."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.contracts import Fact
from shared.contracts.booking import Erasure

PREFERENCES_LINK = "message-preferences"
"""The purpose of a link that names a person and lets them choose which messages they get."""
PREFERENCES_PATH = "/preferences/{token}"
UNSUBSCRIBE_LINK = "unsubscribe"
"""The purpose of a link that names a person and ends messages that advertise, in one click."""
UNSUBSCRIBE_PATH = "/unsubscribe/{token}"


@dataclass(frozen=True, kw_only=True)
class EmailSent(Fact, version=1, about="person_id"):
    """The mail server took a message over (it answered 250).

    Heard by: nobody yet.
    """

    message_id: UUID
    kind: str  # which message: "allocated", "confirmed"
    person_id: UUID
    sent_at: datetime  # UTC
    reply: str = ""  # what the mail server answered


@dataclass(frozen=True, kw_only=True)
class EmailFailed(Fact, version=1, about="person_id"):
    """A message will not be sent: the mail server refused it for good, or time ran out.

    Heard by: nobody yet.
    """

    message_id: UUID
    kind: str
    person_id: UUID
    reason: str
    failed_at: datetime  # UTC


@dataclass(frozen=True, kw_only=True)
class SmsSent(Fact, version=1, about="person_id"):
    """The carrier took a text message over.

    Heard by: nobody yet.
    """

    message_id: UUID
    kind: str
    person_id: UUID
    segments: int  # how many it is billed as; >= 1
    sent_at: datetime  # UTC


@dataclass(frozen=True, kw_only=True)
class SmsFailed(Fact, version=1, about="person_id"):
    """A text message will not be sent: the carrier refused it for good, or time ran out.

    Heard by: nobody yet.
    """

    message_id: UUID
    kind: str
    person_id: UUID
    reason: str
    failed_at: datetime  # UTC


@dataclass(frozen=True, kw_only=True)
class MessageSuppressed(Fact, version=1, about="person_id"):
    """A message was not sent on purpose: it was no longer true, or the person wants none.

    Heard by: nobody yet.
    """

    message_id: UUID
    kind: str
    person_id: UUID
    channel: Literal["email", "sms"]
    reason: str
    suppressed_at: datetime  # UTC


@dataclass(frozen=True, kw_only=True)
class NotifyRecordsErased(Erasure, Fact, version=1, about="person_id"):
    """notify has removed what it held of a person.

    Heard by: booking (notes it in the receipt).
    """
