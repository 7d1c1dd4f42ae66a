"""Stripe, as events asks it: a card job goes out, an answer that events can settle comes back.

The gateway itself is `shared.payments`; the keys are made in the actions, of what a job stands for,
so that they outlive the process that first used them.
"""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import structlog

from services.events.domain import JobEnd, JobKind
from shared.contracts import Trace
from shared.failpoints import failpoint
from shared.payments import (
    Cards,
    CardsBroken,
    CardsOff,
    CardsRefused,
    CardsUnreachable,
    Checkout,
    CheckoutNotOpen,
    Notice,
    NoticeForged,
    Repaid,
    Repayment,
    Seen,
    make_cards,
)

__all__ = ["Answer", "Cashier", "Checkout", "Job", "Notice", "NoticeForged", "Repaid"]
__all__ += ["Repayment", "Seen", "make_cashier"]
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something Stripe is to be asked."""

    kind: JobKind
    subject_id: UUID  # the checkout's or the refund's
    key: str
    attempts: int  # before this one
    asked: int
    trace: Trace
    order: Checkout | Repayment | None  # None: the checkout's id says all
    checkout_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of asking."""

    job: Job
    end: JobEnd
    seen: Seen | None = None
    repaid: Repaid | None = None
    error: str | None = None


def make_cashier() -> "Cashier":
    """Make the cashier of the account in the settings."""
    return Cashier(make_cards())


class Cashier:
    """Asks Stripe for events; never within a transaction."""

    def __init__(self, cards: Cards) -> None:
        """Ask this account."""
        self.cards = cards

    @property
    def online(self) -> bool:
        """Say whether cards are taken at all."""
        return self.cards.online

    def read_notice(self, body: bytes, signature: str) -> Notice:
        """Read a webhook.

        Raises:
            NoticeForged: it is not Stripe's.
        """
        try:
            return self.cards.read_notice(body, signature)
        except CardsOff as exc:
            raise NoticeForged(str(exc)) from exc

    def do(self, job: Job) -> Answer:
        """Ask Stripe for what a job is about, and say how it ended."""
        answer = Answer(job=job, end=JobEnd.UNKNOWN)
        try:
            answer = self._asked(answer)
        except CardsBroken as exc:
            answer = replace(answer, end=JobEnd.BROKEN, error=_text(exc))
        except (CardsUnreachable, CardsOff) as exc:
            answer = replace(answer, error=_text(exc))
        except CardsRefused as exc:
            answer = replace(answer, end=JobEnd.REFUSED, error=_text(exc))
        if answer.error is not None:
            log.warning("cards.failed", job=job.kind, subject=job.subject_id, error=answer.error)
        failpoint("cards.answered", job.kind)
        return answer

    def _asked(self, answer: Answer) -> Answer:
        job, done = answer.job, replace(answer, end=JobEnd.DONE)
        match job.order:
            case Checkout():
                return replace(done, seen=self.cards.open_checkout(job.order, key=job.key))
            case Repayment():
                return replace(done, repaid=self._repaid(job, job.order))
            case None:
                return replace(done, seen=self._seen(job, str(job.checkout_id)))

    def _repaid(self, job: Job, order: Repayment) -> Repaid:
        """Give money back, unless an attempt whose answer was never heard has done it."""
        repaid = self.cards.find_repayment(order) if job.attempts else None
        repaid = repaid or self.cards.repay(order, key=job.key)
        if repaid.state == "under_way":
            msg = "the bank has not answered yet"
            raise CardsUnreachable(msg)
        return repaid

    def _seen(self, job: Job, checkout_id: str) -> Seen:
        if job.kind is JobKind.EXPIRE:
            try:
                return self.cards.expire_checkout(checkout_id, key=job.key)
            except CheckoutNotOpen:
                pass  # it may be paid: look
        return self.cards.see_checkout(checkout_id)


def _text(exc: Any) -> str:
    return str(exc.args[0] if exc.args else type(exc).__name__)[:500]
