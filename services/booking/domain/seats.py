"""How a seat changes hands, and where a freed one goes."""

from datetime import datetime
from enum import StrEnum

from services.booking.domain.sessions import Session


class BookingState(StrEnum):
    """Where a booking stands; a cancelled one stays on the roster (Q37)."""

    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


class HoldKind(StrEnum):
    """For whom a seat is kept from others."""

    CHECKOUT = "checkout"  # somebody is about to confirm
    STAFF = "staff"  # reserved by staff
    WAITLIST = "waitlist"  # a spot: on its way to the waiting list


class HoldState(StrEnum):
    """How a hold ended, if it has; a spot ends in exactly one of these ways."""

    OPEN = "open"
    GRANTED = "granted"  # it became a booking
    RETURNED = "returned"  # nobody on the list wanted it
    ENDED = "ended"  # given up, lapsed or closed by staff or by the session's start


class WaitingState(StrEnum):
    """What booking has heard of somebody who wanted a place in a full session."""

    REQUESTED = "requested"
    WAITING = "waiting"
    GONE = "gone"


def goes_to_list(session: Session, *, at: datetime) -> bool:
    """Say whether a seat that comes free now is held for the waiting list.

    Not without a list, unless people wait who joined before it was taken away; not once the
    session has started, for nobody could come any more; and not while more seats are taken than
    there are, for then no space has come free. A marketing session with a price, or a cancelled
    one, has no list whoever waits.

    Source: Q10, Q47, Qi1.
    """
    over_capacity = session.taken > session.capacity
    somebody_may_wait = session.has_waiting_list or asked_again(session)
    there_may_be_a_list = session.may_have_waiting_list and not session.started(at)
    return somebody_may_wait and there_may_be_a_list and not over_capacity


def asked_again(session: Session) -> bool:
    """Say whether somebody has joined since the list last said that nobody waits."""
    return session.demand > session.cleared


def seats_gained(session: Session, capacity: int) -> int:
    """Count the seats that become free when the capacity is set to `capacity` (>= 0).

    Seats that were free before are not counted; seats that only end an excess are none.
    """
    return max(0, capacity - max(session.capacity, session.taken))
