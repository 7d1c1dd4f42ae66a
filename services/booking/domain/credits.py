"""What a place costs in credits, and when they come back."""

from datetime import datetime, timedelta
from enum import StrEnum

from services.booking.domain.people import PersonKind
from services.booking.domain.sessions import Classification, Session


class CreditKind(StrEnum):
    """Why the credits of a person became more or fewer."""

    GRANTED = "granted"  # by staff
    WITHDRAWN = "withdrawn"  # by staff
    SPENT = "spent"  # on a place
    RETURNED = "returned"  # the place was given up in time
    MERGED = "merged"  # moved from one record of a person to the other


def credits_due(session: Session) -> int:
    """Give how many credits a place in a session takes; of a marketing session none.

    Source: Q2.
    """
    return 0 if session.classification is Classification.MARKETING else session.credits


def must_have_credits(kind: PersonKind, session: Session) -> bool:
    """Say whether somebody without the credits a place takes may not have it.

    A session with a price can be paid for with money instead. Without one, members need credits;
    clients, who pay as they agree with the studio, do not.

    Source: Q2.
    """
    return kind is PersonKind.MEMBER and not session.price_minor


def gives_credits_back(session: Session, *, at: datetime) -> bool:
    """Say whether a place given up at `at` (UTC) gives back the credits it took.

    It does up to the session's deadline for cancelling; without a deadline, always.

    Source: Q2.
    """
    if session.cancellation_minutes is None:
        return True
    return at <= session.starts_at - timedelta(minutes=session.cancellation_minutes)
