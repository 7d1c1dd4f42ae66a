"""A stand-in for Stripe on loopback: it keeps what it is told, and misbehaves when asked to.

It knows Checkout Sessions, Payment Intents, Refunds, Customers, Payment Methods and Events as far
as `shared.payments` and the tests use them, and Stripe's rules of idempotency: the same key with
the same parameters gets the same answer, an error 500 too; with others it is refused. What it is
sent and what it answers is checked against the types of Stripe's own library (`tests.stripe_book`).

`python -m tests.stripe_standin PORT` runs one by itself, in real time; CONTRIBUTING.md says why.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import eventlet
from eventlet import wsgi
from eventlet.greenio import shutdown_safe
from werkzeug.wrappers import Request, Response

from tests.stripe_book import Turned
from tests.stripe_things import DECLINING, Things

__all__ = ["DECLINING", "KEY", "PEOPLE", "SECRET", "Fault", "StripeStandIn", "stripe_standin"]

KEY = "sk_test_standin"
SECRET = "whsec_of_the_stand_in"  # noqa: S105 - of a stand-in
PEOPLE = "X-Asked-By-People"
"""The header of what people do; faults befall others, and only others' requests are counted."""


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
    account: str  # the secret key it came with
    status: int = 0


@dataclass
class StripeStandIn(Things):
    """An account, reached over HTTP."""

    url: str = ""
    strict: bool = (
        False  # an answer that differs from the types is an error: nobody looks at `wrong`
    )
    calls: list[Call] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    _kept: dict[str, tuple[Any, int, Any]] = field(default_factory=dict)
    _late: list[tuple[float, Call]] = field(default_factory=list)

    # -- what happens at Stripe, or by people there, that a test mode has no way to bring about ---

    def pay(self, checkout_id: str, *, later: bool = False) -> None:
        """Pay on the page of a checkout; `later`: by a way of paying that takes days."""
        self.complete(checkout_id, self.card(None), later=later)

    def arrive(self, checkout_id: str) -> None:
        """Have the money of a completed checkout arrive."""
        self.take(checkout_id)
        self.tell("checkout.session.async_payment_succeeded", checkout_id)

    def fail(self, checkout_id: str) -> None:
        """Have the money of a completed checkout not arrive."""
        intent = self.things[self.things[checkout_id]["payment_intent"]]
        intent["status"] = "requires_payment_method"
        self.tell("checkout.session.async_payment_failed", checkout_id)

    def forget_keys(self) -> None:
        """Let the day be over for which Stripe remembers keys."""
        self._kept.clear()

    def forget_all(self) -> None:
        """Begin anew with an empty account."""
        self.things.clear()
        self.events.clear()
        self.faults.clear()

    def fail_refund(self, refund_id: str) -> None:
        """Have a refund not arrive, days after it was done: the card is no more."""
        self.things[refund_id] |= {"status": "failed", "failure_reason": "lost_or_stolen_card"}
        self.tell("refund.failed", refund_id)

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
        self.tell("charge.dispute.created", dispute_id)
        return dispute_id

    def decide(self, dispute_id: str, status: str) -> None:
        """Have the bank decide a dispute: `won` or `lost` by the studio."""
        self.things[dispute_id]["status"] = status
        self.tell("charge.dispute.closed", dispute_id)

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
            request.headers.get("Authorization", "").removeprefix("Bearer "),
        )
        self.catch_up()
        if PEOPLE in request.headers:
            fault = None
        else:
            self.calls.append(call)
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
        status, answer = self._done(call, fault)
        if call.key is not None and status != 400:
            self._kept[call.key] = (print_of_it, status, answer)
        return status, answer

    def _done(self, call: Call, fault: Fault | None) -> tuple[int, Any]:
        if call.account != KEY:
            return 401, {"error": {"type": "invalid_request_error", "message": "Invalid API Key"}}
        if fault is not None and fault.how == "500":
            return 500, {"error": {"type": "api_error", "message": "it broke"}}
        try:
            return 200, self.asked(call.method, call.path, call.params)
        except Turned as exc:
            kind = "card_error" if exc.status == 402 else "invalid_request_error"
            return exc.status, {"error": {"type": kind, **exc.error}}


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


def _serve(made: StripeStandIn, port: int = 0) -> Any:
    """Have a stand-in listen, and give the socket; `made.url` says where."""
    socket = eventlet.listen(("127.0.0.1", port))
    made.url = f"http://127.0.0.1:{socket.getsockname()[1]}"
    return socket


_HOW: dict[str, Any] = {"log": _Quiet(), "log_output": False, "debug": False, "keepalive": False}


@contextmanager
def stripe_standin() -> Iterator[StripeStandIn]:
    """Run a stand-in in a greenlet of this process."""
    made = StripeStandIn()
    socket = _serve(made)
    thread = eventlet.spawn(wsgi.server, socket, made, **_HOW)
    try:
        yield made
    finally:
        thread.kill()
        socket.close()
    assert not made.wrong, made.wrong


if __name__ == "__main__":
    alone = StripeStandIn(strict=True)
    listening = _serve(alone, int(*sys.argv[1:] or ["0"]))
    sys.stdout.write(f"ATELIER_TEST_STRIPE_KEY={KEY} ATELIER_TEST_STRIPE_URL={alone.url}\n")
    sys.stdout.flush()
    with suppress(KeyboardInterrupt):
        wsgi.server(listening, alone, **_HOW)
