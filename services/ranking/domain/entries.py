"""The journal of a person: what was heard and decided, and the placements that follow from it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from services.ranking.domain.ladder import settle
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
    """One entry: what came in, if anything, the day, and the rules of each category settled."""

    today: date
    rules: Mapping[UUID, Rules] = field(default_factory=dict)
    mark: Mark | None = None
    move: Move | None = None


def replay(
    entries: Iterable[Entry], schemes: Mapping[tuple[UUID, int], Scheme]
) -> Mapping[UUID, Sequence[Placement]]:
    """Work out from the journal alone which placements somebody has, by category, oldest first.

    Args:
        entries: in the order they were written.
        schemes: every scheme there was, by category and version.
    """
    visits: dict[UUID, Visit] = {}
    history: dict[UUID, list[Placement]] = {}
    for entry in entries:
        if entry.mark is not None:
            visits.pop(entry.mark.booking_id, None)
            if entry.mark.visit is not None:
                visits[entry.mark.booking_id] = entry.mark.visit
        if entry.move is not None:
            history.setdefault(entry.move.category_id, []).append(entry.move.placement)
        for category_id, rules in entry.rules.items():
            known = history[category_id]
            base = last_decision(known)
            written = schemes[category_id, rules.version]
            known[base:] = settle(
                known[base:],
                visits.values(),
                Scheme(written.version, rules.automatic, written.steps),
                entered=known[0].since,
                active_since=rules.active_since,
                today=entry.today,
            ).placements
    return history


def last_decision(placements: Sequence[Placement]) -> int:
    """Give the index of the last placement that staff decided."""
    return max(place for place, one in enumerate(placements) if one.earned is None)
