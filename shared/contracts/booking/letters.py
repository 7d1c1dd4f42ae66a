"""What staff wrote to people."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.contracts import Fact


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A message somebody of the staff wrote to one person; one of `batch_size` alike."""

    letter_id: UUID  # no two letters have the same
    batch_id: UUID  # all that were written at once
    batch_size: int
    person_id: UUID
    channel: Literal["email", "sms"]
    subject: str  # empty for an SMS
    text: str  # plain text
    about_name: str  # of the session or event it is about
    marketing: bool  # advertises: only for those who have agreed
    requested_at: datetime  # UTC


@dataclass(frozen=True, kw_only=True)
class MessageRequested(Letter, Fact, version=1, about="batch_id"):
    """Staff wrote to one or all of a session's people.

    Heard by: notify (sends it).

    Source: Q26, Q27, Q42, Q43.
    """

    session_id: UUID | None
