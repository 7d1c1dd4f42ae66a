"""Does one card job at a time: asks Stripe, and says how that ended."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import eventlet
import structlog

from shared import metrics
from shared.failpoints import failpoint
from shared.payments.jobs import Answer, Job, JobEnd, JobKind
from shared.payments.words import (
    CardDeclined,
    Cards,
    CardsBroken,
    CardsOff,
    CardsRefused,
    CardsUnreachable,
    Charge,
    Checkout,
    CheckoutNotOpen,
    CustomerGone,
    DroppedCard,
    Notice,
    NoticeForged,
    Reckoning,
    Repaid,
    Repayment,
    Seen,
    Stretch,
)

_PAUSE = timedelta(milliseconds=100)
_PAUSES = 120
log = structlog.get_logger()


def when_answered(look: Callable[[], Any]) -> Any:
    """Give a checkout as soon as whoever asks Stripe just now has its answer, or things take long.

    It is for the second press of a button: the first one's question is under way, and both are to
    lead to the same page. Never call it within a transaction.
    """
    seen = look()
    for _ in range(_PAUSES):
        if seen["checkout_url"] or seen["state"] != "due":
            break
        eventlet.sleep(_PAUSE.total_seconds())
        seen = look()
    return seen


class Cashier:
    """Asks Stripe for a service; never within a transaction."""

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
        metrics.CARD_ANSWERS.labels(job.kind, answer.end).inc()
        failpoint("cards.answered", job.kind)
        return answer

    def _asked(self, answer: Answer) -> Answer:
        job = answer.job
        told: dict[str, Any] = {}
        match job.order:
            case Checkout():
                told["seen"] = self._opened(job, job.order)
            case Charge():
                told["seen"] = self._charged(job, job.order)
            case Repayment():
                told["repaid"] = self._repaid(job, job.order)
            case Reckoning():
                told["gone"] = self.cards.list_gone(job.order)
            case Stretch():
                told["notices"] = self.cards.list_notices(job.order)
            case DroppedCard():
                self.cards.let_go(job.order, key=job.key)
            case None:
                told["seen"] = self._seen(job, str(job.checkout_id))
        return replace(answer, end=JobEnd.DONE, **told)

    def _opened(self, job: Job, order: Checkout) -> Seen:
        """Open a page, for a customer anew where Stripe does not know the one they were."""
        try:
            return self.cards.open_checkout(order, key=job.key)
        except CustomerGone:
            anew = replace(order, customer_id=None)
            return self.cards.open_checkout(anew, key=f"{job.key}:anew")

    def _charged(self, job: Job, order: Charge) -> Seen:
        """Charge a card, unless it was done already and nobody here knows.

        It is looked for at the first attempt, too: a database that was restored has forgotten the
        attempts after its backup, and Stripe the keys after a day.
        """
        seen = self.cards.find_charge(order) or self.cards.charge(order, key=job.key)
        if seen.state != "complete":
            msg = "the card's holder has to be there"
            raise CardDeclined(msg)
        if not seen.paid:
            msg = "the bank has not answered yet"
            raise CardsUnreachable(msg)
        return seen

    def _repaid(self, job: Job, order: Repayment) -> Repaid:
        """Give money back, unless it was done already and nobody here knows; as with charges."""
        repaid = self.cards.find_repayment(order) or self.cards.repay(order, key=job.key)
        if repaid.state == "under_way":
            msg = "the bank has not answered yet"
            raise CardsUnreachable(msg)
        if repaid.state == "failed":
            msg = "the bank has refused it"
            raise CardsRefused(msg)
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
