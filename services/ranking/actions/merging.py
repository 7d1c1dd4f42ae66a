"""What booking says of whole people: two records are of one, or they are to be forgotten."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from services.ranking import store
from services.ranking.actions.settling import settle_people
from services.ranking.domain import united
from services.ranking.store import Held, Person, Placed
from shared.contracts.booking import PersonChanged, PersonErased, PersonMerged, PersonRegistered
from shared.contracts.ranking import PromotionEarned, RankAwarded, RankingRecordsErased
from shared.db import Tx
from shared.erasing import forget


def merge_people(tx: Tx, merged: PersonMerged, *, at: datetime) -> None:
    """Have the visits and ranks of one record be another's, and settle what follows.

    In a category in which both have a rank, the one in which they came further goes on and the
    other's history stands before it; so nobody loses a rank. Of what was erased nothing moves.
    """
    tx.flush()
    gone, stays = _both(tx, merged)
    if gone.person_id == stays.person_id:
        return
    ids = (gone.person_id, stays.person_id)
    store.merge_person(tx.sql, *ids)
    if gone.erased_at is not None or stays.erased_at is not None:
        store.drop_standings(tx.sql, gone.person_id)
        return
    store.move_visits(tx.sql, *ids)
    _unite(tx, *ids)
    settle_people(tx, [stays], at=at, merged=gone.person_id)


def _both(tx: Tx, merged: PersonMerged) -> tuple[Person, Person]:
    """Lock both, as whom they are known now: either may have been merged before."""
    while True:
        (gone,) = store.meant(tx.sql, [merged.merged_id])
        (stays,) = store.meant(tx.sql, [merged.person_id])
        locked = {one: store.lock_person(tx.sql, one) for one in sorted({gone, stays})}
        if all(person.merged_into is None for person in locked.values()):
            return locked[gone], locked[stays]


def _unite(tx: Tx, gone: UUID, stays: UUID) -> None:
    """Make one history of two in each category, and keep the standing that goes on."""
    held = {(one.person_id, one.category.category_id): one for one in _held(tx, gone, stays)}
    history = store.history_of(tx.sql, [gone, stays])
    for person_id, category_id in held:
        if person_id != gone:
            continue
        mine, theirs = history.get((stays, category_id), []), history[gone, category_id]
        placed = _in_order(mine, theirs, held[gone, category_id])
        store.move_placements(tx.sql, stays, placed)
        if placed[-1] is theirs[-1]:
            store.drop_standing(tx.sql, stays, category_id)
            store.move_standing(tx.sql, gone, stays, category_id)
        else:
            store.drop_standing(tx.sql, gone, category_id)


def _held(tx: Tx, *people: UUID) -> Sequence[Held]:
    return store.held_of(tx.sql, people)


def _in_order(mine: Sequence[Placed], theirs: Sequence[Placed], held: Held) -> list[Placed]:
    by_id: Mapping[UUID, Placed] = {one.placement.placement_id: one for one in (*mine, *theirs)}
    order = united(
        [one.placement for one in mine], [one.placement for one in theirs], held.category.scheme
    )
    return [by_id[placement.placement_id] for placement in order]


def erase_person(tx: Tx, erased: PersonErased, *, at: datetime) -> None:
    """Remove a person's name, language and standing, for good; what is counted stays, nameless.

    Doing it again removes nothing more. Somebody not heard of yet stays nameless when heard of.
    """
    tx.flush()
    person = store.lock_person(tx.sql, erased.person_id)
    history = store.history_of(tx.sql, [person.person_id])
    visits = store.count_visits(tx.sql, person.person_id)
    store.erase_person(tx.sql, person.person_id, at=at)
    ranks = store.drop_standings(tx.sql, person.person_id)
    ids = [person.person_id, *store.merged_into(tx.sql, person.person_id)]
    said, heard = (RankAwarded, PromotionEarned), (PersonRegistered, PersonChanged)
    forget(tx.sql, ids, said=said, heard=heard)
    named = bool(person.name)
    removed = ["name", "language"] if named else []
    tx.emit(
        RankingRecordsErased(
            erasure_id=erased.erasure_id,
            person_id=erased.person_id,
            removed=", ".join(removed + ([_counted(ranks, "present rank")] if ranks else [])),
            kept=_kept(sum(map(len, history.values())), visits),
            erased_at=at,
        )
    )


def _counted(many: int, what: str) -> str:
    return f"{many} {what}" if many == 1 else f"{many} {what}s"


def _kept(placements: int, visits: int) -> str:
    if not placements and not visits:
        return ""
    counted = f"{_counted(placements, 'placement')} and {_counted(visits, 'visit')}"
    return f"{counted} without a name, so that counts and the journal stay whole"
