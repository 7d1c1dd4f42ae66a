"""Where Stripe's webhooks come in, and how a browser gets to where it is paid."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from services.events import actions, store
from services.events.gateways import Cashier, NoticeForged, when_answered
from services.events.pages.show import show
from shared.clock import Now
from shared.config import settings
from shared.contracts import Values
from shared.db import Transactions
from shared.engine import in_spite_of_clashes
from shared.payments.jobs import JobKind
from shared.web import content_policy, page

_STRIPE = "https://checkout.stripe.com"


def ask_stripe(
    db: Transactions, cashier: Cashier, now: Now, *, only: tuple[JobKind, UUID] | None = None
) -> bool:
    """Ask Stripe the next thing that is due, or `only` that one; say whether there was one.

    Stripe is asked between two transactions, and never within one. Its answer is settled in spite
    of whoever writes at the same time, for the next process would ask only when the claim is over.
    """
    with db.begin() as tx:
        job = actions.claim_card_job(tx, at=now(), only=only)
    if job is None:
        return False
    answer = cashier.do(job)

    def settle() -> None:
        with db.begin() as tx:
            actions.settle_card_job(tx, answer, at=now())

    in_spite_of_clashes(settle)
    return True


def opened(db: Transactions, cashier: Cashier, now: Now, payment_id: UUID) -> Values:
    """Have Stripe open a page at once where the timer has not done it; give it as it is.

    It has no address afterwards only where Stripe cannot be reached, or has refused.
    """

    def look() -> Values:
        with db.read() as sql:
            return actions.checkout_shown(store.find_checkout(sql, payment_id))

    checkout = look()
    if checkout["checkout_url"]:
        return checkout
    asked = ask_stripe(db, cashier, now, only=(JobKind.OPEN, payment_id))
    found: Values = look() if asked else when_answered(look)
    return found


def with_stripe(response: Response) -> Response:
    """Let the form of a page lead to Stripe's."""
    policy = content_policy(forms=" ".join(_origins()))
    response.headers["Content-Security-Policy"] = policy
    return response


def _origins() -> list[str]:
    """Give where Stripe's pages are, so that a form may lead there and nowhere else."""
    chosen = urlsplit(settings().stripe_url)
    return [_STRIPE, *([f"{chosen.scheme}://{chosen.netloc}"] if chosen.netloc else [])]


def leave_for_stripe(request: Request, url: str | None, language: str | None) -> Response:
    """Send a browser to the page where somebody pays; say so where there is none just now."""
    if not url:
        return show(request, "payment_unreachable", language, status=503)
    parts = urlsplit(url)
    if f"{parts.scheme}://{parts.netloc}" in _origins():
        return redirect(url, code=303)
    # The studio's own domain at Stripe: no form may lead there, but a link may.
    return show(request, "payment_elsewhere", language, url=url)


class StripePages:
    """Where Stripe tells what is new."""

    db: Transactions
    now: Now
    cashier: Cashier

    @page("POST", "/stripe/webhook")
    def hear_stripe(self, request: Request) -> Response:
        """Take note of a webhook and answer at once; Stripe is asked about it afterwards."""
        signature: Any = request.headers.get("Stripe-Signature", "")
        try:
            notice = self.cashier.read_notice(request.get_data(), signature)
        except NoticeForged:
            return Response("not signed by Stripe\n", 400, content_type="text/plain")
        with self.db.begin() as tx:
            actions.hear_stripe(tx, notice, at=self.now())
        return Response("noted\n", content_type="text/plain")
