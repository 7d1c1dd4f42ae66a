"""Asking Stripe: what is due is claimed, asked outside, and its answer settled.

A process may die at any point in between. Its claim lapses, another asks again with the same key
and the same parameters, which were stored before the first time, and gets the same answer.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.events import store
from services.events.actions.arrivals import note_gone, note_refund, take_payment
from services.events.actions.checkouts import ask_stripe
from services.events.domain import CheckoutState, RefundState
from services.events.gateways import (
    Answer,
    Checkout,
    Job,
    Notice,
    Reckoning,
    Repayment,
    Seen,
    Stretch,
)
from shared.db import Tx
from shared.payments.jobs import (
    ACCOUNT,
    LEASE,
    LOOK_EVERY,
    NOTICES_KEPT,
    SHORTEST_OPEN,
    JobEnd,
    JobKind,
    JobState,
    after_answer,
    job_of,
    next_stretch,
    wait_after,
)

_SLOW = timedelta(hours=1)
_SLOWEST = timedelta(days=14)


def claim_card_job(tx: Tx, *, at: datetime, only: tuple[JobKind, UUID] | None = None) -> Job | None:
    """Claim the next thing to ask Stripe, or `only` that one; for LEASE nobody else takes it."""
    while row := store.claim_card_job(tx.sql, at=at, until=at + LEASE, only=only):
        job = _job(tx, row, at=at)
        if job is not None:
            return job
        kind, subject = JobKind(row.kind), row.subject_id
        store.change_card_job(tx.sql, kind, subject, state=JobState.DONE.value)
    return None


def _job(tx: Tx, row: Any, *, at: datetime) -> Job | None:
    """Give what a job asks; None where it need not be asked any more."""
    kind = JobKind(row.kind)
    if kind is JobKind.GATHER:
        return job_of("events", row, next_stretch(row.seen_until, at=at))
    refund = store.find_refund(tx.sql, row.subject_id) if kind is JobKind.REPAY else None
    checkout = store.find_checkout(tx.sql, refund.payment_id if refund else row.subject_id)
    if checkout is None:
        return None
    if kind is JobKind.OPEN and not row.attempts and not _openable(tx, checkout, at=at):
        return None
    order = _order(kind, checkout, refund)
    return job_of("events", row, order, checkout_id=checkout.checkout_id)


def _openable(tx: Tx, checkout: Any, *, at: datetime) -> bool:
    """Say whether a page may still be opened; note it where Stripe was out of reach too long."""
    if checkout.state != CheckoutState.DUE:
        return False
    if checkout.expires_at >= at + SHORTEST_OPEN:
        return True
    ended = {
        "state": CheckoutState.FAILED.value,
        "ended_at": at,
        "error": "Stripe was out of reach",
    }
    store.change_checkout(tx.sql, checkout.payment_id, **ended)
    return False


def _order(kind: JobKind, checkout: Any, refund: Any) -> Checkout | Repayment | Reckoning | None:
    money = {"currency": checkout.currency, "reference": str(checkout.payment_id)}
    match kind:
        case JobKind.OPEN:
            return Checkout(
                **money,
                description=checkout.description,
                amount_minor=checkout.amount_minor,
                expires_at=checkout.expires_at,
                success_url=checkout.success_url,
                cancel_url=checkout.cancel_url,
                email=None,  # they write it there: nothing of them is kept with the page
                customer_id=None,
                save_card=False,
                language=checkout.language,
            )
        case JobKind.RECKON:
            return Reckoning(intent_id=checkout.intent_id)
        case JobKind.REPAY:
            return Repayment(
                currency=checkout.currency,
                reference=str(refund.refund_id),
                intent_id=checkout.intent_id,
                amount_minor=refund.amount_minor,
            )
        case _:
            return None


def settle_card_job(tx: Tx, answer: Answer, *, at: datetime) -> None:
    """Do what Stripe's answer means; settled a second time, nothing changes."""
    job = answer.job
    told = tx.on(job.trace)
    if answer.end in {JobEnd.UNKNOWN, JobEnd.BROKEN}:
        again: datetime | None = at + wait_after(job.attempts + 1)
    else:
        settled = _settle_refused if answer.end is JobEnd.REFUSED else _settle_done
        again = settled(told, answer, at=at)
    row = store.find_card_job(tx.sql, job.kind, job.subject_id)
    after = after_answer(row, answer, again, at=at)
    if after is not None:
        store.change_card_job(tx.sql, job.kind, job.subject_id, **after)


def _settle_done(tx: Tx, answer: Answer, *, at: datetime) -> datetime | None:
    """Do what an answer means; give when to ask again, if at all."""
    job, seen = answer.job, answer.seen
    if answer.repaid is not None:
        note_refund(tx, job.subject_id, vendor_id=answer.repaid.refund_id, at=at)
    elif answer.gone is not None:
        note_gone(tx, job.subject_id, answer.gone, at=at)
    elif answer.notices is not None:
        return _settle_gathered(tx, answer, answer.notices, at=at)
    elif seen is not None and seen.paid:
        take_payment(tx, job.subject_id, seen, at=at)
    elif seen is not None:
        return _settle_unpaid(tx, job, seen, at=at)
    return None


def _settle_gathered(
    tx: Tx, answer: Answer, notices: Sequence[Notice], *, at: datetime
) -> datetime | None:
    """Heed what webhooks were to tell; give when to go on where that was not all."""
    for notice in reversed(notices):
        hear_stripe(tx, notice, at=at)
    job, seen = answer.job, answer.job.order
    if not isinstance(seen, Stretch):
        raise TypeError(job.kind)
    store.change_card_job(tx.sql, job.kind, job.subject_id, seen_until=seen.until)
    return at if seen.more else None


def _settle_unpaid(tx: Tx, job: Job, seen: Seen, *, at: datetime) -> datetime | None:
    """Note how a page stands that nobody has paid on yet; give when to look again."""
    checkout = store.find_checkout(tx.sql, job.subject_id, lock=True)
    if checkout is None or checkout.state == CheckoutState.PAID:
        return None
    if job.kind is JobKind.OPEN:
        _note_opened(tx, checkout, job, seen, at=at)
    elif seen.state == "open":
        return at + LOOK_EVERY
    elif seen.state == "expired":
        ended = {"state": CheckoutState.EXPIRED.value, "ended_at": at}
        store.change_checkout(tx.sql, checkout.payment_id, **ended)
    elif at < checkout.made_at + _SLOWEST:  # by a way of paying that takes days
        return at + _SLOW
    else:
        ended = {"state": CheckoutState.FAILED.value, "ended_at": at}
        store.change_checkout(tx.sql, checkout.payment_id, **ended, error="it was never paid")
    return None


def _note_opened(tx: Tx, checkout: Any, job: Job, seen: Seen, *, at: datetime) -> None:
    page = {"checkout_id": seen.checkout_id, "checkout_url": seen.url}
    if checkout.state == CheckoutState.DUE:
        page["state"] = CheckoutState.OPENED.value
        # A page whose opening was not heard of at first may have been paid meanwhile.
        wait = timedelta(0) if job.attempts else LOOK_EVERY
        ask_stripe(tx, JobKind.LOOK, checkout.payment_id, due_at=at + wait)
    elif checkout.state == CheckoutState.EXPIRED:  # nobody was to pay any more, meanwhile
        ask_stripe(tx, JobKind.EXPIRE, checkout.payment_id, due_at=at)
    store.change_checkout(tx.sql, checkout.payment_id, **page)


def _settle_refused(tx: Tx, answer: Answer, *, at: datetime) -> None:
    job = answer.job
    if job.kind is JobKind.REPAY:
        _fail_refund(tx, job.subject_id, answer.error, at=at)
    elif job.kind in {JobKind.OPEN, JobKind.LOOK}:
        checkout = store.find_checkout(tx.sql, job.subject_id, lock=True)
        if checkout is not None and checkout.state in {CheckoutState.DUE, CheckoutState.OPENED}:
            ended = {"state": CheckoutState.FAILED.value, "ended_at": at, "error": answer.error}
            store.change_checkout(tx.sql, job.subject_id, **ended)


def _fail_refund(tx: Tx, refund_id: UUID, error: str | None, *, at: datetime) -> None:
    """Note that money has not gone back; it may have gone back another way, which is looked at."""
    refund = store.find_refund(tx.sql, refund_id, lock=True)
    if refund is not None and refund.state == RefundState.DUE:
        failed = {"state": RefundState.FAILED.value, "error": error}
        store.change_refund(tx.sql, refund_id, **failed)
        ask_stripe(tx, JobKind.RECKON, refund.payment_id, due_at=at)


def hear_stripe(tx: Tx, notice: Notice, *, at: datetime) -> None:
    """Look at what a webhook says is new; heard before, or not ours, it changes nothing.

    What it says of the checkout itself is not taken at its word: webhooks come twice and in any
    order, and only Stripe knows how things stand now.
    """
    if not store.add_card_notice(tx.sql, notice, at=at):
        return
    named = notice.subject_id
    checkout = store.find_checkout(tx.sql, named) if named else None
    if checkout is not None and checkout.checkout_id and checkout.state != CheckoutState.PAID:
        ask_stripe(tx, JobKind.LOOK, checkout.payment_id, due_at=at)
    refund = store.find_refund(tx.sql, named) if named and not checkout else None
    if notice.of_money_gone and (checkout := checkout or _gone_from(tx, notice, refund)):
        ask_stripe(tx, JobKind.RECKON, checkout.payment_id, due_at=at)
    if refund is not None and refund.state == RefundState.DUE:
        ask_stripe(tx, JobKind.REPAY, refund.refund_id, due_at=at)


def gather_notices(tx: Tx, *, at: datetime) -> None:
    """Have Stripe asked what its webhooks were to tell of money gone, for they may all be lost."""
    ask_stripe(tx, JobKind.GATHER, ACCOUNT, due_at=at)


def prune_card_notices(tx: Tx, *, at: datetime) -> int:
    """Forget the webhooks that Stripe has long stopped repeating; give how many."""
    return store.drop_card_notices(tx.sql, before=at - NOTICES_KEPT)


def _gone_from(tx: Tx, notice: Notice, refund: Any) -> Any:
    """Find what was paid of which money is gone: by the refund, or by Stripe's own id."""
    if refund is not None:
        return store.find_checkout(tx.sql, refund.payment_id)
    return store.find_checkout_of_intent(tx.sql, notice.intent_id) if notice.intent_id else None
