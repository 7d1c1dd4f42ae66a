"""The report: who is where, a page of it or all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from services.ranking.models import CategoryRow, PersonRow, PlacementRow, RankRow, StandingRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Which rows of the report are wanted; None: all."""

    category_id: UUID | None = None
    rank_id: UUID | None = None
    eligible: bool | None = None
    automatic: bool | None = None
    flagged: bool | None = None
    to_hand_over: bool | None = None  # whether the rank's item is still to be handed over
    name: str | None = None
    offset: int = 0
    limit: int = 100


_PERSON = PersonRow.person_id == StandingRow.person_id
_CATEGORY = CategoryRow.category_id == StandingRow.category_id
_BY_NAME = (
    *(PersonRow.name, PersonRow.person_id),
    *(CategoryRow.created_at, CategoryRow.category_id),
)
_RANK = RankRow.rank_id == StandingRow.rank_id
_PLACEMENT = PlacementRow.placement_id == StandingRow.placement_id
_REPORT = (
    select(
        *StandingRow.__table__.c,
        PersonRow.name.label("person_name"),
        CategoryRow.name.label("category_name"),
        RankRow.name.label("rank_name"),
        RankRow.item,
        PlacementRow.item_size,
        PlacementRow.handed_at,
    )
    .join(PersonRow, _PERSON)
    .join(CategoryRow, _CATEGORY)
    .join(RankRow, _RANK)
    .join(PlacementRow, _PLACEMENT)
    .order_by(*_BY_NAME)
)
# A whole report is of as many rows as there are people: no column it does not show.
_WHOLE = (
    select(
        PersonRow.name,
        CategoryRow.name,
        RankRow.name,
        StandingRow.since,
        StandingRow.counted,
        StandingRow.due,
        StandingRow.automatic,
        StandingRow.flagged,
    )
    .select_from(StandingRow)
    .join(PersonRow, _PERSON)
    .join(CategoryRow, _CATEGORY)
    .join(RankRow, _RANK)
    .join(PlacementRow, _PLACEMENT)
    .order_by(*_BY_NAME)
)


def report_rows(sql: Connection, wanted: Rows, *, today: date) -> tuple[Sequence[Row[Any]], int]:
    """Give the report's rows in the order of names, and how many there are in all."""
    is_due = func.coalesce(StandingRow.due <= today, False)
    rows: Select[Any] = _REPORT.add_columns(is_due.label("eligible"))
    # Every standing has its one row in each of the other tables, so only a filter needs those here.
    how_many: Select[Any] = select(func.count()).select_from(StandingRow)
    filters = _filters(wanted, today=today)
    if wanted.to_hand_over is not None:
        how_many = how_many.join(RankRow, _RANK).join(PlacementRow, _PLACEMENT)
    if wanted.name is not None:
        how_many = how_many.join(PersonRow, _PERSON)
    total = sql.execute(how_many.where(*filters)).scalar_one()
    page = rows.where(*filters).offset(wanted.offset).limit(wanted.limit)
    return sql.execute(page).all(), total


def whole_report(sql: Connection, wanted: Rows, *, today: date) -> Sequence[Any]:
    """Give what a file of the report shows, of every row that is wanted, in the order of names.

    Person, category, rank, since, visits counted, when the criteria are met, automatic, flagged.
    """
    return sql.execute(_WHOLE.where(*_filters(wanted, today=today))).all()


def _filters(wanted: Rows, *, today: date) -> list[ColumnElement[bool]]:
    filters: list[ColumnElement[bool]] = [
        column == value
        for column, value in (
            (StandingRow.category_id, wanted.category_id),
            (StandingRow.rank_id, wanted.rank_id),
            (StandingRow.automatic, wanted.automatic),
            (StandingRow.flagged, wanted.flagged),
        )
        if value is not None
    ]
    if wanted.eligible is not None:  # in a form whose rows the planner can estimate
        met = StandingRow.due <= today
        filters.append(met if wanted.eligible else StandingRow.due.is_(None) | ~met)
    if wanted.to_hand_over is not None:
        owed = RankRow.item.is_not(None) & PlacementRow.handed_at.is_(None)
        filters.append(owed if wanted.to_hand_over else ~owed)
    if wanted.name is not None:
        filters.append(PersonRow.name.icontains(wanted.name, autoescape=True))
    return filters
