"""What events does with buildings, rooms and layouts, and with speakers."""

from uuid import UUID, uuid4

from services.events import store
from services.events.domain import PARENT, Venue, VenueKind, initial_capacity, written_location
from shared.contracts import Values
from shared.contracts.errors import (
    InvalidRequest,
)
from shared.contracts.event_errors import (
    SpeakerNotFound,
    VenueNotFound,
)
from shared.db import Tx

PLACES = ("building_id", "room_id", "layout_id")


def add_venue(
    tx: Tx, *, kind: VenueKind, name: str, parent_id: UUID | None, capacity: int | None
) -> Venue:
    """Make a building, a room of a building or a layout of a room known."""
    wanted = PARENT[kind]
    if (wanted is None) != (parent_id is None):
        msg = f"parent_id: A {kind.value} {'has no' if wanted is None else 'needs a'} parent."
        raise InvalidRequest(msg)
    if parent_id is not None:
        found = store.find_venues(tx.sql, [parent_id])
        if not found:
            raise VenueNotFound(str(parent_id))
        if found[0].kind is not wanted:
            msg = f"parent_id: A {kind.value} is not part of a {found[0].kind.value}."
            raise InvalidRequest(msg)
    venue = Venue(uuid4(), kind, parent_id, name, capacity)
    store.add_venue(tx.sql, venue)
    return venue


def change_venue(tx: Tx, venue_id: UUID, changes: Values) -> Venue:
    """Change a venue's name or capacity; sessions that took the old capacity keep it."""
    if not store.find_venues(tx.sql, [venue_id]):
        raise VenueNotFound(str(venue_id))
    if changes:
        store.change_venue(tx.sql, venue_id, changes)
    return store.find_venues(tx.sql, [venue_id])[0]


def venues_of(tx: Tx, values: Values) -> list[Venue]:
    """Find the building, room and layout that are named, and check that they fit together.

    What they are part of is given as well, where it is not named: a layout is in a room.

    Raises:
        VenueNotFound: one is not there.
        InvalidRequest: one is of another kind, or a room is not in the building named.
    """
    ids = {key: values[key] for key in PLACES if values.get(key)}
    found = {one.venue_id: one for one in store.find_venues(tx.sql, list(ids.values()))}
    for key, venue_id in ids.items():
        if venue_id not in found:
            raise VenueNotFound(str(venue_id))
        if f"{found[venue_id].kind.value}_id" != key:
            msg = f"{key}: {found[venue_id].name} is a {found[venue_id].kind.value}."
            raise InvalidRequest(msg)
    around = _around(tx, list(found.values()))
    for one in around:  # else the room named would be the very one that a layout is in
        if (wide := f"{one.kind.value}_id") in ids:
            narrow = "layout_id" if "layout_id" in ids else "room_id"
            msg = f"{narrow}: {found[ids[narrow]].name} is not in {found[ids[wide]].name}."
            raise InvalidRequest(msg)
    return [*found.values(), *around]


def _around(tx: Tx, venues: list[Venue]) -> list[Venue]:
    """List what these venues are part of and that is not among them."""
    have, missing = {one.venue_id for one in venues}, venues
    around: list[Venue] = []
    while missing := store.find_venues(
        tx.sql, [one.parent_id for one in missing if one.parent_id and one.parent_id not in have]
    ):
        around += missing
    return around


def located(tx: Tx, values: Values, *, onsite: bool) -> tuple[str, int | None]:
    """Give where something takes place, in words, and the capacity it starts with.

    The words are those of the venues unless others are given. Source: D31.
    """
    venues = venues_of(tx, values)
    location = values.get("location") or written_location(venues)
    return location, initial_capacity(venues) if onsite else None


def add_speaker(tx: Tx, *, name: str, about: str) -> Values:
    """Make a speaker known."""
    values = {"speaker_id": uuid4(), "name": name, "about": about}
    store.add_speaker(tx.sql, values)
    return values


def change_speaker(tx: Tx, speaker_id: UUID, changes: Values) -> Values:
    """Change what is said of a speaker."""
    known_speakers(tx, [speaker_id])
    store.change_speaker(tx.sql, speaker_id, changes)
    changed: Values = store.find_speakers(tx.sql, [speaker_id])[0]._asdict()
    return changed


def known_speakers(tx: Tx, speaker_ids: list[UUID]) -> None:
    """Check that speakers are known.

    Raises:
        SpeakerNotFound: names the first who is not.
    """
    known = {row.speaker_id for row in store.find_speakers(tx.sql, speaker_ids)}
    for speaker_id in speaker_ids:
        if speaker_id not in known:
            raise SpeakerNotFound(str(speaker_id))
