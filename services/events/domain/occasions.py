"""What an event is, and what of it is decided by its own settings."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Format(StrEnum):
    """How people take part. Source: D10."""

    ONSITE = "onsite"
    WEBINAR = "webinar"
    HYBRID = "hybrid"


class Policy(StrEnum):
    """How a seat that comes free finds somebody who waits."""

    ASSIGN = "assign"  # the first in line is registered
    OFFER = "offer"  # they are invited, and answer in time or lose it


@dataclass(frozen=True, slots=True)
class Event:
    """An occasion people register for.

    `own_agenda` says at which level: registrants choose sessions, or come to the whole event.
    `auto_register` None: as is usual for an event of this kind.
    """

    event_id: UUID
    name: str
    description: str
    format: Format
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    location: str
    building_id: UUID | None
    room_id: UUID | None
    layout_id: UUID | None
    own_agenda: bool
    overlaps_allowed: bool
    auto_register: bool | None
    invitations: int
    answer_minutes: int
    published: bool
    created_at: datetime
    cancelled_at: datetime | None = None

    @property
    def onsite(self) -> bool:
        """Say whether people come to a place, so that there can be too many of them."""
        return self.format is Format.ONSITE


@dataclass(frozen=True, slots=True)
class Session:
    """A part of an event, in the event's time zone."""

    session_id: UUID
    event_id: UUID
    name: str
    description: str
    starts_at: datetime
    ends_at: datetime
    location: str
    building_id: UUID | None
    room_id: UUID | None
    layout_id: UUID | None
    cancelled_at: datetime | None = None


def policy(auto_register: bool | None, *, has_passes: bool) -> Policy:  # noqa: FBT001 - a setting's value
    """Say how a freed seat finds somebody.

    Registering people automatically is for events nothing has to be paid for, where it is usual;
    with passes they are invited, for they have to choose one.

    Source: Di1, and the neighbouring page on waiting lists.
    """
    return Policy.OFFER if has_passes or auto_register is False else Policy.ASSIGN
