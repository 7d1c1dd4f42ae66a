"""The gateway to Stripe, put to the stand-in, and to Stripe's test mode where there is a key."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import eventlet
import pytest
import stripe

from shared.config import settings
from shared.money import card_fault
from shared.payments import (
    CardDeclined,
    Cards,
    CardsBroken,
    CardsOff,
    CardsRefused,
    CardsUnreachable,
    Charge,
    Checkout,
    CheckoutNotOpen,
    DroppedCard,
    KeptCard,
    Notice,
    NoticeForged,
    Reckoning,
    Repayment,
    Stretch,
    make_cards,
)
from shared.payments import account as stripe_account
from tests.stripe_account import Account, Declined, signed
from tests.stripe_book import event_about
from tests.stripe_standin import DECLINING, KEY, Fault, StripeStandIn
from tests.stripe_types import faults_of_answer


@pytest.fixture
def cards(standin: StripeStandIn) -> Cards:
    """Give the gateway to the stand-in."""
    del standin
    return make_cards()


@pytest.fixture
def both(card_account: Account) -> Cards:
    """Give the gateway to an account, on either side."""
    del card_account
    return make_cards()


def kept_card(token: str = "pm_card_visa") -> KeptCard:  # noqa: S107 - Stripe's word for a card
    """Have a customer with a card, as a checkout leaves one behind."""
    chosen = settings()
    address: Any = {"api": chosen.stripe_url} if chosen.stripe_url else {}
    api = stripe.StripeClient(chosen.stripe_key, base_addresses=address).v1
    customer = api.customers.create({"email": "ada@example.com"})
    method = api.payment_methods.attach(token, {"customer": customer.id})
    return KeptCard(customer_id=customer.id, method_id=method.id, brand="visa", last4="4242")


def a_checkout(**changes: Any) -> Checkout:
    """Give what somebody is to pay."""
    made = Checkout(
        reference=str(uuid4()),
        description="Open day",
        amount_minor=1250,
        currency="eur",
        expires_at=datetime.now(UTC) + timedelta(hours=2),
        success_url="https://studio.example/manage/1",
        cancel_url="https://studio.example/confirm/1",
        email="ada@example.com",
        customer_id=None,
        save_card=False,
        language="it",
    )
    return replace(made, **changes)


def a_charge(card: KeptCard, **changes: Any) -> Charge:
    """Give what is taken from a kept card."""
    made = Charge(
        reference=str(uuid4()),
        description="Open day",
        amount_minor=1250,
        currency="eur",
        customer_id=card.customer_id,
        method_id=card.method_id,
    )
    return replace(made, **changes)


# -- what holds on both sides -------------------------------------------------------------------


def test_a_checkout_is_open_until_it_is_expired(both: Cards) -> None:
    opened = both.open_checkout(a_checkout(), key=str(uuid4()))
    checkout_id = str(opened.checkout_id)

    assert (opened.state, opened.paid) == ("open", False)
    assert str(opened.url).startswith("https://checkout.stripe")
    assert (opened.amount_minor, opened.currency) == (1250, "eur")
    assert both.see_checkout(checkout_id).state == "open"
    assert both.expire_checkout(checkout_id, key=str(uuid4())).state == "expired"
    with pytest.raises(CheckoutNotOpen):
        both.expire_checkout(checkout_id, key=str(uuid4()))


def test_the_same_key_opens_the_same_checkout(both: Cards) -> None:
    checkout, key = a_checkout(), str(uuid4())

    first = both.open_checkout(checkout, key=key)

    assert both.open_checkout(checkout, key=key).checkout_id == first.checkout_id
    with pytest.raises(CardsRefused):
        both.open_checkout(replace(checkout, amount_minor=999), key=key)


def test_a_checkout_that_ends_too_soon_is_refused(both: Cards) -> None:
    soon = datetime.now(UTC) + timedelta(minutes=5)

    with pytest.raises(CardsRefused):
        both.open_checkout(a_checkout(expires_at=soon), key=str(uuid4()))


def test_a_kept_card_is_charged_once_for_one_key(both: Cards) -> None:
    charge, key = a_charge(kept_card()), str(uuid4())

    charged = both.charge(charge, key=key)
    again = both.charge(charge, key=key)

    assert (charged.paid, charged.amount_minor) == (True, 1250)
    assert again.intent_id == charged.intent_id
    found = both.find_charge(charge)
    assert found is not None
    assert found.intent_id == charged.intent_id


def test_a_charge_nobody_made_is_not_found(both: Cards) -> None:
    assert both.find_charge(a_charge(kept_card())) is None


def test_a_declined_card_is_not_charged(both: Cards) -> None:
    with pytest.raises(CardDeclined):
        both.charge(a_charge(kept_card(DECLINING)), key=str(uuid4()))


def test_money_goes_back_in_parts_and_never_more_than_came(both: Cards) -> None:
    charged = both.charge(a_charge(kept_card()), key=str(uuid4()))
    part = Repayment(
        reference=str(uuid4()),
        intent_id=str(charged.intent_id),
        amount_minor=1000,
        currency="eur",
    )

    done = both.repay(part, key=part.reference)

    assert done.state == "done"
    assert both.repay(part, key=part.reference) == done
    assert both.find_repayment(part) == done
    assert both.find_repayment(replace(part, reference="another")) is None
    with pytest.raises(CardsRefused):
        both.repay(part, key=str(uuid4()))
    assert both.repay(replace(part, amount_minor=250), key=str(uuid4())).state == "done"
    with pytest.raises(CardsRefused, match=r".", check=lambda exc: "refunded" in exc.args[1]):
        both.repay(part, key=str(uuid4()))
    listed = both.list_gone(Reckoning(intent_id=part.intent_id))
    assert sorted(one.amount_minor for one in listed) == [250, 1000]
    assert {(one.state, one.disputed) for one in listed} == {("done", False)}
    assert part.reference in {one.reference for one in listed}


@pytest.mark.parametrize(("minor", "currency"), [(500, "jpy"), (12340, "kwd")])
def test_currencies_without_hundredths_are_charged_as_they_are_counted(
    both: Cards, minor: int, currency: str
) -> None:
    opened = both.open_checkout(a_checkout(amount_minor=minor, currency=currency), key=str(uuid4()))

    assert (opened.amount_minor, opened.currency) == (minor, currency)


def test_what_webhooks_were_to_tell_of_money_gone_is_listed(both: Cards) -> None:
    began = datetime.now(UTC)
    charge = a_charge(kept_card())
    part = Repayment(
        reference=str(uuid4()),
        intent_id=str(both.charge(charge, key=charge.reference).intent_id),
        amount_minor=500,
        currency="eur",
    )
    both.repay(part, key=part.reference)

    stretch = Stretch(since=began, until=datetime.now(UTC) + timedelta(minutes=1), more=False)
    listed = _until_told(both, stretch, str(part.intent_id))

    assert {one.of_money_gone for one in listed} == {True}
    assert part.reference in {one.reference for one in listed}
    earlier = Stretch(since=began - timedelta(days=2), until=began - timedelta(days=1), more=False)
    assert part.reference not in {one.reference for one in both.list_notices(earlier)}


def _until_told(cards: Cards, stretch: Stretch, intent_id: str) -> list[Notice]:
    """List what is told of a payment; Stripe itself may take a few seconds."""
    for pause in (0, 1, 2, 4, 8):
        eventlet.sleep(pause)
        told = [one for one in cards.list_notices(stretch) if one.intent_id == intent_id]
        if told:
            return told
    return []


def test_a_card_that_is_let_go_of_is_never_charged_again(both: Cards) -> None:
    card = kept_card()
    dropped = DroppedCard(method_id=card.method_id)

    for key in ("once", "again", "again"):
        both.let_go(dropped, key=f"{card.method_id}:{key}")
    both.let_go(DroppedCard(method_id="pm_of_nobody"), key=str(uuid4()))

    charge = a_charge(card)
    with pytest.raises(CardsRefused):
        both.charge(charge, key=charge.reference)


def test_the_card_of_a_checkout_is_known_where_its_holder_agreed(
    both: Cards, card_account: Account
) -> None:
    for agreed in (True, False):
        checkout = a_checkout(save_card=agreed)
        checkout_id = str(both.open_checkout(checkout, key=checkout.reference).checkout_id)
        card_account.pay(checkout_id)

        seen = both.see_checkout(checkout_id)

        assert (seen.state, seen.paid) == ("complete", True)
        assert seen.paid_at is not None
        assert (seen.card is not None) is agreed
        if seen.card is not None:
            charge = a_charge(seen.card)
            assert (seen.card.brand, seen.card.last4) == ("visa", "4242")
            assert both.charge(charge, key=charge.reference).paid


def test_a_page_where_the_bank_said_no_is_open_and_not_paid(
    both: Cards, card_account: Account
) -> None:
    checkout = a_checkout()
    checkout_id = str(both.open_checkout(checkout, key=checkout.reference).checkout_id)

    with pytest.raises(Declined, match="card_declined"):
        card_account.pay(checkout_id, card="tok_chargeDeclined")
    seen = both.see_checkout(checkout_id)

    assert (seen.state, seen.paid) == ("open", False)


def test_what_was_given_back_elsewhere_is_listed_with_what_we_gave_back(
    both: Cards, card_account: Account
) -> None:
    charged = both.charge(a_charge(kept_card()), key=str(uuid4()))
    refund_id = card_account.give_back(str(charged.intent_id), 250)

    [gone] = both.list_gone(Reckoning(intent_id=str(charged.intent_id)))

    assert (gone.vendor_id, gone.reference, gone.amount_minor) == (refund_id, None, 250)
    assert (gone.state, gone.disputed) == ("done", False)


def test_a_webhook_says_which_payment_is_new(both: Cards, card_account: Account) -> None:
    checkout = a_checkout()
    checkout_id = str(both.open_checkout(checkout, key=checkout.reference).checkout_id)
    card_account.pay(checkout_id)

    told = card_account.event("checkout.session.completed", checkout_id)
    notice = both.read_notice(*signed(told))

    assert notice.reference == checkout.reference
    assert (notice.kind, notice.event_id) == ("checkout.session.completed", told["id"])
    assert notice.event_id.startswith("evt_")


def test_a_webhook_says_of_which_payment_money_has_gone(both: Cards, card_account: Account) -> None:
    charged = both.charge(a_charge(kept_card()), key=str(uuid4()))
    refund_id = card_account.give_back(str(charged.intent_id), 250)

    notice = both.read_notice(*signed(card_account.event("refund.created", refund_id)))

    assert (notice.intent_id, notice.reference) == (charged.intent_id, None)
    assert notice.of_money_gone


# -- what only the stand-in can show --------------------------------------------------------------


def test_stripe_counts_hundredths_of_some_currencies_that_have_none(
    standin: StripeStandIn, cards: Cards
) -> None:
    seen = cards.open_checkout(a_checkout(amount_minor=500, currency="isk"), key="k")

    assert seen.amount_minor == 500
    assert standin.of("checkout.session")[0]["amount_total"] == 50_000


@pytest.mark.parametrize(("minor", "currency"), [(49, "eur"), (29, "gbp"), (49, "jpy")])
def test_stripe_refuses_what_we_say_cards_are_not_charged(
    cards: Cards, minor: int, currency: str
) -> None:
    too_little = a_checkout(amount_minor=minor, currency=currency)
    least = a_checkout(amount_minor=minor + 1, currency=currency)

    with pytest.raises(CardsRefused):
        cards.open_checkout(too_little, key=str(uuid4()))

    assert card_fault(minor, currency) != ""
    assert cards.open_checkout(least, key=str(uuid4())).state == "open"
    assert card_fault(minor + 1, currency) == ""


def test_what_was_to_be_told_is_listed_page_by_page(standin: StripeStandIn, cards: Cards) -> None:
    intent_id = str(cards.charge(a_charge(kept_card()), key="c").intent_id)
    for _ in range(250):
        standin.tell("charge.refunded", intent_id)

    now = datetime.now(UTC)
    stretch = Stretch(since=now - timedelta(hours=1), until=now, more=False)
    listed = cards.list_notices(stretch)

    assert len({one.event_id for one in listed}) == 250
    assert len([one for one in standin.calls if one.path == "events"]) == 3


def test_a_thousandth_that_cards_cannot_be_charged_is_refused_before_it_is_asked_for(
    standin: StripeStandIn, cards: Cards
) -> None:
    with pytest.raises(CardsRefused, match="steps of 10"):
        cards.open_checkout(a_checkout(amount_minor=12345, currency="kwd"), key="k")

    assert standin.calls == []


def test_a_way_of_paying_that_takes_days_is_not_paid_yet(
    standin: StripeStandIn, cards: Cards
) -> None:
    checkout_id = str(cards.open_checkout(a_checkout(), key="k").checkout_id)
    standin.pay(checkout_id, later=True)

    seen = cards.see_checkout(checkout_id)
    standin.arrive(checkout_id)

    assert (seen.state, seen.paid) == ("complete", False)
    assert cards.see_checkout(checkout_id).paid


@pytest.mark.parametrize("how", ["409", "cut_before", "cut_after"])
def test_what_goes_wrong_once_is_repeated_and_done_once(
    standin: StripeStandIn, cards: Cards, how: str
) -> None:
    charge = a_charge(kept_card())
    standin.faults.append(Fault(how, "payment_intents"))

    assert cards.charge(charge, key="k").paid

    assert len(standin.of("payment_intent", charge.reference)) == 1


@pytest.mark.parametrize(
    ("how", "error"),
    [("500", CardsBroken), ("429", CardsUnreachable), ("cut_after", CardsUnreachable)],
)
def test_what_goes_on_going_wrong_leaves_it_unknown(
    standin: StripeStandIn, cards: Cards, how: str, error: type[Exception]
) -> None:
    standin.faults += [Fault(how, "checkout")] * 3

    with pytest.raises(error) as raised:
        cards.open_checkout(a_checkout(), key="k")

    assert isinstance(raised.value, CardsUnreachable)


def test_a_kept_error_comes_again_under_its_key_and_not_under_another(
    standin: StripeStandIn, cards: Cards
) -> None:
    checkout = a_checkout()
    standin.faults.append(Fault("500", "checkout"))

    with pytest.raises(CardsBroken):
        cards.open_checkout(checkout, key="first")

    assert cards.open_checkout(checkout, key="second").state == "open"


def test_a_slow_answer_is_not_waited_for_for_ever(
    standin: StripeStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stripe_account, "SECONDS", 0.2)
    monkeypatch.setattr(stripe_account, "RETRIES", 0)
    standin.faults.append(Fault("slow", "checkout", seconds=0.6))

    with pytest.raises(CardsUnreachable):
        make_cards().open_checkout(a_checkout(), key="k")


# -- webhooks -------------------------------------------------------------------------------------


def test_a_webhook_that_stripe_has_not_signed_is_refused(
    cards: Cards,
) -> None:
    told = event_about("checkout.session.completed", {"metadata": {}})
    body, signature = signed(told)
    _, forged = signed(told, secret="guessed")  # noqa: S106 - a wrong one
    old = signature.replace(signature.split(",")[0], "t=1600000000")

    for one in ("", "t=1,v1=00", forged, old, signature.replace("v1", "v0")):
        with pytest.raises(NoticeForged):
            cards.read_notice(body, one)
    for other in (body.replace(b"completed", b"expired"), b"", b"\xff\xfe", body[:-1]):
        with pytest.raises(NoticeForged):
            cards.read_notice(other, signature)


def test_each_address_stripe_tells_has_a_secret_of_its_own(
    standin: StripeStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    del standin
    told = event_about("refund.updated", {"metadata": {}})
    monkeypatch.setenv("ATELIER_STRIPE_WEBHOOK_SECRET", "whsec_one, whsec_two, ")
    settings.cache_clear()
    cards = make_cards()

    for secret in ("whsec_one", "whsec_two"):
        notice = cards.read_notice(*signed(told, secret=secret))
        assert notice.kind == "refund.updated"
    for secret in ("whsec_three", "", "whsec_one, whsec_two, "):
        with pytest.raises(NoticeForged):
            cards.read_notice(*signed(told, secret=secret))


def test_without_a_secret_no_webhook_is_believed(
    standin: StripeStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    del standin
    body, signature = signed(event_about("refund.updated", {"metadata": {}}), secret="")
    monkeypatch.setenv("ATELIER_STRIPE_WEBHOOK_SECRET", "")
    settings.cache_clear()

    with pytest.raises(NoticeForged):
        make_cards().read_notice(body, signature)


def test_without_an_account_only_offline_payments_are_taken() -> None:
    cards = make_cards()

    assert not cards.online
    with pytest.raises(CardsOff, match="only offline payments"):
        cards.open_checkout(a_checkout(), key="k")


# -- whether the stand-in can be trusted ----------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"payment_method_types": ["card"]}, "payment_method_types"),
        ({"expires_at": "soon"}, "expires_at"),
        ({"mode": "gift"}, "mode"),
        ({"line_items": [{"price_data": {"unit_amount": "1"}}]}, "currency"),
        ({"payment_intent_data": {"metadata": "x"}}, "payment_intent_data.metadata"),
    ],
)
def test_what_this_version_of_the_api_does_not_take_is_refused(
    standin: StripeStandIn, changes: dict[str, Any], fault: str
) -> None:
    api = stripe.StripeClient(KEY, base_addresses={"api": standin.url}).v1
    good: Any = {"mode": "payment", "success_url": "https://studio.example"}

    with pytest.raises(stripe.InvalidRequestError, match=fault):
        api.checkout.sessions.create(good | changes)


@pytest.mark.parametrize(
    ("path", "sent", "fault"),
    [
        ("payment_methods", {"card": {"token": "tok_visa", "colour": "red"}}, "card.colour"),
        ("payment_methods", {"type": "gift"}, "type"),
        ("payment_pages/cs_1/confirm", {"expected_amount": 5}, "payment_method"),
        ("payment_pages/cs_1/confirm", {"payment_method": "pm_1", "tip": 5}, "tip"),
    ],
)
def test_what_people_send_is_checked_as_well(
    standin: StripeStandIn, path: str, sent: dict[str, Any], fault: str
) -> None:
    api = stripe.StripeClient(KEY, base_addresses={"api": standin.url})

    with pytest.raises(stripe.InvalidRequestError, match=fault):
        api.raw_request("post", f"/v1/{path}", **sent)


def test_the_stand_in_answers_nobody_with_another_key(standin: StripeStandIn) -> None:
    api = stripe.StripeClient("sk_test_other", base_addresses={"api": standin.url}).v1

    with pytest.raises(stripe.AuthenticationError):
        api.refunds.list()


def test_an_answer_this_version_of_the_api_does_not_give_is_noticed() -> None:
    made = {"id": "re_1", "object": "refund", "amount": 1, "created": 1, "currency": "eur"}

    assert faults_of_answer(made, stripe.Refund) == []
    assert faults_of_answer(made | {"amount": "1"}, stripe.Refund)
    assert faults_of_answer(made | {"colour": "red"}, stripe.Refund)
    assert faults_of_answer(made | {"payment_intent": {"id": "pi_1"}}, stripe.Refund)
    assert faults_of_answer({"id": "re_1"}, stripe.Refund)
