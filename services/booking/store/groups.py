"""Queries about groups of spots and about schedules."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, insert, or_, select, update

from services.booking.models import GroupRow, ScheduleRow


def add_group(sql: Connection, values: dict[str, Any]) -> None:
    """Keep a new group."""
    sql.execute(insert(GroupRow), values)


def find_group(sql: Connection, group_id: UUID, *, lock: bool = False) -> Row[Any] | None:
    """Find a group, locked if it is about to change."""
    query = select(GroupRow.__table__).where(GroupRow.group_id == group_id)
    return sql.execute(query.with_for_update() if lock else query).one_or_none()


def change_group(sql: Connection, group_id: UUID, changes: dict[str, Any]) -> None:
    """Set some of a group's columns."""
    sql.execute(update(GroupRow).where(GroupRow.group_id == group_id).values(**changes))


def add_schedule(sql: Connection, values: dict[str, Any]) -> None:
    """Keep a new schedule."""
    sql.execute(insert(ScheduleRow), values)


def find_schedule(sql: Connection, schedule_id: UUID, *, lock: bool = False) -> Row[Any] | None:
    """Find a schedule, locked if it is about to change."""
    query = select(ScheduleRow.__table__).where(ScheduleRow.schedule_id == schedule_id)
    return sql.execute(query.with_for_update() if lock else query).one_or_none()


def list_schedules(sql: Connection, *, after: Row[Any] | None, limit: int) -> list[Row[Any]]:
    """List the schedules, the newest first; `after` ended the page before."""
    query = select(ScheduleRow.__table__).order_by(
        ScheduleRow.created_at.desc(), ScheduleRow.schedule_id
    )
    if after is not None:
        older = ScheduleRow.created_at < after.created_at
        same = ScheduleRow.created_at == after.created_at
        query = query.where(or_(older, same & (ScheduleRow.schedule_id > after.schedule_id)))
    return list(sql.execute(query.limit(limit)))


def change_schedule(sql: Connection, schedule_id: UUID, changes: dict[str, Any]) -> None:
    """Set some of a schedule's columns."""
    sql.execute(update(ScheduleRow).where(ScheduleRow.schedule_id == schedule_id).values(**changes))


def schedules_to_extend(sql: Connection, *, at: datetime, limit: int) -> list[Row[Any]]:
    """Claim schedules whose next sessions are to be made."""
    query = (
        select(ScheduleRow.__table__)
        .where(ScheduleRow.extend_at <= at)
        .order_by(ScheduleRow.extend_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(sql.execute(query))
