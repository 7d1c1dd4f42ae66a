"""What is due, what staff note and give back, who is reminded, and cards that are kept."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy
from hypothesis import given
from hypothesis import strategies as st

from services.booking.domain import Ledger, reminder_due, reminder_time
from shared.contracts.booking import MANAGE_LINK, MANAGE_PATH
from shared.contracts.errors import (
    BookingCancelledAlready,
    BookingNotFound,
    InvalidRequest,
    NothingDue,
    PaymentNotFound,
)
from shared.language import spoken_day
from shared.links import sign_link
from shared.metrics import REGISTRY
from shared.money import decimals, exact
from shared.testing import MORNING
from tests.booking.till import Till
from tests.flows.studio import Studio
from tests.stripe_account import Account, signed
from tests.stripe_standin import Fault, StripeStandIn


@pytest.fixture
def till(card_account: Account, studio: Studio) -> Till:
    """Give a studio where people pay."""
    return Till(studio, card_account)


# -- amounts --------------------------------------------------------------------------------------

money = st.integers(0, 10**8)


@given(money, money, money)
def test_a_balance_is_never_below_nothing(price: int, paid: int, refunded: int) -> None:
    balance = Ledger(price, paid, refunded).balance_minor

    assert balance >= 0
    assert balance in {0, price - paid + refunded}


@given(money, st.sampled_from(["eur", "jpy", "kwd"]))
def test_an_amount_is_exact_in_its_currency(minor: int, currency: str) -> None:
    assert exact(minor, currency) * 10 ** decimals(currency) == minor


@pytest.mark.parametrize(
    ("wrong", "currency", "rule"),
    [
        (1255, "kwd", "price_minor: Cards are charged kwd in steps of 10"),
        (49, "eur", "price_minor: Cards are charged 50 eur or more, and this is 49"),
        (17499, "huf", "price_minor: Cards are charged 17500 huf or more"),
    ],
)
def test_a_price_that_cards_cannot_be_charged_is_refused_wherever_it_is_set(
    till: Till, wrong: int, currency: str, rule: str
) -> None:
    call = till.call
    odd: dict[str, Any] = {"price_minor": wrong, "currency": currency}
    good: dict[str, Any] = {"price_minor": 20000, "currency": currency}
    starts_at = (till.studio.suite.now() + timedelta(days=9)).isoformat()
    kind = call.create_session_type(name="A", duration_minutes=60, **good)["session_type_id"]
    of_kind = {"session_type_id": kind}
    package = call.add_package(**of_kind, name="B", **good)["package_id"]
    about = {"name": "Clay", "staff": "Lea", "location": "1", "time_zone": "Europe/Rome"}
    one = {**of_kind, **about, "capacity": 2}
    session_id = call.schedule_session(**one, starts_at=starts_at, **good)["session_id"]
    spots = {**one, "spots": 2, "starts_at": starts_at}
    group_id = call.schedule_spots(**spots, **good)["group_id"]
    weekly = {**one, "rule": "FREQ=WEEKLY", "starts_at": starts_at}
    schedule_id = call.create_schedule(**weekly, **good)["schedule_id"]

    setting: tuple[Callable[[], Any], ...] = (
        lambda: call.create_session_type(name="A", duration_minutes=60, **odd),
        lambda: call.change_session_type(**of_kind, price_minor=wrong),
        lambda: call.add_package(**of_kind, name="C", **odd),
        lambda: call.change_package(package_id=package, price_minor=wrong),
        lambda: call.schedule_session(**one, starts_at=starts_at, **odd),
        lambda: call.change_session(session_id=session_id, price_minor=wrong),
        lambda: call.schedule_spots(**spots, **odd),
        lambda: call.change_group(group_id=group_id, price_minor=wrong),
        lambda: call.create_schedule(**weekly, **odd),
        lambda: call.change_schedule(schedule_id=schedule_id, price_minor=wrong),
    )
    for refused in setting:
        with pytest.raises(InvalidRequest, match=rule):
            refused()
    assert call.change_session_type(**of_kind, price_minor=0)["price_minor"] == 0


def test_a_currency_by_itself_is_held_against_the_price_there_is(till: Till) -> None:
    session_id = till.session(price_minor=1250, currency="kwd")
    till.call.change_session(session_id=session_id, price_minor=1255, currency="eur")

    with pytest.raises(InvalidRequest, match="price_minor: Cards are charged kwd in steps of 10"):
        till.call.change_session(session_id=session_id, currency="kwd")

    assert till.call.get_session(session_id=session_id)["currency"] == "eur"


@pytest.mark.parametrize(("minor", "currency"), [(1255, "kwd"), (10, "eur")])
def test_where_no_cards_are_taken_a_price_may_be_any(
    studio: Studio, minor: int, currency: str
) -> None:
    made = studio.suite.booking.create_session_type(
        name="A", duration_minutes=60, price_minor=minor, currency=currency
    )

    assert made["price_minor"] == minor


def test_a_price_from_before_cards_were_taken_keeps_nothing_else_from_being_changed(
    till: Till,
) -> None:
    kind = till.call.create_session_type(name="A", duration_minutes=60, price_minor=2000)
    package = till.call.add_package(
        session_type_id=kind["session_type_id"], name="B", price_minor=2000
    )
    till.arrange("UPDATE session_types SET price_minor = 10")
    till.arrange("UPDATE packages SET price_minor = 10")

    ids = {"session_type_id": kind["session_type_id"]}
    assert till.call.change_session_type(**ids, name="C")["price_minor"] == 10
    ids = {"package_id": package["package_id"]}
    assert till.call.change_package(**ids, name="D")["price_minor"] == 10


def test_a_place_that_costs_less_than_a_card_is_charged_is_paid_at_the_studio(till: Till) -> None:
    till.session(price_minor=40)
    hold_id = till.hold("ada")

    made = till.call.start_checkout(hold_id=hold_id)

    assert made["status"] == "booked"
    assert till.balance(made["booking_id"]) == (0, 0, 40)
    assert till.account.asked == []


def test_a_rest_that_cards_are_never_charged_is_paid_at_the_studio(till: Till) -> None:
    till.session(price_minor=2000)
    booking_id = till.book("ada")
    till.call.record_payment(booking_id=booking_id, amount_minor=1951)

    with pytest.raises(NothingDue, match="balance_minor: Cards are charged 50 eur or more"):
        till.call.pay_balance(booking_id=booking_id)

    assert till.money(booking_id)["payments"][1:] == []
    till.call.record_payment(booking_id=booking_id, amount_minor=49)
    assert till.balance(booking_id) == (2000, 0, 0)


# -- offline payments -----------------------------------------------------------------------------


@pytest.mark.rule("B48")
def test_what_staff_note_lowers_what_is_due(till: Till) -> None:
    till.session(price_minor=2000)
    booking_id = till.book("ada")
    yesterday = (till.studio.suite.now() - timedelta(days=1)).date().isoformat()

    noted = till.call.record_payment(
        booking_id=booking_id, amount_minor=1500, note="cash", received_on=yesterday
    )

    assert (noted["method"], noted["state"]) == ("offline", "paid")
    assert (noted["note"], noted["received_on"]) == ("cash", yesterday)
    assert till.balance(booking_id) == (1500, 0, 500)
    [said] = till.said("PaymentReceived")
    assert (said["method"], said["balance_minor"]) == ("offline", 500)


def test_the_day_money_was_received_is_one_of_where_the_session_is(till: Till) -> None:
    till.session()  # in Rome, an hour ahead in March
    booking_id = till.book("ada")
    now = till.studio.suite.now()
    late = now.replace(hour=23, minute=30) - now
    till.studio.suite.advance(seconds=late.total_seconds())

    noted = till.call.record_payment(booking_id=booking_id, amount_minor=5)

    assert noted["received_on"] == (now + timedelta(days=1)).date().isoformat()
    tomorrow = (now + timedelta(days=2)).date().isoformat()
    with pytest.raises(InvalidRequest, match="received_on: Must not be in the future"):
        till.call.record_payment(booking_id=booking_id, amount_minor=5, received_on=tomorrow)


def test_a_receipt_names_the_day_money_was_received_and_not_noted(till: Till) -> None:
    till.session()
    booking_id = till.book("ada")
    now = till.studio.suite.now()
    before = (now - timedelta(days=3)).date()
    till.call.record_payment(booking_id=booking_id, amount_minor=5, received_on=before.isoformat())
    token = sign_link(MANAGE_LINK, UUID(booking_id), expires_at=now + timedelta(days=1))

    page = till.studio.http("GET", MANAGE_PATH.format(token=token)).get_data(as_text=True)

    assert f"<td>{spoken_day(now - timedelta(days=3), 'Europe/Rome', 'en')}</td>" in page


def test_no_more_is_noted_than_is_due(till: Till) -> None:
    till.session(price_minor=2000)
    booking_id = till.book("ada")

    with pytest.raises(InvalidRequest, match="amount_minor: 2000 eur are due"):
        till.call.record_payment(booking_id=booking_id, amount_minor=2001)
    till.call.record_payment(booking_id=booking_id, amount_minor=2000)
    with pytest.raises(NothingDue):
        till.call.record_payment(booking_id=booking_id, amount_minor=1)
    with pytest.raises(BookingNotFound):
        till.call.record_payment(booking_id=str(uuid4()), amount_minor=1)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount_minor", 0),
        ("amount_minor", -5),
        ("amount_minor", 12.5),
        ("amount_minor", "12"),
        ("amount_minor", 10**9),
        ("note", "two\nlines"),
        ("note", "<b>"),
        ("received_on", "yesterday"),
        ("received_on", "2031-03-04"),
    ],
)
def test_what_cannot_be_a_payment_is_refused_by_field(till: Till, field: str, value: Any) -> None:
    till.session(price_minor=2000)
    booking_id = till.book("ada")

    with pytest.raises(InvalidRequest, match=f"{field}: "):
        till.call.record_payment(**({"booking_id": booking_id, "amount_minor": 5} | {field: value}))

    assert till.balance(booking_id) == (0, 0, 2000)


def test_a_payment_noted_twice_under_one_key_is_noted_once(till: Till) -> None:
    till.session(price_minor=2000)
    note = {"booking_id": till.book("ada"), "amount_minor": 500, "idempotency_key": "k"}

    assert till.call.record_payment(**note) == till.call.record_payment(**note)

    assert till.balance(str(note["booking_id"])) == (500, 0, 1500)


def test_the_rest_is_paid_by_card(till: Till) -> None:
    till.session(price_minor=2000)
    booking_id = till.book("ada")
    till.call.record_payment(booking_id=booking_id, amount_minor=500)

    checkout = till.call.pay_balance(booking_id=booking_id)
    till.pay(checkout)

    assert checkout["amount_minor"] == 1500
    assert till.balance(booking_id) == (2000, 0, 0)
    with pytest.raises(NothingDue):
        till.call.pay_balance(booking_id=booking_id)


def test_the_price_is_the_one_of_when_it_was_booked(till: Till) -> None:
    till.session(price_minor=2000)
    booking_id = till.book("ada")

    till.arrange("UPDATE sessions SET price_minor = 9900")

    assert till.money(booking_id)["price_minor"] == 2000


# -- refunds --------------------------------------------------------------------------------------


def test_staff_give_back_a_part_and_then_the_rest(till: Till) -> None:
    till.session(price_minor=2000)
    booking_id = till.paid("ada")["booking_id"]
    [payment] = till.money(booking_id)["payments"]
    pay_back = till.call.refund_payment

    part = pay_back(payment_id=payment["payment_id"], amount_minor=500, note="late start")
    till.settle()
    assert part["state"] == "due"
    assert till.balance(booking_id) == (2000, 500, 500)
    pay_back(payment_id=payment["payment_id"])
    till.settle()

    assert till.balance(booking_id) == (2000, 2000, 2000)
    assert till.held() == 0
    assert [one["amount_minor"] for one in till.said("PaymentRefunded")] == [500, 1500]
    with pytest.raises(InvalidRequest, match="amount_minor: 0 eur"):
        pay_back(payment_id=payment["payment_id"])


def test_more_than_is_left_is_not_given_back(till: Till) -> None:
    till.session(price_minor=2000)
    booking_id = till.paid("ada")["booking_id"]
    [payment] = till.money(booking_id)["payments"]

    with pytest.raises(InvalidRequest, match="amount_minor: 2000 eur"):
        till.call.refund_payment(payment_id=payment["payment_id"], amount_minor=2001)
    with pytest.raises(PaymentNotFound):
        till.call.refund_payment(payment_id=str(uuid4()))
    unpaid = till.checkout("grace", kind="staff")
    with pytest.raises(PaymentNotFound):
        till.call.refund_payment(payment_id=unpaid["payment_id"])


def test_cash_is_given_back_by_hand(till: Till) -> None:
    till.session(price_minor=2000)
    booking_id = till.book("ada")
    payment = till.call.record_payment(booking_id=booking_id, amount_minor=2000)

    refund = till.call.refund_payment(payment_id=payment["payment_id"], amount_minor=700)

    assert refund["state"] == "done"
    assert till.balance(booking_id) == (2000, 700, 700)
    assert till.account.asked == []


@pytest.mark.rule("H19")
def test_cancelling_gives_nothing_back_by_itself(till: Till) -> None:
    till.session(price_minor=2000)
    booking_id = till.paid("ada")["booking_id"]

    till.studio.cancel("ada")
    till.settle()

    assert till.held() == 2000
    assert till.balance(booking_id) == (2000, 0, 0)
    [payment] = till.money(booking_id)["payments"]
    till.call.refund_payment(payment_id=payment["payment_id"])  # staff decide, also afterwards
    till.settle()
    assert till.held() == 0


@pytest.mark.rule("H19")
def test_cancelling_gives_all_back_where_the_type_says_so(till: Till) -> None:
    till.session(price_minor=2000)
    till.arrange("UPDATE session_types SET refund = 'automatic'")
    booking_id = till.paid("ada")["booking_id"]
    [payment] = till.money(booking_id)["payments"]
    till.call.refund_payment(payment_id=payment["payment_id"], amount_minor=500)

    till.studio.cancel("ada")
    till.settle()

    assert till.held() == 0
    reasons = [one["reason"] for one in till.said("PaymentRefunded")]
    assert reasons == ["asked", "booking_cancelled"]


def test_cash_does_not_go_back_by_itself_anywhere(till: Till) -> None:
    till.session(price_minor=2000)
    till.arrange("UPDATE session_types SET refund = 'automatic'")
    booking_id = till.book("ada")
    till.call.record_payment(booking_id=booking_id, amount_minor=2000)

    till.studio.cancel("ada")

    assert till.balance(booking_id) == (2000, 0, 0)  # until staff have handed it over


@pytest.mark.rule("H19")
def test_cancelling_the_session_gives_all_back_where_the_type_says_so(till: Till) -> None:
    till.session(price_minor=2000)
    till.arrange("UPDATE session_types SET refund = 'automatic'")
    till.paid("ada")
    waiting = till.checkout("grace")

    till.call.cancel_session(session_id=till.studio.session_id, reason="snow")
    till.settle()
    till.settle()

    assert till.held() == 0
    assert [one["reason"] for one in till.said("PaymentRefunded")] == ["session_cancelled"]
    assert till.page(waiting)["status"] == "expired"


def test_who_pays_while_the_session_is_called_off_gets_it_back(till: Till) -> None:
    till.session(price_minor=2000)
    checkouts = [till.checkout("ada"), till.call.pay_balance(booking_id=till.book("grace"))]
    for one in checkouts:
        till.pay_untold(one)

    till.call.cancel_session(session_id=till.studio.session_id, reason="snow")
    for _ in range(2):
        till.settle()

    assert till.held() == 0
    assert till.studio.booked == []


def test_who_pays_while_their_booking_is_moved_has_paid_for_the_new_place(till: Till) -> None:
    till.session(price_minor=2000)
    booking_id = till.book("ada")
    checkout = till.call.pay_balance(booking_id=booking_id)
    there = till.call.schedule_session(
        session_type_id=till.arranged("SELECT session_type_id FROM sessions"),
        name="Another day",
        starts_at=till.studio.suite.now() + timedelta(days=11),
        time_zone="Europe/Rome",
        staff="Lea",
        location="Studio 2",
        capacity=1,
    )["session_id"]
    till.pay_untold(checkout)

    till.call.move_booking(booking_id=booking_id, session_id=there)
    till.hear("checkout.session.completed", till.checkout_id(checkout))
    till.settle()

    assert till.balance(booking_id) == (2000, 0, 0)
    [received] = till.said("PaymentReceived")
    assert (received["session_id"], received["session_name"]) == (there, "Another day")


def test_who_pays_for_what_was_cancelled_gets_it_back(till: Till) -> None:
    till.session(price_minor=2000)
    booking_id = till.book("ada")
    checkout = till.call.pay_balance(booking_id=booking_id)
    till.pay_untold(checkout)

    till.studio.cancel("ada")
    till.settle()
    till.settle()

    assert till.held() == 0
    with pytest.raises(BookingCancelledAlready):
        till.call.pay_balance(booking_id=booking_id)


@pytest.mark.parametrize("how", ["cut_before", "cut_after", "500", "503", "429"])
def test_money_goes_back_once_whatever_happens_on_the_way(
    till: Till, standin: StripeStandIn, how: str
) -> None:
    till.session(price_minor=2000)
    booking_id = till.paid("ada")["booking_id"]
    [payment] = till.money(booking_id)["payments"]
    standin.faults += [Fault(how, "refunds")] * 3

    till.call.refund_payment(payment_id=payment["payment_id"], amount_minor=1500)
    for _ in range(10):  # an error that Stripe keeps is overcome under another key, in time
        till.later(minutes=3)

    assert till.balance(booking_id) == (2000, 1500, 1500)
    assert till.held() == 500


def test_a_restored_backup_gives_nothing_back_again(till: Till, standin: StripeStandIn) -> None:
    till.session(price_minor=2000)
    booking_id = till.paid("ada")["booking_id"]
    [payment] = till.money(booking_id)["payments"]
    till.call.refund_payment(payment_id=payment["payment_id"], amount_minor=500)
    till.settle()
    till.arrange("UPDATE refunds SET state = 'due', vendor_id = NULL, refunded_at = NULL")
    till.arrange("UPDATE card_jobs SET state = 'due', attempts = 0 WHERE kind = 'repay'")
    standin.forget_keys()

    till.later(minutes=1)

    assert till.balance(booking_id) == (2000, 500, 500)
    assert till.held() == 1500


def test_what_staff_give_back_at_stripe_is_in_our_books(till: Till) -> None:
    till.session(price_minor=2000)
    booking_id = till.paid("ada")["booking_id"]
    [intent] = till.intents()
    refund_id = till.account.give_back(intent["id"], 500)

    for _ in range(2):
        till.hear("refund.created", refund_id)
        till.settle()

    assert till.balance(booking_id) == (2000, 500, 500)
    [said] = till.said("PaymentRefunded")
    assert (said["amount_minor"], said["reason"]) == (500, "elsewhere")
    [payment] = till.money(booking_id)["payments"]
    with pytest.raises(InvalidRequest, match="amount_minor: 1500 eur"):
        till.call.refund_payment(payment_id=payment["payment_id"], amount_minor=1600)


def test_our_own_refund_is_not_noted_again_when_stripe_tells_of_it(
    till: Till, standin: StripeStandIn
) -> None:
    till.session(price_minor=2000)
    booking_id = till.paid("ada")["booking_id"]
    [payment] = till.money(booking_id)["payments"]
    standin.faults += [Fault("cut_after", "refunds")] * 3
    till.call.refund_payment(payment_id=payment["payment_id"], amount_minor=500)
    till.settle()
    [refund] = standin.of("refund")

    till.hear("refund.created", refund["id"])
    till.settle()
    till.later(minutes=1)

    assert till.balance(booking_id) == (2000, 500, 500)
    assert [one["state"] for one in till.money(booking_id)["refunds"]] == ["done"]
    assert len(standin.of("refund")) == 1


def test_a_refund_that_did_not_arrive_is_not_given_back_and_may_be_anew(
    till: Till, standin: StripeStandIn
) -> None:
    till.session(price_minor=2000)
    booking_id = till.paid("ada")["booking_id"]
    [payment] = till.money(booking_id)["payments"]
    till.call.refund_payment(payment_id=payment["payment_id"])
    till.settle()
    [refund] = standin.of("refund")
    standin.fail_refund(refund["id"])

    before = REGISTRY.get_sample_value("atelier_card_refunds_lost_total", {"service": "booking"})
    till.hear("refund.failed", refund["id"])
    till.settle()
    after = REGISTRY.get_sample_value("atelier_card_refunds_lost_total", {"service": "booking"})
    assert after == (before or 0) + 1

    [noted] = till.money(booking_id)["refunds"]
    assert (noted["state"], noted["error"]) == ("failed", "it did not arrive")
    assert till.balance(booking_id) == (2000, 0, 0)
    till.call.refund_payment(payment_id=payment["payment_id"])
    till.settle()
    assert till.held() == 0
    assert till.balance(booking_id) == (2000, 2000, 2000)


@pytest.mark.parametrize(
    ("ends", "state", "balance"),
    [("lost", "done", (2000, 2000, 2000)), ("won", "failed", (2000, 0, 0))],
)
def test_what_a_holder_claims_back_is_in_our_books(
    till: Till, standin: StripeStandIn, ends: str, state: str, balance: tuple[int, int, int]
) -> None:
    till.session(price_minor=2000)
    booking_id = till.paid("ada")["booking_id"]
    [payment] = till.money(booking_id)["payments"]
    [intent] = standin.of("payment_intent")
    dispute_id = standin.dispute(intent["id"])

    till.hear("charge.dispute.created", dispute_id)
    till.settle()
    [claimed] = till.money(booking_id)["refunds"]
    assert (claimed["reason"], claimed["state"]) == ("disputed", "due")
    with pytest.raises(InvalidRequest, match="amount_minor: 0 eur"):
        till.call.refund_payment(payment_id=payment["payment_id"])
    standin.decide(dispute_id, ends)
    till.hear("charge.dispute.closed", dispute_id)
    till.settle()

    assert [one["state"] for one in till.money(booking_id)["refunds"]] == [state]
    assert till.balance(booking_id) == balance


def test_what_no_webhook_told_of_is_found_within_the_hour(
    till: Till, standin: StripeStandIn
) -> None:
    till.session(price_minor=2000, capacity=5)
    bookings = {name: till.paid(name)["booking_id"] for name in ("ada", "alan", "grace")}
    gone, claimed, back = (one["id"] for one in standin.of("payment_intent"))
    till.account.give_back(gone, 500)
    dispute_id = standin.dispute(claimed)
    [payment] = till.money(bookings["grace"])["payments"]
    till.call.refund_payment(payment_id=payment["payment_id"])
    till.settle()
    _an_hour_later(till)

    assert till.balance(bookings["ada"]) == (2000, 500, 500)
    [dispute] = till.money(bookings["alan"])["refunds"]
    assert (dispute["reason"], dispute["state"]) == ("disputed", "due")
    assert till.balance(bookings["grace"]) == (2000, 2000, 2000)

    till.studio.suite.advance(days=9)  # the bank takes its time
    standin.decide(dispute_id, "lost")
    [own] = [one for one in standin.of("refund") if one["payment_intent"] == back]
    standin.fail_refund(own["id"])
    _an_hour_later(till)

    assert till.balance(bookings["ada"]) == (2000, 500, 500)
    assert till.balance(bookings["alan"]) == (2000, 2000, 2000)
    assert till.balance(bookings["grace"]) == (2000, 0, 0)


def test_webhooks_lost_for_weeks_are_made_up_for_a_day_at_a_time(
    till: Till, standin: StripeStandIn
) -> None:
    till.session(price_minor=2000, starts_at=till.studio.suite.now() + timedelta(days=60))
    booking_id = till.paid("ada")["booking_id"]
    [intent] = standin.of("payment_intent")
    till.account.give_back(intent["id"], 500)
    till.studio.suite.advance(days=27)
    till.account.give_back(intent["id"], 300)

    _an_hour_later(till)

    assert till.balance(booking_id) == (2000, 800, 800)
    asked = [one.params["created"] for one in standin.calls if one.path == "events"]
    spans = [int(one["lte"]) - int(one["gte"]) for one in asked]
    assert len(spans) > 27
    assert max(spans) <= 24 * 3600
    standin.calls.clear()
    _an_hour_later(till)
    assert [one.path for one in standin.calls] == ["events"]  # and nothing is looked at again


def test_what_only_the_list_told_of_is_counted(till: Till, standin: StripeStandIn) -> None:
    till.session(price_minor=2000)
    till.paid("ada")
    [intent] = standin.of("payment_intent")
    before = _told("list"), _told("webhook")

    till.account.give_back(intent["id"], 500)
    _an_hour_later(till)
    till.account.give_back(intent["id"], 300)
    till.post(*signed(standin.events[-1]))
    _an_hour_later(till)

    assert (_told("list") - before[0], _told("webhook") - before[1]) == (1, 1)


def _told(by: str) -> float:
    """Count what Stripe told booking, by webhook or by its list."""
    labels = {"service": "booking", "by": by}
    return REGISTRY.get_sample_value("atelier_card_notices_total", labels) or 0


def test_what_a_webhook_told_is_not_looked_at_again(till: Till, standin: StripeStandIn) -> None:
    till.session(price_minor=2000)
    till.paid("ada")
    [intent] = standin.of("payment_intent")
    till.account.give_back(intent["id"], 500)
    for event in standin.events:
        till.post(*signed(event))
    till.settle()
    standin.calls.clear()

    _an_hour_later(till)

    assert [one.path for one in standin.calls if one.path != "events"] == []


def test_a_look_that_is_cut_off_is_repeated(till: Till, standin: StripeStandIn) -> None:
    till.session(price_minor=2000)
    booking_id = till.paid("ada")["booking_id"]
    [intent] = standin.of("payment_intent")
    till.account.give_back(intent["id"], 500)
    standin.faults += [Fault("503", "events", method="GET")] * 6

    _an_hour_later(till)
    till.later(minutes=1)
    till.later(minutes=1)

    assert till.balance(booking_id) == (2000, 500, 500)


def test_where_no_cards_are_taken_nothing_is_asked(studio: Studio) -> None:
    studio.suite.tick("booking.gather_notices")

    with studio.suite.sql("booking") as sql:
        assert sql.exec_driver_sql("SELECT count(*) FROM card_jobs").scalar() == 0


def _an_hour_later(till: Till) -> None:
    """Let an hour go by, in which Stripe is asked what its webhooks were to tell."""
    till.studio.suite.advance(hours=1)
    till.studio.suite.tick("booking.gather_notices")
    till.settle()


def test_what_was_given_back_elsewhere_is_not_given_back_again(till: Till) -> None:
    till.session(price_minor=2000)
    booking_id = till.paid("ada")["booking_id"]
    [payment] = till.money(booking_id)["payments"]
    [intent] = till.intents()
    till.account.give_back(intent["id"], 2000)

    till.call.refund_payment(payment_id=payment["payment_id"])
    till.settle()

    assert till.balance(booking_id) == (2000, 2000, 2000)
    assert till.held() == 0


def test_a_refund_stripe_refuses_is_said_and_may_be_tried_again(till: Till) -> None:
    till.session(price_minor=2000)
    booking_id = till.paid("ada")["booking_id"]
    [payment] = till.money(booking_id)["payments"]
    [intent] = till.intents()
    till.account.give_back(intent["id"], 1500)
    refused = {"kind": "repay", "outcome": "refused"}
    before = REGISTRY.get_sample_value("atelier_card_answers_total", refused) or 0

    till.call.refund_payment(payment_id=payment["payment_id"])
    till.settle()

    assert REGISTRY.get_sample_value("atelier_card_answers_total", refused) == before + 1

    noted = {one["state"]: one for one in till.money(booking_id)["refunds"]}
    refund, elsewhere = noted["failed"], noted["done"]
    assert "greater than unrefunded" in refund["error"]
    assert (elsewhere["amount_minor"], elsewhere["reason"]) == (1500, "elsewhere")
    till.call.refund_payment(payment_id=payment["payment_id"], amount_minor=500)
    till.settle()
    assert till.held() == 0


def test_whoever_works_at_night_sees_the_refunds_that_failed(
    till: Till, standin: StripeStandIn
) -> None:
    till.session(price_minor=2000, capacity=9)
    failed = []
    for name in ("ada", "alan", "grace"):
        booking_id = till.paid(name)["booking_id"]
        [payment] = till.money(booking_id)["payments"]
        standin.faults.append(Fault("400", "refunds"))
        till.later(minutes=1)
        refund = till.call.refund_payment(payment_id=payment["payment_id"], amount_minor=500)
        till.settle()
        failed.append(refund["refund_id"])
    till.call.refund_payment(payment_id=payment["payment_id"], amount_minor=300)

    first = till.call.list_refunds(limit=2)
    rest = till.call.list_refunds(limit=2, after=first["after"])

    assert [one["refund_id"] for one in first["refunds"]] == [failed[2], failed[1]]
    assert [one["refund_id"] for one in rest["refunds"]] == [failed[0]]
    assert rest["after"] is None
    assert {one["error"] for one in first["refunds"]} != {None}
    [due] = till.call.list_refunds(state="due")["refunds"]
    assert (due["amount_minor"], due["booking_id"]) == (300, booking_id)
    assert till.call.list_refunds(state="done") == {"refunds": [], "after": None}


@pytest.mark.parametrize("wrong", [{"after": str(uuid4())}, {"state": "lost"}, {"limit": 501}])
def test_a_list_of_refunds_that_cannot_be_is_refused_by_field(
    till: Till, wrong: dict[str, Any]
) -> None:
    [field] = wrong

    with pytest.raises(InvalidRequest, match=f"{field}: "):
        till.call.list_refunds(**wrong)


# -- reminders ------------------------------------------------------------------------------------


@pytest.mark.rule("B46", "B47")
def test_staff_remind_whoever_has_not_paid_in_full(till: Till) -> None:
    till.session(price_minor=2000)
    booking_id = till.book("ada")
    till.call.record_payment(booking_id=booking_id, amount_minor=500)

    first = till.call.send_reminder(booking_id=booking_id)
    again = till.call.send_reminder(booking_id=booking_id)

    assert (first["due_minor"], first["number"], again["number"]) == (1500, 1, 2)
    said = till.said("PaymentReminderRequested")
    assert [one["number"] for one in said] == [1, 2]
    assert said[0]["manual"]
    assert said[0]["session_name"] == "Open day"


@pytest.mark.rule("B46", "B48", "H18")
def test_nobody_is_reminded_of_nothing(till: Till) -> None:
    till.session(price_minor=2000)
    booking_id = till.paid("ada")["booking_id"]
    owing = till.book("grace")
    till.studio.cancel("grace")

    for one in (booking_id, owing):
        with pytest.raises(NothingDue):
            till.call.send_reminder(booking_id=one)
    with pytest.raises(BookingNotFound):
        till.call.send_reminder(booking_id=str(uuid4()))

    assert till.said("PaymentReminderRequested") == []


@pytest.mark.rule("B46", "B48")
def test_the_bookings_screen_offers_a_reminder_only_where_something_is_due(till: Till) -> None:
    till.session(price_minor=2000)
    till.paid("ada")
    grace, alan = till.book("grace"), till.book("alan")
    till.book("edsger")
    till.studio.cancel("edsger")
    till.hold("kurt", kind="staff")
    till.call.record_payment(booking_id=grace, amount_minor=500)
    till.call.record_payment(booking_id=alan, amount_minor=2000)

    seen = {row["name"]: row for row in till.studio.roster["rows"]}

    due = {name: (row["balance_minor"], row["currency"]) for name, row in seen.items()}
    assert due == {
        "ada": (0, "eur"),
        "grace": (1500, "eur"),
        "alan": (0, "eur"),
        "edsger": (0, ""),
        "kurt": (0, ""),
    }
    offered = [name for name, row in seen.items() if "send_reminder" in row["actions"]]
    assert offered == ["grace"]
    assert till.call.send_reminder(booking_id=seen["grace"]["booking_id"])["due_minor"] == 1500


def test_the_bookings_screen_asks_no_more_of_the_database_for_more_people(till: Till) -> None:
    till.session(price_minor=2000)
    till.book("ada")
    asked: list[str] = []

    def note(_sql: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        asked.append(statement)

    def statements() -> int:
        asked.clear()
        assert till.studio.roster["rows"]
        return len(asked)

    sqlalchemy.event.listen(sqlalchemy.Engine, "before_cursor_execute", note)
    try:
        for_one = statements()
        for name in ("grace", "alan", "edsger"):
            till.book(name)
        for_four = statements()
    finally:
        sqlalchemy.event.remove(sqlalchemy.Engine, "before_cursor_execute", note)

    assert for_four == for_one


@pytest.mark.rule("B48")
def test_a_reminder_is_offered_only_while_a_balance_is_due(till: Till) -> None:
    till.session(price_minor=2000)
    ids = {"session_id": till.studio.session_id}
    ada, _, alan = till.book("ada"), till.paid("grace"), till.book("alan")
    till.call.record_payment(booking_id=ada, amount_minor=500)
    till.studio.cancel("alan")

    def offered() -> dict[str, int]:
        shown = [row for row in till.studio.roster["rows"] if "send_reminder" in row["actions"]]
        assert till.call.get_session_details(**ids)["may_send_reminder"] is bool(shown)
        return {row["booking_id"]: row["balance_minor"] for row in shown}

    before = offered()
    till.call.record_payment(booking_id=ada, amount_minor=1500)

    assert (before, offered()) == ({ada: 1500}, {})
    assert till.studio.row("ada")["balance_minor"] == 0
    with pytest.raises(NothingDue):
        till.call.send_reminder(booking_id=ada)
    with pytest.raises(NothingDue):
        till.call.send_reminder(booking_id=alan)
    [payment] = [one for one in till.money(ada)["payments"] if one["amount_minor"] == 500]
    till.call.refund_payment(payment_id=payment["payment_id"])
    till.settle()
    assert offered() == {ada: 500}


def reminders_on(till: Till, days: int) -> list[int]:
    """Let days go by, a few hours at a time, and give on which of them reminders were asked for."""
    began, found = till.studio.suite.now(), []
    for _ in range(days * 8):
        till.studio.suite.advance(hours=3)
        before = len(till.said("PaymentReminderRequested"))
        till.studio.suite.tick("booking.remind_of_payments")
        if len(till.said("PaymentReminderRequested")) > before:
            found.append((till.studio.suite.now() - began).days)
    return found


def test_nobody_is_reminded_by_itself_of_what_was_given_back(till: Till) -> None:
    till.session(price_minor=2000)
    booking_id = till.paid("ada")["booking_id"]
    [payment] = till.money(booking_id)["payments"]
    till.call.refund_payment(payment_id=payment["payment_id"], amount_minor=500)
    till.settle()

    assert reminders_on(till, 10) == []
    assert till.money(booking_id)["balance_minor"] == 500


@pytest.mark.usefixtures("standin")  # where it is nine o'clock when a test begins
@pytest.mark.rule("B46", "H18")
def test_whoever_owes_is_reminded_seven_and_three_days_before_once_each(till: Till) -> None:
    till.session(price_minor=2000)  # in ten days, at 9:00 UTC
    till.book("ada")
    till.paid("grace")

    days = reminders_on(till, 10)

    # 9:00 in Rome is 8:00 UTC, an hour before the third and the seventh day are full.
    assert days == [3, 7]
    said = till.said("PaymentReminderRequested")
    assert {one["person_id"] for one in said} == {till.person("ada")}
    assert [one["manual"] for one in said] == [False, False]


@pytest.mark.usefixtures("standin")  # as above
@pytest.mark.rule("B46", "B47", "H18")
def test_reminders_come_when_the_type_says_or_not_at_all(till: Till) -> None:
    till.session(price_minor=2000)
    till.book("ada")
    session = till.call.get_session(session_id=till.studio.session_id)
    kind = till.call.change_session_type(
        session_type_id=session["session_type_id"], first_reminder_days=0, second_reminder_days=None
    )
    assert (kind["first_reminder_days"], kind["second_reminder_days"]) == (0, None)

    assert reminders_on(till, 9) == []
    till.studio.suite.advance(hours=23, minutes=30)  # the session's own morning
    till.studio.suite.tick("booking.remind_of_payments")
    till.studio.suite.tick("booking.remind_of_payments")
    assert len(till.said("PaymentReminderRequested")) == 1


def test_after_an_outage_one_reminder_comes_and_not_two(till: Till) -> None:
    till.session(price_minor=2000)
    till.book("ada")
    till.studio.suite.advance(days=9)

    till.studio.suite.tick("booking.remind_of_payments")
    till.studio.suite.tick("booking.remind_of_payments")

    assert len(till.said("PaymentReminderRequested")) == 1


zones = st.sampled_from(["Europe/Rome", "America/New_York", "Pacific/Apia", "Asia/Kathmandu"])
instants = st.integers(0, 3 * 365 * 24 * 60).map(lambda m: MORNING + timedelta(minutes=m))


@given(instants, zones, st.integers(0, 45))
def test_a_reminder_is_due_at_nine_on_its_own_day_in_the_zone(
    starts_at: datetime, zone: str, days: int
) -> None:
    due = reminder_time(starts_at, zone, days).astimezone(ZoneInfo(zone))

    assert (due.hour, due.minute) == (9, 0)
    assert (starts_at.astimezone(ZoneInfo(zone)).date() - due.date()).days == days


@given(instants, zones, st.integers(0, 45), instants, instants)
def test_no_reminder_is_due_before_the_booking_or_from_the_start_on(
    starts_at: datetime, zone: str, days: int, booked_at: datetime, at: datetime
) -> None:
    due = reminder_due(starts_at, zone, days, booked_at=booked_at, at=at)

    assert not reminder_due(starts_at, zone, None, booked_at=booked_at, at=at)
    if due:
        assert booked_at < at < starts_at


# -- people that turn out to be one ---------------------------------------------------------------


@pytest.mark.parametrize("payer", ["ada", "adah"])
def test_of_two_places_of_one_person_the_one_that_is_paid_stays(till: Till, payer: str) -> None:
    till.session(price_minor=2000)
    booked = {name: till.book(name) for name in ("ada", "adah")}
    till.pay(till.call.pay_balance(booking_id=booked[payer]))

    till.call.merge_people(keep=till.person("ada"), merge=till.person("adah"))
    till.settle()

    assert till.studio.taken == 1
    assert till.money(booked[payer])["booked"]
    assert till.balance(booked[payer]) == (2000, 0, 0)


# -- what crosses on the way ----------------------------------------------------------------------


def test_money_that_comes_while_the_first_goes_back_stays(
    till: Till, standin: StripeStandIn
) -> None:
    till.session(price_minor=2000)
    booking_id = till.book("ada")
    first = till.call.pay_balance(booking_id=booking_id)
    second = till.call.pay_balance(booking_id=booking_id, save_card=True)
    standin.things[till.checkout_id(first)]["status"] = "open"  # its end comes too late
    till.pay(first)
    standin.things[till.checkout_id(second)]["status"] = "open"  # and so does this one's
    [payment, _] = till.money(booking_id)["payments"]
    standin.faults.append(Fault("429", "refunds"))
    till.call.refund_payment(payment_id=payment["payment_id"])
    till.pay_untold(second)
    till.hear("checkout.session.completed", till.checkout_id(second))

    for _ in range(3):
        till.later(minutes=1)

    assert till.balance(booking_id) == (4000, 2000, 0)
    assert till.held() == 2000


def test_cash_closes_the_page_where_the_same_would_be_paid_again(till: Till) -> None:
    till.session(price_minor=2000)
    booking_id = till.book("ada")
    checkout = till.call.pay_balance(booking_id=booking_id)

    till.call.record_payment(booking_id=booking_id, amount_minor=500)
    till.settle()

    assert till.page(checkout)["status"] == "expired"
    assert till.call.pay_balance(booking_id=booking_id)["amount_minor"] == 1500


def test_a_page_in_another_currency_is_not_shown_again(till: Till) -> None:
    till.session(price_minor=2000)
    hold_id = till.hold("ada", "staff")
    till.call.start_checkout(hold_id=hold_id)
    till.arrange("UPDATE sessions SET currency = 'usd'")

    assert till.call.start_checkout(hold_id=hold_id)["currency"] == "usd"
