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
    WRONG_EVENT = "wrong_event"  # the ticket of another event
    CANCELLED = "cancelled"
    NOT_CONFIRMED = "not_confirmed"  # its payment is still awaited
    OVER = "over"  # what is behind this door has ended


LETS_IN = frozenset({Answer.ADMITTED, Answer.LATE})
"""The answers with which somebody goes in."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What is known of a ticket at a door; `first_at`: when it was shown here first (UTC).

    `starts_at` is when what its holder comes for begins, which may be later than the event.
    """

    of_event: bool
    confirmed: bool
    cancelled: bool
    good_here: bool
    first_at: datetime | None
    starts_at: datetime
    ends_at: datetime


def door_answer(ticket: Shown, *, at: datetime) -> Answer:
    """Say what the door answers at `at` (UTC); late is a whole minute after the start or more."""
    late = minutes_late(ticket.starts_at, at) > 0
    turned_away = (
        (not ticket.of_event, Answer.WRONG_EVENT),
        (ticket.cancelled, Answer.CANCELLED),
        (not ticket.confirmed, Answer.NOT_CONFIRMED),
        (not ticket.good_here, Answer.WRONG_SESSION),
        (ticket.first_at is not None, Answer.DUPLICATE),
        (at >= ticket.ends_at, Answer.OVER),
    )
    otherwise = Answer.LATE if late else Answer.ADMITTED
    return next((answer for holds, answer in turned_away if holds), otherwise)


def minutes_late(starts_at: datetime, at: datetime) -> int:
    """Count the whole minutes somebody came after the start; 0: in time."""
    return max(0, (at - starts_at) // timedelta(minutes=1))
