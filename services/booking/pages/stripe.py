"""Where Stripe's webhooks come in, and how pages have Stripe asked something at once."""

from typing import Any
from uuid import UUID

from werkzeug.wrappers import Request, Response

from services.booking import actions, store
from services.booking.gateways import Cashier, NoticeForged, when_answered
from shared.clock import Now
from shared.db import Transactions
from shared.engine import in_spite_of_clashes
from shared.payments.jobs import JobKind
from shared.web import page


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


def open_checkout(db: Transactions, cashier: Cashier, now: Now, checkout: Any) -> Any:
    """Have Stripe open a page at once where the timer has not done it; give the checkout as it is.

    Args:
        db: transactions of their own.
        cashier: who asks Stripe.
        now: the clock.
        checkout: what `start_checkout` or `pay_balance` gave. It has no address afterwards only
            where Stripe cannot be reached, or has refused: `error` says why.
    """
    if checkout["status"] != "pay" or checkout["checkout_url"]:
        return checkout

    def look() -> Any:
        with db.read() as sql:
            return actions.checkout_shown(store.find_payment(sql, checkout["payment_id"]))

    asked = ask_stripe(db, cashier, now, only=(JobKind.OPEN, checkout["payment_id"]))
    return look() if asked else when_answered(look)


class StripePages:
    """Where Stripe tells what is new."""

    db: Transactions
    now: Now
    cashier: Cashier

    @page("POST", "/stripe/webhook")
    def hear_stripe(self, request: Request) -> Response:
        """Take note of a webhook and answer at once; Stripe is asked about it afterwards."""
        signature = request.headers.get("Stripe-Signature", "")
        try:
            notice = self.cashier.read_notice(request.get_data(), signature)
        except NoticeForged:
            return Response("not signed by Stripe\n", 400, content_type="text/plain")
        with self.db.begin() as tx:
            actions.hear_stripe(tx, notice, at=self.now())
        return Response("noted\n", content_type="text/plain")
