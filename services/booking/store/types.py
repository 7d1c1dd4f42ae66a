"""Queries about session types and their packages."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, insert, select, update

from services.booking.models import (
    GroupRow,
    PackageRow,
    ScheduleRow,
    SessionRow,
    SessionTypeRow,
)


def add_session_type(sql: Connection, values: dict[str, Any]) -> None:
    """Keep a new session type."""
    sql.execute(insert(SessionTypeRow), values)


def find_session_type(
    sql: Connection, session_type_id: UUID, *, lock: bool = False
) -> Row[Any] | None:
    """Find a session type, locked if it is about to change."""
    query = select(SessionTypeRow.__table__).where(
        SessionTypeRow.session_type_id == session_type_id
    )
    return sql.execute(query.with_for_update() if lock else query).one_or_none()


def list_session_types(sql: Connection, arrangement: str | None) -> Sequence[Any]:
    """List the session types, or those of an arrangement, by name."""
    query = select(SessionTypeRow.__table__)
    if arrangement is not None:
        query = query.where(SessionTypeRow.arrangement == arrangement)
    by_name = query.order_by(SessionTypeRow.name, SessionTypeRow.session_type_id)
    return sql.execute(by_name).all()


def change_session_type(sql: Connection, session_type_id: UUID, changes: dict[str, Any]) -> None:
    """Set some of a session type's columns."""
    sql.execute(
        update(SessionTypeRow)
        .where(SessionTypeRow.session_type_id == session_type_id)
        .values(**changes)
    )


def add_package(sql: Connection, values: dict[str, Any]) -> None:
    """Keep a new package."""
    sql.execute(insert(PackageRow), values)


def find_package(sql: Connection, package_id: UUID, *, lock: bool = False) -> Row[Any] | None:
    """Find a package, locked if it is about to change."""
    query = select(PackageRow.__table__).where(PackageRow.package_id == package_id)
    return sql.execute(query.with_for_update() if lock else query).one_or_none()


def change_package(sql: Connection, package_id: UUID, changes: dict[str, Any]) -> None:
    """Set some of a package's columns."""
    sql.execute(update(PackageRow).where(PackageRow.package_id == package_id).values(**changes))


def list_packages(
    sql: Connection, session_type_id: UUID, *, offered_only: bool = True
) -> Sequence[Any]:
    """List the packages of a session type, in the order they were added."""
    query = select(PackageRow.__table__).where(PackageRow.session_type_id == session_type_id)
    if offered_only:
        query = query.where(PackageRow.offered)
    return sql.execute(query.order_by(PackageRow.added_at, PackageRow.package_id)).all()


def has_sessions(sql: Connection, session_type_id: UUID) -> bool:
    """Say whether any session was made from a type, or is going to be by a schedule."""
    made = select(SessionRow.session_id).where(SessionRow.session_type_id == session_type_id)
    recurring = select(ScheduleRow.schedule_id).where(
        ScheduleRow.session_type_id == session_type_id
    )
    grouped = select(GroupRow.group_id).where(GroupRow.session_type_id == session_type_id)
    return any(sql.execute(query.limit(1)).first() for query in (made, recurring, grouped))
