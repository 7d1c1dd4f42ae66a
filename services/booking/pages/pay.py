"""The page where somebody pays what is due, and how a browser gets to Stripe's.

Source: B29, B46, B54.
"""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from services.booking import actions
from services.booking.gateways import Cashier
from services.booking.pages.show import manage_token, read_booked, see, show, sorry
from services.booking.pages.stripe import open_checkout
from shared.clock import Now
from shared.config import settings
from shared.contracts import Values
from shared.contracts.booking import MANAGE_PATH, PAY_LINK
from shared.contracts.errors import Refused
from shared.db import Transactions
from shared.links import LinkInvalid, open_link
from shared.web import content_policy, page

_STRIPE = "https://checkout.stripe.com"


def stripe_origins() -> list[str]:
    """Give where Stripe's pages are, so that a form may lead there and nowhere else."""
    chosen = urlsplit(settings().stripe_url)
    return [_STRIPE, *([f"{chosen.scheme}://{chosen.netloc}"] if chosen.netloc else [])]


def with_stripe(response: Response) -> Response:
    """Let the form of a page lead to Stripe's."""
    policy = content_policy(forms=" ".join(stripe_origins()))
    response.headers["Content-Security-Policy"] = policy
    return response


def leave_for_stripe(request: Request, checkout: Values, language: str | None) -> Response:
    """Send a browser to the page where somebody pays; say so where there is none just now."""
    url = checkout["checkout_url"]
    if not url:
        return show(request, "payment_unreachable", language, status=503)
    parts = urlsplit(url)
    if f"{parts.scheme}://{parts.netloc}" in stripe_origins():
        return redirect(url, code=303)
    # The studio's own domain at Stripe: no form may lead there, but a link may.
    return show(request, "payment_elsewhere", language, url=url)


class PayPages:
    """The pages behind the link to pay."""

    db: Transactions
    now: Now
    cashier: Cashier

    @page("GET", "/pay/<token>")
    def show_pay_page(self, request: Request, token: str) -> Response:
        """Show what is due, and the button that leads to where it is paid."""
        try:
            booking_id = open_link(PAY_LINK, token, at=self.now())
            return self._pay_page(request, booking_id)
        except LinkInvalid as exc:
            return sorry(request, exc)

    @page("POST", "/pay/<token>")
    def pay_by_link(self, request: Request, token: str) -> Response:
        """Lead to where it is paid; pressed again, to the same page."""
        try:
            booking_id = open_link(PAY_LINK, token, at=self.now())
            keep = request.form.get("keep_card") == "yes"
            more: Any = {"save_card": keep, "online": self.cashier.online, "at": self.now()}
            with self.db.begin() as tx:
                checkout = actions.pay_balance(tx, booking_id, **more)
        except LinkInvalid as exc:
            return sorry(request, exc)
        except Refused:
            return self._pay_page(request, booking_id)
        with self.db.read() as sql:
            language = read_booked(sql, booking_id).language
        shown = open_checkout(self.db, self.cashier, self.now, checkout)
        return leave_for_stripe(request, shown, language)

    def _pay_page(self, request: Request, booking_id: UUID) -> Response:
        with self.db.read() as sql:
            booked = read_booked(sql, booking_id)
            money = actions.get_payments(sql, booking_id)
        due, currency = money["balance_minor"], money["currency"]
        by_card = actions.paid_by_card(due, currency, online=self.cashier.online)
        if not (money["booked"] and by_card):
            token = manage_token(booking_id, booked.session)
            return see(MANAGE_PATH, token=token, request=request)
        about: Any = {"session": booked.session, "money": money}
        return with_stripe(show(request, "pay", booked.language, **about))
