"""What booking says of people."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.contracts import Fact


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Who a person is and how to reach them, as of `sequence`."""

    person_id: UUID
    kind: Literal["lead", "client", "member"]
    name: str
    email: str | None
    phone: str | None  # E.164
    language: str  # ISO 639-1, lower case
    sequence: int  # counts the changes of this person; the higher one is newer
    time_zone: str = ""  # IANA name of where they live; empty: the studio's
    marketing: bool = False  # whether they have agreed to messages that advertise
    referred_by: UUID | None = None  # who brought them, as staff noted it


@dataclass(frozen=True, kw_only=True)
class PersonRegistered(Contact, Fact, version=1, about="person_id"):
    """A person became known: a lead, a client or a member.

    Heard by: notify (keeps the contact data), loyalty (keeps the name), ranking (keeps the name and
    language), events (keeps the contact data).
    """


@dataclass(frozen=True, kw_only=True)
class PersonChanged(Contact, Fact, version=1, about="person_id"):
    """A person's contact data are no longer what they were.

    Heard by: notify (keeps the contact data), loyalty (keeps the name), ranking (keeps the name and
    language), events (keeps the contact data).
    """


@dataclass(frozen=True, kw_only=True)
class PersonMerged(Fact, version=1, about="person_id"):
    """Two records turned out to be one person; from now on the other one's id means this one.

    Heard by: waitlist (moves their entries), loyalty (moves card and points), ranking (moves
    visits and ranks), notify (moves messages and preferences), events (moves registrations).
    """

    person_id: UUID  # who stays
    merged_id: UUID  # whose records become theirs
    merged_at: datetime  # UTC


@dataclass(frozen=True, kw_only=True)
class PersonErased(Fact, version=1, about="person_id"):
    """A person's data are to be removed everywhere; counts, ledgers and seats' history stay.

    Every service removes what it holds and answers with a fact of its own (`…RecordsErased`), which
    together make the receipt. No contact data travel in this fact.

    Heard by: waitlist (removes their entries' data), loyalty (removes name and card),
    ranking (removes name and language), notify (removes contact data and texts),
    events (removes names).
    """

    person_id: UUID
    erasure_id: UUID
    erased_at: datetime  # UTC


@dataclass(frozen=True, kw_only=True)
class Erasure:
    """What one service has done about an erasure, in words an operator can hand on."""

    erasure_id: UUID
    person_id: UUID
    removed: str  # "name, email address, 3 texts of messages"; empty: it held nothing
    kept: str  # what stays and why; empty: nothing
    erased_at: datetime  # UTC
