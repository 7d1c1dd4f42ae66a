"""A stand-in for Stripe on loopback: it keeps what it is told, and misbehaves when asked to.

It knows Checkout Sessions, Payment Intents, Refunds, Disputes, Events, Customers and Payment
Methods as far as
`shared.payments` uses them, and Stripe's rules of idempotency: the same key with the same
parameters gets the same answer, an error 500 too; with others it is refused. Everything it is sent
and everything it answers is checked against the types of Stripe's own library.
"""

import json
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import eventlet
import stripe
from eventlet import wsgi
from eventlet.greenio import shutdown_safe
from stripe import params as sent
from werkzeug.wrappers import Request, Response

from tests.stripe_types import faults_of_answer, faults_of_params

KEY = "sk_test_standin"
SECRET = "whsec_of_the_stand_in"  # noqa: S105 - of a stand-in
DECLINING = "pm_card_chargeCustomerFail"
_SHORTEST, _LONGEST = 30 * 60, 24 * 3600
_PAGE = "https://checkout.stripe.example/c/pay/"
_PARAMS = {
    ("POST", "checkout/sessions"): stripe.params.checkout.SessionCreateParams,
    ("GET", "checkout/sessions/*"): stripe.params.checkout.SessionRetrieveParams,
    ("POST", "checkout/sessions/*/expire"): stripe.params.checkout.SessionExpireParams,
    ("POST", "payment_intents"): sent.PaymentIntentCreateParams,
    ("GET", "payment_intents"): sent.PaymentIntentListParams,
    ("POST", "refunds"): sent.RefundCreateParams,
    ("GET", "refunds"): sent.RefundListParams,
    ("GET", "disputes"): sent.DisputeListParams,
    ("GET", "events"): sent.EventListParams,
    ("POST", "customers"): sent.CustomerCreateParams,
    ("POST", "payment_methods/*/attach"): sent.PaymentMethodAttachParams,
    ("GET", "payment_methods/*"): sent.PaymentMethodRetrieveParams,
    ("POST", "payment_methods/*/detach"): sent.PaymentMethodDetachParams,
}
_RESOURCES = {
    "checkout.session": stripe.checkout.Session,
    "payment_intent": stripe.PaymentIntent,
    "refund": stripe.Refund,
    "dispute": stripe.Dispute,
    "customer": stripe.Customer,
    "payment_method": stripe.PaymentMethod,
    "event": stripe.Event,
}


class Turned(Exception):
    """A request is answered with an error: status, and the fields of the error."""

    def __init__(self, status: int, **error: Any) -> None:
        """Answer with this."""
        super().__init__(status, error)
        self.status, self.error = status, error


@dataclass
class Fault:
    """How the next matching request goes wrong.

    `how` is `500` (kept under its key), `503` (not kept, nothing is done), `400`, `409`, `429`,
    `slow`, `cut_before` (nothing is done), `cut_after` (it is done, and the answer is lost) or
    `late` (a 503, and it is done so many seconds later).
    """

    how: str
    path: str = ""  # part of the path of the requests it befalls
    seconds: float = 0.0  # for `slow` and `late`
    method: str = "POST"


@dataclass
class Call:
    """A request as it came."""

    method: str
    path: str
    params: Mapping[str, Any]
    key: str | None
    status: int = 0


@dataclass
class StripeStandIn:
    """The account, and everything in it."""

    url: str = ""
    now: Any = time.time
    things: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)  # how answers differed from the types
    told: list[dict[str, Any]] = field(default_factory=list)  # its events, whoever hears of them
    least: dict[str, int] = field(default_factory=lambda: {"eur": 50, "gbp": 30, "jpy": 50})
    _kept: dict[str, tuple[Any, int, Any]] = field(default_factory=dict)
    _late: list[tuple[float, Call]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    # -- what people do -----------------------------------------------------------------------

    def pay(self, checkout_id: str, *, later: bool = False) -> None:
        """Pay on the page of a checkout; `later`: by a way of paying that takes days."""
        checkout = self.things[checkout_id]
        assert checkout["status"] == "open", checkout["status"]
        intent = self._intent(
            checkout["amount_total"],
            checkout["currency"],
            checkout["_intent"].get("metadata", {}),
            description=checkout["_intent"].get("description"),
            setup_future_usage=checkout["_intent"].get("setup_future_usage"),
        )
        if checkout["customer_creation"] == "always":
            checkout["customer"] = self._new("cus", "customer", email=checkout["customer_email"])
        method = self._method(checkout["customer"])
        intent |= {"customer": checkout["customer"], "payment_method": method}
        checkout |= {"status": "complete", "url": None, "payment_intent": intent["id"]}
        intent["latest_charge"] = self._charge(intent)
        if later:
            intent["status"] = "processing"
        else:
            self.arrive(checkout_id)

    def arrive(self, checkout_id: str) -> None:
        """Have the money of a completed checkout arrive."""
        checkout = self.things[checkout_id]
        intent = self.things[checkout["payment_intent"]]
        intent |= {"status": "succeeded", "amount_received": intent["amount"]}
        checkout["payment_status"] = "paid"

    def fail(self, checkout_id: str) -> None:
        """Have the money of a completed checkout not arrive."""
        self.things[self.things[checkout_id]["payment_intent"]]["status"] = (
            "requires_payment_method"
        )

    def forget_keys(self) -> None:
        """Let the day be over for which Stripe remembers keys."""
        self._kept.clear()

    def run_out(self, checkout_id: str) -> None:
        """Let a checkout's own time be over."""
        self.things[checkout_id] |= {"status": "expired", "url": None}

    def customer(self) -> dict[str, Any]:
        """Give the card of a new customer who has agreed that it is kept."""
        return self.things[self._method(self._new("cus", "customer"))]

    def refund(self, intent_id: str, amount: int) -> None:
        """Give money back on Stripe's own dashboard, where nobody here sees it."""
        self._post_refunds({"payment_intent": intent_id, "amount": str(amount)})

    def fail_refund(self, refund_id: str) -> None:
        """Have a refund not arrive, days after it was done: the card is no more."""
        self.things[refund_id] |= {"status": "failed", "failure_reason": "lost_or_stolen_card"}
        self._tell("refund.failed", refund_id)

    def dispute(self, intent_id: str) -> str:
        """Have a card's holder claim a payment back through their bank."""
        intent = self.things[intent_id]
        details: dict[str, Any] = {"has_evidence": False, "past_due": False, "submission_count": 0}
        details |= {
            "due_by": None,
            "enhanced_eligibility": {},
            "submission_method": "not_submitted",
        }
        dispute_id = self._new(
            "du",
            "dispute",
            amount=intent["amount"],
            balance_transactions=[],
            charge=f"ch_{intent_id}",
            currency=intent["currency"],
            enhanced_eligibility_types=[],
            evidence={"enhanced_evidence": {}},
            evidence_details=details,
            is_charge_refundable=False,
            payment_intent=intent_id,
            reason="fraudulent",
            status="needs_response",
        )
        self._tell("charge.dispute.created", dispute_id)
        return dispute_id

    def decide(self, dispute_id: str, status: str) -> None:
        """Have the bank decide about a dispute: `won` or `lost`, as the studio sees it."""
        self.things[dispute_id]["status"] = status
        self._tell("charge.dispute.closed", dispute_id)

    def webhook(self, kind: str, thing_id: str, *, secret: str = SECRET) -> tuple[bytes, str]:
        """Write a webhook about something as it is now: its body and its signature."""
        return self.signed(self._tell(kind, thing_id), secret=secret)

    def signed(self, event: dict[str, Any], *, secret: str = SECRET) -> tuple[bytes, str]:
        """Write the webhook of an event: its body and its signature."""
        body = json.dumps(event)
        sign = stripe.WebhookSignature.generate_signature_header
        return body.encode(), sign(payload=body, secret=secret)

    def _tell(self, kind: str, thing_id: str) -> dict[str, Any]:
        """Keep an event about something as it is now."""
        event = {
            "id": f"evt_{next(self._numbers)}",
            "object": "event",
            "api_version": stripe.api_version,
            "created": int(self.now()),
            "type": kind,
            "livemode": False,
            "pending_webhooks": 1,
            "request": None,
            "data": {"object": _shown(self.things[thing_id])},
        }
        self.told.append(event)
        return event

    # -- what a test looks at -------------------------------------------------------------------

    def of(self, kind: str, reference: str | None = None) -> list[dict[str, Any]]:
        """List the things of a kind (`payment_intent`), or those about one thing of ours."""
        found = [thing for thing in self.things.values() if thing["object"] == kind]
        return [
            thing
            for thing in found
            if reference is None or thing["metadata"].get("reference") == reference
        ]

    def held(self) -> int:
        """Add up the money that came and was not given back, in minor units."""
        self.catch_up()
        came = sum(one["amount_received"] for one in self.of("payment_intent"))
        back = sum(one["amount"] for one in self.of("refund") if one["status"] == "succeeded")
        lost = sum(one["amount"] for one in self.of("dispute") if one["status"] == "lost")
        return int(came - back - lost)

    # -- the API --------------------------------------------------------------------------------

    def __call__(self, environ: Any, start: Any) -> Any:
        """Answer a request."""
        request = Request(environ)
        call = Call(
            request.method,
            request.path.removeprefix("/v1/"),
            _nested(request.form if request.method == "POST" else request.args),
            request.headers.get("Idempotency-Key"),
        )
        self.calls.append(call)
        self.catch_up()
        fault = self._fault(call)
        if fault is not None and fault.how == "slow":
            eventlet.sleep(fault.seconds)
        if fault is not None and fault.how == "cut_before":
            return _cut(environ)
        call.status, answer = self._answer(call, fault)
        if fault is not None and fault.how == "cut_after":
            return _cut(environ)
        response = Response(json.dumps(answer), call.status, content_type="application/json")
        return response(environ, start)

    def catch_up(self) -> None:
        """Do what was to be done late, if its time has come."""
        due = [one for one in self._late if one[0] <= self.now()]
        self._late = [one for one in self._late if one not in due]
        for _, call in due:
            self._answer(call, None)

    def _fault(self, call: Call) -> Fault | None:
        for fault in self.faults:
            if fault.path in call.path and fault.method == call.method:
                self.faults.remove(fault)
                return fault
        return None

    def _answer(self, call: Call, fault: Fault | None) -> tuple[int, Any]:
        if fault is not None and fault.how in {"400", "409", "429"}:
            code = {"400": "refused", "409": "lock_timeout", "429": "rate_limit"}[fault.how]
            return int(fault.how), {"error": {"type": "invalid_request_error", "code": code}}
        if fault is not None and fault.how in {"503", "late"}:
            if fault.how == "late":
                self._late.append((self.now() + fault.seconds, call))
            return 503, {"error": {"type": "api_error", "message": "it is overloaded"}}
        if call.key is not None and call.key in {late.key for _, late in self._late}:
            return 409, {"error": {"type": "idempotency_error", "code": "idempotency_key_in_use"}}
        print_of_it = json.dumps([call.path, call.params], sort_keys=True)
        if call.key in self._kept:
            first, status, answer = self._kept[call.key]
            if first != print_of_it:
                return 400, {"error": {"type": "idempotency_error", "message": "other parameters"}}
            return status, answer
        if fault is not None and fault.how == "500":
            status, answer = 500, {"error": {"type": "api_error", "message": "it broke"}}
        else:
            try:
                status, answer = 200, json.loads(json.dumps(self._done(call)))
            except Turned as exc:
                kind = "card_error" if exc.status == 402 else "invalid_request_error"
                status, answer = exc.status, {"error": {"type": kind, **exc.error}}
        if call.key is not None and status != 400:
            self._kept[call.key] = (print_of_it, status, answer)
        return status, answer

    def _done(self, call: Call) -> Any:
        pattern = re.sub(r"(?<=/)(cs|pm)_[^/]+", "*", call.path)
        faults = faults_of_params(dict(call.params), _PARAMS[call.method, pattern])
        if faults:
            raise Turned(400, message="; ".join(faults), code="parameter_unknown")
        thing_id = call.path.split("/")[1 if "checkout" not in call.path else 2 :][:1]
        name = f"_{call.method.lower()}_{re.sub(r'[/*]+', '_', pattern).strip('_')}"
        return self._checked(getattr(self, name)(call.params, *thing_id))

    def _checked(self, answer: Any) -> Any:
        """Check an answer, each thing of a list by itself."""
        parts = answer["data"] if answer["object"] == "list" else [answer]
        for part in parts:
            self.wrong += faults_of_answer(part, _RESOURCES[part["object"]])
        return answer

    # -- what it knows --------------------------------------------------------------------------

    def _new(self, prefix: str, kind: str, **fields: Any) -> str:
        thing_id = f"{prefix}_{next(self._numbers)}"
        common: dict[str, Any] = {"id": thing_id, "object": kind, "created": int(self.now())}
        if kind != "refund":  # the one of them that does not say it
            common["livemode"] = False
        self.things[thing_id] = {**common, "metadata": {}, **fields}
        return thing_id

    def _find(self, thing_id: str) -> dict[str, Any]:
        if thing_id not in self.things:
            raise Turned(404, code="resource_missing", message=f"No such thing: {thing_id}")
        return self.things[thing_id]

    def _post_checkout_sessions(self, params: Mapping[str, Any]) -> Any:
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
        self.things[checkout_id]["url"] = f"{_PAGE}{checkout_id}"
        return _shown(self.things[checkout_id])

    def _get_checkout_sessions(self, params: Mapping[str, Any], checkout_id: str) -> Any:
        shown = _shown(self._find(checkout_id))
        if "payment_intent.payment_method" in params.get("expand", []) and shown["payment_intent"]:
            intent = _shown(self.things[shown["payment_intent"]])
            for name in ("payment_method", "latest_charge"):
                if intent.get(name) and f"payment_intent.{name}" in params["expand"]:
                    intent[name] = _shown(self.things[intent[name]])
            shown["payment_intent"] = intent
        return shown

    def _check_amount(self, amount: int, currency: str) -> None:
        """Refuse what is less than a charge must be, in what the account is paid out in."""
        if amount < self.least.get(currency, 1):
            raise Turned(400, code="amount_too_small", message="convert it to at least 50 cents")

    def _post_checkout_sessions_expire(self, params: Mapping[str, Any], checkout_id: str) -> Any:
        del params
        checkout = self._find(checkout_id)
        if checkout["status"] != "open":
            raise Turned(400, message=f"Only open sessions can be expired: {checkout['status']}")
        checkout |= {"status": "expired", "url": None}
        return _shown(checkout)

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

    def _charge(self, intent: Mapping[str, Any]) -> str:
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

    def _method(self, customer: str | None, *, declines: bool = False) -> str:
        billing = _nobodys_address()
        card: dict[str, Any] = {
            "brand": "visa",
            "last4": "0341" if declines else "4242",
            "country": "US",
        }
        card |= {"exp_month": 12, "exp_year": 2040, "funding": "credit"}
        card |= dict.fromkeys(("checks", "networks", "three_d_secure_usage", "wallet"))
        about = {"type": "card", "customer": customer, "card": card, "billing_details": billing}
        return self._new("pm", "payment_method", **about)

    def _post_payment_intents(self, params: Mapping[str, Any]) -> Any:
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
        if method["card"]["last4"] == "0341":
            intent |= {"status": "requires_payment_method", "payment_method": None}
            raise Turned(402, code="card_declined", message="Your card was declined.")
        intent |= {"status": "succeeded", "amount_received": intent["amount"]}
        return _shown(intent)

    def _get_payment_intents(self, params: Mapping[str, Any]) -> Any:
        return self._list("payment_intent", "customer", params["customer"])

    def _post_refunds(self, params: Mapping[str, Any]) -> Any:
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
        self._tell("refund.created", refund_id)
        return _shown(self.things[refund_id])

    def _get_refunds(self, params: Mapping[str, Any]) -> Any:
        return self._list("refund", "payment_intent", params["payment_intent"])

    def _get_disputes(self, params: Mapping[str, Any]) -> Any:
        return self._list("dispute", "payment_intent", params["payment_intent"])

    def _get_events(self, params: Mapping[str, Any]) -> Any:
        """List what was told in a time, of the kinds named, a page at a time."""
        since, until = (int(params["created"][bound]) for bound in ("gte", "lte"))
        found = [
            one
            for one in reversed(self.told)
            if since <= one["created"] <= until and one["type"] in params["types"]
        ]
        after = params.get("starting_after")
        ids = [one["id"] for one in found]
        rest = found[ids.index(after) + 1 :] if after else found
        page = rest[: int(params["limit"])]
        more = len(rest) > len(page)
        return {"object": "list", "url": "/v1/events", "has_more": more, "data": page}

    def _post_customers(self, params: Mapping[str, Any]) -> Any:
        return _shown(self.things[self._new("cus", "customer", email=params.get("email"))])

    def _post_payment_methods_attach(self, params: Mapping[str, Any], token: str) -> Any:
        customer = self._find(params["customer"])["id"]
        return _shown(self.things[self._method(customer, declines=token == DECLINING)])

    def _get_payment_methods(self, params: Mapping[str, Any], method_id: str) -> Any:
        del params
        return _shown(self._find(method_id))

    def _post_payment_methods_detach(self, params: Mapping[str, Any], method_id: str) -> Any:
        del params
        method = self._find(method_id)
        if method["customer"] is None:
            raise Turned(400, message="it is not attached to a customer")
        method["customer"] = None
        return _shown(method)

    def _list(self, kind: str, by: str, wanted: str) -> Any:
        found = [_shown(one) for one in reversed(self.of(kind)) if one[by] == wanted]
        return {"object": "list", "url": f"/v1/{kind}s", "has_more": False, "data": found}


def _nobodys_address() -> dict[str, Any]:
    address = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    return dict.fromkeys(("email", "name", "phone", "tax_id")) | {"address": address}


def _shown(thing: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in thing.items() if not name.startswith("_")}


def _nested(form: Any) -> dict[str, Any]:
    """Read `a[b][0]=c` as the mapping it stands for."""
    root: dict[str, Any] = {}
    for name, value in form.items(multi=True):
        path = re.findall(r"[^\[\]]+", name)
        here = root
        for part in path[:-1]:
            here = here.setdefault(part, {})
        here[path[-1]] = value
    return {name: _listed(value) for name, value in root.items()}


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    parts = {name: _listed(part) for name, part in value.items()}
    numbered = [str(number) for number in range(len(parts))]
    return list(parts.values()) if list(parts) == numbered else parts


def _cut(environ: Any) -> list[bytes]:
    """Close the connection without an answer."""
    incoming = environ["eventlet.input"]
    shutdown_safe(incoming.get_socket())
    incoming.rfile.close()
    return []


class _Quiet:
    def write(self, text: str) -> None:
        """Keep nothing."""


@contextmanager
def stripe_standin() -> Iterator[StripeStandIn]:
    """Run a stand-in in a greenlet of this process."""
    made = StripeStandIn()
    socket = eventlet.listen(("127.0.0.1", 0))
    made.url = f"http://127.0.0.1:{socket.getsockname()[1]}"
    quiet: Any = {"log": _Quiet(), "log_output": False, "debug": False, "keepalive": False}
    thread = eventlet.spawn(wsgi.server, socket, made, **quiet)
    try:
        yield made
    finally:
        thread.kill()
        socket.close()
    assert not made.wrong, made.wrong
