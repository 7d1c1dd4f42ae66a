"""Queries about what Stripe is asked and tells, for each service's own tables of these."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Connection,
    FromClause,
    Row,
    and_,
    bindparam,
    case,
    delete,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from shared.contracts import Trace
from shared.payments.jobs import JobKind, JobState
from shared.payments.words import Notice


class JobRows:
    """What Stripe is to be asked, in a service's own table."""

    def __init__(self, table: Any) -> None:
        """Write the statements once.

        Args:
            table: with the columns kind and subject_id (its key), state, due_at, attempts, series,
                asked, error, seen_until, correlation_id, began_at and caused_by.
        """
        found: FromClause = table
        job = found.c
        claimed = job.state == JobState.CLAIMED.value
        adding = upsert(table)
        self._add = adding.on_conflict_do_update(
            index_elements=["kind", "subject_id"],
            # One that is under way stays so, and its answer says that it was asked for again.
            set_={
                "asked": job.asked + 1,
                "state": case((claimed, job.state), else_=JobState.DUE.value),
                "due_at": case(
                    (claimed, job.due_at),
                    (
                        (job.state == JobState.DUE.value) & (job.due_at < adding.excluded.due_at),
                        job.due_at,
                    ),
                    else_=adding.excluded.due_at,
                ),
            },
        )
        due = (job.state != JobState.DONE.value, job.due_at <= bindparam("at"))
        self._first_due = (
            select(found)
            .where(*due)
            .order_by(job.due_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        self._one = select(found).where(
            job.kind == bindparam("kind"), job.subject_id == bindparam("subject_id")
        )
        self._this_due = self._one.where(
            (job.state == JobState.DUE.value) | and_(*due)  # due later, but wanted now
        ).with_for_update(skip_locked=True)
        self._change = update(table).where(
            job.kind == bindparam("k"), job.subject_id == bindparam("s")
        )
        self._claim = self._change.values(
            state=JobState.CLAIMED.value, attempts=job.attempts + 1, due_at=bindparam("until")
        )

    def add_card_job(
        self, sql: Connection, kind: JobKind, subject_id: UUID, trace: Trace, *, due_at: datetime
    ) -> None:
        """Have Stripe asked something from `due_at` (UTC) on."""
        row = {
            "kind": kind.value,
            "subject_id": subject_id,
            "state": JobState.DUE.value,
            "due_at": due_at,
            "attempts": 0,
            "series": 1,
            "asked": 1,
            "correlation_id": trace.correlation_id,
            "began_at": trace.began_at,
            "caused_by": trace.caused_by,
        }
        sql.execute(self._add, row)

    def claim_card_job(
        self,
        sql: Connection,
        *,
        at: datetime,
        until: datetime,
        only: tuple[JobKind, UUID] | None = None,
    ) -> Row[Any] | None:
        """Claim the job that is due longest, or `only` that one, until `until`; None: none is.

        Returns:
            The job as it was before: it counts the attempts without this one.
        """
        if only is None:
            row = sql.execute(self._first_due, {"at": at}).one_or_none()
        else:
            ids = {"kind": only[0].value, "subject_id": only[1]}
            row = sql.execute(self._this_due, {**ids, "at": at}).one_or_none()
        if row is not None:
            sql.execute(self._claim, {"k": row.kind, "s": row.subject_id, "until": until})
        return row

    def find_card_job(self, sql: Connection, kind: JobKind, subject_id: UUID) -> Row[Any] | None:
        """Find a job."""
        return sql.execute(self._one, {"kind": kind.value, "subject_id": subject_id}).one_or_none()

    def change_card_job(
        self, sql: Connection, kind: JobKind, subject_id: UUID, **changes: Any
    ) -> None:
        """Set some of a job's columns."""
        sql.execute(self._change.values(**changes), {"k": kind.value, "s": subject_id})


class NoticeRows:
    """Which of Stripe's webhooks were heard, in a service's own table."""

    def __init__(self, table: Any) -> None:
        """Write the statements once.

        Args:
            table: with the columns event_id (Stripe's own, its key), kind, reference and heard_at.
        """
        found: FromClause = table
        self._add = upsert(table).on_conflict_do_nothing().returning(found.c.event_id)
        self._drop = delete(table).where(found.c.heard_at < bindparam("before"))

    def add_card_notice(self, sql: Connection, notice: Notice, *, at: datetime) -> bool:
        """Note a webhook; False where it has been heard before."""
        row = {"event_id": notice.event_id, "kind": notice.kind, "reference": notice.reference}
        return sql.execute(self._add, row | {"heard_at": at}).first() is not None

    def drop_card_notices(self, sql: Connection, *, before: datetime) -> int:
        """Forget the webhooks heard before a time (UTC), which come no more; give how many."""
        return sql.execute(self._drop, {"before": before}).rowcount
