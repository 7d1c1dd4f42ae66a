"""Bringing people to where visits, time and rules have taken them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.ranking import store
from services.ranking.actions.studio import wording_of
from services.ranking.domain import (
    ANY_TIME,
    LANGUAGES,
    Entry,
    Ladder,
    Mark,
    Move,
    Placement,
    Rules,
    Scheme,
    Visit,
    local_day,
    settle,
)
from services.ranking.store import Category, Held, Person, Placed
from shared.contracts import Values
from shared.contracts.ranking import PromotionEarned, RankAwarded
from shared.db import Tx


@dataclass(frozen=True, slots=True)
class Known:
    """What settling people needs to know of them: standings, histories and visits."""

    held: Sequence[Held]
    history: Mapping[tuple[UUID, UUID], Sequence[Placed]]
    visits: Mapping[UUID, Sequence[Visit]] = field(default_factory=dict)

    @classmethod
    def of(cls, sql: Any, people: Collection[UUID]) -> "Known":
        """Read it for people."""
        held = store.held_of(sql, people)
        if not held:
            return cls([], {})
        history = store.history_of(sql, people)
        since = min((chain(placed)[0].placement.since for placed in history.values()), default=None)
        return cls(held, history, store.visits_of(sql, people, since=since or ANY_TIME))


def chain(history: Sequence[Placed]) -> Sequence[Placed]:
    """Give what staff decided last, and the automatic promotions since."""
    return history[max(place for place, one in enumerate(history) if not one.automatic) :]


def entered_on(history: Sequence[Placed]) -> date:
    """Give the day of somebody's first placement in a category."""
    return min(placed.placement.since for placed in history)


def rules_for(held: Held) -> Rules:
    """Give the rules somebody is settled under: while ranking is off, nothing promotes."""
    scheme, studio = held.category.scheme, held.studio
    automatic = scheme.automatic and studio.active
    return Rules(scheme.version, automatic, studio.active_since or ANY_TIME)


def ladder_of(held: Held, scheme: Scheme, known: Known, *, automatic: bool, today: date) -> Ladder:
    """Work out how far somebody has come in a category under a scheme."""
    history = known.history[held.person_id, held.category.category_id]
    return settle(
        [placed.placement for placed in chain(history)],
        known.visits[held.person_id],
        replace(scheme, automatic=automatic),
        entered=entered_on(history),
        active_since=held.studio.active_since or ANY_TIME,
        today=today,
    )


def settle_people(
    tx: Tx,
    people: Sequence[Person],
    *,
    at: datetime,
    mark: Mark | None = None,
    merged: UUID | None = None,
) -> None:
    """Settle locked people in all their categories, and write it into their journals.

    Args:
        tx: the transaction.
        people: locked.
        at: now (UTC).
        mark: the visit that was heard of, if one was.
        merged: whose record has become theirs, if one has.
    """
    known = Known.of(tx.sql, [person.person_id for person in people])
    studio = known.held[0].studio if known.held else store.find_studio(tx.sql)
    today = local_day(at, studio.time_zone)
    for person in people:
        mine = [held for held in known.held if held.person_id == person.person_id]
        rules = {
            held.category.category_id: settle_one(tx, person, held, known, today=today, at=at)
            for held in mine
        }
        if mark is not None:
            _count_lost(tx, known, mark.booking_id)
        if mark is not None or merged is not None or rules:
            entry = Entry(today, rules, mark, merged=merged)
            store.add_entry(tx.writes, person, entry, at=at)


def settle_move(
    tx: Tx, person: Person, held: Held, history: Sequence[Placed], *, at: datetime
) -> None:
    """Settle a locked person in the category where staff have just placed them."""
    key, placement = (person.person_id, held.category.category_id), history[-1].placement
    visits = store.visits_of(tx.sql, [person.person_id], since=placement.since)
    known = Known([held], {key: history}, visits)
    today = local_day(at, held.studio.time_zone)
    rules = settle_one(tx, person, held, known, today=today, at=at)
    move = Move(held.category.category_id, placement)
    store.add_entry(tx.writes, person, Entry(today, {key[1]: rules}, move=move), at=at)


def settle_one(
    tx: Tx, person: Person, held: Held, known: Known, *, today: date, at: datetime
) -> Rules:
    """Settle somebody in one category; give the rules it was done under."""
    rules, category = rules_for(held), held.category
    history = known.history[person.person_id, category.category_id]
    ladder = ladder_of(held, category.scheme, known, automatic=rules.automatic, today=today)
    live = {visit.booking_id for visit in known.visits[person.person_id]}
    before, after = chain(history), [history[-1]]
    flagged = False
    for placed, placement in zip(before, ladder.placements, strict=False):
        lost = _lost(placement, live)
        flagged = flagged or lost > 0
        if placement != placed.placement or lost != placed.lost:
            store.change_placement(tx.writes, _changed(placed, placement, lost))
    for number, placement in enumerate(ladder.placements[len(before) :], len(history) + 1):
        placed = _promoted(held, placement, number, at=at)
        store.add_placement(tx.writes, placed)
        tell_award(tx, person, held, placed, after[-1], by_hand=False)
        after.append(placed)
    announced = _announce(tx, person, held, ladder, rules, today=today, at=at)
    _keep(tx, held, ladder, rules, announced=announced, flagged=flagged, today=today)
    return rules


def _lost(placement: Placement, live: Collection[UUID]) -> int:
    earned = placement.earned
    return sum(booking_id not in live for booking_id in earned.visits) if earned else 0


def _changed(placed: Placed, placement: Placement, lost: int) -> Placed:
    visits = placement.earned.visits if placement.earned else placed.visits
    return replace(placed, placement=placement, visits=visits, lost=lost)


def _promoted(held: Held, placement: Placement, number: int, *, at: datetime) -> Placed:
    earned = placement.earned
    version = earned.version if earned else held.category.scheme.version
    ids = (held.person_id, held.category.category_id)
    return Placed(*ids, number, placement, at, version, earned.visits if earned else ())


def _count_lost(tx: Tx, known: Known, booking_id: UUID) -> None:
    """Note in older history, before staff decided last, what a visit taken back had earned."""
    for history in known.history.values():
        for placed in history[: len(history) - len(chain(history))]:
            if placed.automatic and booking_id in placed.visits:
                found = store.find_visits(tx.sql, placed.visits)
                lost = sum(not visit.attended for visit in found)
                store.change_placement(tx.writes, replace(placed, lost=lost))


def _announce(
    tx: Tx, person: Person, held: Held, ladder: Ladder, rules: Rules, *, today: date, at: datetime
) -> bool:
    """Tell that somebody is ready, once for each time they become so; say if it has been told.

    Source: M5, M6, M17, M21, M30, M31, Mi1.
    """
    category, standing = held.category, ladder.standing
    if rules.automatic or not standing.eligible(today):
        return False
    if held.announced or not (category.tells and held.studio.active):
        return held.announced
    here = ladder.placements[-1]
    higher = category.scheme.above(here.rank_id)[0]
    names = store.rank_names(tx.sql, category.category_id)
    tx.emit(
        PromotionEarned(
            **_advance(person, held, by_hand=False),
            placement_id=here.placement_id,
            rank_id=here.rank_id,
            rank_name=names[here.rank_id],
            next_rank_id=higher,
            next_rank_name=names[higher],
            visits=standing.counted,
            since=here.since.isoformat(),
            due=(standing.due or today).isoformat(),
            criteria_version=category.scheme.version,
            earned_at=at,
        )
    )
    return True


def tell_award(
    tx: Tx, person: Person, held: Held, placed: Placed, before: Placed | None, *, by_hand: bool
) -> None:
    """Tell that somebody was placed at a rank."""
    names = store.rank_names(tx.sql, placed.category_id)
    placement, left = placed.placement, before.placement.rank_id if before else None
    tx.emit(
        RankAwarded(
            **_advance(person, held, by_hand=by_hand),
            placement_id=placement.placement_id,
            rank_id=placement.rank_id,
            rank_name=names[placement.rank_id],
            previous_rank_id=left,
            previous_rank_name=names[left] if left else None,
            how=placement.how.value,
            automatic=placed.automatic,
            since=placement.since.isoformat(),
            visits=len(placed.visits),
            criteria_version=placed.version,
            awarded_at=placed.placed_at,
        )
    )


def _advance(person: Person, held: Held, *, by_hand: bool) -> Values:
    category, studio = held.category, held.studio
    told = category.notices and not by_hand
    values: Values = {
        "person_id": person.person_id,
        "person_name": person.name,
        "language": person.language,
        "category_id": category.category_id,
        "category_name": category.name,
        "studio_language": studio.language,
        "tell_admins": told and category.tell_admins,
        "tell_operators": told and category.tell_operators,
        "tell_client": told and category.tell_client,
    }
    for language in LANGUAGES:
        words = wording_of(studio, language)
        values |= {f"term_{language}": words.title, f"unit_{language}": words.unit}
    return values


def _keep(
    tx: Tx,
    held: Held,
    ladder: Ladder,
    rules: Rules,
    *,
    announced: bool,
    flagged: bool,
    today: date,
) -> None:
    here, standing = ladder.placements[-1], ladder.standing
    values = {
        "person_id": held.person_id,
        "category_id": held.category.category_id,
        "placement_id": here.placement_id,
        "rank_id": here.rank_id,
        "since": here.since,
        "automatic": here.earned is not None,
        "counted": standing.counted,
        "due": standing.due,
        "look_on": _look_on(
            held.category, ladder, rules, studio_on=held.studio.active, today=today
        ),
        "asked": held.asked,
        "announced": announced,
        "flagged": flagged,
    }
    store.keep_standing(tx.writes, values)


def _look_on(
    category: Category, ladder: Ladder, rules: Rules, *, studio_on: bool, today: date
) -> date | None:
    """Say when the timer has something to do: promote, or tell that somebody is ready."""
    due = ladder.standing.due
    wanted = studio_on and (rules.automatic or category.tells)
    return due if wanted and due is not None and due > today else None
