"""Where things take place: a building, a room in it, a layout of the room."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class VenueKind(StrEnum):
    """What a venue is, from the widest to the most specific."""

    BUILDING = "building"
    ROOM = "room"
    LAYOUT = "layout"


@dataclass(frozen=True, slots=True)
class Venue:
    """A building, room or layout; `capacity` None: nobody has said."""

    venue_id: UUID
    kind: VenueKind
    parent_id: UUID | None
    name: str
    capacity: int | None


PARENT: dict[VenueKind, VenueKind | None] = {
    VenueKind.BUILDING: None,
    VenueKind.ROOM: VenueKind.BUILDING,
    VenueKind.LAYOUT: VenueKind.ROOM,
}
"""What each kind of venue is part of."""
_ORDER = list(VenueKind)


def initial_capacity(venues: Sequence[Venue]) -> int | None:
    """Give the capacity of the most specific of these venues that has one; None: none has.

    Source: D31.
    """
    ordered = sorted(venues, key=lambda one: _ORDER.index(one.kind), reverse=True)
    return next((one.capacity for one in ordered if one.capacity is not None), None)


def written_location(venues: Sequence[Venue]) -> str:
    """Write where it is, the widest first: `Town hall, Blue room (Theatre)`."""
    names = {one.kind: one.name for one in venues}
    wide = [names[kind] for kind in (VenueKind.BUILDING, VenueKind.ROOM) if kind in names]
    text = ", ".join(wide)
    layout = names.get(VenueKind.LAYOUT)
    if layout is None:
        return text
    return f"{text} ({layout})" if text else layout
