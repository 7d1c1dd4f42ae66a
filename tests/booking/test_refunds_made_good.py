"""A refund to a card that failed, and what makes it good: cash at the desk, or another try."""

from collections.abc import Iterator
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.errors import IdempotencyConflict, InvalidRequest, PaymentNotFound
from tests.at_once import at_once
from tests.booking.test_changes import unheard
from tests.booking.till import Till
from tests.flows.studio import Studio, real_studio
from tests.stripe_account import Account
from tests.stripe_standin import StripeStandIn


@pytest.fixture
def till(card_account: Account, studio: Studio) -> Till:
    """Give a studio where people pay."""
    return Till(studio, card_account)


def not_arrived(till: Till, standin: StripeStandIn, amount_minor: int | None = None) -> Any:
    """Have ada's money come back from the bank; give the refund that failed."""
    till.session(price_minor=2000)
    payment_id = till.money(till.paid("ada")["booking_id"])["payments"][0]["payment_id"]
    till.call.refund_payment(payment_id=payment_id, amount_minor=amount_minor)
    till.settle()
    [refund] = standin.of("refund")
    standin.fail_refund(refund["id"])
    till.hear("refund.failed", refund["id"])
    till.settle()
    [failed] = till.call.list_refunds()["refunds"]
    return failed


def states(till: Till, booking_id: str) -> list[str]:
    """Give how far each refund of a booking has come, in no order."""
    return sorted(one["state"] for one in till.money(booking_id)["refunds"])


def test_what_the_bank_sent_back_is_handed_over_and_noted(
    till: Till, standin: StripeStandIn
) -> None:
    failed = not_arrived(till, standin)
    asked = len(standin.of("refund"))

    noted = till.call.record_refund(
        payment_id=failed["payment_id"], instead_of=failed["refund_id"], note="Cash, signed for"
    )
    till.settle()

    assert (noted["state"], noted["amount_minor"], noted["note"]) == (
        *("done", 2000),
        "Cash, signed for",
    )
    assert noted["refunded_at"] is not None
    assert till.balance(failed["booking_id"]) == (2000, 2000, 2000)
    assert states(till, failed["booking_id"]) == ["done", "made_good"]
    assert till.call.list_refunds()["refunds"] == []
    [good] = till.call.list_refunds(state="made_good")["refunds"]
    assert good["refund_id"] == failed["refund_id"]
    assert unheard(till.studio, "PaymentRefunded")[-1].method == "offline"
    assert len(standin.of("refund")) == asked


def test_a_refund_made_good_is_not_found_to_have_failed_again(
    till: Till, standin: StripeStandIn
) -> None:
    failed = not_arrived(till, standin, amount_minor=1500)
    till.call.record_refund(payment_id=failed["payment_id"], instead_of=failed["refund_id"])

    [intent] = till.intents()
    elsewhere = till.account.give_back(intent["id"], 300)
    till.hear("refund.created", elsewhere)  # and Stripe is asked of all that went back
    till.settle()

    assert states(till, failed["booking_id"]) == ["done", "done", "made_good"]
    assert till.balance(failed["booking_id"]) == (2000, 1800, 1800)


def test_a_refund_that_failed_is_made_good_by_another_to_the_card(
    till: Till, standin: StripeStandIn
) -> None:
    failed = not_arrived(till, standin, amount_minor=1500)

    again = till.call.refund_payment(
        payment_id=failed["payment_id"], instead_of=failed["refund_id"]
    )
    till.settle()

    assert again["amount_minor"] == 1500
    assert states(till, failed["booking_id"]) == ["done", "made_good"]
    assert till.held() == 500
    till.call.refund_payment(payment_id=failed["payment_id"])  # what is left
    till.settle()
    assert till.held() == 0


def test_money_paid_by_card_is_handed_over_at_the_desk_in_parts(till: Till) -> None:
    till.session(price_minor=2000)
    booking_id = till.paid("ada")["booking_id"]
    [payment] = till.money(booking_id)["payments"]
    record = partial(till.call.record_refund, payment_id=payment["payment_id"])

    record(amount_minor=500)
    with pytest.raises(InvalidRequest, match="amount_minor: 1500 eur of the payment are left"):
        record(amount_minor=1501)
    record()
    with pytest.raises(InvalidRequest, match="amount_minor: 0 eur"):
        record()
    till.settle()

    assert till.balance(booking_id) == (2000, 2000, 2000)
    assert till.held() == 2000  # the studio's own, now


def test_noting_it_again_under_the_same_key_changes_nothing(
    till: Till, standin: StripeStandIn
) -> None:
    failed = not_arrived(till, standin)
    ids = {"payment_id": failed["payment_id"], "instead_of": failed["refund_id"]}

    first = till.call.record_refund(**ids, idempotency_key="k")
    again = till.call.record_refund(**ids, idempotency_key="k")
    with pytest.raises(IdempotencyConflict):
        till.call.record_refund(**ids, amount_minor=1, idempotency_key="k")
    with pytest.raises(InvalidRequest, match=r"^instead_of: No refund of this that failed"):
        till.call.record_refund(**ids)

    assert first == again
    assert len(unheard(till.studio, "PaymentRefunded")) == 2  # the first had arrived, it seemed


def test_only_a_refund_of_the_payment_that_failed_is_made_good(
    till: Till, standin: StripeStandIn
) -> None:
    failed = not_arrived(till, standin, amount_minor=500)
    other = till.money(till.paid("alan")["booking_id"])["payments"][0]["payment_id"]
    done = till.call.record_refund(payment_id=other, amount_minor=100)

    for payment_id, refund_id in (
        (other, failed["refund_id"]),
        (other, done["refund_id"]),
        (other, str(uuid4())),
    ):
        for call in (till.call.record_refund, till.call.refund_payment):
            with pytest.raises(InvalidRequest, match=r"^instead_of: "):
                call(payment_id=payment_id, amount_minor=100, instead_of=refund_id)
    with pytest.raises(PaymentNotFound):
        till.call.record_refund(payment_id=uuid4())

    assert [one["refund_id"] for one in till.call.list_refunds()["refunds"]] == [
        failed["refund_id"]
    ]


@pytest.fixture
def real(card_account: Account) -> Iterator[Till]:
    """Give a studio where people pay, whose services have a database each on the real server."""
    with real_studio() as made:
        yield Till(made, card_account)


@pytest.mark.live
def test_of_many_who_make_a_refund_good_at_once_one_does(
    real: Till, standin: StripeStandIn
) -> None:
    failed = not_arrived(real, standin, amount_minor=500)
    ids = {"payment_id": failed["payment_id"], "instead_of": failed["refund_id"]}

    ended = at_once([partial(real.call.record_refund, **ids)] * 3)
    ended += at_once([partial(real.call.refund_payment, **ids)] * 2)
    real.settle()

    assert sorted(isinstance(one, dict) for one in ended) == [False] * 4 + [True]
    assert real.balance(failed["booking_id"]) == (2000, 500, 500)
