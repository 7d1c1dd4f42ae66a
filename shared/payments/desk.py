"""Asking Stripe: what is due is claimed, asked outside, and its answer settled.

A process may die at any point in between. Its claim lapses, another asks again with the same key
and the same parameters, which were stored before the first time, and gets the same answer.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from shared import metrics
from shared.db import Tx
from shared.payments.jobs import (
    ACCOUNT,
    LEASE,
    LOOK_EVERY,
    NOTICES_KEPT,
    SHORTEST_OPEN,
    Answer,
    Job,
    JobEnd,
    JobKind,
    JobState,
    Order,
    after_answer,
    job_of,
    next_stretch,
    wait_after,
)
from shared.payments.rows import JobRows, NoticeRows, PaymentRows
from shared.payments.words import Checkout, Gone, Notice, Reckoning, Repayment, Seen, Stretch

_SLOW = timedelta(hours=1)
_SLOWEST = timedelta(days=14)


class Standing(StrEnum):
    """How far a payment by card has come, in the words of every service's rows.

    A refund is `due` or `failed` by the same words.
    """

    DUE = "due"
    OPENED = "opened"  # Stripe shows a page where it can be paid
    PAID = "paid"
    EXPIRED = "expired"  # nobody paid in time
    FAILED = "failed"  # the bank or Stripe refused


class CardDesk(ABC):
    """Has Stripe asked in a service's name, by its own tables; the service says what money does.

    A service that asks more than this knows of (it may charge a card by itself) gives the job, and
    settles it, before it lets this do the rest.
    """

    service: str  # part of every key
    jobs: JobRows
    notices: NoticeRows
    payments: PaymentRows

    # -- what the service says ------------------------------------------------------------------

    @abstractmethod
    def take_payment(self, tx: Tx, payment_id: UUID, seen: Seen, *, at: datetime) -> None:
        """Take money that has arrived at Stripe; taken already, nothing changes."""

    @abstractmethod
    def note_refund(self, tx: Tx, refund_id: UUID, *, vendor_id: str, at: datetime) -> None:
        """Note that money is back on its card; noted already, nothing changes."""

    @abstractmethod
    def note_gone(self, tx: Tx, payment_id: UUID, gone: tuple[Gone, ...], *, at: datetime) -> None:
        """Have the books say of a payment's refunds what Stripe says; noted already, nothing."""

    @abstractmethod
    def who_pays(self, payment: Any) -> dict[str, Any]:
        """Give what Stripe is told of whoever pays on a page: the rest of a Checkout."""

    # -- asking ---------------------------------------------------------------------------------

    def ask(self, tx: Tx, kind: JobKind, subject_id: UUID, *, due_at: datetime) -> None:
        """Have Stripe asked something, as soon as the transaction has committed or at `due_at`."""
        self.jobs.add_card_job(tx.sql, kind, subject_id, tx.trace, due_at=due_at)
        tx.wake("ask_stripe")

    def claim_card_job(
        self, tx: Tx, *, at: datetime, only: tuple[JobKind, UUID] | None = None
    ) -> Job | None:
        """Claim the next thing to ask Stripe, or `only` that one; for LEASE nobody else does."""
        while row := self.jobs.claim_card_job(tx.sql, at=at, until=at + LEASE, only=only):
            job = self.job(tx, row, at=at)
            if job is not None:
                return job
            kind, subject = JobKind(row.kind), row.subject_id
            self.jobs.change_card_job(tx.sql, kind, subject, state=JobState.DONE.value)
        return None

    def job(self, tx: Tx, row: Any, *, at: datetime) -> Job | None:
        """Give what a claimed row asks; None where it need not be asked any more."""
        kind = JobKind(row.kind)
        if kind is JobKind.GATHER:
            return job_of(self.service, row, next_stretch(row.seen_until, at=at))
        refund = None
        if kind is JobKind.REPAY:
            refund = self.payments.find_refund(tx.sql, row.subject_id)
        found = refund.payment_id if refund else row.subject_id
        payment = self.payments.find_payment(tx.sql, found)
        if payment is None:
            return None
        if kind is JobKind.OPEN and not row.attempts and not self._openable(tx, payment, at=at):
            return None
        order = self._order(kind, payment, refund)
        return job_of(self.service, row, order, checkout_id=payment.checkout_id)

    def _openable(self, tx: Tx, payment: Any, *, at: datetime) -> bool:
        """Say whether a page may still be opened; end it where Stripe was out of reach too long."""
        if payment.state != Standing.DUE:
            return False
        if payment.expires_at >= at + SHORTEST_OPEN:
            return True
        self._end(tx, payment, Standing.FAILED, error="Stripe was out of reach", at=at)
        return False

    def _order(self, kind: JobKind, payment: Any, refund: Any) -> Order | None:
        match kind:
            case JobKind.OPEN:
                return Checkout(
                    reference=str(payment.payment_id),
                    description=payment.description,
                    amount_minor=payment.amount_minor,
                    currency=payment.currency,
                    expires_at=payment.expires_at,
                    success_url=payment.success_url,
                    cancel_url=payment.cancel_url,
                    language=payment.language,
                    **self.who_pays(payment),
                )
            case JobKind.RECKON:
                return Reckoning(intent_id=payment.intent_id)
            case JobKind.REPAY:
                return Repayment(
                    reference=str(refund.refund_id),
                    intent_id=payment.intent_id,
                    amount_minor=refund.amount_minor,
                    currency=payment.currency,
                )
            case _:
                return None

    # -- settling -------------------------------------------------------------------------------

    def settle_card_job(self, tx: Tx, answer: Answer, *, at: datetime) -> None:
        """Do what Stripe's answer means; settled a second time, nothing changes."""
        job = answer.job
        told = tx.on(job.trace)
        if answer.end in {JobEnd.UNKNOWN, JobEnd.BROKEN}:
            again: datetime | None = at + wait_after(job.attempts + 1)
        elif answer.end is JobEnd.REFUSED:
            again = self.refused(told, answer, at=at)
        else:
            again = self.done(told, answer, at=at)
        row = self.jobs.find_card_job(tx.sql, job.kind, job.subject_id)
        after = after_answer(row, answer, again, at=at)
        if after is not None:
            self.jobs.change_card_job(tx.sql, job.kind, job.subject_id, **after)

    def done(self, tx: Tx, answer: Answer, *, at: datetime) -> datetime | None:
        """Do what an answer means; give when to ask again, if at all."""
        job, seen = answer.job, answer.seen
        if answer.repaid is not None:
            self.note_refund(tx, job.subject_id, vendor_id=answer.repaid.refund_id, at=at)
        elif answer.gone is not None:
            self.note_gone(tx, job.subject_id, answer.gone, at=at)
        elif answer.notices is not None:
            return self._gathered(tx, job, answer.notices, at=at)
        elif seen is not None and seen.paid:
            self.take_payment(tx, job.subject_id, seen, at=at)
        elif seen is not None:
            return self._unpaid(tx, job, seen, at=at)
        return None

    def _gathered(
        self, tx: Tx, job: Job, notices: Sequence[Notice], *, at: datetime
    ) -> datetime | None:
        """Heed what webhooks were to tell; give when to go on where that was not all."""
        new = [self._heed(tx, notice, at=at) for notice in reversed(notices)]
        metrics.CARD_NOTICES.labels(self.service, "list").inc(sum(new))
        if not isinstance(job.order, Stretch):
            raise TypeError(job.kind)
        seen = {"seen_until": job.order.until}
        self.jobs.change_card_job(tx.sql, job.kind, job.subject_id, **seen)
        return at if job.order.more else None

    def _unpaid(self, tx: Tx, job: Job, seen: Seen, *, at: datetime) -> datetime | None:
        """Note how a page stands that nobody has paid on yet; give when to look again."""
        payment = self.payments.find_payment(tx.sql, job.subject_id, lock=True)
        if payment is None or payment.state == Standing.PAID:
            return None
        if job.kind is JobKind.OPEN:
            self._opened(tx, payment, job, seen, at=at)
        elif seen.state == "open":
            return at + LOOK_EVERY
        elif seen.state == "expired":
            self._end(tx, payment, Standing.EXPIRED, at=at)
        elif at < payment.made_at + _SLOWEST:  # by a way of paying that takes days
            return at + _SLOW
        else:
            self._end(tx, payment, Standing.FAILED, error="it was never paid", at=at)
        return None

    def _opened(self, tx: Tx, payment: Any, job: Job, seen: Seen, *, at: datetime) -> None:
        page = {"checkout_id": seen.checkout_id, "checkout_url": seen.url}
        if payment.state == Standing.DUE:
            page["state"] = Standing.OPENED.value
            # A page whose opening was not heard of at first may have been paid meanwhile.
            wait = timedelta(0) if job.attempts else LOOK_EVERY
            self.ask(tx, JobKind.LOOK, payment.payment_id, due_at=at + wait)
        elif payment.state == Standing.EXPIRED:  # nobody was to pay any more, meanwhile
            self.ask(tx, JobKind.EXPIRE, payment.payment_id, due_at=at)
        self.payments.change_payment(tx.sql, payment.payment_id, **page)

    def refused(self, tx: Tx, answer: Answer, *, at: datetime) -> datetime | None:
        """Note that Stripe will not do it; give when to ask again all the same, if at all."""
        job = answer.job
        if job.kind is JobKind.REPAY:
            self._fail_refund(tx, job.subject_id, answer.error, at=at)
        elif job.kind in {JobKind.OPEN, JobKind.LOOK}:
            payment = self.payments.find_payment(tx.sql, job.subject_id, lock=True)
            if payment is not None and payment.state in {Standing.DUE, Standing.OPENED}:
                self._end(tx, payment, Standing.FAILED, error=answer.error, at=at)
        return None

    def _fail_refund(self, tx: Tx, refund_id: UUID, error: str | None, *, at: datetime) -> None:
        """Note that money has not gone back; it may have gone another way, which is looked at."""
        refund = self.payments.find_refund(tx.sql, refund_id, lock=True)
        if refund is not None and refund.state == Standing.DUE:
            failed = {"state": Standing.FAILED.value, "error": error}
            self.payments.change_refund(tx.sql, refund_id, **failed)
            self.ask(tx, JobKind.RECKON, refund.payment_id, due_at=at)

    def _end(self, tx: Tx, payment: Any, state: Standing, *, at: datetime, **why: Any) -> None:
        ended = {"state": state.value, "ended_at": at, **why}
        self.payments.change_payment(tx.sql, payment.payment_id, **ended)

    # -- hearing --------------------------------------------------------------------------------

    def hear_stripe(self, tx: Tx, notice: Notice, *, at: datetime) -> None:
        """Look at what a webhook says is new; heard before, or not ours, it changes nothing.

        What it says of the payment itself is not taken at its word: webhooks come twice and in any
        order, and only Stripe knows how things stand now.
        """
        metrics.CARD_NOTICES.labels(self.service, "webhook").inc()
        self._heed(tx, notice, at=at)

    def _heed(self, tx: Tx, notice: Notice, *, at: datetime) -> bool:
        """Do what a notice calls for; False where it was heard before."""
        if not self.notices.add_card_notice(tx.sql, notice, at=at):
            return False
        named, find = notice.subject_id, self.payments
        payment = find.find_payment(tx.sql, named) if named else None
        if payment is not None and payment.checkout_id and payment.state != Standing.PAID:
            self.ask(tx, JobKind.LOOK, payment.payment_id, due_at=at)
        refund = find.find_refund(tx.sql, named) if named and not payment else None
        if notice.of_money_gone and (payment := payment or self._gone_from(tx, notice, refund)):
            self.ask(tx, JobKind.RECKON, payment.payment_id, due_at=at)
        if refund is not None and refund.state == Standing.DUE:
            self.ask(tx, JobKind.REPAY, refund.refund_id, due_at=at)
        return True

    def _gone_from(self, tx: Tx, notice: Notice, refund: Any) -> Any:
        """Find what was paid of which money is gone: by the refund, or by Stripe's own id."""
        if refund is not None:
            return self.payments.find_payment(tx.sql, refund.payment_id)
        intent_id = notice.intent_id
        return self.payments.find_payment_of_intent(tx.sql, intent_id) if intent_id else None

    def gather_notices(self, tx: Tx, *, at: datetime) -> None:
        """Have Stripe asked what its webhooks were to tell of money gone: they may all be lost."""
        self.ask(tx, JobKind.GATHER, ACCOUNT, due_at=at)

    def prune_card_notices(self, tx: Tx, *, at: datetime) -> int:
        """Forget the webhooks that Stripe has long stopped repeating; give how many."""
        return self.notices.drop_card_notices(tx.sql, before=at - NOTICES_KEPT)
