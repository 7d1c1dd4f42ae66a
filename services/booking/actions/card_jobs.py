"""Asking Stripe: what is due is claimed, asked outside, and its answer settled.

A process may die at any point in between. Its claim lapses, another asks again with the same key
and the same parameters, which were stored before the first time, and gets the same answer.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.booking import store
from services.booking.actions.arrivals import refuse_unpaid, take_payment
from services.booking.actions.money import ask_stripe, note_refund
from services.booking.actions.reckoning import note_gone
from services.booking.domain import HoldState, PaymentState, RefundState
from services.booking.gateways import (
    Answer,
    Charge,
    Checkout,
    DroppedCard,
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
_MIND_CHANGED = timedelta(days=1)


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
        return job_of("booking", row, next_stretch(row.seen_until, at=at))
    if kind is JobKind.LET_GO:
        return _letting_go(tx, row)
    refund = store.find_refund(tx.sql, row.subject_id) if kind is JobKind.REPAY else None
    payment = store.find_payment(tx.sql, refund.payment_id if refund else row.subject_id)
    if payment is None:
        return None
    if kind is JobKind.OPEN and not row.attempts and not _openable(tx, payment, at=at):
        return None
    order = _order(kind, payment, refund)
    job = job_of("booking", row, order, checkout_id=payment.checkout_id)
    first = kind is JobKind.CHARGE and not row.attempts
    if first and not _chargeable(tx.on(job.trace), payment, at=at):
        return None
    return job


def _letting_go(tx: Tx, row: Any) -> Job | None:
    """Give what lets go of a card, unless it is kept again."""
    card = store.find_dropped_card(tx.sql, row.subject_id)
    if card is None or store.is_kept(tx.sql, card.method_id):
        store.forget_dropped_card(tx.sql, row.subject_id)
        return None
    return job_of("booking", row, DroppedCard(method_id=card.method_id))


def _openable(tx: Tx, payment: Any, *, at: datetime) -> bool:
    """Say whether a page may still be opened; note it where Stripe was out of reach too long."""
    if payment.state != PaymentState.DUE:
        return False
    if payment.expires_at >= at + SHORTEST_OPEN:
        return True
    ended = {"state": PaymentState.FAILED.value, "ended_at": at, "error": "Stripe was out of reach"}
    store.change_payment(tx.sql, payment.payment_id, **ended)
    return False


def _chargeable(tx: Tx, payment: Any, *, at: datetime) -> bool:
    """Say whether a card may still be charged; refuse the spot where it, or the spot, is gone."""
    spot = store.find_hold(tx.sql, payment.spot_id)
    over = spot is None or (spot.held_until is not None and spot.held_until <= at)
    if over or (spot is not None and spot.state is not HoldState.OPEN):
        error, still_open = "the spot is no longer held", False
    else:
        card = store.find_card(tx.sql, payment.person_id)
        if card is not None and card.method_id == payment.method_id:
            return True
        error, still_open = "the card is no longer kept", True
    refuse_unpaid(tx, payment.payment_id, error, still_open=still_open, at=at)
    return False


def _order(
    kind: JobKind, payment: Any, refund: Any
) -> Checkout | Charge | Repayment | Reckoning | None:
    money = {"currency": payment.currency, "reference": str(payment.payment_id)}
    match kind:
        case JobKind.OPEN:
            return Checkout(
                **money,
                description=payment.description,
                amount_minor=payment.amount_minor,
                expires_at=payment.expires_at,
                success_url=payment.success_url,
                cancel_url=payment.cancel_url,
                email=payment.email,
                customer_id=payment.customer_id,
                save_card=payment.save_card,
                language=payment.language,
            )
        case JobKind.CHARGE:
            return Charge(
                **money,
                description=payment.description,
                amount_minor=payment.amount_minor,
                customer_id=payment.customer_id,
                method_id=payment.method_id,
            )
        case JobKind.RECKON:
            return Reckoning(intent_id=payment.intent_id)
        case JobKind.REPAY:
            return Repayment(
                currency=payment.currency,
                reference=str(refund.refund_id),
                intent_id=payment.intent_id,
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
    elif job.kind is JobKind.LET_GO:
        store.forget_dropped_card(tx.sql, job.subject_id)
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
    payment = store.find_payment(tx.sql, job.subject_id, lock=True)
    if payment is None or payment.state == PaymentState.PAID:
        return None
    if job.kind is JobKind.OPEN:
        _note_opened(tx, payment, job, seen, at=at)
    elif seen.state == "open":
        return at + LOOK_EVERY
    elif seen.state == "expired":
        ended = {"state": PaymentState.EXPIRED.value, "ended_at": at}
        store.change_payment(tx.sql, payment.payment_id, **ended)
    elif at < payment.made_at + _SLOWEST:  # by a way of paying that takes days
        return at + _SLOW
    else:
        ended = {"state": PaymentState.FAILED.value, "ended_at": at}
        store.change_payment(tx.sql, payment.payment_id, **ended, error="it was never paid")
    return None


def _note_opened(tx: Tx, payment: Any, job: Job, seen: Seen, *, at: datetime) -> None:
    page = {"checkout_id": seen.checkout_id, "checkout_url": seen.url}
    if payment.state == PaymentState.DUE:
        page["state"] = PaymentState.OPENED.value
        # A page whose opening was not heard of at first may have been paid meanwhile.
        wait = timedelta(0) if job.attempts else LOOK_EVERY
        ask_stripe(tx, JobKind.LOOK, payment.payment_id, due_at=at + wait)
    elif payment.state == PaymentState.EXPIRED:  # nobody was to pay any more, meanwhile
        ask_stripe(tx, JobKind.EXPIRE, payment.payment_id, due_at=at)
    store.change_payment(tx.sql, payment.payment_id, **page)


def _settle_refused(tx: Tx, answer: Answer, *, at: datetime) -> datetime | None:
    """Note that Stripe will not do it; give when to ask again all the same, if at all."""
    job = answer.job
    if job.kind is JobKind.LET_GO:
        return at + _MIND_CHANGED
    if job.kind is JobKind.REPAY:
        _fail_refund(tx, job.subject_id, answer.error, at=at)
    elif job.kind is JobKind.CHARGE:
        refuse_unpaid(tx, job.subject_id, answer.error, at=at)
    elif job.kind in {JobKind.OPEN, JobKind.LOOK}:
        payment = store.find_payment(tx.sql, job.subject_id, lock=True)
        if payment is not None and payment.state in {PaymentState.DUE, PaymentState.OPENED}:
            ended = {"state": PaymentState.FAILED.value, "ended_at": at, "error": answer.error}
            store.change_payment(tx.sql, job.subject_id, **ended)
    return None


def _fail_refund(tx: Tx, refund_id: UUID, error: str | None, *, at: datetime) -> None:
    """Note that money has not gone back; it may have gone back another way, which is looked at."""
    refund = store.find_refund(tx.sql, refund_id, lock=True)
    if refund is not None and refund.state == RefundState.DUE:
        failed = {"state": RefundState.FAILED.value, "error": error}
        store.change_refund(tx.sql, refund_id, **failed)
        ask_stripe(tx, JobKind.RECKON, refund.payment_id, due_at=at)


def hear_stripe(tx: Tx, notice: Notice, *, at: datetime) -> None:
    """Look at what a webhook says is new; heard before, or not ours, it changes nothing.

    What it says of the payment itself is not taken at its word: webhooks come twice and in any
    order, and only Stripe knows how things stand now.
    """
    if not store.add_card_notice(tx.sql, notice, at=at):
        return
    named = notice.subject_id
    payment = store.find_payment(tx.sql, named) if named else None
    if payment is not None and payment.checkout_id and payment.state != PaymentState.PAID:
        ask_stripe(tx, JobKind.LOOK, payment.payment_id, due_at=at)
    refund = store.find_refund(tx.sql, named) if named and not payment else None
    if notice.of_money_gone and (payment := payment or _gone_from(tx, notice, refund)):
        ask_stripe(tx, JobKind.RECKON, payment.payment_id, due_at=at)
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
        return store.find_payment(tx.sql, refund.payment_id)
    return store.find_payment_of_intent(tx.sql, notice.intent_id) if notice.intent_id else None
