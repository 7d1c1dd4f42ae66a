"""What the stand-in for Stripe does with pages, payments and cards, as far as we use them."""

from collections.abc import Mapping
from typing import Any

from tests.stripe_book import Book, Turned, shown

DECLINING = "pm_card_chargeCustomerFail"
_SHORTEST, _LONGEST = 30 * 60, 24 * 3600
_LAST4 = {"tok_chargeDeclined": "0002", "tok_chargeCustomerFail": "0341", DECLINING: "0341"}
_DECLINED = frozenset(["0002", "0341"])


class Things(Book):
    """An account: its pages, what is paid on them and with kept cards, and what goes back."""

    # -- pages ----------------------------------------------------------------------------------

    def _open_page(self, params: Mapping[str, Any]) -> Any:
        left = int(params["expires_at"]) - int(self.now())
        if not _SHORTEST <= left <= _LONGEST:
            raise Turned(400, param="expires_at", message="must be 30 minutes to 24 hours away")
        alone = {"customer", "customer_email", "customer_creation"} & params.keys()
        if "customer" in alone and len(alone) > 1:
            raise Turned(400, message=f"You may only specify one of these parameters: {alone}")
        if params.get("customer", "") and params["customer"] not in self.things:
            raise Turned(400, param="customer", code="resource_missing", message="No such customer")
        line = params["line_items"][0]["price_data"]
        self._check_amount(int(line["unit_amount"]), line["currency"])
        checkout_id = self._new(
            "cs",
            "checkout.session",
            amount_total=int(line["unit_amount"]),
            automatic_tax={"enabled": False, "liability": None, "provider": None, "status": None},
            cancel_url=params["cancel_url"],
            client_reference_id=params["client_reference_id"],
            currency=line["currency"],
            custom_fields=[],
            custom_text=dict.fromkeys(
                ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
            ),
            customer=params.get("customer"),
            customer_creation=params.get("customer_creation", "if_required"),
            customer_email=params.get("customer_email"),
            expires_at=int(params["expires_at"]),
            metadata=params.get("metadata", {}),
            mode=params["mode"],
            payment_intent=None,
            payment_method_types=["card"],
            payment_status="unpaid",
            shipping_options=[],
            status="open",
            success_url=params["success_url"],
            _intent=params.get("payment_intent_data", {}),
        )
        # The part after the # is how Stripe's page knows what it shows; ours must not trip on it.
        self.things[checkout_id]["url"] = f"{self.pages}{checkout_id}#fid-of-{checkout_id}"
        return shown(self.things[checkout_id])

    def _see_page(self, params: Mapping[str, Any], checkout_id: str) -> Any:
        page = shown(self._find(checkout_id))
        if "payment_intent.payment_method" in params.get("expand", []) and page["payment_intent"]:
            intent = shown(self.things[page["payment_intent"]])
            for name in ("payment_method", "latest_charge"):
                if intent.get(name) and f"payment_intent.{name}" in params["expand"]:
                    intent[name] = shown(self.things[intent[name]])
            page["payment_intent"] = intent
        return page

    def _check_amount(self, amount: int, currency: str) -> None:
        """Refuse what is less than a charge must be, in what the account is paid out in."""
        if amount < self.least.get(currency, 1):
            raise Turned(400, code="amount_too_small", message="convert it to at least 50 cents")

    def _list_pages(self, params: Mapping[str, Any]) -> Any:
        return self._list(self.of("checkout.session"), params, "customer", "payment_intent")

    def _expire(self, params: Mapping[str, Any], checkout_id: str) -> Any:
        del params
        checkout = self._find(checkout_id)
        if checkout["status"] != "open":
            raise Turned(400, message=f"Only open sessions can be expired: {checkout['status']}")
        self.run_out(checkout_id)
        return shown(checkout)

    def run_out(self, checkout_id: str) -> None:
        """Let a checkout's own time be over."""
        self.things[checkout_id] |= {"status": "expired", "url": None}
        self.tell("checkout.session.expired", checkout_id)

    def _confirm(self, params: Mapping[str, Any], checkout_id: str) -> Any:
        checkout = self._find(checkout_id)
        if int(params.get("expected_amount", -1)) not in {-1, checkout["amount_total"]}:
            raise Turned(400, param="expected_amount", message="it is another amount")
        self.complete(checkout_id, params["payment_method"])
        return shown(checkout)

    def complete(self, checkout_id: str, method_id: str, *, later: bool = False) -> None:
        """Have an open checkout paid with a card; `later`: by a way of paying that takes days."""
        checkout, method = self._find(checkout_id), self._find(method_id)
        if checkout["status"] != "open":
            raise Turned(400, message=f"This page cannot be paid on: it is {checkout['status']}")
        intent = self._intent_of(checkout)
        if method["card"]["last4"] in _DECLINED:
            raise Turned(402, code="card_declined", message="Your card was declined.")
        if checkout["customer_creation"] == "always":
            checkout["customer"] = self._new("cus", "customer", email=checkout["customer_email"])
        if intent["setup_future_usage"]:
            method["customer"] = checkout["customer"]
        intent |= {"customer": checkout["customer"], "payment_method": method_id}
        checkout |= {"status": "complete", "url": None}
        intent["latest_charge"] = self._charge_of(intent)
        if later:
            intent["status"] = "processing"
        else:
            self.take(checkout_id)
        self.tell("checkout.session.completed", checkout_id)

    def take(self, checkout_id: str) -> None:
        """Have the money of a completed checkout be there."""
        checkout = self.things[checkout_id]
        intent = self.things[checkout["payment_intent"]]
        intent |= {"status": "succeeded", "amount_received": intent["amount"]}
        checkout["payment_status"] = "paid"
        self.tell("payment_intent.succeeded", intent["id"])

    # -- money ----------------------------------------------------------------------------------

    def _intent_of(self, checkout: dict[str, Any]) -> dict[str, Any]:
        """Give a page's payment, which is made when somebody first tries to pay there."""
        if checkout["payment_intent"] is None:
            asked = checkout["_intent"]
            made = self._intent(
                checkout["amount_total"],
                checkout["currency"],
                asked.get("metadata", {}),
                description=asked.get("description"),
                setup_future_usage=asked.get("setup_future_usage"),
            )
            checkout["payment_intent"] = made["id"]
        return self.things[checkout["payment_intent"]]

    def _intent(
        self, amount: int, currency: str, metadata: Mapping[str, str], **fields: Any
    ) -> dict[str, Any]:
        intent_id = self._new(
            "pi",
            "payment_intent",
            amount=amount,
            amount_capturable=0,
            amount_received=0,
            capture_method="automatic",
            confirmation_method="automatic",
            currency=currency,
            payment_method_types=["card"],
            status="requires_payment_method",
            customer=None,
            payment_method=None,
            setup_future_usage=None,
        )
        self.things[intent_id] |= {"metadata": metadata, **fields}
        return self.things[intent_id]

    def _charge_of(self, intent: Mapping[str, Any]) -> str:
        """Note that somebody paid just now."""
        return self._new(
            "ch",
            "charge",
            amount=intent["amount"],
            amount_captured=intent["amount"],
            amount_refunded=0,
            billing_details=_nobodys_address(),
            captured=True,
            currency=intent["currency"],
            disputed=False,
            paid=True,
            payment_intent=intent["id"],
            refunded=False,
            status="succeeded",
        )

    def _charge(self, params: Mapping[str, Any]) -> Any:
        ways = params.get("automatic_payment_methods", {"enabled": "true"})
        if ways.get("allow_redirects") != "never" and "return_url" not in params:
            # Since 2023 the dashboard's ways of paying are taken, and some lead elsewhere.
            raise Turned(400, param="return_url", message="A `return_url` must be specified")
        method, customer = self._find(params["payment_method"]), params["customer"]
        if method["customer"] != customer:
            raise Turned(400, code="payment_method_unexpected_state", message="not this customer's")
        self._check_amount(int(params["amount"]), params["currency"])
        intent = self._intent(
            int(params["amount"]),
            params["currency"],
            params.get("metadata", {}),
            description=params.get("description"),
            customer=customer,
            payment_method=method["id"],
        )
        if method["card"]["last4"] in _DECLINED:
            intent |= {"status": "requires_payment_method", "payment_method": None}
            raise Turned(402, code="card_declined", message="Your card was declined.")
        intent |= {"status": "succeeded", "amount_received": intent["amount"]}
        self.tell("payment_intent.succeeded", intent["id"])
        return shown(intent)

    def _list_intents(self, params: Mapping[str, Any]) -> Any:
        return self._list(self.of("payment_intent"), params, "customer")

    def _give_back(self, params: Mapping[str, Any]) -> Any:
        intent = self._find(params["payment_intent"])
        given = sum(
            one["amount"]
            for one in self.of("refund")
            if one["payment_intent"] == intent["id"] and one["status"] == "succeeded"
        )
        if any(one["payment_intent"] == intent["id"] for one in self.of("dispute")):
            raise Turned(400, code="charge_disputed", message="has been charged back")
        if given == intent["amount_received"]:
            raise Turned(400, code="charge_already_refunded", message="has already been refunded")
        amount = int(params["amount"])
        if given + amount > intent["amount_received"]:
            raise Turned(400, message="Refund amount is greater than unrefunded amount")
        refund_id = self._new(
            "re",
            "refund",
            amount=amount,
            currency=intent["currency"],
            metadata=params.get("metadata", {}),
            payment_intent=intent["id"],
            status="succeeded",
        )
        self.tell("refund.created", refund_id)
        return shown(self.things[refund_id])

    def _list_refunds(self, params: Mapping[str, Any]) -> Any:
        return self._list(self.of("refund"), params, "payment_intent")

    def _list_disputes(self, params: Mapping[str, Any]) -> Any:
        return self._list(self.of("dispute"), params, "payment_intent")

    # -- cards ----------------------------------------------------------------------------------

    def _add_customer(self, params: Mapping[str, Any]) -> Any:
        return shown(self.things[self._new("cus", "customer", email=params.get("email"))])

    def _remove_customer(self, params: Mapping[str, Any], customer_id: str) -> Any:
        del params
        self._find(customer_id)
        del self.things[customer_id]
        return {"id": customer_id, "object": "customer", "deleted": True}

    def _add_method(self, params: Mapping[str, Any]) -> Any:
        return shown(self.things[self.card(None, params["card"]["token"])])

    def _attach(self, params: Mapping[str, Any], token: str) -> Any:
        customer = self._find(params["customer"])["id"]
        return shown(self.things[self.card(customer, token)])

    def _detach(self, params: Mapping[str, Any], method_id: str) -> Any:
        del params
        method = self._find(method_id)
        if method["customer"] is None:
            raise Turned(400, message="it is not attached to a customer")
        method["customer"] = None
        return shown(method)

    def card(self, customer: str | None, token: str = "tok_visa") -> str:  # noqa: S107 - Stripe's word for a card
        """Give the id of a card of Stripe's for tests, by its name there."""
        billing = _nobodys_address()
        last4 = _LAST4.get(token, "4242")
        card: dict[str, Any] = {"brand": "visa", "last4": last4, "country": "US"}
        card |= {"exp_month": 12, "exp_year": 2040, "funding": "credit"}
        card |= dict.fromkeys(("checks", "networks", "three_d_secure_usage", "wallet"))
        about = {"type": "card", "customer": customer, "card": card, "billing_details": billing}
        return self._new("pm", "payment_method", **about)


def _nobodys_address() -> dict[str, Any]:
    address = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    return dict.fromkeys(("email", "name", "phone", "tax_id")) | {"address": address}
