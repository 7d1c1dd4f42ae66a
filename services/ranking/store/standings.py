"""Queries about how people stand now."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Connection,
    bindparam,
    case,
    delete,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from services.ranking.models import (
    CategoryRow,
    StandingRow,
    StudioRow,
    VersionRow,
)
from services.ranking.store.categories import (
    CATEGORY_COLUMNS,
    IN_FORCE,
    Category,
    read_category,
)
from services.ranking.store.people import STUDIO_COLUMNS, Studio, read_studio
from shared.writes import Writes

# The rules are read in the statement that reads the standing: see `keep_standing`.
_HELD = (
    select(
        StandingRow.person_id,
        StandingRow.announced,
        StandingRow.asked,
        *CATEGORY_COLUMNS,
        *STUDIO_COLUMNS,
    )
    .join(CategoryRow, CategoryRow.category_id == StandingRow.category_id)
    .join(VersionRow, IN_FORCE)
    .join(StudioRow, true())
)
_OF_PEOPLE = _HELD.where(StandingRow.person_id.in_(bindparam("people", expanding=True))).order_by(
    StandingRow.person_id, StandingRow.category_id
)
_DUE = (
    select(StandingRow.person_id)
    .where(StandingRow.look_on <= bindparam("today"))
    .order_by(StandingRow.look_on, StandingRow.person_id)
    .limit(bindparam("limit"))
)
_STANDS = select(
    StandingRow.category_id,
    StandingRow.placement_id,
    StandingRow.rank_id,
    StandingRow.since,
    StandingRow.automatic,
    StandingRow.counted,
    StandingRow.due,
).where(StandingRow.person_id == bindparam("person_id"))
_STILL_ELIGIBLE = select(StandingRow.person_id).where(
    StandingRow.category_id == bindparam("category_id"),
    StandingRow.person_id.in_(bindparam("people", expanding=True)),
    StandingRow.due <= bindparam("today"),
)
_KEPT = upsert(StandingRow)
_KEEP = _KEPT.on_conflict_do_update(
    index_elements=["person_id", "category_id"],
    set_={
        name: getattr(_KEPT.excluded, name)
        for name in (
            "placement_id",
            "rank_id",
            "since",
            "automatic",
            "counted",
            "due",
            "announced",
            "flagged",
        )
    }
    | {
        "look_on": case(
            (StandingRow.asked == _KEPT.excluded.asked, _KEPT.excluded.look_on),
            else_=StandingRow.look_on,
        )
    },
)
_DROP = delete(StandingRow).where(StandingRow.person_id == bindparam("person_id"))
_DROP_ONE = _DROP.where(StandingRow.category_id == bindparam("category_id"))
_MOVE = (
    update(StandingRow)
    .where(
        StandingRow.person_id == bindparam("gone"), StandingRow.category_id == bindparam("category")
    )
    .values(person_id=bindparam("stays"))
)
_ASK = update(StandingRow).values(look_on=bindparam("today"), asked=StandingRow.asked + 1)
_ASK_IN_CATEGORY = _ASK.where(StandingRow.category_id == bindparam("category"))


@dataclass(frozen=True, slots=True)
class Held:
    """Somebody's standing in a category as it was kept last, and the rules that hold now."""

    person_id: UUID
    category: Category
    studio: Studio
    announced: bool = False
    asked: int = 0


@dataclass(frozen=True, slots=True)
class Stand:
    """Where somebody is in a category, as the report shows it."""

    placement_id: UUID
    rank_id: UUID
    since: date
    automatic: bool
    counted: int
    due: date | None


def _read(row: Any) -> Held:
    return Held(row.person_id, read_category(row), read_studio(row), row.announced, row.asked)


def held_of(sql: Connection, people: Collection[UUID]) -> list[Held]:
    """Give the standings of people, in the order of their ids."""
    return [_read(row) for row in sql.execute(_OF_PEOPLE, {"people": list(people)})]


def stands_of(sql: Connection, person_id: UUID) -> dict[UUID, Stand]:
    """Give where somebody is, by category."""
    rows = sql.execute(_STANDS, {"person_id": person_id})
    return {row.category_id: Stand(*row[1:]) for row in rows}


def due_people(sql: Connection, *, today: date, limit: int) -> list[UUID]:
    """Name people of whom a standing is to be looked at today, the longest due first."""
    found = sql.execute(_DUE, {"today": today, "limit": limit}).scalars()
    return list(dict.fromkeys(found))


def still_eligible(
    sql: Connection, category_id: UUID, people: Collection[UUID], *, today: date
) -> set[UUID]:
    """Name those of some people who meet the criteria where they are now."""
    values = {"category_id": category_id, "people": list(people), "today": today}
    return set(sql.execute(_STILL_ELIGIBLE, values).scalars())


def keep_standing(writes: Writes, values: dict[str, Any]) -> None:
    """Keep how somebody stands; `asked` is what it was when the rules were read.

    Where the rules have changed since, the look that was asked for stays due.
    """
    writes.add(_KEEP, values)


def drop_standings(sql: Connection, person_id: UUID) -> int:
    """Have somebody stand nowhere any more; give in how many categories they stood."""
    return sql.execute(_DROP, {"person_id": person_id}).rowcount


def drop_standing(sql: Connection, person_id: UUID, category_id: UUID) -> None:
    """Have somebody stand nowhere in a category."""
    sql.execute(_DROP_ONE, {"person_id": person_id, "category_id": category_id})


def move_standing(sql: Connection, gone: UUID, stays: UUID, category_id: UUID) -> None:
    """Have somebody stand where another record of theirs stood."""
    sql.execute(_MOVE, {"gone": gone, "stays": stays, "category": category_id})


def ask_for_look(sql: Connection, *, today: date, category_id: UUID | None = None) -> None:
    """Have the timer look at every standing, or at those in a category."""
    if category_id is None:
        sql.execute(_ASK, {"today": today})
    else:
        sql.execute(_ASK_IN_CATEGORY, {"today": today, "category": category_id})
