"""Queries about visits."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.ranking.domain import Visit
from services.ranking.models import VisitRow

_KEPT = upsert(VisitRow)
_KEEP = _KEPT.on_conflict_do_update(
    index_elements=["booking_id"],
    set_={
        name: getattr(_KEPT.excluded, name)
        for name in ("starts_at", "time_zone", "day", "attended", "sequence")
    },
    where=VisitRow.sequence < _KEPT.excluded.sequence,  # an older word changes nothing
).returning(VisitRow.booking_id)
_OF_PEOPLE = select(
    VisitRow.person_id, VisitRow.day, VisitRow.starts_at, VisitRow.booking_id
).where(
    VisitRow.person_id.in_(bindparam("people", expanding=True)),
    VisitRow.day >= bindparam("since"),
    VisitRow.attended,
)
_MOVE = (
    update(VisitRow)
    .where(VisitRow.person_id == bindparam("gone"))
    .values(person_id=bindparam("stays"))
)
_COUNT = select(func.count()).where(VisitRow.person_id == bindparam("person_id"), VisitRow.attended)
_THESE = (
    select(VisitRow.__table__)
    .where(VisitRow.booking_id.in_(bindparam("ids", expanding=True)))
    .order_by(VisitRow.day, VisitRow.starts_at, VisitRow.booking_id)
)


def keep_visit(sql: Connection, values: Mapping[str, Any]) -> bool:
    """Keep how a booking was marked; False where that is no news."""
    return sql.execute(_KEEP, values).first() is not None


def visits_of(
    sql: Connection, people: Collection[UUID], *, since: date
) -> Mapping[UUID, list[Visit]]:
    """Give the visits of people from a day on that are not taken back, by person."""
    found: dict[UUID, list[Visit]] = {person_id: [] for person_id in people}
    for row in sql.execute(_OF_PEOPLE, {"people": list(people), "since": since}):
        found[row.person_id].append(Visit(row.day, row.starts_at, row.booking_id))
    return found


def move_visits(sql: Connection, gone: UUID, stays: UUID) -> None:
    """Have the visits of one record be another's."""
    sql.execute(_MOVE, {"gone": gone, "stays": stays})


def count_visits(sql: Connection, person_id: UUID) -> int:
    """Count all visits of a person, whichever rank they held. Source: M34."""
    return sql.execute(_COUNT, {"person_id": person_id}).scalar_one()


def find_visits(sql: Connection, ids: Collection[UUID]) -> list[Any]:
    """Give visits, those taken back too, by their bookings, in the order of their classes."""
    return list(sql.execute(_THESE, {"ids": list(ids)}))
