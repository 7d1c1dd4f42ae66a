"""Placing people by hand."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID, uuid4

from services.ranking import store
from services.ranking.actions.categories import category_for_share
from services.ranking.actions.settling import chain, settle_move, tell_award
from services.ranking.actions.studio import active_studio
from services.ranking.domain import ANY_TIME, How, Placement, Visit
from services.ranking.store import Category, Held, Person, Placed, Rows, Studio
from shared.contracts import Values
from shared.contracts.errors import (
    AlreadyRanked,
    InvalidRequest,
    NoSuchMove,
    NothingToHandOver,
    NotRanked,
    PersonNotFound,
    PlacementNotFound,
    RankNotFound,
)
from shared.db import Tx

MOST_AT_ONCE = 500


def assign(
    tx: Tx,
    person_id: UUID,
    category_id: UUID,
    *,
    rank_id: UUID | None,
    since: date | None,
    at: datetime,
) -> UUID:
    """Give somebody a first rank in a category, the lowest unless one is named.

    Source: M1, M23, M25.
    """
    studio, today = active_studio(tx.sql, at=at)
    person, category = _known(tx, person_id), category_for_share(tx.sql, category_id)
    ranks = [step.rank_id for step in category.scheme.steps]
    if not ranks or (rank_id is not None and rank_id not in ranks):
        raise RankNotFound(str(rank_id or category_id))
    if _history(tx, person.person_id, category_id):
        raise AlreadyRanked(category.name)
    placement = Placement(uuid4(), rank_id or ranks[0], How.ASSIGNED, since or today)
    return _place(tx, person, category, studio, [], placement, today=today, at=at)


def promote(
    tx: Tx,
    person_id: UUID,
    category_id: UUID,
    *,
    rank_id: UUID | None,
    since: date | None,
    at: datetime,
) -> UUID:
    """Move somebody to the next higher rank, or to a named higher one; criteria bar nobody.

    Source: M1, M23, M26.
    """
    return _move(tx, person_id, category_id, How.PROMOTED, rank_id, since, at=at)


def demote(
    tx: Tx,
    person_id: UUID,
    category_id: UUID,
    *,
    rank_id: UUID | None,
    since: date | None,
    at: datetime,
) -> UUID:
    """Move somebody to the next lower rank, or to a named lower one; history keeps all.

    Source: M26.
    """
    return _move(tx, person_id, category_id, How.DEMOTED, rank_id, since, at=at)


def _move(
    tx: Tx,
    person_id: UUID,
    category_id: UUID,
    how: How,
    rank_id: UUID | None,
    since: date | None,
    *,
    at: datetime,
) -> UUID:
    studio, today = active_studio(tx.sql, at=at)
    person, category = _known(tx, person_id), category_for_share(tx.sql, category_id)
    history = _history(tx, person.person_id, category_id)
    if not history:
        raise NotRanked(category.name)
    here, scheme = history[-1].placement.rank_id, category.scheme
    ways = scheme.above(here) if how is How.PROMOTED else scheme.below(here)
    if not ways or (rank_id is not None and rank_id not in ways):
        msg = f"{category.name}: nobody can be {how.value} from here to {rank_id or 'there'}"
        raise NoSuchMove(msg)
    # After a change of the studio's time zone today may be a day before the present placement.
    since = since or max(today, history[-1].placement.since)
    placement = Placement(uuid4(), rank_id or ways[0], how, since)
    return _place(tx, person, category, studio, history, placement, today=today, at=at)


def _place(
    tx: Tx,
    person: Person,
    category: Category,
    studio: Studio,
    history: Sequence[Placed],
    placement: Placement,
    *,
    today: date,
    at: datetime,
) -> UUID:
    """Write a decision of staff, tell of it, and settle what follows from it."""
    last = history[-1] if history else None
    first = last.placement.since if last else ANY_TIME
    if not first <= placement.since <= max(today, first):
        msg = "since: Must not be in the future, nor before the present placement."
        raise InvalidRequest(msg)
    placed = Placed(
        person.person_id,
        category.category_id,
        len(history) + 1,
        placement,
        at,
        category.scheme.version,
        _counted(tx, person.person_id, history),
    )
    store.add_placement(tx.writes, placed)
    held = next(
        (
            one
            for one in store.held_of(tx.sql, [person.person_id])
            if one.category.category_id == category.category_id
        ),
        None,
    )
    now = Held(person.person_id, category, studio, asked=held.asked if held else 0)
    tell_award(tx, person, now, placed, last, by_hand=True)
    settle_move(tx, person, now, [*history, placed], at=at)
    return placement.placement_id


def _counted(tx: Tx, person_id: UUID, history: Sequence[Placed]) -> tuple[UUID, ...]:
    """Give the bookings that counted at the rank somebody leaves, as evidence."""
    if not history:
        return ()
    base, here = chain(history)[0].placement, history[-1].placement
    visits: Sequence[Visit] = store.visits_of(tx.sql, [person_id], since=base.since)[person_id]
    used = {booking for placed in chain(history)[1:] for booking in placed.visits}
    open_visits = sorted(v for v in visits if v.day >= here.since and v.booking_id not in used)
    return tuple(visit.booking_id for visit in open_visits)


def _known(tx: Tx, person_id: UUID) -> Person:
    known = store.find_person(tx.sql, person_id)
    person = None if known is None else store.lock_meant(tx.sql, person_id)
    if person is None or not person.known:
        raise PersonNotFound(str(person_id))
    return person


def _history(tx: Tx, person_id: UUID, category_id: UUID) -> Sequence[Placed]:
    return store.history_of(tx.sql, [person_id]).get((person_id, category_id), [])


def promote_many(
    tx: Tx,
    category_id: UUID,
    *,
    person_ids: Sequence[UUID] | None,
    dry_run: bool,
    at: datetime,
) -> Values:
    """Promote several people by one rank each, or only say what would come of it.

    Args:
        tx: the transaction.
        category_id: where.
        person_ids: whom; None: everybody who is eligible, MOST_AT_ONCE at most, and `left` says
            how many more there are.
        dry_run: change nothing.
        at: now (UTC).
    """
    studio, today = active_studio(tx.sql, at=at)
    wanted, left = _ready(tx, category_id, today=today) if person_ids is None else (person_ids, 0)
    people = _those_known(tx, store.meant(tx.sql, wanted))
    category = category_for_share(tx.sql, category_id)
    if person_ids is None:  # others may have promoted them while this waited for its turn
        ready = store.still_eligible(tx.sql, category_id, wanted, today=today)
        people = [person for person in people if person.person_id in ready]
    history = store.history_of(tx.sql, [person.person_id for person in people])
    names = store.rank_names(tx.sql, category_id)
    items = store.items_of(tx.sql, category_id)
    rows: list[Values] = []
    for person in people:
        mine = history.get((person.person_id, category_id), [])
        here = mine[-1].placement.rank_id if mine else None
        higher = category.scheme.above(here) if here else ()
        row: Values = {"person_id": person.person_id, "person_name": person.name}
        row |= {"rank_name": names[here] if here else None, "placement_id": None}
        row |= {"next_rank_name": names[higher[0]] if higher else None}
        row |= items[higher[0]] if higher else {"item": None, "sizes": []}
        row["outcome"] = "promoted" if higher else "at_the_top" if here else "not_ranked"
        if higher and not dry_run:
            since = max(today, mine[-1].placement.since)
            placement = Placement(uuid4(), higher[0], How.PROMOTED, since)
            row["placement_id"] = _place(
                tx, person, category, studio, mine, placement, today=today, at=at
            )
        rows.append(row)
    unknown = set(store.meant(tx.sql, person_ids or ())) - {one.person_id for one in people}
    rows += [{"person_id": person_id, "outcome": "unknown"} for person_id in sorted(unknown)]
    promoted = sum(row["outcome"] == "promoted" for row in rows)
    wanted_items = Counter(row["item"] for row in rows if row.get("item"))
    done: Values = {"dry_run": dry_run, "promoted": promoted, "left": left}
    return done | {"items": wanted_items, "rows": rows}


def _ready(tx: Tx, category_id: UUID, *, today: date) -> tuple[Sequence[UUID], int]:
    """Name people who are eligible, and say how many more there are."""
    wanted = Rows(category_id=category_id, eligible=True, limit=MOST_AT_ONCE)
    rows, total = store.report_rows(tx.sql, wanted, today=today)
    return [row.person_id for row in rows], total - len(rows)


def _those_known(tx: Tx, person_ids: Sequence[UUID]) -> list[Person]:
    """Lock people, and give those who were not erased nor merged while this waited for them."""
    people = store.lock_people(tx.sql, person_ids)
    return [one for one in people if one.erased_at is None and one.merged_into is None]


def hand_over(tx: Tx, placement_id: UUID, *, size: str | None, at: datetime) -> Values:
    """Note that the item of a rank was handed to who was placed at it; again changes the size only.

    Raises:
        PlacementNotFound, NothingToHandOver: as they say.
        InvalidRequest: the item does not come in this size.

    Source: Momence, physical items (a belt, in sizes).
    """
    active_studio(tx.sql, at=at)
    found = store.find_placement(tx.sql, placement_id)
    if found is None:
        raise PlacementNotFound(str(placement_id))
    store.lock_person(tx.sql, found.person_id)
    item = store.items_of(tx.sql, found.category_id)[found.placement.rank_id]
    if item["item"] is None:
        raise NothingToHandOver(str(placement_id))
    if (size in item["sizes"]) != bool(item["sizes"]):
        msg = f"size: Must be one of: {', '.join(item['sizes']) or 'none'}."
        raise InvalidRequest(msg)
    placed = store.find_placement(tx.sql, placement_id) or found
    handed = placed.handed_at or at
    store.hand_over(tx.sql, placement_id, size, at=handed)
    ids = {"placement_id": placement_id, "person_id": placed.person_id}
    return {**ids, "item": item["item"], "item_size": size, "handed_at": handed}
