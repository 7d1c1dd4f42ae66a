"""The tables of letters and downloads on their way."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, LargeBinary, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from services.booking.models.tables import Base


class LetterRow(Base):
    """A letter that goes to one or many; dropped once it has been said for everybody."""

    __tablename__ = "letters"

    batch_id: Mapped[UUID] = mapped_column(primary_key=True)
    session_id: Mapped[UUID | None]
    channel: Mapped[str] = mapped_column(String(8))
    subject: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    about_name: Mapped[str]
    marketing: Mapped[bool] = mapped_column(server_default=false())
    size: Mapped[int]
    correlation_id: Mapped[str]
    began_at: Mapped[datetime]
    requested_at: Mapped[datetime]


class RecipientRow(Base):
    """Somebody a letter has not been said for yet."""

    __tablename__ = "recipients"

    batch_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)


class DownloadRow(Base):
    """A file asked for: made in the background, fetched by a link, dropped when it is old."""

    __tablename__ = "downloads"

    download_id: Mapped[UUID] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(8))
    language: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(20))
    progress: Mapped[int]  # percent
    attempts: Mapped[int]
    requested_at: Mapped[datetime]
    due_at: Mapped[datetime | None]  # when it may be taken up (again); None: it is settled
    finished_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None] = mapped_column(index=True)
    error: Mapped[str] = mapped_column(Text, server_default="")
    rows: Mapped[int] = mapped_column(server_default="0")
    file_name: Mapped[str] = mapped_column(server_default="")
    content: Mapped[bytes | None] = mapped_column(LargeBinary)


_DUE = DownloadRow.due_at.is_not(None)
Index("downloads_due", DownloadRow.due_at, postgresql_where=_DUE, sqlite_where=_DUE)
