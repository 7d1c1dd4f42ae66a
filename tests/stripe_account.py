"""What people do at Stripe, and what Stripe says: the same over HTTP at Stripe and at the stand-in.

Somebody pays on a page as Stripe's own command line does it (`stripe trigger
checkout.session.completed`), without a browser. An event is read where Stripe lists them, and is
signed with the tests' own secret: the body is Stripe's, and only its way to us is the test's.

ATELIER_TEST_STRIPE_KEY names the account of a test mode, and has everything run there as well that
asks for an account and not for the stand-in; ATELIER_TEST_STRIPE_URL, where that is, if not at
Stripe. The two sides differ by address, key and clock: the stand-in's clock is the studio's, which
a test moves; at Stripe the studio begins now, and its clock runs ahead where a test moves it.
"""

import json
import os
import time
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import eventlet
import pytest
import stripe

from shared.testing import Suite
from tests.stripe_standin import KEY, PEOPLE, SECRET, StripeStandIn

AT_STANDIN, AT_STRIPE = "the stand-in", "test_mode"
_PATHS = {
    "cs": "checkout/sessions",
    "pi": "payment_intents",
    "pm": "payment_methods",
    "re": "refunds",
}
_PATIENCE = 30
_TRIES = 10
_SKEW = timedelta(minutes=5)


class _Client(stripe.RequestsClient):
    """Sends what people ask; `note_asked` counts only what services ask, by the library's own."""


class Declined(Exception):
    """The bank says no to a card."""


def sides() -> list[str]:
    """Name where a test runs that asks for an account.

    Raises:
        pytest.UsageError: the key is not one of a test mode, and nothing is to be done with it.
    """
    key = os.environ.get("ATELIER_TEST_STRIPE_KEY", "")
    if key and not key.startswith(("sk_test_", "rk_test_")):
        msg = "ATELIER_TEST_STRIPE_KEY is not the key of a test mode (sk_test_… or rk_test_…)"
        raise pytest.UsageError(msg)
    return [AT_STANDIN, *([AT_STRIPE] if key else [])]


class Account:
    """An account, as people see it who pay there, and staff who look at its dashboard."""

    def __init__(self, url: str, key: str, standin: StripeStandIn | None = None) -> None:
        """Know where it is; `standin` is who answers there, if its clock can be moved."""
        self.url = url
        self.key = key
        self.asked: list[str] = []  # what services have asked, as `POST /v1/refunds`
        self._standin = standin
        self._since = int(time.time() - _SKEW.total_seconds())
        self._api = stripe.StripeClient(
            key or "nobody's",
            base_addresses={"api": url} if url else {},
            http_client=_Client(timeout=_PATIENCE),
            max_network_retries=2,
        )

    def begin(self, suite: Suite) -> None:
        """Have the account's clock and the studio's go together as far as they can."""
        if self._standin is not None:
            self._standin.now = lambda: suite.now().timestamp()
        elif self.key:
            suite.at = datetime.now(UTC)
        self._since = int((suite.now() - _SKEW).timestamp())

    def note_asked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Note from now on what services ask."""
        asked = self.asked

        class Noting(stripe.RequestsClient):
            def request(self, method: str, url: str, *more: Any, **others: Any) -> Any:
                asked.append(f"{method.upper()} /v1/{url.partition('/v1/')[2].partition('?')[0]}")
                return super().request(method, url, *more, **others)

        monkeypatch.setattr(stripe, "RequestsClient", Noting)

    # -- what people do -----------------------------------------------------------------------

    def pay(self, checkout_id: str, *, card: str = "tok_visa") -> None:
        """Pay on the page of a checkout with one of Stripe's cards for tests.

        Raises:
            Declined: the bank says no.
        """
        amount = self.see(checkout_id)["amount_total"]
        self._ask("get", f"payment_pages/{checkout_id}")
        method = self._ask(
            "post",
            "payment_methods",
            type="card",
            card={"token": card},
            billing_details={"email": "ada@example.com"},
        )
        pays = {"payment_method": method["id"], "expected_amount": amount}
        self._ask("post", f"payment_pages/{checkout_id}/confirm", **pays)
        for _ in _until(f"{checkout_id} is paid"):
            if self.see(checkout_id)["payment_status"] == "paid":
                return

    def give_back(self, intent_id: str, amount: int) -> str:
        """Give money back on Stripe's own dashboard, where nobody here sees it; give its id."""
        back = self._ask("post", "refunds", payment_intent=intent_id, amount=amount)
        return str(back["id"])

    def add_customer(self) -> str:
        """Have a customer whom nobody here knows; give their id."""
        return str(self._ask("post", "customers", email="ada@example.com")["id"])

    def attach(self, customer_id: str, card: str) -> str:
        """Have a customer's card be another one of Stripe's for tests; give its id."""
        path = f"payment_methods/{card}/attach"
        return str(self._ask("post", path, customer=customer_id)["id"])

    def detach(self, card_id: str) -> None:
        """Have a card be nobody's on Stripe's own dashboard."""
        self._ask("post", f"payment_methods/{card_id}/detach")

    def remove(self, customer_id: str) -> None:
        """Remove a customer on Stripe's own dashboard."""
        self._ask("delete", f"customers/{customer_id}")

    # -- what people see ------------------------------------------------------------------------

    def see(self, thing_id: str) -> dict[str, Any]:
        """Give a checkout, a payment, a card or a refund as it is now."""
        return self._ask("get", f"{_PATHS[thing_id.partition('_')[0]]}/{thing_id}")

    def pages(self, references: Collection[str]) -> list[dict[str, Any]]:
        """List the checkouts about things of ours, the oldest first."""
        return self._ours("checkout/sessions", references)

    def intents(self, references: Collection[str]) -> list[dict[str, Any]]:
        """List the payments for things of ours, the oldest first."""
        return self._ours("payment_intents", references)

    def refunds(self, intent_id: str) -> list[dict[str, Any]]:
        """List what was given back of a payment, the oldest first."""
        return list(self._every("refunds", payment_intent=intent_id))[::-1]

    def held(self, references: Collection[str]) -> int:
        """Add up the money that came for things of ours and was not given back."""
        left = 0
        for intent in self.intents(references):
            refunds = self.refunds(intent["id"])
            back = sum(one["amount"] for one in refunds if one["status"] == "succeeded")
            left += intent["amount_received"] - back
        return left

    def event(self, kind: str, thing_id: str) -> dict[str, Any]:
        """Give the newest event of a kind about a thing, as soon as Stripe lists it."""
        for _ in _until(f"{kind} of {thing_id} is told"):
            for told in self._every("events", type=kind, created={"gte": self._since}):
                if told["data"]["object"]["id"] == thing_id:
                    return told
        raise AssertionError

    # -- how it is asked ------------------------------------------------------------------------

    def _ours(self, path: str, references: Collection[str]) -> list[dict[str, Any]]:
        found = self._every(path, created={"gte": self._since})
        return [one for one in found if one["metadata"].get("reference") in references][::-1]

    def _every(self, path: str, **wanted: Any) -> Iterator[dict[str, Any]]:
        """Give everything of a list, the newest first."""
        more: dict[str, Any] = {}
        while True:
            page = self._ask("get", path, limit=100, **wanted, **more)
            yield from page["data"]
            if not page["has_more"]:
                return
            more = {"starting_after": page["data"][-1]["id"]}

    def _ask(self, method: str, path: str, **params: Any) -> dict[str, Any]:
        about: dict[str, Any] = {"headers": {PEOPLE: "yes"}}
        if method == "post":
            about["idempotency_key"] = str(uuid4())
        for _ in range(_TRIES):
            try:
                answer = self._api.raw_request(method, f"/v1/{path}", **params, **about)
            except stripe.CardError as exc:
                raise Declined(exc.code) from exc
            except stripe.RateLimitError:
                eventlet.sleep(1)
                continue
            found: dict[str, Any] = answer.data
            assert not found.get("livemode"), "this is no test mode"
            return found
        raise AssertionError(path)


def signed(event: Mapping[str, Any], *, secret: str = SECRET) -> tuple[bytes, str]:
    """Give an event as a webhook brings it: its body and its signature."""
    body = json.dumps(event)
    sign = stripe.WebhookSignature.generate_signature_header
    return body.encode(), sign(payload=body, secret=secret)


def account_of(side: str, standin: StripeStandIn | None) -> Account:
    """Give the account of a side."""
    if side == AT_STANDIN:
        return Account(standin.url if standin else "", KEY, standin)
    given = os.environ
    return Account(given.get("ATELIER_TEST_STRIPE_URL", ""), given["ATELIER_TEST_STRIPE_KEY"])


def _until(what: str) -> Iterator[None]:
    """Let something be looked at until it is so.

    Raises:
        AssertionError: it takes too long.
    """
    for _ in range(2 * _PATIENCE):
        yield
        eventlet.sleep(0.5)
    raise AssertionError(what)
