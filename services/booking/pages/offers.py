"""What a session's page offers: the session itself, and who may take a place in it now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from services.booking import store
from services.booking.actions.money import paid_by_card
from services.booking.actions.packages import packages_shown
from services.booking.domain import Classification, Session, on_the_wall, open_to_visitors


class Standing(StrEnum):
    """What a visitor can do on the page."""

    BOOK = "book"
    WAIT = "wait"
    FULL = "full"
    NOT_FOR_LEADS = "not_for_leads"
    OVER = "over"  # it has begun
    CANCELLED = "cancelled"


_BEST_LAST = (
    Standing.CANCELLED,
    Standing.OVER,
    Standing.NOT_FOR_LEADS,
    Standing.FULL,
    Standing.WAIT,
    Standing.BOOK,
)


@dataclass(frozen=True, slots=True)
class Choice:
    """A time to choose: one spot, or several that are alike in all a visitor cares for."""

    spots: Sequence[Session]

    @property
    def spot(self) -> Session:
        """Give the one that stands for all."""
        return self.spots[0]

    @property
    def free(self) -> int:
        """Count the free places."""
        return sum(spot.free for spot in self.spots)


@dataclass(frozen=True, slots=True)
class Offer:
    """A session, by all its spots: one, unless there are times to choose from."""

    name: str
    text: str
    photos: Sequence[Any]
    spots: Sequence[Session]
    is_group: bool
    package: Any  # the one it is with; None: none, or one to choose
    choose_from: Sequence[Any]
    cards: bool  # whether a place can be paid for by card

    def standing(self, at: datetime) -> Standing:
        """Say what a visitor, who may be anybody, can do at `at` (UTC).

        Source: Q5, B49.
        """
        every = (self._standing(spot, at) for spot in self.spots)
        return max(every, key=_BEST_LAST.index, default=Standing.CANCELLED)

    def choices(self, at: datetime) -> Sequence[Choice]:
        """List the times with which one can do what the page offers, the first first."""
        best = self.standing(at)
        offered = [spot for spot in self.spots if self._standing(spot, at) is best]
        offered.sort(key=_look)
        return [Choice(list(alike)) for _, alike in groupby(offered, _look)]

    def alike(self, spot_id: UUID, at: datetime) -> Sequence[UUID]:
        """Give a spot a visitor chose, and after it those that would do as well.

        Returns:
            Nothing where the page has no such spot.
        """
        found = next((spot for spot in self.spots if spot.session_id == spot_id), None)
        if found is None:
            return []
        others = [
            spot.session_id
            for choice in self.choices(at)
            if _look(choice.spot) == _look(found)
            for spot in choice.spots
            if spot.session_id != spot_id
        ]
        return [spot_id, *others]

    def _standing(self, spot: Session, at: datetime) -> Standing:
        if spot.cancelled:
            return Standing.CANCELLED
        if spot.started(at):
            return Standing.OVER
        by_card = paid_by_card(spot.price_minor, spot.currency, online=self.cards)
        if not open_to_visitors(spot, cards=by_card):
            return Standing.NOT_FOR_LEADS
        if spot.free:
            return Standing.BOOK
        for_leads = spot.classification is Classification.MARKETING
        waits = for_leads and spot.has_waiting_list and at < spot.waiting_list_closes_at
        return Standing.WAIT if waits else Standing.FULL

    @property
    def place(self) -> Session | None:
        """Give a spot that says where and with whom all of them are; None where they differ."""
        places = {(spot.location, spot.staff) for spot in self.spots}
        return self.spots[0] if len(places) == 1 else None

    @property
    def price(self) -> tuple[int, str] | None:
        """Give what a place costs, in minor units and its currency; None: nothing, or it depends.

        What there is to choose has prices of its own.
        """
        spot = self.spots[0] if self.spots else None
        priced = self.package or (None if self.choose_from else spot)
        return (priced.price_minor, priced.currency) if priced and priced.price_minor else None

    @property
    def by_card(self) -> bool:
        """Say whether some place here is paid for by card."""
        return any(
            paid_by_card(one.price_minor, one.currency, online=self.cards)
            for one in ([self.package] if self.package else self.choose_from or self.spots)
        )


def _look(spot: Session) -> tuple[Any, ...]:
    """Give what a visitor tells spots apart by; it puts them into their order."""
    return (spot.starts_at, spot.ends_at, spot.location, spot.staff, spot.price_minor or 0)


def by_day(choices: Sequence[Choice]) -> Sequence[tuple[Choice, Sequence[Choice]]]:
    """Put times together that are on one day where they take place, each day by its first."""
    days = groupby(choices, lambda one: on_the_wall(one.spot.starts_at, one.spot.time_zone).date())
    return [(together[0], together) for together in (list(day) for _, day in days)]


def read_offer(sql: Connection, about: UUID, *, cards: bool) -> Offer | None:
    """Read what the page of a session, or of a multi session, shows; None where there is none."""
    session = store.find_session(sql, about)
    group_id = session.group_id if session else about
    group = store.find_group(sql, group_id) if group_id else None
    if group is not None:
        spots = store.sessions_of_group(sql, group.group_id)
        return Offer(
            name=group.name,
            text=group.text,
            photos=group.photos,
            spots=spots,
            is_group=True,
            package=None,
            choose_from=[],
            cards=cards,
        )
    if session is None:
        return None
    said = store.session_texts(sql, session.session_id)
    shown = packages_shown(sql, session)
    return Offer(
        name=session.name,
        text=said.text,
        photos=said.photos,
        spots=[session],
        is_group=False,
        package=None if shown["choose_from"] else shown["package"],
        choose_from=shown["choose_from"],
        cards=cards,
    )
