"""Queries about downloads."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, delete, insert, or_, select, update

from services.booking.domain import DownloadState
from services.booking.models import BookingRow, DownloadRow, HoldRow, SessionRow, WaitingRow

_SHOWN = [column for column in DownloadRow.__table__.c if column.name != "content"]
_DOWNLOAD = select(*_SHOWN).where(DownloadRow.download_id == bindparam("download_id"))
_CONTENT = select(DownloadRow.__table__).where(
    DownloadRow.download_id == bindparam("download_id"),
    DownloadRow.state == DownloadState.READY.value,
)
_DUE = (
    select(*_SHOWN)
    .where(DownloadRow.due_at <= bindparam("at"))
    .order_by(DownloadRow.due_at)
    .limit(1)
    .with_for_update(skip_locked=True)
)


def add_download(sql: Connection, values: dict[str, Any]) -> None:
    """Keep what file is wanted."""
    sql.execute(insert(DownloadRow), values)


def find_download(sql: Connection, download_id: UUID) -> Row[Any] | None:
    """Find a download, without its file."""
    return sql.execute(_DOWNLOAD, {"download_id": download_id}).one_or_none()


def find_file(sql: Connection, download_id: UUID) -> Row[Any] | None:
    """Find a finished download with its file."""
    return sql.execute(_CONTENT, {"download_id": download_id}).one_or_none()


def due_download(sql: Connection, *, at: datetime) -> Row[Any] | None:
    """Lock the download that is due longest and that nobody else is at."""
    return sql.execute(_DUE, {"at": at}).one_or_none()


def change_download(
    sql: Connection, download_id: UUID, changes: dict[str, Any], *, attempt: int | None = None
) -> bool:
    """Set some of a download's columns; False if another attempt has it by now, or it is gone."""
    one = update(DownloadRow).where(DownloadRow.download_id == download_id)
    if attempt is not None:
        mine = DownloadRow.state == DownloadState.MAKING.value
        one = one.where(DownloadRow.attempts == attempt, mine)
    return sql.execute(one.values(**changes)).rowcount == 1


def drop_downloads(sql: Connection, *, before: datetime) -> int:
    """Drop the downloads that expired before then; give how many."""
    old = delete(DownloadRow).where(DownloadRow.expires_at < before)
    return sql.execute(old).rowcount


def drop_downloads_with(sql: Connection, person_ids: Collection[UUID]) -> int:
    """Drop the downloads of all sessions these people were on the roster of; give how many.

    Where a booking was before it was moved is not kept; it was a session of the same type.
    """
    places = [
        select(row.session_id).where(row.person_id.in_(person_ids))
        for row in (BookingRow, HoldRow, WaitingRow)
    ]
    moved = select(BookingRow.session_id).where(
        BookingRow.person_id.in_(person_ids), BookingRow.sequence > 1
    )
    types = select(SessionRow.session_type_id).where(SessionRow.session_id.in_(moved))
    places.append(select(SessionRow.session_id).where(SessionRow.session_type_id.in_(types)))
    theirs = or_(*(DownloadRow.session_id.in_(place) for place in places))
    return sql.execute(delete(DownloadRow).where(theirs)).rowcount
