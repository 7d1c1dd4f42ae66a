"""Queries about what Stripe is to be asked."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, and_, bindparam, case, delete, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.events.models import CardJobRow, CardNoticeRow
from shared.contracts import Trace
from shared.payments.jobs import JobKind, JobState

_ADD = upsert(CardJobRow)
_CLAIMED = CardJobRow.state == JobState.CLAIMED.value
_ADD = _ADD.on_conflict_do_update(
    index_elements=["kind", "subject_id"],
    # One that is under way stays so, and its answer says that it was asked for again.
    set_={
        "asked": CardJobRow.asked + 1,
        "state": case((_CLAIMED, CardJobRow.state), else_=JobState.DUE.value),
        "due_at": case(
            (_CLAIMED, CardJobRow.due_at),
            (
                (CardJobRow.state == JobState.DUE.value)
                & (CardJobRow.due_at < _ADD.excluded.due_at),
                CardJobRow.due_at,
            ),
            else_=_ADD.excluded.due_at,
        ),
    },
)
_DUE = (CardJobRow.state != JobState.DONE.value, CardJobRow.due_at <= bindparam("at"))
_FIRST_DUE = (
    select(CardJobRow.__table__)
    .where(*_DUE)
    .order_by(CardJobRow.due_at)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_ONE = select(CardJobRow.__table__).where(
    CardJobRow.kind == bindparam("kind"), CardJobRow.subject_id == bindparam("subject_id")
)
_THIS_DUE = _ONE.where(
    (CardJobRow.state == JobState.DUE.value) | and_(*_DUE)  # due later, but wanted now
).with_for_update(skip_locked=True)
_CLAIM = (
    update(CardJobRow)
    .where(CardJobRow.kind == bindparam("k"), CardJobRow.subject_id == bindparam("s"))
    .values(
        state=JobState.CLAIMED.value,
        attempts=CardJobRow.attempts + 1,
        due_at=bindparam("until"),
    )
)
_NOTE = upsert(CardNoticeRow).on_conflict_do_nothing().returning(CardNoticeRow.event_id)


def add_card_job(
    sql: Connection, kind: JobKind, subject_id: UUID, trace: Trace, *, due_at: datetime
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
    sql.execute(_ADD, row)


def claim_card_job(
    sql: Connection,
    *,
    at: datetime,
    until: datetime,
    only: tuple[JobKind, UUID] | None = None,
) -> Row[Any] | None:
    """Claim the job that is due longest, or `only` that one, until `until`; None: there is none.

    Returns:
        The job as it was before: it counts the attempts without this one.
    """
    if only is None:
        row = sql.execute(_FIRST_DUE, {"at": at}).one_or_none()
    else:
        ids = {"kind": only[0].value, "subject_id": only[1]}
        row = sql.execute(_THIS_DUE, {**ids, "at": at}).one_or_none()
    if row is not None:
        sql.execute(_CLAIM, {"k": row.kind, "s": row.subject_id, "until": until})
    return row


def find_card_job(sql: Connection, kind: JobKind, subject_id: UUID) -> Row[Any] | None:
    """Find a job."""
    return sql.execute(_ONE, {"kind": kind.value, "subject_id": subject_id}).one_or_none()


def change_card_job(sql: Connection, kind: JobKind, subject_id: UUID, **changes: Any) -> None:
    """Set some of a job's columns."""
    where = (CardJobRow.kind == kind.value, CardJobRow.subject_id == subject_id)
    sql.execute(update(CardJobRow).where(*where).values(**changes))


def note_card_event(sql: Connection, values: dict[str, Any]) -> bool:
    """Note a webhook; False where it has been heard before."""
    return sql.execute(_NOTE, values).first() is not None


def drop_card_events(sql: Connection, *, before: datetime) -> int:
    """Forget the webhooks heard before a time (UTC), which do not come again; give how many."""
    return sql.execute(delete(CardNoticeRow).where(CardNoticeRow.heard_at < before)).rowcount
