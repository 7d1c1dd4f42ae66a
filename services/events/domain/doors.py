"""What the door answers to a ticket."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Answer(StrEnum):
    """What happens to somebody who shows a ticket."""

    ADMITTED = "admitted"
    LATE = "late"  # let in, after the start
    DUPLICATE = "duplicate"  # the ticket was shown before
    WRONG_SESSION = "wrong_session"  # good, but not for what is behind this door
    CANCELLED = "cancelled"
    NOT_CONFIRMED = "not_confirmed"  # its payment is still awaited
    OVER = "over"  # what is behind this door has ended


LETS_IN = frozenset({Answer.ADMITTED, Answer.LATE})
"""The answers with which somebody goes in."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What is known of a ticket at a door; `first_at`: when it was shown here first (UTC)."""

    confirmed: bool
    cancelled: bool
    good_here: bool
    first_at: datetime | None
    starts_at: datetime
    ends_at: datetime


def door_answer(ticket: Shown, *, at: datetime) -> Answer:
    """Say what the door answers at `at` (UTC)."""
    if ticket.cancelled:
        return Answer.CANCELLED
    if not ticket.confirmed:
        return Answer.NOT_CONFIRMED
    if not ticket.good_here:
        return Answer.WRONG_SESSION
    if ticket.first_at is not None:
        return Answer.DUPLICATE
    if at >= ticket.ends_at:
        return Answer.OVER
    return Answer.LATE if at > ticket.starts_at else Answer.ADMITTED


def minutes_late(starts_at: datetime, at: datetime) -> int:
    """Count the whole minutes somebody came after the start; 0: in time."""
    return max(0, (at - starts_at) // timedelta(minutes=1))
