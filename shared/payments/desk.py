"""Asking Stripe: what is due is claimed, asked outside, and its answer settled.

A process may die at any point in between. Its claim lapses, another asks again with the same key
and the same parameters, which were stored before the first time, and gets the same answer.
"""

from abc import abstractmethod
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from shared import metrics
from shared.clock import Now
from shared.contracts import Values
from shared.db import Transactions, Tx
from shared.engine import in_spite_of_clashes
from shared.payments.cashier import Cashier, when_answered
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
    after_answer,
    job_of,
    next_stretch,
    order_of,
    wait_after,
)
from shared.payments.refunds import Refunds
from shared.payments.rows import NoticeRows
from shared.payments.states import PaymentState, RefundState
from shared.payments.words import Notice, Seen, Stretch

_SLOW = timedelta(hours=1)
_SLOWEST = timedelta(days=14)


class CardDesk(Refunds):
    """Has Stripe asked in a service's name, by its own tables; the service says what money does.

    A service that asks more than this knows of (it may charge a card by itself) gives the job, and
    settles it, before it lets this do the rest.
    """

    notices: NoticeRows

    # -- what the service says ------------------------------------------------------------------

    @abstractmethod
    def take_payment(self, tx: Tx, payment_id: UUID, seen: Seen, *, at: datetime) -> None:
        """Take money that has arrived at Stripe; taken already, nothing changes."""

    @abstractmethod
    def shown(self, payment: Any, /) -> Values:
        """Give what a caller is to know of a page where somebody pays."""

    @abstractmethod
    def who_pays(self, payment: Any) -> dict[str, Any]:
        """Give what Stripe is told of whoever pays on a page: the rest of a Checkout."""

    # -- asking ---------------------------------------------------------------------------------

    def ask_stripe(
        self,
        db: Transactions,
        cashier: Cashier,
        now: Now,
        *,
        only: tuple[JobKind, UUID] | None = None,
    ) -> bool:
        """Ask Stripe the next thing that is due, or `only` that one; say whether there was one.

        Stripe is asked between two transactions, and never within one. Its answer is settled in
        spite of whoever writes at the same time, for the next process would ask only when the claim
        is over.
        """
        with db.begin() as tx:
            job = self.claim_card_job(tx, at=now(), only=only)
        if job is None:
            return False
        answer = cashier.do(job)

        def settle() -> None:
            with db.begin() as tx:
                self.settle_card_job(tx, answer, at=now())

        in_spite_of_clashes(settle)
        return True

    def opened(self, db: Transactions, cashier: Cashier, now: Now, payment_id: UUID) -> Values:
        """Have Stripe open a page at once where the timer has not done it; give it as it is.

        It has no address afterwards only where Stripe cannot be reached, or has refused: `error`
        says why.
        """

        def look() -> Values:
            with db.read() as sql:
                return self.shown(self.payments.find_payment(sql, payment_id))

        page = look()
        if page["checkout_url"]:
            return page
        asked = self.ask_stripe(db, cashier, now, only=(JobKind.OPEN, payment_id))
        return look() if asked else when_answered(look)

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
        order = order_of(kind, payment, refund, self.who_pays)
        return job_of(self.service, row, order, checkout_id=payment.checkout_id)

    def _openable(self, tx: Tx, payment: Any, *, at: datetime) -> bool:
        """Say whether a page may still be opened; end it where Stripe was out of reach too long."""
        if payment.state != PaymentState.DUE:
            return False
        if payment.expires_at >= at + SHORTEST_OPEN:
            return True
        self._end(tx, payment, PaymentState.FAILED, error="Stripe was out of reach", at=at)
        return False

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
        if payment is None or payment.state == PaymentState.PAID:
            return None
        if job.kind is JobKind.OPEN:
            self._opened(tx, payment, job, seen, at=at)
        elif seen.state == "open":
            return at + LOOK_EVERY
        elif seen.state == "expired":
            self._end(tx, payment, PaymentState.EXPIRED, at=at)
        elif at < payment.made_at + _SLOWEST:  # by a way of paying that takes days
            return at + _SLOW
        else:
            self._end(tx, payment, PaymentState.FAILED, error="it was never paid", at=at)
        return None

    def _opened(self, tx: Tx, payment: Any, job: Job, seen: Seen, *, at: datetime) -> None:
        page = {"checkout_id": seen.checkout_id, "checkout_url": seen.url}
        if payment.state == PaymentState.DUE:
            page["state"] = PaymentState.OPENED.value
            # A page whose opening was not heard of at first may have been paid meanwhile.
            wait = timedelta(0) if job.attempts else LOOK_EVERY
            self.jobs.ask(tx, JobKind.LOOK, payment.payment_id, due_at=at + wait)
        elif payment.state == PaymentState.EXPIRED:  # nobody was to pay any more, meanwhile
            self.jobs.ask(tx, JobKind.EXPIRE, payment.payment_id, due_at=at)
        self.payments.change_payment(tx.sql, payment.payment_id, **page)

    def refused(self, tx: Tx, answer: Answer, *, at: datetime) -> datetime | None:
        """Note that Stripe will not do it; give when to ask again all the same, if at all."""
        job = answer.job
        if job.kind is JobKind.REPAY:
            self.fail_refund(tx, job.subject_id, answer.error, at=at)
        elif job.kind in {JobKind.OPEN, JobKind.LOOK}:
            payment = self.payments.find_payment(tx.sql, job.subject_id, lock=True)
            if payment is not None and payment.state in {PaymentState.DUE, PaymentState.OPENED}:
                self._end(tx, payment, PaymentState.FAILED, error=answer.error, at=at)
        return None

    def _end(self, tx: Tx, payment: Any, state: PaymentState, *, at: datetime, **why: Any) -> None:
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
        if payment is not None and payment.checkout_id and payment.state != PaymentState.PAID:
            self.jobs.ask(tx, JobKind.LOOK, payment.payment_id, due_at=at)
        refund = find.find_refund(tx.sql, named) if named and not payment else None
        if notice.of_money_gone and (payment := payment or self._gone_from(tx, notice, refund)):
            self.jobs.ask(tx, JobKind.RECKON, payment.payment_id, due_at=at)
        if refund is not None and refund.state == RefundState.DUE:
            self.jobs.ask(tx, JobKind.REPAY, refund.refund_id, due_at=at)
        return True

    def _gone_from(self, tx: Tx, notice: Notice, refund: Any) -> Any:
        """Find what was paid of which money is gone: by the refund, or by Stripe's own id."""
        if refund is not None:
            return self.payments.find_payment(tx.sql, refund.payment_id)
        intent_id = notice.intent_id
        return self.payments.find_payment_of_intent(tx.sql, intent_id) if intent_id else None

    def gather_notices(self, tx: Tx, *, at: datetime) -> None:
        """Have Stripe asked what its webhooks were to tell of money gone: they may all be lost."""
        self.jobs.ask(tx, JobKind.GATHER, ACCOUNT, due_at=at)

    def prune_card_notices(self, tx: Tx, *, at: datetime) -> int:
        """Forget the webhooks that Stripe has long stopped repeating; give how many."""
        return self.notices.drop_card_notices(tx.sql, before=at - NOTICES_KEPT)
