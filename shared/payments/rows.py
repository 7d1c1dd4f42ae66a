"""Queries about what Stripe is asked and tells, for each service's own tables of these."""

from collections.abc import Sequence
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
    func,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from shared.db import Tx
from shared.payments.jobs import JobKind, JobState
from shared.payments.states import NOT_BACK, RefundState
from shared.payments.words import Notice


class JobRows:
    """What Stripe is to be asked, in a service's own table."""

    def __init__(self, table: Any) -> None:
        """Write the statements once.

        Args:
            table: with CardJobColumns.
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

    def ask(self, tx: Tx, kind: JobKind, subject_id: UUID, *, due_at: datetime) -> None:
        """Have Stripe asked something, as soon as the transaction has committed or at `due_at`."""
        row = {
            "kind": kind.value,
            "subject_id": subject_id,
            "state": JobState.DUE.value,
            "due_at": due_at,
            "attempts": 0,
            "series": 1,
            "asked": 1,
            "correlation_id": tx.trace.correlation_id,
            "began_at": tx.trace.began_at,
            "caused_by": tx.trace.caused_by,
        }
        tx.sql.execute(self._add, row)
        tx.wake("ask_stripe")

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
            table: with CardNoticeColumns.
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


class PaymentRows:
    """What is paid by card and given back, in a service's own tables."""

    def __init__(self, payments: Any, refunds: Any) -> None:
        """Write the statements once.

        Args:
            payments: with the columns payment_id (its key), state, amount_minor, currency,
                description, made_at, ended_at, expires_at, success_url, cancel_url, language,
                checkout_id, checkout_url, intent_id and error.
            refunds: with the columns refund_id (its key), payment_id, amount_minor, state, made_at
                and error.
        """
        paid: FromClause = payments
        back: FromClause = refunds
        of_payment = back.c.payment_id == bindparam("payment_id")
        self._payment = select(paid).where(paid.c.payment_id == bindparam("payment_id"))
        self._payment_locked = self._payment.with_for_update()
        self._of_intent = select(paid).where(paid.c.intent_id == bindparam("intent_id"))
        self._change_payment = update(payments).where(paid.c.payment_id == bindparam("p"))
        self._refund = select(back).where(back.c.refund_id == bindparam("refund_id"))
        self._refund_locked = self._refund.with_for_update()
        self._change_refund = update(refunds).where(back.c.refund_id == bindparam("r"))
        self._make_good = (
            update(refunds)
            .where(back.c.refund_id == bindparam("r"), back.c.state == RefundState.FAILED.value)
            .values(state=RefundState.MADE_GOOD.value)
            .returning(back)
        )
        self._refunds_of = select(back).where(of_payment)
        self._begun = select(func.coalesce(func.sum(back.c.amount_minor), 0)).where(
            of_payment, back.c.state.not_in(NOT_BACK)
        )
        self._newest = (
            select(back)
            .where(back.c.state == bindparam("state"))
            .order_by(back.c.made_at.desc(), back.c.refund_id.desc())
            .limit(bindparam("most"))
        )
        last = (back.c.made_at, back.c.refund_id)
        place = tuple_(*last)
        self._newest_after = self._newest.where(
            place < tuple_(*(bindparam(one.name, type_=one.type) for one in last))
        )

    def find_payment(
        self, sql: Connection, payment_id: UUID, *, lock: bool = False
    ) -> Row[Any] | None:
        """Find a payment, locked if it is about to change."""
        query = self._payment_locked if lock else self._payment
        return sql.execute(query, {"payment_id": payment_id}).one_or_none()

    def find_payment_of_intent(self, sql: Connection, intent_id: str) -> Row[Any] | None:
        """Find what was paid with an intent of Stripe's."""
        return sql.execute(self._of_intent, {"intent_id": intent_id}).one_or_none()

    def change_payment(self, sql: Connection, payment_id: UUID, **changes: Any) -> None:
        """Set some of a payment's columns."""
        sql.execute(self._change_payment.values(**changes), {"p": payment_id})

    def find_refund(
        self, sql: Connection, refund_id: UUID, *, lock: bool = False
    ) -> Row[Any] | None:
        """Find a refund, locked if it is about to change."""
        query = self._refund_locked if lock else self._refund
        return sql.execute(query, {"refund_id": refund_id}).one_or_none()

    def change_refund(self, sql: Connection, refund_id: UUID, **changes: Any) -> None:
        """Set some of a refund's columns."""
        sql.execute(self._change_refund.values(**changes), {"r": refund_id})

    def make_good(self, sql: Connection, refund_id: UUID) -> Row[Any] | None:
        """Note that a refund that failed is made good; None where none has this id."""
        return sql.execute(self._make_good, {"r": refund_id}).one_or_none()

    def refunds_of_payment(self, sql: Connection, payment_id: UUID) -> Sequence[Row[Any]]:
        """List what was given back of a payment, or is about to be."""
        return sql.execute(self._refunds_of, {"payment_id": payment_id}).all()

    def refunds_begun(self, sql: Connection, payment_id: UUID) -> int:
        """Add up what was given back of a payment or is about to be, in minor units."""
        return int(sql.execute(self._begun, {"payment_id": payment_id}).scalar_one())

    def list_refunds(
        self, sql: Connection, state: str, *, after: Row[Any] | None, limit: int
    ) -> Sequence[Row[Any]]:
        """List the refunds of a state, the newest first; `after` ended the page before."""
        wanted = {"state": str(state), "most": limit}
        if after is None:
            return sql.execute(self._newest, wanted).all()
        place = {"made_at": after.made_at, "refund_id": after.refund_id}
        return sql.execute(self._newest_after, wanted | place).all()
