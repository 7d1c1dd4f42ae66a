"""The facts notify says."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.contracts import Fact


@dataclass(frozen=True, kw_only=True)
class EmailSent(Fact, version=1, about="person_id"):
    """The mail server took a message over (it answered 250).

    Heard by: nobody yet.
    """

    message_id: UUID
    kind: str  # which message: "allocated", "confirmed"
    person_id: UUID
    sent_at: datetime  # UTC


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
