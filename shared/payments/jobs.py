"""What Stripe is to be asked, as a row that outlives the process that asks.

Each service that takes cards keeps its own table of these; what a job and its answer are, and how
long one waits for another attempt, is the same for all.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from shared.contracts import Trace
from shared.payments.words import (
    Charge,
    Checkout,
    DroppedCard,
    Gone,
    Notice,
    Reckoning,
    Repaid,
    Repayment,
    Seen,
    Stretch,
)

ACCOUNT = UUID(int=0)
"""What a question is about that is about no single payment."""

SHORTEST_OPEN = timedelta(minutes=31)
"""How far away the end of a page must be when Stripe is told, with a minute for the way."""
LEASE = timedelta(seconds=90)
"""How long a process may take over a claimed card job; calls and repetitions end sooner."""
LOOK_EVERY = timedelta(minutes=10)
"""How often an open checkout is looked at, whatever Stripe has or has not told."""
NOTICES_KEPT = timedelta(days=30)
"""How long it is remembered which webhooks were heard: longer than Stripe repeats them."""
_LISTED = timedelta(days=29)  # a day less than Stripe keeps what webhooks were to tell
_AT_ONCE = timedelta(days=1)
_AGAIN = timedelta(hours=1)  # what was told shortly before may have been listed late
_TRIES_UNDER_ONE_KEY = 5  # within some three minutes, longer than any request lasts


class JobKind(StrEnum):
    """What Stripe is to be asked."""

    OPEN = "open"
    LOOK = "look"
    EXPIRE = "expire"
    CHARGE = "charge"
    REPAY = "repay"
    RECKON = "reckon"
    GATHER = "gather"
    LET_GO = "let_go"


class JobState(StrEnum):
    """Where a card job stands; a claimed one whose lease is over may be claimed again."""

    DUE = "due"
    CLAIMED = "claimed"
    DONE = "done"


class JobEnd(StrEnum):
    """How an attempt at a card job ended."""

    DONE = "done"
    UNKNOWN = "unknown"  # repeat it with the same key
    BROKEN = "broken"  # Stripe may keep an error under this key: in time, take another
    REFUSED = "refused"  # it was not done and never will be


Order = Checkout | Charge | Repayment | Reckoning | Stretch | DroppedCard


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something Stripe is to be asked."""

    kind: JobKind
    subject_id: UUID  # of a payment, a checkout, a refund or a card; ACCOUNT
    key: str
    attempts: int  # before this one
    asked: int
    trace: Trace
    order: Order | None  # None: the checkout's id says all
    checkout_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of asking."""

    job: Job
    end: JobEnd
    seen: Seen | None = None
    repaid: Repaid | None = None
    gone: tuple[Gone, ...] | None = None
    notices: tuple[Notice, ...] | None = None
    error: str | None = None


def job_of(service: str, row: Any, order: Order | None, *, checkout_id: str | None = None) -> Job:
    """Give what a claimed row of a service's jobs asks; its key is the same each time it does."""
    return Job(
        kind=JobKind(row.kind),
        subject_id=row.subject_id,
        key=f"{service}:{row.kind}:{row.subject_id}:{row.series}",
        attempts=row.attempts,
        asked=row.asked,
        trace=Trace(row.correlation_id, row.began_at, row.caused_by),
        order=order,
        checkout_id=checkout_id,
    )


def order_of(
    kind: JobKind, payment: Any, refund: Any, who_pays: Callable[[Any], dict[str, Any]]
) -> Order | None:
    """Give what Stripe is told of a payment or of a refund; None: the page's id says all.

    Args:
        kind: what is asked.
        payment: its row.
        refund: the row of what goes back of it, where something is to.
        who_pays: gives the rest of a Checkout.
    """
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
                **who_pays(payment),
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


def next_stretch(seen_until: datetime | None, *, at: datetime) -> Stretch:
    """Give the time of which it is listed next what webhooks were to tell: a day at the most.

    Args:
        seen_until: until when it was listed (UTC); None: never.
        at: now (UTC).
    """
    oldest = at - _LISTED
    since = max(oldest, (seen_until or oldest) - _AGAIN)
    until = min(at, since + _AT_ONCE)
    return Stretch(since=since, until=until, more=until < at)


def same_refund(gone: Gone, refunds: Iterable[Any]) -> Any:
    """Find among a payment's refunds the one that Stripe means, by its id there or here, or None.

    Args:
        gone: what Stripe says went back.
        refunds: rows with `refund_id` and `vendor_id`.
    """
    for one in refunds:
        if gone.vendor_id == one.vendor_id or gone.reference == str(one.refund_id):
            return one
    return None


def after_answer(
    row: Any, answer: Answer, again: datetime | None, *, at: datetime
) -> dict[str, Any] | None:
    """Give the columns of a job that was asked; None where it took too long, and is not ours now.

    Args:
        row: the job as it is now.
        answer: what came of asking.
        again: when to ask again (UTC), if at all.
        at: now (UTC).
    """
    job = answer.job
    if row is None or row.attempts != job.attempts + 1 or row.state != JobState.CLAIMED:
        return None
    if answer.end in {JobEnd.DONE, JobEnd.REFUSED} and row.asked != job.asked:
        again = at  # it was asked for once more meanwhile
    return {
        "state": (JobState.DUE if again else JobState.DONE).value,
        "due_at": again or at,
        "series": row.series + takes_another_key(answer),
        "attempts": row.attempts if answer.error else 0,
        "error": answer.error,
    }


def takes_another_key(answer: Answer) -> bool:
    """Say whether a job goes on under another key, as Stripe may give its error to this for ever.

    Where money moves it does not do so at once: a request that failed may still be under way, and
    is neither found by looking nor kept from being done twice by another key.
    """
    moves_money = answer.job.kind in {JobKind.CHARGE, JobKind.REPAY}
    tried = answer.job.attempts + 1
    return answer.end is JobEnd.BROKEN and (not moves_money or tried >= _TRIES_UNDER_ONE_KEY)


def wait_after(attempts: int) -> timedelta:
    """Say how long a card job waits after an attempt that nobody knows the end of."""
    seconds = (2, 10, 30, 120, 600)
    return timedelta(seconds=seconds[min(attempts, len(seconds)) - 1])
