"""The columns of the tables in which a service keeps what Stripe is asked and tells."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from shared.payments.jobs import JobState


class CardJobColumns:
    """Something Stripe is to be asked; one row for each kind and payment, refund or card."""

    __tablename__ = "card_jobs"

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(20))
    due_at: Mapped[datetime]  # of a claimed one: when its lease is over
    attempts: Mapped[int]
    series: Mapped[int]  # part of the key; the next one where Stripe keeps an error under this
    asked: Mapped[int]  # how often it was asked for
    seen_until: Mapped[datetime | None]  # of `gather`: until when all is listed
    error: Mapped[str | None] = mapped_column(String(500))
    correlation_id: Mapped[str]
    began_at: Mapped[datetime]
    caused_by: Mapped[UUID | None]

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Index]:  # noqa: N805 - of the class that has the columns
        """Find what is due by its time."""
        waiting = cls.state != JobState.DONE.value
        return (Index("card_jobs_due", "due_at", postgresql_where=waiting, sqlite_where=waiting),)


class CardNoticeColumns:
    """A webhook that has been heard."""

    __tablename__ = "card_notices"

    event_id: Mapped[str] = mapped_column(primary_key=True)  # Stripe's own
    kind: Mapped[str]
    reference: Mapped[str | None]
    heard_at: Mapped[datetime] = mapped_column(index=True)
