"""Queries about placements."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, insert, select, update

from services.ranking.domain import How, Placement
from services.ranking.models import PlacementRow
from services.ranking.store.shapes import read_earned, written_earned
from shared.writes import Writes

_ADD = insert(PlacementRow)
_CHANGE = (
    update(PlacementRow)
    .where(PlacementRow.placement_id == bindparam("id"))
    .values(since=bindparam("from_day"), visits=bindparam("met_by"), lost=bindparam("gone"))
)
_MOVE = (
    update(PlacementRow)
    .where(PlacementRow.placement_id == bindparam("id"))
    .values(person_id=bindparam("whose"), number=bindparam("new_number"))
)
_HAND_OVER = (
    update(PlacementRow)
    .where(PlacementRow.placement_id == bindparam("id"))
    .values(item_size=bindparam("size"), handed_at=bindparam("at"))
)
_ALL = select(PlacementRow.__table__)
_HISTORY = _ALL.where(PlacementRow.person_id.in_(bindparam("people", expanding=True))).order_by(
    PlacementRow.number
)
_ONE = _ALL.where(PlacementRow.placement_id == bindparam("placement_id"))


@dataclass(frozen=True, slots=True)
class Placed:
    """A placement in somebody's history, with what is kept beside it."""

    person_id: UUID
    category_id: UUID
    number: int
    placement: Placement
    placed_at: datetime
    version: int
    visits: tuple[UUID, ...]  # bookings that counted at the rank before
    lost: int = 0
    item_size: str | None = None
    handed_at: datetime | None = None

    @property
    def automatic(self) -> bool:
        """Say whether criteria gave it, not staff. Source: M12."""
        return self.placement.earned is not None


def _read(row: Any) -> Placed:
    earned = read_earned(row.earned, row.version, row.visits)
    placement = Placement(row.placement_id, row.rank_id, How(row.how), row.since, earned)
    return Placed(
        row.person_id,
        row.category_id,
        row.number,
        placement,
        row.placed_at,
        row.version,
        tuple(map(UUID, row.visits)),
        row.lost,
        row.item_size,
        row.handed_at,
    )


def add_placement(writes: Writes, placed: Placed) -> None:
    """Write a new placement into somebody's history."""
    placement = placed.placement
    row = {
        "placement_id": placement.placement_id,
        "person_id": placed.person_id,
        "category_id": placed.category_id,
        "number": placed.number,
        "rank_id": placement.rank_id,
        "how": placement.how.value,
        "since": placement.since,
        "placed_at": placed.placed_at,
        "version": placed.version,
        "earned": written_earned(placement.earned),
        "visits": [str(booking_id) for booking_id in placed.visits],
        "lost": placed.lost,
    }
    writes.add(_ADD, row)


def change_placement(writes: Writes, placed: Placed) -> None:
    """Set what news of visits can change of a placement: its day, its visits, those lost."""
    row = {
        "id": placed.placement.placement_id,
        "from_day": placed.placement.since,
        "met_by": [str(booking_id) for booking_id in placed.visits],
        "gone": placed.lost,
    }
    writes.add(_CHANGE, row)


def move_placements(sql: Connection, person_id: UUID, placed: Sequence[Placed]) -> None:
    """Have placements be somebody's history in a category, in this order."""
    for sign in (-1, 1):  # by numbers nobody has, as each is taken until the last has moved
        rows = [
            {"id": one.placement.placement_id, "whose": person_id, "new_number": sign * number}
            for number, one in enumerate(placed, start=1)
        ]
        sql.execute(_MOVE, rows)


def hand_over(sql: Connection, placement_id: UUID, size: str | None, *, at: datetime) -> None:
    """Note that a rank's item was handed over, and in which size."""
    sql.execute(_HAND_OVER, {"id": placement_id, "size": size, "at": at})


def find_placement(sql: Connection, placement_id: UUID) -> Placed | None:
    """Find a placement."""
    row = sql.execute(_ONE, {"placement_id": placement_id}).one_or_none()
    return None if row is None else _read(row)


def history_of(
    sql: Connection, people: Collection[UUID]
) -> Mapping[tuple[UUID, UUID], Sequence[Placed]]:
    """Give people's placements by person and category, the first first."""
    found: dict[tuple[UUID, UUID], list[Placed]] = {}
    for row in sql.execute(_HISTORY, {"people": list(people)}):
        found.setdefault((row.person_id, row.category_id), []).append(_read(row))
    return found
