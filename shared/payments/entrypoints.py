"""What every service that takes cards has: Stripe's webhook, timers, the way to its pages."""

from collections.abc import Callable
from urllib.parse import urlsplit

from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from shared.bus import every
from shared.clock import Now
from shared.config import settings
from shared.db import Transactions
from shared.payments.cashier import Cashier
from shared.payments.desk import CardDesk
from shared.payments.words import NoticeForged
from shared.web import content_policy, page

_STRIPE = "https://checkout.stripe.com"


class AsksStripe:
    """Has Stripe asked what is due, and hears what it tells."""

    db: Transactions
    now: Now
    cashier: Cashier
    desk: CardDesk

    @page("POST", "/stripe/webhook")
    def hear_stripe(self, request: Request) -> Response:
        """Take note of a webhook and answer at once; Stripe is asked about it afterwards."""
        signature = request.headers.get("Stripe-Signature", "")
        try:
            notice = self.cashier.read_notice(request.get_data(), signature)
        except NoticeForged:
            return Response("not signed by Stripe\n", 400, content_type="text/plain")
        with self.db.begin() as tx:
            self.desk.hear_stripe(tx, notice, at=self.now())
        return Response("noted\n", content_type="text/plain")

    @every(seconds=3600)
    def gather_notices(self) -> None:
        """Have Stripe asked what its webhooks were to tell, lest one was lost."""
        if self.cashier.online:
            with self.db.begin() as tx:
                self.desk.gather_notices(tx, at=self.now())

    @every(seconds=3600)
    def prune_card_notices(self) -> None:
        """Forget the webhooks that do not come again."""
        with self.db.begin() as tx:
            self.desk.prune_card_notices(tx, at=self.now())

    @every(seconds=5, at_once=4)
    def ask_stripe(self) -> None:
        """Ask Stripe whatever is due, one thing after the other, until nothing is."""
        while self.desk.ask_stripe(self.db, self.cashier, self.now):
            pass


def _origins() -> list[str]:
    """Give where Stripe's pages are, so that a form may lead there and nowhere else."""
    chosen = urlsplit(settings().stripe_url)
    return [_STRIPE, *([f"{chosen.scheme}://{chosen.netloc}"] if chosen.netloc else [])]


def with_stripe(response: Response) -> Response:
    """Let the form of a page lead to Stripe's."""
    policy = content_policy(forms=" ".join(_origins()))
    response.headers["Content-Security-Policy"] = policy
    return response


def leave_for_stripe(
    request: Request, url: str | None, language: str | None, *, show: Callable[..., Response]
) -> Response:
    """Send a browser to the page where somebody pays; say so where there is none just now.

    Args:
        request: the browser's.
        url: where it is paid, if there is such a page.
        language: the payer's, if it is known (ISO 639-1).
        show: makes a page of the service.
    """
    if not url:
        return show(request, "payment_unreachable", language, status=503)
    parts = urlsplit(url)
    if f"{parts.scheme}://{parts.netloc}" in _origins():
        return redirect(url, code=303)
    # The studio's own domain at Stripe: no form may lead there, but a link may.
    return show(request, "payment_elsewhere", language, url=url)
