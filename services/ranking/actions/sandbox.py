"""What if: other criteria, and what would come of them, before anybody feels it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from services.ranking import store
from services.ranking.actions.categories import known_category, tried
from services.ranking.actions.studio import active_studio
from services.ranking.domain import ANY_TIME, How, Placement, Scheme, Visit, settle
from services.ranking.store import Climber, Studio
from shared.contracts import Values

_AT_ONCE = 1000
_ANY_HOUR = datetime.min.replace(tzinfo=UTC)
_FIRST = UUID(int=0)
_LISTED = 1000


def try_criteria(
    sql: Any,
    category_id: UUID,
    *,
    automatic: bool | None,
    ranks: Sequence[Values],
    at: datetime,
) -> Values:
    """Say who would become eligible, be promoted or lose eligibility under other criteria.

    Nothing is changed. Nobody would lose a rank: editing criteria never takes one away.

    Args:
        sql: for looking.
        category_id: the category in question.
        automatic: whether it would promote by itself; None: as now.
        ranks: for each rank with other criteria, its `rank_id` and what differs.
        at: now (UTC).
    """
    studio, today = active_studio(sql, at=at)
    category = known_category(sql, category_id)
    scheme = tried(category.scheme, automatic=automatic, ranks=ranks, today=today)
    names = store.rank_names(sql, category_id)
    found: dict[str, list[Values]] = {
        "promoted": [],
        "become_eligible": [],
        "lose_eligibility": [],
    }
    differing = _differing(category.scheme, scheme)
    as_now = replace(category.scheme, automatic=False)
    for climber in _everybody(sql, category_id, differing):
        outcome, ranks_then = _compare(climber, as_now, scheme, studio, today=today)
        if outcome is not None:
            row = {"person_id": climber.person_id, "ranks": [names[one] for one in ranks_then]}
            found[outcome].append(row)
    return {
        "looked_at": store.count_standing(sql, category_id),
        "version": scheme.version,
        "automatic": scheme.automatic,
        "counts": {outcome: len(rows) for outcome, rows in found.items()},
        **{outcome: _named(sql, rows[:_LISTED]) for outcome, rows in found.items()},
    }


def _differing(now: Scheme, then: Scheme) -> list[UUID]:
    """Name the ranks at which it could make a difference."""
    if then.automatic:
        return [step.rank_id for step in then.steps]
    return [step.rank_id for step in then.steps if step != now.step(step.rank_id)]


def _everybody(sql: Any, category_id: UUID, ranks: Sequence[UUID]) -> Iterator[Climber]:
    after = _FIRST
    while ranks and (found := store.climbers(sql, category_id, ranks, after=after, limit=_AT_ONCE)):
        yield from found
        after = found[-1].person_id


def _compare(
    climber: Climber, now: Scheme, then: Scheme, studio: Studio, *, today: date
) -> tuple[str | None, list[UUID]]:
    """Say what would become of somebody; give the rank they hold and those they would reach."""
    here = Placement(climber.placement_id, climber.rank_id, How.ASSIGNED, climber.since)
    days = climber.days
    if not then.automatic:  # the first ones meet a minimum or do not; nobody goes on from there
        steps = (scheme.step(climber.rank_id) for scheme in (now, then))
        days = days[: max(step.criteria.visits or 0 for step in steps)]
    visits = [_visit(number, day) for number, day in enumerate(days)]
    known: Any = {
        "entered": climber.entered,
        "active_since": studio.active_since or ANY_TIME,
        "today": today,
    }
    ready = settle([here], visits, now, **known).standing.eligible(today)
    ladder = settle([here], visits, then, **known)
    ready_then = ladder.standing.eligible(today)
    ranks = [placement.rank_id for placement in ladder.placements]
    if len(ranks) > 1:
        return "promoted", ranks
    if ready_then and not ready:
        return "become_eligible", ranks
    if ready and not ready_then:
        return "lose_eligibility", ranks
    return None, ranks


def _visit(number: int, day: date) -> Visit:
    """Stand in for a visit of which only the day, and that it is one of its own, matters here."""
    return Visit(day, _ANY_HOUR, _one_of_many(number))


@cache
def _one_of_many(number: int) -> UUID:
    return UUID(int=number)


def _named(sql: Any, rows: Sequence[Values]) -> list[Values]:
    """Add what the people are called, in the order of their names."""
    names = store.names_of(sql, [row["person_id"] for row in rows])
    named = [row | {"person_name": names[row["person_id"]]} for row in rows]
    return sorted(named, key=lambda row: (row["person_name"], str(row["person_id"])))
