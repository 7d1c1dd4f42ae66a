"""The journal of a person: what was heard and decided, and the placements that follow from it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from services.ranking.domain.ladder import Standing, settle, united
from services.ranking.domain.values import Placement, Scheme, Visit


@dataclass(frozen=True, slots=True)
class Mark:
    """A booking that was marked: somebody came (`visit`), or the mark was taken back (None)."""

    booking_id: UUID
    visit: Visit | None


@dataclass(frozen=True, slots=True)
class Move:
    """A decision of staff in one category."""

    category_id: UUID
    placement: Placement


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules a category was settled under; promotions only where `automatic`."""

    version: int
    automatic: bool
    active_since: date


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: what came in, if anything, the day, and the rules of each category settled.

    `merged` is whose journal, as it stands, is a part of this one from here on.
    """

    today: date
    rules: Mapping[UUID, Rules] = field(default_factory=dict)
    mark: Mark | None = None
    move: Move | None = None
    merged: UUID | None = None


@dataclass(slots=True)
class Replayed:
    """What somebody has come to: their visits, and by category their placements and standing."""

    visits: dict[UUID, Visit] = field(default_factory=dict)
    history: dict[UUID, list[Placement]] = field(default_factory=dict)
    standings: dict[UUID, Standing] = field(default_factory=dict)


def replay(
    person_id: UUID,
    journals: Mapping[UUID, Iterable[Entry]],
    schemes: Mapping[tuple[UUID, int], Scheme],
) -> Replayed:
    """Work out from the journal alone what somebody has come to.

    Args:
        person_id: whose journal.
        journals: it, and those of the records merged into theirs, in the order they were written.
        schemes: every scheme there was, by category and version.

    Returns:
        Placements oldest first; standings as of the entry that touched the category last.
    """
    found = Replayed()
    for entry in journals[person_id]:
        if entry.mark is not None:
            found.visits.pop(entry.mark.booking_id, None)
            if entry.mark.visit is not None:
                found.visits[entry.mark.booking_id] = entry.mark.visit
        if entry.move is not None:
            found.history.setdefault(entry.move.category_id, []).append(entry.move.placement)
        if entry.merged is not None:
            _merge(found, replay(entry.merged, journals, schemes), entry, schemes)
        for category_id, rules in entry.rules.items():
            _settle(found, category_id, rules, schemes, today=entry.today)
    return found


def _merge(
    found: Replayed,
    other: Replayed,
    entry: Entry,
    schemes: Mapping[tuple[UUID, int], Scheme],
) -> None:
    found.visits |= other.visits
    for category_id, placements in other.history.items():
        scheme = schemes[category_id, entry.rules[category_id].version]
        mine = found.history.get(category_id, [])
        found.history[category_id] = united(mine, placements, scheme)


def _settle(
    found: Replayed,
    category_id: UUID,
    rules: Rules,
    schemes: Mapping[tuple[UUID, int], Scheme],
    *,
    today: date,
) -> None:
    known = found.history[category_id]
    base = last_decision(known)
    written = schemes[category_id, rules.version]
    ladder = settle(
        known[base:],
        found.visits.values(),
        Scheme(written.version, rules.automatic, written.steps),
        entered=min(placement.since for placement in known),
        active_since=rules.active_since,
        today=today,
    )
    known[base:] = ladder.placements
    found.standings[category_id] = ladder.standing


def last_decision(placements: Sequence[Placement]) -> int:
    """Give the index of the last placement that staff decided."""
    return max(place for place, one in enumerate(placements) if one.earned is None)
