"""booking dies between Stripe's answer and its own commit, and nobody is charged twice."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from uuid import uuid4

import eventlet
import pytest

from tests.stack import Stack
from tests.stripe_standin import KEY, SECRET, StripeStandIn, stripe_standin

pytestmark = pytest.mark.live
KILLED = -9


@pytest.fixture
def stripe() -> Iterator[StripeStandIn]:
    """Give a stand-in that the run's processes reach."""
    with stripe_standin() as made:
        yield made


def start(run: Stack, stripe: StripeStandIn, **env: str) -> None:
    """Start booking, whose account the stand-in is."""
    cards: dict[str, Any] = {"ATELIER_STRIPE_KEY": KEY, "ATELIER_STRIPE_URL": stripe.url}
    run.start("booking", **cards, ATELIER_STRIPE_WEBHOOK_SECRET=SECRET, **env)


def held_place(run: Stack) -> dict[str, Any]:
    """Have a place in a session with a price held for somebody."""
    kind = run.call("booking.create_session_type", name="Portrait", duration_minutes=60)
    session = run.call(
        "booking.schedule_session",
        session_type_id=kind["session_type_id"],
        name="Portrait",
        starts_at=(datetime.now(UTC) + timedelta(days=9)).isoformat(),
        time_zone="Europe/Rome",
        staff="Lea",
        location="Studio 2",
        capacity=1,
        price_minor=2000,
        currency="eur",
    )
    person = run.call(
        "booking.register_person", kind="member", name="Ada", email=f"{uuid4()}@example.com"
    )
    ids = {"session_id": session["session_id"], "person_id": person["person_id"]}
    hold: dict[str, Any] = run.call("booking.hold_place", **ids, kind="checkout")
    return hold


def tell(run: Stack, body: bytes, signature: str) -> int:
    """Post a webhook over HTTP; give the status of the answer."""
    url = f"{run.env['ATELIER_BOOKING_URL']}/stripe/webhook"
    request = Request(url, body, {"Stripe-Signature": signature})  # noqa: S310 - of our own making
    try:
        with urlopen(request, timeout=20) as answer:  # noqa: S310 - the same
            return int(answer.status)
    except HTTPError as exc:
        with exc:
            return exc.code


def die_at(run: Stack, stripe: StripeStandIn, kind: str, do: Any) -> None:
    """Have booking die when Stripe has answered a kind of job, and start it again."""
    run.kill("booking")
    start(run, stripe, ATELIER_FAILPOINTS=f"cards.answered:{kind}=kill@1")
    doing = eventlet.spawn(do)
    run.until(lambda: run.ended("booking"), f"booking dies when Stripe has answered {kind}")
    assert run.processes["booking"].returncode == KILLED
    # The dead process's claim lapses after a minute and a half, which need not be waited for.
    run.change("booking", "UPDATE card_jobs SET due_at = now() WHERE state = 'claimed'")
    start(run, stripe)
    doing.kill()


def test_whoever_dies_after_stripes_answer_asks_again_and_charges_once(
    run: Stack, stripe: StripeStandIn
) -> None:
    start(run, stripe)
    hold_id = held_place(run)["hold_id"]

    def checkout() -> Any:
        return run.call("booking.start_checkout", hold_id=hold_id, save_card=True)

    def money() -> Any:
        return run.call("booking.get_payments", booking_id=hold_id)

    # The page is opened once, though nobody heard of it.
    die_at(run, stripe, "open", checkout)
    run.until(lambda: checkout()["checkout_url"], "the page is opened")
    [made] = stripe.of("checkout.session")

    # The webhook is heard, Stripe is asked, and the answer is lost.
    stripe.pay(made["id"])
    webhook = stripe.webhook("checkout.session.completed", made["id"])
    assert tell(run, webhook[0], "t=1,v1=forged") == 400
    die_at(run, stripe, "look", lambda: tell(run, *webhook))
    run.until(lambda: money()["booked"], "the place is booked")
    assert tell(run, *webhook) == 200
    [payment] = money()["payments"]

    # The money goes back once.
    back = {"payment_id": payment["payment_id"], "amount_minor": 1500}
    die_at(run, stripe, "repay", lambda: run.call("booking.refund_payment", **back))
    run.until(lambda: money()["refunded_minor"] == 1500, "the money is back")

    assert stripe.held() == 500
    assert len(stripe.of("refund")) == 1
    assert len(stripe.of("payment_intent")) == 1
    assert [wire["data"]["amount_minor"] for wire in run.facts("PaymentReceived")] == [2000]
    assert [wire["data"]["amount_minor"] for wire in run.facts("PaymentRefunded")] == [1500]


def test_a_kept_card_is_charged_once_though_booking_dies(run: Stack, stripe: StripeStandIn) -> None:
    start(run, stripe)
    person_id = held_place(run)["person_id"]
    spot_id, entry_id = str(uuid4()), str(uuid4())
    customer = stripe.customer()
    with run.sql("booking") as sql:
        session_id = sql.exec_driver_sql("SELECT session_id FROM sessions").scalar_one()
    run.change(
        "booking",
        "INSERT INTO kept_cards VALUES (:person, :customer, :method, 'visa', '4242', now())",
        person=person_id,
        customer=customer["customer"],
        method=customer["id"],
    )
    run.change(
        "booking",
        "UPDATE holds SET hold_id = :spot, kind = 'waitlist', held_until = NULL, person_id = NULL",
        spot=spot_id,
    )
    asked = {
        "fact": "SpotRequested.v1",
        "fact_id": str(uuid4()),
        "correlation_id": "a test",
        "caused_by": None,
        "began_at": datetime.now(UTC).isoformat(),
        "said_at": datetime.now(UTC).isoformat(),
        "data": {
            "spot_id": spot_id,
            "entry_id": entry_id,
            "source": "booking",
            "target_id": str(session_id),
            "person_id": person_id,
            "requested_at": datetime.now(UTC).isoformat(),
            "pay": True,
        },
    }

    die_at(run, stripe, "charge", lambda: run.publish([asked]))
    run.until(lambda: run.facts("SpotGranted"), "the spot is granted")

    assert stripe.held() == 2000
    assert len(stripe.of("payment_intent")) == 1
    [granted] = run.facts("SpotGranted")
    assert granted["data"]["entry_id"] == entry_id
