"""What if: other criteria, and what would come of them, before anybody feels it."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.ranking import store
from services.ranking.actions.categories import known_category, tried
from services.ranking.actions.settling import Known, chain, ladder_of
from services.ranking.actions.studio import active_studio
from services.ranking.domain import Scheme
from services.ranking.store import Category, Held, Studio
from shared.contracts import Values

_AT_ONCE = 500
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
    looked_at = 0
    for held, known in _everybody(sql, category, studio):
        looked_at += 1
        outcome, ranks_then = _compare(held, known, scheme, today=today)
        if outcome is not None:
            row = {"person_id": held.person_id, "ranks": [names[one] for one in ranks_then]}
            found[outcome].append(row)
    return {
        "looked_at": looked_at,
        "version": scheme.version,
        "automatic": scheme.automatic,
        "counts": {outcome: len(rows) for outcome, rows in found.items()},
        **{outcome: _named(sql, rows[:_LISTED]) for outcome, rows in found.items()},
    }


def _everybody(sql: Any, category: Category, studio: Studio) -> Iterator[tuple[Held, Known]]:
    after = _FIRST
    while held := store.held_in(sql, category, studio, after=after, limit=_AT_ONCE):
        people = [one.person_id for one in held]
        known = Known.of(sql, people, held)
        yield from ((one, known) for one in held)
        after = people[-1]


def _compare(
    held: Held, known: Known, scheme: Scheme, *, today: date
) -> tuple[str | None, list[UUID]]:
    """Say what would become of somebody; give the rank they hold and those they would reach."""
    category = held.category
    now = ladder_of(held, category.scheme, known, automatic=False, today=today)
    then = ladder_of(held, scheme, known, automatic=scheme.automatic, today=today)
    there = len(chain(known.history[held.person_id, category.category_id]))
    ranks = [placement.rank_id for placement in then.placements[there - 1 :]]
    ready, ready_then = now.standing.eligible(today), then.standing.eligible(today)
    if len(ranks) > 1:
        return "promoted", ranks
    if ready_then and not ready:
        return "become_eligible", ranks
    if ready and not ready_then:
        return "lose_eligibility", ranks
    return None, ranks


def _named(sql: Any, rows: Sequence[Values]) -> list[Values]:
    """Add what the people are called, in the order of their names."""
    names = store.names_of(sql, [row["person_id"] for row in rows])
    named = [row | {"person_name": names[row["person_id"]]} for row in rows]
    return sorted(named, key=lambda row: (row["person_name"], str(row["person_id"])))
