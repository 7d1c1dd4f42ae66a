"""Queries about categories, their ranks and the versions of their schemes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from services.ranking.domain import Scheme
from services.ranking.models import CategoryRow, RankRow, VersionRow
from services.ranking.store.shapes import read_scheme, written_steps

CATEGORY_COLUMNS = (
    CategoryRow.category_id,
    CategoryRow.name,
    CategoryRow.notices,
    CategoryRow.tell_admins,
    CategoryRow.tell_operators,
    CategoryRow.tell_client,
    CategoryRow.shown_to_clients,
    VersionRow.version,
    VersionRow.automatic,
    VersionRow.steps,
)
IN_FORCE = (VersionRow.category_id == CategoryRow.category_id) & (
    VersionRow.version == CategoryRow.version
)
_CATEGORIES = select(*CATEGORY_COLUMNS).join(VersionRow, IN_FORCE).order_by(CategoryRow.created_at)
_CATEGORY = _CATEGORIES.where(CategoryRow.category_id == bindparam("category_id"))
_CATEGORY_FOR_SHARE = _CATEGORY.with_for_update(read=True, of=CategoryRow)
_LOCK_CATEGORY = (
    select(CategoryRow.category_id)
    .where(CategoryRow.category_id == bindparam("category_id"))
    .with_for_update()
)
_CHANGE = (
    update(CategoryRow)
    .where(CategoryRow.category_id == bindparam("id"))
    .values(
        {
            name: bindparam(f"new_{name}")
            for name in (
                "name",
                "notices",
                "tell_admins",
                "tell_operators",
                "tell_client",
                "shown_to_clients",
                "version",
            )
        }
    )
)
_VERSIONS = (
    select(VersionRow.__table__)
    .where(VersionRow.category_id.in_(bindparam("ids", expanding=True)))
    .order_by(VersionRow.category_id, VersionRow.version)
)
_RANK_NAMES = select(RankRow.rank_id, RankRow.name)
_RANK_NAMES_OF = _RANK_NAMES.where(RankRow.category_id == bindparam("category_id"))
_RANK = select(RankRow.__table__).where(RankRow.rank_id == bindparam("rank_id"))
_CHANGE_RANK = (
    update(RankRow)
    .where(RankRow.rank_id == bindparam("id"))
    .values({name: bindparam(f"new_{name}") for name in ("name", "item", "sizes")})
)
_ITEMS = select(RankRow.rank_id, RankRow.item, RankRow.sizes).where(
    RankRow.category_id == bindparam("category_id")
)
_ADD_CATEGORY, _ADD_VERSION, _ADD_RANK = insert(CategoryRow), insert(VersionRow), insert(RankRow)


@dataclass(frozen=True, slots=True)
class Category:
    """A category: whom it tells, whether clients see it, and its present scheme."""

    category_id: UUID
    name: str
    notices: bool
    tell_admins: bool
    tell_operators: bool
    tell_client: bool
    shown_to_clients: bool
    scheme: Scheme

    @property
    def tells(self) -> bool:
        """Say whether anybody is told of promotions here. Source: Mi1."""
        return self.notices and (self.tell_admins or self.tell_operators or self.tell_client)


def read_category(row: Any) -> Category:
    """Read a category off a row that has its columns and those of its scheme."""
    return Category(
        row.category_id,
        row.name,
        row.notices,
        row.tell_admins,
        row.tell_operators,
        row.tell_client,
        row.shown_to_clients,
        read_scheme(row),
    )


def add_category(sql: Connection, category: Category, *, at: datetime) -> None:
    """Keep a new category and the first version of its scheme."""
    sql.execute(
        _ADD_CATEGORY,
        {
            "category_id": category.category_id,
            "name": category.name,
            "version": category.scheme.version,
            "notices": category.notices,
            "tell_admins": category.tell_admins,
            "tell_operators": category.tell_operators,
            "tell_client": category.tell_client,
            "shown_to_clients": category.shown_to_clients,
            "created_at": at,
        },
    )
    add_version(sql, category.category_id, category.scheme, at=at)


def change_category(sql: Connection, category: Category) -> None:
    """Set a locked category's settings and the version in force."""
    sql.execute(
        _CHANGE,
        {
            "id": category.category_id,
            "new_name": category.name,
            "new_notices": category.notices,
            "new_tell_admins": category.tell_admins,
            "new_tell_operators": category.tell_operators,
            "new_tell_client": category.tell_client,
            "new_shown_to_clients": category.shown_to_clients,
            "new_version": category.scheme.version,
        },
    )


def find_category(sql: Connection, category_id: UUID) -> Category | None:
    """Find a category."""
    row = sql.execute(_CATEGORY, {"category_id": category_id}).one_or_none()
    return None if row is None else read_category(row)


def category_for_share(sql: Connection, category_id: UUID) -> Category | None:
    """Find a category and keep its rules from changing until the commit."""
    row = sql.execute(_CATEGORY_FOR_SHARE, {"category_id": category_id}).one_or_none()
    return None if row is None else read_category(row)


def category_for_update(sql: Connection, category_id: UUID) -> Category | None:
    """Find a category whose rules are about to change; look only once nobody uses them."""
    if sql.execute(_LOCK_CATEGORY, {"category_id": category_id}).first() is None:
        return None
    return find_category(sql, category_id)


def list_categories(sql: Connection) -> list[Category]:
    """List all categories, the first added first."""
    return [read_category(row) for row in sql.execute(_CATEGORIES)]


def add_version(sql: Connection, category_id: UUID, scheme: Scheme, *, at: datetime) -> None:
    """Keep a new version of a scheme."""
    row = {"category_id": category_id, "version": scheme.version, "automatic": scheme.automatic}
    sql.execute(_ADD_VERSION, row | {"steps": written_steps(scheme), "made_at": at})


def list_versions(sql: Connection, category_id: UUID) -> list[tuple[Scheme, datetime]]:
    """List every version of a category's scheme, and when it was made."""
    rows = sql.execute(_VERSIONS, {"ids": [category_id]})
    return [(read_scheme(row), row.made_at) for row in rows]


def schemes_of(sql: Connection, ids: Sequence[UUID]) -> Mapping[tuple[UUID, int], Scheme]:
    """Give every version of these categories' schemes."""
    rows = sql.execute(_VERSIONS, {"ids": list(ids)})
    return {(row.category_id, row.version): read_scheme(row) for row in rows}


def add_rank(sql: Connection, rank_id: UUID, values: Mapping[str, Any], *, at: datetime) -> None:
    """Keep a new rank; its place and criteria are the scheme's."""
    sql.execute(_ADD_RANK, {"rank_id": rank_id, "created_at": at, **values})


def find_rank(sql: Connection, rank_id: UUID) -> Row[Any] | None:
    """Find a rank."""
    return sql.execute(_RANK, {"rank_id": rank_id}).one_or_none()


def change_rank(
    sql: Connection, rank_id: UUID, *, name: str, item: str | None, sizes: Sequence[str]
) -> None:
    """Set a rank's name, and what is handed over with it."""
    values = {"id": rank_id, "new_name": name, "new_item": item, "new_sizes": list(sizes)}
    sql.execute(_CHANGE_RANK, values)


def items_of(sql: Connection, category_id: UUID) -> dict[UUID, dict[str, Any]]:
    """Give what is handed over with each rank of a category."""
    rows = sql.execute(_ITEMS, {"category_id": category_id})
    return {row.rank_id: {"item": row.item, "sizes": row.sizes} for row in rows}


def rank_names(sql: Connection, category_id: UUID | None = None) -> Mapping[UUID, str]:
    """Give the names of ranks by id: a category's, or all."""
    if category_id is None:
        found = sql.execute(_RANK_NAMES)
    else:
        found = sql.execute(_RANK_NAMES_OF, {"category_id": category_id})
    return {row.rank_id: row.name for row in found}
