"""Paying at a service that takes cards: on Stripe's page, with or without Stripe telling of it."""

from abc import ABC, abstractmethod
from typing import Any
from urllib.parse import urlsplit

from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request, Response

from shared.testing import Suite
from tests.stripe_account import Account, signed
from tests.stripe_standin import SECRET


class Paying(ABC):
    """Pages, payments and webhooks of a service."""

    def __init__(self, suite: Suite, service: str, account: Account | None) -> None:
        """Have the account's clock and the suite's go together; without one, no card is taken."""
        self.account = account or Account("", "")
        self.account.begin(suite)
        self._suite = suite
        self._service = service

    @abstractmethod
    def references(self) -> list[str]:
        """Give what our payments are called at Stripe."""

    @abstractmethod
    def settle(self) -> None:
        """Have Stripe asked what is due, and everything heard."""

    # -- at Stripe ------------------------------------------------------------------------------

    def checkout_id(self, checkout: Any) -> str:
        """Give Stripe's own id of a checkout."""
        return urlsplit(str(checkout["checkout_url"])).path.rpartition("/")[2]

    def page(self, checkout: Any) -> dict[str, Any]:
        """Give a checkout as Stripe has it."""
        return self.account.see(self.checkout_id(checkout))

    def pages(self) -> list[dict[str, Any]]:
        """List our checkouts as Stripe has them, the oldest first."""
        return self.account.pages(self.references())

    def intents(self) -> list[dict[str, Any]]:
        """List what was paid, or tried to be, as Stripe has it, the oldest first."""
        return self.account.intents(self.references())

    def held(self) -> int:
        """Add up the money Stripe has of ours that was not given back, in minor units."""
        references = self.references()
        assert references, "nothing was to be paid"
        return self.account.held(references)

    def pay_untold(self, checkout: Any, **more: Any) -> None:
        """Pay on Stripe's page, of which nobody hears."""
        self.account.pay(self.checkout_id(checkout), **more)

    def pay(self, checkout: Any, *, tell: int = 1) -> None:
        """Pay on Stripe's page, of which Stripe tells so often."""
        self.pay_untold(checkout)
        for _ in range(tell):
            self.hear("checkout.session.completed", self.checkout_id(checkout))
        self.settle()

    # -- what Stripe tells ----------------------------------------------------------------------

    def webhook(self, kind: str, thing_id: str, *, secret: str = SECRET) -> tuple[bytes, str]:
        """Give what Stripe says of something, as a webhook brings it: its body and signature."""
        return signed(self.account.event(kind, thing_id), secret=secret)

    def hear(self, kind: str, thing_id: str, *, secret: str = SECRET) -> Response:
        """Have a webhook come in."""
        return self.post(*self.webhook(kind, thing_id, secret=secret))

    def post(self, body: bytes, signature: str) -> Response:
        """Post something to where webhooks come in."""
        headers: Any = {"Stripe-Signature": signature}
        environ = EnvironBuilder("/stripe/webhook", method="POST", data=body, headers=headers)
        worker = self._suite.worker(self._service)
        answer: Response = worker.hear_stripe(Request(environ.get_environ()))
        return answer
