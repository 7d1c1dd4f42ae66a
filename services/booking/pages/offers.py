"""What a session's page offers: the session itself, and who may take a place in it now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Connection

from services.booking import store
from services.booking.domain import Classification, Session


class Standing(StrEnum):
    """What a visitor can do on the page."""

    BOOK = "book"
    WAIT = "wait"
    FULL = "full"
    OVER = "over"  # it has begun
    NOT_FOR_LEADS = "not_for_leads"


@dataclass(frozen=True, slots=True)
class Offer:
    """A session, by all its spots: one, unless there are times to choose from."""

    name: str
    spots: Sequence[Session]

    def standing(self, at: datetime) -> Standing:
        """Say what a visitor, who is a lead as far as anybody can know, can do at `at` (UTC).

        Source: Q5.
        """
        return max((_standing(spot, at) for spot in self.spots), key=_BEST.index)

    def spots_to_choose(self, at: datetime) -> Sequence[Session]:
        """List the spots with which one can do what the page offers."""
        best = self.standing(at)
        return [spot for spot in self.spots if _standing(spot, at) is best]


_BEST = (Standing.OVER, Standing.NOT_FOR_LEADS, Standing.FULL, Standing.WAIT, Standing.BOOK)


def _standing(spot: Session, at: datetime) -> Standing:
    if spot.started(at):
        return Standing.OVER
    if spot.classification is not Classification.MARKETING:
        return Standing.NOT_FOR_LEADS
    if spot.free:
        return Standing.BOOK
    waits = spot.has_waiting_list and at < spot.waiting_list_closes_at
    return Standing.WAIT if waits else Standing.FULL


def read_offer(sql: Connection, session_id: UUID) -> Offer | None:
    """Read what the page of a session shows; None where there is no such session."""
    session = store.find_session(sql, session_id)
    return None if session is None else Offer(session.name, [session])
