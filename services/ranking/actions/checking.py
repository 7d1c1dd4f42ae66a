"""Checking the books: where somebody's journal leads, and what is kept."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.ranking import store
from services.ranking.domain import Placement, Replayed, replay
from services.ranking.store import Stand
from shared.contracts import Values
from shared.contracts.errors import PersonNotFound


def check_person(sql: Any, person_id: UUID) -> Values:
    """Work out from a person's journal alone where they are, and name what is kept otherwise.

    The journal has every visit heard of and every decision of staff, with the rules in force.
    Compared are the placements, and what the report shows of the last one: the visits there, and
    the day on which its criteria are met.

    Raises:
        PersonNotFound: nothing was ever heard of anybody with this id.
    """
    if not store.heard_of(sql, person_id):
        raise PersonNotFound(str(person_id))
    (person_id,) = store.meant(sql, [person_id])
    kept, stands = store.history_of(sql, [person_id]), store.stands_of(sql, person_id)
    categories = [category_id for _, category_id in kept]
    journals, schemes = store.journals_of(sql, person_id), store.schemes_of(sql, categories)
    told = replay(person_id, journals, schemes)
    erased = store.find_person(sql, person_id) is None  # and so stands nowhere
    differences = []
    for category_id in sorted({*categories, *told.history, *stands}):
        live = [placed.placement for placed in kept.get((person_id, category_id), ())]
        again = told.history.get(category_id, [])
        stand, then = stands.get(category_id), None if erased else _stand(told, category_id)
        if (live, stand) != (again, then):
            differences.append(
                {
                    "category_id": category_id,
                    "kept": _lines(live, stand),
                    "replayed": _lines(again, then),
                }
            )
    return {"person_id": person_id, "matches": not differences, "differences": differences}


def _stand(told: Replayed, category_id: UUID) -> Stand | None:
    standing = told.standings.get(category_id)
    if standing is None:
        return None
    here = told.history[category_id][-1]
    ids = here.placement_id, here.rank_id
    return Stand(*ids, here.since, here.earned is not None, standing.counted, standing.due)


def _lines(placements: Sequence[Placement], stand: Stand | None) -> list[str]:
    lines = [_line(placement) for placement in placements]
    if stand is not None:
        due = f"due {stand.due}" if stand.due else "not due"
        lines.append(f"{stand.rank_id} now since {stand.since}, {stand.counted} visits, {due}")
    return lines


def _line(placement: Placement) -> str:
    by = "staff" if placement.earned is None else f"{len(placement.earned.visits)} visits"
    how, since = placement.how.value, placement.since
    return f"{placement.placement_id} {placement.rank_id} {how} by {by} since {since}"
