"""What is shown of people's ranks: to staff, to themselves, and to who checks the books."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from services.ranking import store
from services.ranking.actions.settling import Known, chain, entered_on, ladder_of, rules_for
from services.ranking.actions.studio import active_studio, wording_of
from services.ranking.domain import (
    Criteria,
    How,
    Ladder,
    Placement,
    Scheme,
    icon_of,
    report_name,
)
from services.ranking.store import Held, Placed, Rows
from shared.config import settings
from shared.contracts import Values
from shared.contracts.errors import PersonNotFound, PlacementNotFound
from shared.contracts.ranking import RANKS_LINK, RANKS_PATH
from shared.links import sign_link

LINK_DAYS = timedelta(days=400)


def get_profile(sql: Any, person_id: UUID, *, at: datetime) -> Values:
    """Give what a customer's profile shows: rank, progress, history and the ways on.

    Each category has what its button and its menu offer: `assign`, or `promote` and `demote`.

    Source: M1, M11, M24, M25, M26, M34.
    """
    studio, today = active_studio(sql, at=at)
    person = store.find_person(sql, person_id)
    if person is None:
        raise PersonNotFound(str(person_id))
    person_id = person.person_id
    known, names = Known.of(sql, [person_id]), store.rank_names(sql)
    held = {one.category.category_id: one for one in known.held}
    token = sign_link(RANKS_LINK, person_id, expires_at=at + LINK_DAYS)
    return {
        "person_id": person_id,
        "name": person.name,
        "title": wording_of(studio, studio.language).title,
        "lifetime_visits": store.count_visits(sql, person_id),
        "page_url": settings().ranking_url + RANKS_PATH.format(token=token),
        "categories": [
            {"category_id": category.category_id, "name": category.name}
            | (
                _ranked(held[category.category_id], known, names, today=today)
                if category.category_id in held
                else _unranked(category.scheme, names)
            )
            for category in store.list_categories(sql)
        ],
    }


def _unranked(scheme: Scheme, names: Mapping[UUID, str]) -> Values:
    ranks = [step.rank_id for step in scheme.steps]
    return {
        "current": None,
        "history": [],
        "assign": _choices(ranks, names),
        "promote": [],
        "demote": [],
    }


def _ranked(held: Held, known: Known, names: Mapping[UUID, str], *, today: date) -> Values:
    history = known.history[held.person_id, held.category.category_id]
    scheme, here = held.category.scheme, history[-1].placement
    return {
        "current": _current(held, known, names, today=today),
        "history": [shown_placed(placed, names) for placed in reversed(history)],
        "assign": [],
        "promote": _choices(scheme.above(here.rank_id), names),
        "demote": _choices(scheme.below(here.rank_id), names),
    }


def _choices(ranks: Sequence[UUID], names: Mapping[UUID, str]) -> list[Values]:
    return [{"rank_id": rank_id, "name": names[rank_id]} for rank_id in ranks]


def _ladder(held: Held, known: Known, *, today: date) -> Ladder:
    automatic = rules_for(held).automatic
    return ladder_of(held, held.category.scheme, known, automatic=automatic, today=today)


def _current(held: Held, known: Known, names: Mapping[UUID, str], *, today: date) -> Values:
    history = known.history[held.person_id, held.category.category_id]
    here, scheme = history[-1].placement, held.category.scheme
    standing = _ladder(held, known, today=today).standing
    higher = scheme.above(here.rank_id)
    return shown_placed(history[-1], names) | {
        "visits_here": standing.counted,
        "days_here": (today - here.since).days,
        "days_in_category": (today - entered_on(history)).days,
        "criteria": shown_criteria(scheme.step(here.rank_id).criteria),
        "next_rank_id": higher[0] if higher else None,
        "next_rank_name": names[higher[0]] if higher else None,
        "eligible": standing.eligible(today),
        "due": standing.due,
        "flagged": any(placed.lost for placed in chain(history)),
    }


def shown_criteria(criteria: Criteria) -> Values:
    """Write criteria as calls give them."""
    return {
        "visits": criteria.visits,
        "tenure_days": criteria.tenure_days,
        "tenure_in": criteria.tenure_in.value,
    }


def shown_placed(placed: Placed, names: Mapping[UUID, str]) -> Values:
    """Write a placement as calls give it."""
    placement = placed.placement
    return {
        "placement_id": placement.placement_id,
        "rank_id": placement.rank_id,
        "rank_name": names[placement.rank_id],
        "how": placement.how.value,
        "automatic": placed.automatic,
        "since": placement.since,
        "placed_at": placed.placed_at,
        "version": placed.version,
        "lost": placed.lost,
        "item_size": placed.item_size,
        "handed_at": placed.handed_at,
    }


def get_placement(sql: Any, placement_id: UUID, *, at: datetime) -> Values:
    """Give a placement and its evidence: which visits counted, under which criteria.

    For an automatic promotion these visits earned it; for one by hand they are those that counted
    at the rank before, and the criteria are those in force then. Source: M12, M19.
    """
    active_studio(sql, at=at)
    placed = store.find_placement(sql, placement_id)
    if placed is None:
        raise PlacementNotFound(str(placement_id))
    names = store.rank_names(sql, placed.category_id)
    scheme = store.schemes_of(sql, [placed.category_id])[placed.category_id, placed.version]
    before = _before(sql, placed)
    criteria = scheme.step(before.rank_id).criteria if before else None
    if placed.placement.earned:
        criteria = placed.placement.earned.criteria
    return shown_placed(placed, names) | {
        "person_id": placed.person_id,
        "category_id": placed.category_id,
        "criteria": shown_criteria(criteria) if criteria else None,
        "visits": store.find_visits(sql, placed.visits),
    }


def _before(sql: Any, placed: Placed) -> Placement | None:
    if placed.placement.how is How.ASSIGNED:
        return None  # what stands before it, if anything, is of another record of theirs
    history = store.history_of(sql, [placed.person_id])[placed.person_id, placed.category_id]
    return history[placed.number - 2].placement


def show_ranks(sql: Any, person_id: UUID, *, language: str | None, at: datetime) -> Values:
    """Give what customers see of their ranks: what they hold now, and what they held before.

    Only of categories that are set to be shown. Source: M27, M28, M29.
    """
    studio, today = active_studio(sql, at=at)
    person = store.find_person(sql, person_id)
    if person is None:
        raise PersonNotFound(str(person_id))
    person_id = person.person_id
    language = language or person.language or studio.language
    known, names = Known.of(sql, [person_id]), store.rank_names(sql)
    words = wording_of(studio, language)
    return {
        "person_id": person_id,
        "name": person.name,
        "language": language,
        "icon": icon_of(studio.term),
        "title": words.title,
        "unit": words.unit,
        "categories": [
            {
                "category_id": held.category.category_id,
                "name": held.category.name,
                "current": _current(held, known, names, today=today),
                "history": [
                    shown_placed(placed, names)
                    for placed in reversed(known.history[person_id, held.category.category_id][:-1])
                ],
            }
            for held in known.held
            if held.category.shown_to_clients
        ],
    }


def report_ranks(sql: Any, wanted: Rows, *, language: str | None, at: datetime) -> Values:
    """Give the report: who is where, who is eligible, who was promoted automatically.

    Somebody in two categories has two rows. Source: M10, M11, M12, M13.
    """
    studio, today = active_studio(sql, at=at)
    language = language or studio.language
    rows, total = store.report_rows(sql, wanted, today=today)
    return {
        "name": report_name(wording_of(studio, language), language),
        "language": language,
        "day": today,
        "total": total,
        "rows": [row._asdict() | {"days_here": (today - row.since).days} for row in rows],
    }
