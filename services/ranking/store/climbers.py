"""Queries about everybody in a category: where they are, and the days that count from there on."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, String, bindparam, cast, func, select

from services.ranking.models import PlacementRow, StandingRow, VisitRow

# One row for each person, and not one for each class they came to: those are millions.
_ENTERED = (
    select(func.min(PlacementRow.since))
    .where(
        PlacementRow.person_id == StandingRow.person_id,
        PlacementRow.category_id == StandingRow.category_id,
    )
    .scalar_subquery()
)
_DAYS = (
    select(func.aggregate_strings(cast(VisitRow.day, String), ","))
    .where(
        VisitRow.person_id == StandingRow.person_id,
        VisitRow.day >= StandingRow.since,
        VisitRow.attended,
    )
    .scalar_subquery()
)
_CLIMBERS = (
    select(
        StandingRow.person_id,
        StandingRow.placement_id,
        StandingRow.rank_id,
        StandingRow.since,
        StandingRow.automatic,
        _ENTERED.label("entered"),
        _DAYS.label("days"),
    )
    .where(
        StandingRow.category_id == bindparam("category_id"),
        StandingRow.rank_id.in_(bindparam("ranks", expanding=True)),
        StandingRow.person_id > bindparam("after"),
    )
    .order_by(StandingRow.person_id)
    .limit(bindparam("limit"))
)
_ON_THE_DAY = (
    select(VisitRow.person_id, VisitRow.booking_id)
    .join(StandingRow, StandingRow.person_id == VisitRow.person_id)
    .where(
        StandingRow.category_id == bindparam("category_id"),
        StandingRow.person_id.in_(bindparam("people", expanding=True)),
        VisitRow.day == StandingRow.since,
        VisitRow.attended,
    )
)
_PROMOTIONS = (
    select(PlacementRow.person_id, PlacementRow.earned, PlacementRow.visits)
    .where(
        PlacementRow.category_id == bindparam("category_id"),
        PlacementRow.person_id.in_(bindparam("people", expanding=True)),
    )
    .order_by(PlacementRow.number)
)
_HOW_MANY = select(func.count()).where(StandingRow.category_id == bindparam("category_id"))


@dataclass(frozen=True, slots=True)
class Climber:
    """Somebody in a category: the place they have, and the days of the visits that count there."""

    person_id: UUID
    placement_id: UUID
    rank_id: UUID
    since: date
    entered: date  # the day of their first placement in the category
    days: list[date]  # in order; a visit that has earned them a promotion is not among them


def count_standing(sql: Connection, category_id: UUID) -> int:
    """Say how many people have a rank in a category."""
    return sql.execute(_HOW_MANY, {"category_id": category_id}).scalar_one()


def climbers(
    sql: Connection, category_id: UUID, ranks: Collection[UUID], *, after: UUID, limit: int
) -> list[Climber]:
    """Give those at some ranks of a category whose ids are higher than `after`, as last settled."""
    values = {"category_id": category_id, "ranks": list(ranks), "after": after, "limit": limit}
    rows = sql.execute(_CLIMBERS, values).all()
    spent = _spent(sql, category_id, [row.person_id for row in rows if row.automatic])
    return [
        Climber(
            row.person_id,
            row.placement_id,
            row.rank_id,
            row.since,
            row.entered,
            _days(row.days)[spent.get(row.person_id, 0) :],
        )
        for row in rows
    ]


def _days(said: str | None) -> list[date]:
    return [date.fromisoformat(day) for day in sorted(said.split(","))] if said else []


def _spent(sql: Connection, category_id: UUID, people: list[UUID]) -> Mapping[UUID, int]:
    """Count the visits on the day of somebody's last promotion that have earned them one.

    Those of earlier days do not count any more in any case.
    """
    if not people:
        return {}
    values = {"category_id": category_id, "people": people}
    used: dict[UUID, set[str]] = {}
    for row in sql.execute(_PROMOTIONS, values):
        if row.earned:
            used.setdefault(row.person_id, set()).update(row.visits)
        else:  # what was before staff decided is over
            used[row.person_id] = set()
    spent: dict[Any, int] = dict.fromkeys(people, 0)
    for row in sql.execute(_ON_THE_DAY, values):
        spent[row.person_id] += str(row.booking_id) in used[row.person_id]
    return spent
