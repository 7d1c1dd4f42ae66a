"""booking dies between Stripe's answer and its own commit, and nobody is charged twice."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from uuid import uuid4

import eventlet
import pytest

from tests.stack import Stack
from tests.stripe_account import Account, signed
from tests.stripe_standin import SECRET

pytestmark = pytest.mark.live
KILLED = -9


def start(run: Stack, account: Account, *, dying_at: str = "") -> None:
    """Start booking, to die when Stripe has answered a kind of job.

    The claims of the process before it lapse after a minute and a half, which is not waited for.
    """
    run.change("booking", "UPDATE card_jobs SET due_at = now() WHERE state = 'claimed'")
    env: dict[str, Any] = {
        "ATELIER_STRIPE_KEY": account.key,
        "ATELIER_STRIPE_URL": account.url,
        "ATELIER_STRIPE_WEBHOOK_SECRET": SECRET,
        "ATELIER_FAILPOINTS": f"cards.answered:{dying_at}=kill@1" if dying_at else "",
    }
    run.start("booking", **env)


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


def references(run: Stack) -> list[str]:
    """Give what our payments are called at Stripe."""
    return [str(one) for (one,) in run.rows("booking", "SELECT payment_id FROM payments")]


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


def died(run: Stack) -> None:
    """Wait until booking has died."""
    run.until(lambda: run.ended("booking"), "booking dies when Stripe has answered")
    assert run.processes["booking"].returncode == KILLED


def spot_for_a_kept_card(run: Stack, account: Account) -> dict[str, Any]:
    """Have a spot on its way to somebody with a kept card; give what is asked for them."""
    held = held_place(run)
    customer_id, now = account.add_customer(), datetime.now(UTC).isoformat()
    kept = {"person": held["person_id"], "customer": customer_id}
    kept["method"] = account.attach(customer_id, "pm_card_visa")
    run.change(
        "booking",
        "INSERT INTO kept_cards VALUES (:person, :customer, :method, 'visa', '4242', now())",
        **kept,
    )
    run.change(
        "booking",
        "UPDATE holds SET kind = 'waitlist', held_until = NULL, person_id = NULL"
        " WHERE hold_id = :spot",
        spot=held["hold_id"],
    )
    data = {
        "spot_id": held["hold_id"],
        "entry_id": str(uuid4()),
        "source": "booking",
        "target_id": held["session_id"],
        "person_id": held["person_id"],
        "requested_at": now,
        "pay": True,
    }
    envelope = {"fact": "SpotRequested.v1", "fact_id": str(uuid4()), "correlation_id": "a test"}
    return {**envelope, "caused_by": None, "began_at": now, "said_at": now, "data": data}


def test_whoever_dies_after_stripes_answer_asks_again_and_money_moves_once(
    run: Stack, card_account: Account
) -> None:
    start(run, card_account, dying_at="open")
    hold_id = held_place(run)["hold_id"]
    asked = spot_for_a_kept_card(run, card_account)

    def money() -> Any:
        return run.call("booking.get_payments", booking_id=hold_id)

    # A page is opened, of which nobody has heard; it is paid all the same.
    checkout = {"hold_id": hold_id, "save_card": True}
    asking = eventlet.spawn(run.call, "booking.start_checkout", **checkout)
    died(run)
    asking.kill()
    [made] = card_account.pages(references(run))
    card_account.pay(made["id"])

    # It is found by looking, and dies again with what it has seen.
    start(run, card_account, dying_at="look")
    died(run)
    start(run, card_account, dying_at="repay")
    run.until(lambda: money()["booked"], "the place is booked")
    webhook = signed(card_account.event("checkout.session.completed", made["id"]))
    answers = [tell(run, *webhook), tell(run, *webhook), tell(run, webhook[0], "t=1,v1=forged")]
    assert answers == [200, 200, 400]

    # The money goes back, and it dies without knowing.
    [payment] = money()["payments"]
    run.call("booking.refund_payment", payment_id=payment["payment_id"], amount_minor=1500)
    died(run)
    start(run, card_account, dying_at="charge")
    run.until(lambda: money()["refunded_minor"] == 1500, "the money is back")

    # A kept card is charged for a spot, and it dies before it can grant it.
    run.publish([asked])
    died(run)
    start(run, card_account)
    run.until(lambda: run.facts("SpotGranted"), "the spot is granted")

    paid = card_account.intents(references(run))
    assert [len(card_account.refunds(one["id"])) for one in paid] == [1, 0]
    assert card_account.held(references(run)) == 2000 - 1500 + 2000
    received = [wire["data"] for wire in run.facts("PaymentReceived")]
    assert [one["method"] for one in received] == ["card", "saved_card"]
    assert [wire["data"]["amount_minor"] for wire in run.facts("PaymentRefunded")] == [1500]
