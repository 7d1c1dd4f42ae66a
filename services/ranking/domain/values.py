"""The values ranking works with: criteria, steps of a scheme, placements, visits."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

ANY_TIME = date.min
"""A day from which everything counts."""


class TenureIn(StrEnum):
    """Where the time is spent that a criterion asks for.

    The source calls both the category and the rank below it a category. Source: M4, M18, M20.
    """

    RANK = "rank"  # since the placement in the rank
    CATEGORY = "category"  # since the first placement in the category


class How(StrEnum):
    """How somebody came by a rank. Source: M25, M26."""

    ASSIGNED = "assigned"
    PROMOTED = "promoted"
    DEMOTED = "demoted"


class StaffRole(StrEnum):
    """Whom a category may tell. Source: M5, M17."""

    ADMIN = "admin"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Criteria:
    """What somebody must have reached at a rank to move on to the next.

    Both minimums must be met where both are set (Mi4); with neither the rank is left by hand only
    (M23). Source: M19, M20.
    """

    visits: int | None = None  # >= 1
    tenure_days: int | None = None  # >= 1
    tenure_in: TenureIn = TenureIn.RANK

    @property
    def by_hand(self) -> bool:
        """Say whether nothing but staff leads on from here."""
        return self.visits is None and self.tenure_days is None


@dataclass(frozen=True, slots=True)
class Step:
    """A rank of a scheme; `since` is the day its criteria came to hold as they are."""

    rank_id: UUID
    criteria: Criteria
    since: date


@dataclass(frozen=True, slots=True)
class Scheme:
    """A category's ranks, lowest first, and whether meeting the criteria promotes, by version.

    Source: M16, M21, M22 (the category decides, not the rank).
    """

    version: int
    automatic: bool
    steps: tuple[Step, ...]

    def step(self, rank_id: UUID) -> Step:
        """Give the step of a rank of this scheme."""
        return self.steps[self._place(rank_id)]

    def above(self, rank_id: UUID) -> tuple[UUID, ...]:
        """Name the ranks above one, the next first; the highest has none."""
        return tuple(step.rank_id for step in self.steps[self._place(rank_id) + 1 :])

    def below(self, rank_id: UUID) -> tuple[UUID, ...]:
        """Name the ranks below one, the nearest first."""
        return tuple(step.rank_id for step in self.steps[: self._place(rank_id)][::-1])

    def _place(self, rank_id: UUID) -> int:
        return [step.rank_id for step in self.steps].index(rank_id)


@dataclass(frozen=True, slots=True, order=True)
class Visit:
    """A class somebody came to; `day` is the day it starts in the studio's time zone."""

    day: date
    starts_at: datetime
    booking_id: UUID


@dataclass(frozen=True, slots=True)
class Earned:
    """What an automatic promotion rests on.

    `not_before` is the first day on which these criteria could promote.
    """

    version: int
    criteria: Criteria
    not_before: date
    visits: tuple[UUID, ...]  # the bookings that met the minimum, in the order of their classes


@dataclass(frozen=True, slots=True)
class Placement:
    """A person's place at a rank from a day on; `earned` where criteria, not staff, gave it."""

    placement_id: UUID
    rank_id: UUID
    how: How
    since: date
    earned: Earned | None = None


def local_day(instant: datetime, time_zone: str) -> date:
    """Give the day of an instant (aware) in a time zone (IANA). Source: M33."""
    return instant.astimezone(ZoneInfo(time_zone)).date()


def next_placement_id(placement_id: UUID, rank_id: UUID) -> UUID:
    """Give the id of the automatic promotion from a placement to a rank: always the same one."""
    return uuid5(placement_id, rank_id.hex)


def changed_step(step: Step, criteria: Criteria, *, restart: bool, today: date) -> Step:
    """Give a step other criteria; they hold from today if they differ.

    Args:
        step: as it was.
        criteria: what it is to ask for.
        restart: whether the category begins to promote by itself, so that every step holds anew.
        today: in the studio's time zone.
    """
    if criteria == step.criteria and not restart:
        return step
    return replace(step, criteria=criteria, since=today)


def arranged(steps: Sequence[Step], rank_ids: Sequence[UUID]) -> tuple[Step, ...]:
    """Put the steps into another order, lowest first.

    Raises:
        ValueError: these are not the same ranks, each once.
    """
    if sorted(rank_ids) != sorted(step.rank_id for step in steps):
        msg = "every rank of the category must be named once"
        raise ValueError(msg)
    by_id = {step.rank_id: step for step in steps}
    return tuple(by_id[rank_id] for rank_id in rank_ids)
