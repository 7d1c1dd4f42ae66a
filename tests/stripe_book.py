"""What an account at the stand-in for Stripe holds, and what it may be asked.

Whatever is asked and answered is checked against the types of Stripe's own library. It has none of
`payment_pages`, which is how Stripe's own page, and its command line, complete a checkout: there,
what the command line sends is all that is taken (`stripe trigger checkout.session.completed`).
"""

import json
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, NotRequired, TypedDict

import stripe
from stripe import params as sent

from tests.stripe_types import faults_of_answer, faults_of_params

PAGES = "https://checkout.stripe.com/c/pay/"


class Confirmation(TypedDict):
    """What is sent to pay on a page; the library has no type of it."""

    payment_method: str
    expected_amount: NotRequired[int]


class Nothing(TypedDict):
    """Nothing is sent."""


_ENDPOINTS: dict[tuple[str, str], tuple[Any, str]] = {
    ("POST", "checkout/sessions"): (sent.checkout.SessionCreateParams, "open_page"),
    ("GET", "checkout/sessions"): (sent.checkout.SessionListParams, "list_pages"),
    ("GET", "checkout/sessions/*"): (sent.checkout.SessionRetrieveParams, "see_page"),
    ("POST", "checkout/sessions/*/expire"): (sent.checkout.SessionExpireParams, "expire"),
    ("GET", "payment_pages/*"): (Nothing, "see"),
    ("POST", "payment_pages/*/confirm"): (Confirmation, "confirm"),
    ("POST", "payment_intents"): (sent.PaymentIntentCreateParams, "charge"),
    ("GET", "payment_intents"): (sent.PaymentIntentListParams, "list_intents"),
    ("GET", "payment_intents/*"): (sent.PaymentIntentRetrieveParams, "see"),
    ("POST", "refunds"): (sent.RefundCreateParams, "give_back"),
    ("GET", "refunds"): (sent.RefundListParams, "list_refunds"),
    ("GET", "refunds/*"): (sent.RefundRetrieveParams, "see"),
    ("GET", "disputes"): (sent.DisputeListParams, "list_disputes"),
    ("POST", "customers"): (sent.CustomerCreateParams, "add_customer"),
    ("DELETE", "customers/*"): (sent.CustomerDeleteParams, "remove_customer"),
    ("POST", "payment_methods"): (sent.PaymentMethodCreateParams, "add_method"),
    ("GET", "payment_methods/*"): (sent.PaymentMethodRetrieveParams, "see"),
    ("POST", "payment_methods/*/attach"): (sent.PaymentMethodAttachParams, "attach"),
    ("POST", "payment_methods/*/detach"): (sent.PaymentMethodDetachParams, "detach"),
    ("GET", "events"): (sent.EventListParams, "list_events"),
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
class Book:
    """What an account holds, by its ids, and what was told of it."""

    now: Any = time.time
    pages: str = PAGES  # where its pages are
    things: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    least: dict[str, int] = field(default_factory=lambda: {"eur": 50, "gbp": 30, "jpy": 50})
    strict: bool = False  # an answer that differs from the types is an error, and not only noted
    wrong: list[str] = field(default_factory=list)  # how answers differed from the types
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def of(self, kind: str, reference: str | None = None) -> list[dict[str, Any]]:
        """List the things of a kind (`payment_intent`), or those about one thing of ours."""
        found = [thing for thing in self.things.values() if thing["object"] == kind]
        return [
            thing
            for thing in found
            if reference is None or thing["metadata"].get("reference") == reference
        ]

    def asked(self, method: str, path: str, params: Mapping[str, Any]) -> Any:
        """Do what is asked, and answer.

        Raises:
            Turned: with an error.
        """
        pattern = re.sub(r"(?<=/)(cs|pm|pi|re|cus)_[^/]+", "*", path)
        if (method, pattern) not in _ENDPOINTS:
            raise Turned(404, message=f"Unrecognized request URL ({method}: /v1/{path})")
        contract, name = _ENDPOINTS[method, pattern]
        if faults := faults_of_params(dict(params), contract):
            raise Turned(400, message="; ".join(faults), code="parameter_unknown")
        thing_id = re.findall(r"(?<=/)(?:cs|pm|pi|re|cus)_[^/]+", path)
        answer = json.loads(json.dumps(getattr(self, f"_{name}")(params, *thing_id)))
        if answer["object"] == "list":
            answer["url"] = f"/v1/{path}"  # where the library asks for the next page
        self._check(answer)
        return answer

    def _check(self, answer: Any) -> None:
        """Check an answer, each thing of a list by itself; of what is removed there is no type."""
        for part in answer["data"] if answer["object"] == "list" else [answer]:
            if "deleted" not in part:
                self.wrong += faults_of_answer(part, _RESOURCES[part["object"]])
        if self.strict and self.wrong:
            raise Turned(500, message=f"the stand-in is wrong: {self.wrong}")

    # -- things and what is said of them --------------------------------------------------------

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

    def tell(self, kind: str, thing_id: str) -> None:
        """Note an event, with its thing as it is now."""
        about = json.loads(json.dumps(shown(self.things[thing_id])))
        noted = {"id": f"evt_{next(self._numbers)}", "created": int(self.now())}
        self.events.append(event_about(kind, about) | noted)

    def _see(self, params: Mapping[str, Any], thing_id: str) -> Any:
        del params
        return shown(self._find(thing_id))

    def _list(self, things: Iterable[Any], params: Mapping[str, Any], *filters: str) -> Any:
        """List things, the newest first, as far as a list goes that is asked for at once."""
        when = params.get("created", {})
        since, until = int(when.get("gte", 0)), int(when.get("lte", 2**40))
        wanted = {name: params[name] for name in filters if name in params}
        found = [
            shown(one)
            for one in reversed(list(things))
            if since <= one["created"] <= until and wanted.items() <= one.items()
        ]
        if "starting_after" in params:
            found = found[[one["id"] for one in found].index(params["starting_after"]) + 1 :]
        limit = int(params.get("limit", 10))
        more = len(found) > limit
        return {"object": "list", "has_more": more, "data": found[:limit]}

    def _list_events(self, params: Mapping[str, Any]) -> Any:
        kinds = params.get("types", [params.get("type")])
        found = [one for one in self.events if kinds == [None] or one["type"] in kinds]
        return self._list(found, params)


def event_about(kind: str, thing: Mapping[str, Any]) -> dict[str, Any]:
    """Write an event as Stripe does; of a thing as somebody saw it, or thinks it up."""
    return {
        "id": f"evt_of_a_test_{time.monotonic_ns()}",
        "object": "event",
        "api_version": stripe.api_version,
        "created": int(time.time()),
        "type": kind,
        "livemode": False,
        "pending_webhooks": 1,
        "request": None,
        "data": {"object": dict(thing)},
    }


def shown(thing: Mapping[str, Any]) -> dict[str, Any]:
    """Give what is shown of a thing."""
    return {name: value for name, value in thing.items() if not name.startswith("_")}
