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
class NamedTemplate:
    """What every fact about a template with a name of its own says."""

    template_id: UUID  # of its kind and name
    kind: str  # which message's words it has: "payment_reminder"
    name: str  # as the studio gave it, one line of 1 to 60 characters
    sequence: int  # a later fact about the same template has a higher one
    changed_at: datetime  # UTC


@dataclass(frozen=True, kw_only=True)
class TemplateNamed(NamedTemplate, Fact, version=1, about="template_id"):
    """The studio has words of its own under a name, beside the usual ones of a message.

    Heard by: booking (a session's settings may name it).

    Source: B47.
    """


@dataclass(frozen=True, kw_only=True)
class TemplateRemoved(NamedTemplate, Fact, version=1, about="template_id"):
    """The studio has words of this name no more; whatever names them gets the usual ones.

    Heard by: booking (no session's settings may name it from now on).

    Source: B47.
    """


@dataclass(frozen=True, kw_only=True)
class PreferencesSet(Fact, version=1, about="person_id"):
    """Which messages somebody gets is no longer as it was: they chose so, or staff did for them.

    Heard by: nobody yet.
    """

    person_id: UUID
    switched_off: str  # all they get no more, as "news-email news-sms"; empty: nothing is off
    chosen_by: Literal["link", "staff"]
    chosen_at: datetime  # UTC


@dataclass(frozen=True, kw_only=True)
class NotifyRecordsErased(Erasure, Fact, version=1, about="person_id"):
    """notify has removed what it held of a person.

    Heard by: booking (notes it in the receipt).
    """
