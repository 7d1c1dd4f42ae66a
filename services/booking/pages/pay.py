"""The page where somebody pays what is due.

Source: B29, B46, B54.
"""

from typing import Any
from uuid import UUID

from werkzeug.wrappers import Request, Response

from services.booking import actions
from services.booking.gateways import Cashier
from services.booking.pages.show import PAGES, manage_token, read_booked
from shared.clock import Now
from shared.contracts import Values
from shared.contracts.booking import MANAGE_PATH, PAY_LINK
from shared.contracts.errors import Refused
from shared.db import Transactions
from shared.links import LinkInvalid, open_link
from shared.payments.entrypoints import leave_for_stripe, with_stripe
from shared.web import page


def open_checkout(db: Transactions, cashier: Cashier, now: Now, checkout: Values) -> Values:
    """Have Stripe open a page at once, where one is needed; give the checkout as it is.

    Args:
        db: transactions of their own.
        cashier: who asks Stripe.
        now: the clock.
        checkout: what `start_checkout` or `pay_balance` gave.
    """
    if checkout["status"] != "pay":
        return checkout
    return actions.DESK.opened(db, cashier, now, checkout["payment_id"])


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
            return PAGES.sorry(request, exc)

    @page("POST", "/pay/<token>")
    def pay_by_link(self, request: Request, token: str) -> Response:
        """Lead to where it is paid; pressed again, to the same page."""
        try:
            booking_id = open_link(PAY_LINK, token, at=self.now())
            with self.db.read() as sql:
                language = read_booked(sql, booking_id).language
            keep = request.form.get("keep_card") == "yes"
            more: Any = {"save_card": keep, "online": self.cashier.online, "at": self.now()}
            with self.db.begin() as tx:
                checkout = actions.pay_balance(tx, booking_id, **more)
        except LinkInvalid as exc:
            return PAGES.sorry(request, exc)
        except Refused:
            return self._pay_page(request, booking_id)
        shown = open_checkout(self.db, self.cashier, self.now, checkout)
        return leave_for_stripe(request, shown["checkout_url"], language, show=PAGES.show)

    def _pay_page(self, request: Request, booking_id: UUID) -> Response:
        with self.db.read() as sql:
            booked = read_booked(sql, booking_id)
            money = actions.get_payments(sql, booking_id)
        due, currency = money["balance_minor"], money["currency"]
        by_card = actions.paid_by_card(due, currency, online=self.cashier.online)
        if not (money["booked"] and by_card):
            token = manage_token(booking_id, booked.session)
            return PAGES.see(request, MANAGE_PATH, token=token)
        about: Any = {"session": booked.session, "money": money}
        return with_stripe(PAGES.show(request, "pay", booked.language, **about))
