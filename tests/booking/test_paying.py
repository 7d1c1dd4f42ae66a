"""Paying for a place: by a link, by oneself, in time and too late, told once, twice or never."""

from datetime import timedelta
from uuid import uuid4

import pytest

from shared.contracts.errors import AlreadyBooked, HoldNotFound, InvalidRequest, NothingDue
from tests.booking.test_session_types import a_type
from tests.booking.till import Till
from tests.flows.studio import Studio
from tests.stripe_account import Account, Declined, signed
from tests.stripe_book import event_about
from tests.stripe_standin import Fault, StripeStandIn


@pytest.fixture
def till(card_account: Account, studio: Studio) -> Till:
    """Give a studio where people pay."""
    return Till(studio, card_account)


# -- a reserved place -----------------------------------------------------------------------------


@pytest.mark.rule("B28", "B29", "B52", "B54")
def test_a_reserved_places_client_is_asked_to_confirm_it_and_pay(till: Till) -> None:
    till.session(price_minor=2000)
    hold_id = till.hold("ada", "staff")

    asked = till.call.request_confirmation(hold_id=hold_id)

    assert asked == {"hold_id": hold_id, "amount_minor": 2000, "currency": "eur"}
    [said] = till.said("ConfirmationRequested")
    assert (said["hold_id"], said["person_id"]) == (hold_id, till.person("ada"))
    assert (said["amount_minor"], said["currency"]) == (2000, "eur")
    assert said["session_name"] == "Open day"
    assert said["expires_at"] is None


@pytest.mark.rule("B29", "B53", "B54")
def test_a_reserved_place_is_confirmed_by_paying(till: Till) -> None:
    till.session(price_minor=2000)
    checkout = till.checkout("ada", kind="staff")

    till.pay(checkout)

    assert checkout["status"] == "pay"
    assert till.studio.booked == ["ada"]
    assert till.balance(checkout["booking_id"]) == (2000, 0, 0)
    assert "BookingConfirmed" in till.studio.suite.story
    [confirmed] = till.said("BookingConfirmed")
    assert (confirmed["price_minor"], confirmed["balance_minor"]) == (2000, 0)
    [received] = till.said("PaymentReceived")
    assert (received["amount_minor"], received["method"]) == (2000, "card")


def test_a_place_to_be_paid_at_the_studio_is_confirmed_without_paying(till: Till) -> None:
    till.session(price_minor=2000)
    hold_id = till.hold("ada", "staff")

    asked = till.call.request_confirmation(hold_id=hold_id, collection="offline")
    place = till.call.start_checkout(hold_id=hold_id)

    assert asked["amount_minor"] == 0
    assert (place["status"], place["checkout_url"]) == ("booked", None)
    assert till.balance(hold_id) == (0, 0, 2000)
    assert till.account.asked == []


def test_the_page_of_a_place_that_is_confirmed_at_the_desk_is_closed(till: Till) -> None:
    till.session(price_minor=2000)
    checkout = till.checkout("ada", kind="staff")

    till.call.confirm_hold(hold_id=checkout["booking_id"])
    till.settle()

    assert till.page(checkout)["status"] == "expired"
    assert till.balance(checkout["booking_id"]) == (0, 0, 2000)


def test_nothing_is_asked_for_a_place_that_costs_nothing(till: Till) -> None:
    till.session(price_minor=0, credits=0)

    place = till.checkout("ada", kind="staff")

    assert place["status"] == "booked"
    assert till.balance(place["booking_id"]) == (0, 0, 0)


def test_without_an_account_a_place_is_confirmed_and_paid_at_the_studio(studio: Studio) -> None:
    till = Till(studio)
    till.session(price_minor=2000)

    place = till.checkout("ada")

    assert place["status"] == "booked"
    assert till.balance(place["booking_id"]) == (0, 0, 2000)
    with pytest.raises(NothingDue, match="only offline payments"):
        till.call.pay_balance(booking_id=place["booking_id"])


def test_whoever_comes_back_to_the_link_finds_the_same_page(till: Till) -> None:
    till.session()
    hold_id = till.hold("ada", "staff")

    first = till.call.start_checkout(hold_id=hold_id)
    again = till.call.start_checkout(hold_id=hold_id)

    assert first == again
    assert len(till.pages()) == 1


def test_whoever_did_not_hear_that_a_place_is_confirmed_hears_it_again(till: Till) -> None:
    till.session(price_minor=0, credits=0)
    hold_id = till.hold("ada", "staff")

    first = till.call.start_checkout(hold_id=hold_id, idempotency_key="one press")
    again = till.call.start_checkout(hold_id=hold_id, idempotency_key="one press")

    assert first == again
    assert first["status"] == "booked"
    assert till.studio.taken == 1
    till.call.cancel_booking(booking_id=hold_id)
    with pytest.raises(AlreadyBooked):
        till.call.start_checkout(hold_id=hold_id)


def test_a_page_whose_price_has_changed_is_replaced(till: Till) -> None:
    till.session(price_minor=2000)
    hold_id = till.hold("ada", "staff")
    old = till.call.start_checkout(hold_id=hold_id)
    till.arrange("UPDATE sessions SET price_minor = 1500")

    new = till.call.start_checkout(hold_id=hold_id)
    till.settle()

    assert new["amount_minor"] == 1500
    assert till.page(old)["status"] == "expired"
    till.pay(new)
    assert till.balance(hold_id) == (1500, 0, 0)


def test_a_place_that_is_no_longer_held_is_not_paid_for(till: Till) -> None:
    till.session()
    hold_id = till.hold("ada", "staff")
    till.call.release_hold(hold_id=hold_id)

    with pytest.raises(HoldNotFound):
        till.call.start_checkout(hold_id=hold_id)
    with pytest.raises(HoldNotFound):
        till.call.request_confirmation(hold_id=hold_id)
    paid = till.paid("grace")
    with pytest.raises(AlreadyBooked):
        till.call.start_checkout(hold_id=paid["booking_id"])


def test_what_stripe_is_told_names_the_place_and_leads_back_to_it(till: Till) -> None:
    till.session(price_minor=1250)

    till.paid("ada")
    [made] = till.pages()
    [paid] = till.intents()

    assert (made["amount_total"], made["currency"]) == (1250, "eur")
    assert made["customer_email"] == "ada@example.com"
    assert made["client_reference_id"] == made["metadata"]["reference"]
    assert "/manage/" in made["success_url"]
    assert "/confirm/" in made["cancel_url"]
    assert paid["metadata"] == made["metadata"]
    assert paid["description"] == "Open day"


def test_whose_card_is_declined_on_the_page_may_pay_with_another(till: Till) -> None:
    till.session(capacity=1)
    checkout = till.checkout("ada", kind="staff")

    with pytest.raises(Declined):
        till.pay_untold(checkout, card="tok_chargeDeclined")
    till.later(minutes=10)
    after = till.page(checkout)["status"], till.studio.booked, till.held()
    till.pay(checkout)

    assert after == ("open", [], 0)
    assert till.studio.booked == ["ada"]
    assert [one["amount_received"] for one in till.intents()] == [2000]


# -- in time and too late -------------------------------------------------------------------------


@pytest.mark.rule("H17", "Bi4")
def test_a_checkout_keeps_a_seat_for_a_quarter_of_an_hour_and_no_longer(till: Till) -> None:
    till.session(capacity=1)
    checkout = till.checkout("ada")

    till.later(minutes=14, seconds=59)
    assert till.studio.taken == 1
    till.later(seconds=1)

    assert till.studio.taken == 0
    assert till.page(checkout)["status"] == "expired"
    [payment] = till.money(checkout["booking_id"])["payments"]
    assert payment["state"] == "expired"


def test_who_pays_when_the_hold_has_lapsed_gets_a_seat_if_one_is_free(till: Till) -> None:
    till.session(capacity=1)
    checkout = till.checkout("ada")
    till.pay_untold(checkout)

    till.later(minutes=15)  # Stripe says that only open sessions can be expired

    assert till.studio.booked == ["ada"]
    assert till.studio.taken == 1
    assert till.balance(checkout["booking_id"]) == (2000, 0, 0)


def portrait(till: Till) -> tuple[str, str, str]:
    """Put a single session on the timetable; give it, and its small and its large package."""
    kind = till.call.create_session_type(name="Portrait", arrangement="single", duration_minutes=60)
    ids = {"session_type_id": kind["session_type_id"]}
    small, large = (
        till.call.add_package(**ids, name=name, price_minor=minor)["package_id"]
        for name, minor in (("Small", 5000), ("Large", 9000))
    )
    return till.studio.session(**ids, waiting=0), small, large


def test_who_pays_for_a_small_package_and_has_chosen_a_large_one_owes_the_rest(till: Till) -> None:
    session_id, small, large = portrait(till)
    hold_id = till.hold("ada", "staff")
    till.call.choose_package(session_id=session_id, package_id=small)
    cheap = till.call.start_checkout(hold_id=hold_id)
    till.call.choose_package(session_id=session_id, package_id=large)
    till.call.start_checkout(hold_id=hold_id)

    till.pay_untold(cheap)  # before it is closed
    till.settle()

    assert till.call.get_session(session_id=session_id)["package_id"] == large
    assert till.balance(hold_id) == (5000, 0, 4000)
    [confirmed] = till.said("BookingConfirmed")
    assert (confirmed["price_minor"], confirmed["balance_minor"]) == (9000, 4000)
    till.pay(till.call.pay_balance(booking_id=hold_id))
    assert till.balance(hold_id) == (9000, 0, 0)


@pytest.mark.rule("B15")
def test_who_pays_late_gets_what_they_had_chosen(till: Till) -> None:
    call = till.call
    session_id, small, large = portrait(till)
    hold_id = till.hold("ada")
    call.choose_package(session_id=session_id, package_id=large)
    checkout = call.start_checkout(hold_id=hold_id, save_card=False)
    till.pay_untold(checkout)
    till.studio.suite.advance(minutes=15)
    till.studio.suite.tick("booking.end_lapsed_holds")
    shown = call.get_packages_shown(session_id=session_id)
    call.change_package(package_id=large, offered=False)

    till.settle()

    assert [one["package_id"] for one in shown["choose_from"]] == [small, large]
    assert till.studio.booked == ["ada"]
    assert call.get_session(session_id=session_id)["package_id"] == large
    assert till.balance(hold_id) == (9000, 0, 0)


def test_who_pays_when_no_seat_is_left_gets_the_money_back(till: Till) -> None:
    till.session(capacity=1)
    checkout = till.checkout("ada")
    till.studio.suite.advance(minutes=15)
    till.studio.suite.tick("booking.end_lapsed_holds")
    till.book("grace")

    till.pay(checkout)

    assert till.studio.booked == ["grace"]
    assert till.held() == 0
    assert till.balance(checkout["booking_id"]) == (2000, 2000, 0)
    [refunded] = till.said("PaymentRefunded")
    assert (refunded["reason"], refunded["amount_minor"]) == ("no_seat_left", 2000)
    assert till.said("PaymentReceived") == []


def test_what_is_paid_in_a_currency_nobody_asked_for_goes_back(
    till: Till, standin: StripeStandIn
) -> None:
    till.session()
    checkout = till.checkout("ada")
    till.pay_untold(checkout)
    page = standin.things[till.checkout_id(checkout)]
    page["currency"] = standin.things[page["payment_intent"]]["currency"] = "usd"

    till.hear("checkout.session.completed", till.checkout_id(checkout))
    till.settle()
    till.settle()

    assert till.studio.booked == []
    assert till.held() == 0
    [refunded] = till.said("PaymentRefunded")
    wanted = ("other_currency", "usd", 2000)
    assert (refunded["reason"], refunded["currency"], refunded["amount_minor"]) == wanted
    [payment] = till.money(checkout["booking_id"])["payments"]
    assert payment["error"] == "it was paid in usd instead of eur"


def test_who_was_booked_by_staff_meanwhile_pays_for_that_booking(till: Till) -> None:
    till.session(capacity=2)
    checkout = till.checkout("ada")
    booking_id = till.book("ada")

    till.pay(checkout)

    assert till.balance(booking_id) == (2000, 0, 0)
    assert till.studio.booked == ["ada"]
    assert till.studio.taken == 1


def test_nobody_pays_on_for_a_session_that_is_called_off(till: Till) -> None:
    till.session()
    checkout = till.checkout("ada")

    till.call.cancel_session(session_id=till.studio.session_id)
    till.settle()

    [payment] = till.money(checkout["booking_id"])["payments"]
    assert payment["state"] == "expired"
    assert (till.studio.taken, till.held()) == (0, 0)


def test_who_pays_late_gets_the_place_that_is_reserved_for_them_by_now(till: Till) -> None:
    till.session(capacity=1)
    checkout = till.checkout("ada")
    till.pay_untold(checkout)
    till.studio.suite.advance(minutes=16)
    till.studio.suite.tick("booking.end_lapsed_holds")
    till.hold("ada", kind="staff")

    till.settle()
    till.settle()

    assert till.studio.booked == ["ada"]
    assert (till.studio.taken, till.studio.held) == (1, {})
    assert till.balance(checkout["booking_id"]) == (2000, 0, 0)


def test_the_page_of_a_reservation_closes_where_a_booking_is_moved_to_it(till: Till) -> None:
    kind = a_type(till.studio, name="Open day", arrangement="multi")
    reserved = till.session(session_type_id=kind)
    checkout = till.checkout("ada", kind="staff")
    till.session(session_type_id=kind)
    booking_id = till.book("ada")

    till.call.move_booking(booking_id=booking_id, session_id=reserved)
    till.settle()

    assert till.page(checkout)["status"] == "expired"


def test_who_was_booked_in_another_currency_meanwhile_gets_the_money_back(till: Till) -> None:
    till.session(capacity=2)
    checkout = till.checkout("ada")
    till.studio.change(price_minor=3000, currency="usd")
    booking_id = till.book("ada")

    till.pay(checkout)
    till.settle()

    assert till.balance(booking_id) == (0, 0, 3000)
    assert till.held() == 0
    [refunded] = till.said("PaymentRefunded")
    assert (refunded["reason"], refunded["currency"]) == ("other_currency", "eur")


def test_money_in_another_currency_pays_nothing_even_if_it_cannot_go_back(
    till: Till, standin: StripeStandIn
) -> None:
    till.session()
    booking_id = till.book("ada")
    checkout = till.call.pay_balance(booking_id=booking_id)
    till.pay_untold(checkout)
    page = standin.things[till.checkout_id(checkout)]
    page["currency"] = standin.things[page["payment_intent"]]["currency"] = "usd"
    standin.dispute(page["payment_intent"])  # Stripe gives nothing back of it

    till.hear("checkout.session.completed", till.checkout_id(checkout))
    till.settle()

    assert till.balance(booking_id) == (0, 0, 2000)
    assert till.studio.row("ada")["balance_minor"] == 2000
    assert till.call.send_reminder(booking_id=booking_id)["due_minor"] == 2000


def test_who_pays_by_themselves_ends_the_reservation_beside_it(till: Till) -> None:
    till.session(capacity=2)
    till.hold("ada", kind="staff")

    till.paid("ada")

    assert till.studio.booked == ["ada"]
    assert (till.studio.taken, till.studio.held) == (1, {})


def test_who_pays_twice_gets_it_back_once(till: Till) -> None:
    till.session()
    checkout = till.checkout("ada", kind="staff")
    till.arrange("UPDATE payments SET save_card = true")  # as if it had been another page
    second = till.call.start_checkout(hold_id=checkout["booking_id"])
    till.pay_untold(checkout)
    till.pay_untold(second)

    till.hear("checkout.session.completed", till.checkout_id(checkout))
    till.hear("checkout.session.completed", till.checkout_id(second))
    till.settle()
    till.settle()

    assert till.balance(checkout["booking_id"]) == (4000, 2000, 0)
    assert till.held() == 2000
    assert [one["reason"] for one in till.said("PaymentRefunded")] == ["paid_twice"]


@pytest.mark.parametrize("minutes", [2, 12], ids=["hold_open", "hold_over"])
def test_who_paid_before_the_start_keeps_the_place_however_late_it_is_heard_of(
    till: Till, minutes: int
) -> None:
    till.session(starts_at=till.studio.suite.now() + timedelta(minutes=10), capacity=1)
    checkout = till.checkout("ada")
    till.studio.suite.advance(minutes=9)
    till.pay_untold(checkout)

    till.studio.suite.advance(minutes=minutes)
    if minutes > 2:
        till.studio.suite.tick("booking.end_lapsed_holds")
    till.studio.suite.tick("booking.attend_started_sessions")
    till.hear("checkout.session.completed", till.checkout_id(checkout))
    till.settle()
    till.studio.suite.tick("booking.attend_started_sessions")
    till.settle()

    assert [(row["name"], row["status"]) for row in till.studio.roster["rows"]] == [
        ("ada", "attended")
    ]
    assert till.held() == 2000
    assert till.studio.taken == 1
    assert len(till.said("VisitRecorded")) == 1


def test_a_checkout_never_keeps_a_seat_beyond_the_sessions_start(till: Till) -> None:
    starts_at = till.studio.suite.now() + timedelta(minutes=10)
    till.session(starts_at=starts_at)

    till.person("ada"), till.person("grace")
    late = (starts_at + timedelta(hours=1)).isoformat()
    holds = [
        till.call.hold_place(
            session_id=till.studio.session_id, person_id=till.person(name), kind=kind, **more
        )["held_until"]
        for name, kind, more in (
            ("ada", "checkout", {}),
            ("grace", "checkout", {"held_until": late}),
            ("alan", "staff", {}),
        )
    ]

    assert holds == [starts_at.isoformat(), starts_at.isoformat(), None]


@pytest.mark.usefixtures("standin")  # when it is paid is said by Stripe's clock, which goes its way
def test_who_pays_after_the_start_gets_the_money_back(till: Till) -> None:
    till.session(starts_at=till.studio.suite.now() + timedelta(minutes=10))
    checkout = till.checkout("ada")
    till.studio.suite.advance(minutes=11)

    till.pay(checkout)

    assert till.held() == 0
    assert till.studio.taken == 0


def test_who_was_erased_while_they_paid_gets_the_money_back_and_no_card_is_kept(till: Till) -> None:
    till.session(capacity=2)
    checkout = till.checkout("ada", save_card=True)
    till.call.erase_person(person_id=till.person("ada"), cancel_bookings=True)

    till.pay(checkout)

    assert till.held() == 0
    assert till.studio.taken == 0
    with till.studio.suite.sql("booking") as sql:
        assert sql.exec_driver_sql("SELECT count(*) FROM kept_cards").scalar() == 0


# -- what Stripe tells ----------------------------------------------------------------------------


def test_webhooks_that_come_twice_or_out_of_order_change_nothing(till: Till) -> None:
    till.session(capacity=2)
    checkout = till.checkout("ada")
    checkout_id = till.checkout_id(checkout)
    early = signed(event_about("checkout.session.expired", till.page(checkout)))
    till.pay_untold(checkout)
    paid = till.webhook("checkout.session.completed", checkout_id)

    for body, signature in (paid, paid, early, paid):
        assert till.post(body, signature).status_code == 200
        till.settle()

    assert till.studio.booked == ["ada"]
    assert till.balance(checkout["booking_id"]) == (2000, 0, 0)
    assert len(till.said("PaymentReceived")) == 1


def test_a_completed_checkout_that_is_not_paid_yet_confirms_nothing(
    till: Till, standin: StripeStandIn
) -> None:
    till.session(capacity=1)
    checkout = till.checkout("ada", kind="staff")
    checkout_id = till.checkout_id(checkout)
    standin.pay(checkout_id, later=True)

    till.hear("checkout.session.completed", checkout_id)
    till.settle()
    assert till.studio.booked == []
    standin.arrive(checkout_id)
    till.hear("checkout.session.async_payment_succeeded", checkout_id)
    till.settle()

    assert till.studio.booked == ["ada"]


def test_who_paid_by_a_way_that_failed_days_later_may_pay_anew(
    till: Till, standin: StripeStandIn
) -> None:
    till.session(capacity=1)
    checkout = till.checkout("ada", kind="staff")
    checkout_id = till.checkout_id(checkout)
    standin.pay(checkout_id, later=True)
    till.hear("checkout.session.completed", checkout_id)
    till.settle()

    standin.fail(checkout_id)
    till.hear("checkout.session.async_payment_failed", checkout_id)
    till.settle()
    anew = till.call.start_checkout(hold_id=checkout["booking_id"])
    till.pay(anew)

    assert anew["payment_id"] != checkout["payment_id"]
    assert till.studio.booked == ["ada"]
    assert till.held() == 2000


def test_whose_customer_was_removed_at_stripe_pays_all_the_same(till: Till) -> None:
    till.session()
    first = till.paid("ada", save_card=True)
    removed = till.page(first)["customer"]
    till.account.remove(removed)
    till.session()

    second = till.paid("ada", save_card=True)

    assert till.studio.booked == ["ada"]
    assert till.page(second)["customer"] not in {None, removed}


def test_what_stripe_never_tells_is_found_by_looking(till: Till) -> None:
    till.session()
    checkout = till.checkout("ada", kind="staff")
    till.pay_untold(checkout)

    till.later(minutes=10)

    assert till.studio.booked == ["ada"]


def test_a_page_that_ran_out_is_noticed(till: Till, standin: StripeStandIn) -> None:
    till.session()
    checkout = till.checkout("ada", kind="staff")
    standin.run_out(till.checkout_id(checkout))

    till.later(minutes=10)

    [payment] = till.money(checkout["booking_id"])["payments"]
    assert payment["state"] == "expired"
    assert till.call.start_checkout(hold_id=checkout["booking_id"])["status"] == "pay"


def test_a_webhook_nobody_signed_is_refused_and_changes_nothing(till: Till) -> None:
    till.session()
    checkout = till.checkout("ada")
    till.pay_untold(checkout)
    kind, checkout_id = "checkout.session.completed", till.checkout_id(checkout)

    answer = till.hear(kind, checkout_id, secret="guessed")  # noqa: S106 - a wrong one
    unsigned = till.post(b"{}", "")

    assert (answer.status_code, unsigned.status_code) == (400, 400)
    with till.studio.suite.sql("booking") as sql:
        heard = sql.exec_driver_sql("SELECT count(*) FROM card_notices").scalar()
    assert heard == 0


def test_a_webhook_about_something_else_is_taken_and_ignored(till: Till) -> None:
    for kind, reference in (("checkout.session.completed", str(uuid4())), ("charge.updated", "x")):
        about = {"id": "cs_other", "metadata": {"reference": reference}}
        assert till.post(*signed(event_about(kind, about))).status_code == 200


def test_webhooks_are_kept_as_long_as_they_may_come_again(till: Till) -> None:
    till.session()
    till.paid("ada")
    counted = "SELECT count(*) FROM card_notices"

    for days, left in ((29, 1), (2, 0)):
        till.studio.suite.advance(days=days)
        till.studio.suite.tick("booking.prune_card_notices")
        with till.studio.suite.sql("booking") as sql:
            assert sql.exec_driver_sql(counted).scalar() == left


# -- when Stripe fails ----------------------------------------------------------------------------


def test_a_page_stripe_did_not_open_at_once_is_opened_later_and_only_once(
    till: Till, standin: StripeStandIn
) -> None:
    till.session()
    hold_id = till.hold("ada")
    standin.faults += [Fault("cut_after", "checkout")] * 3

    checkout = till.call.start_checkout(hold_id=hold_id)
    assert (checkout["status"], checkout["checkout_url"]) == ("pay", None)
    till.later(seconds=5)

    again = till.call.start_checkout(hold_id=hold_id)
    assert again["payment_id"] == checkout["payment_id"]
    assert again["checkout_url"] is not None
    assert len(till.pages()) == 1


def test_an_error_stripe_keeps_is_overcome_under_another_key(
    till: Till, standin: StripeStandIn
) -> None:
    till.session()
    hold_id = till.hold("ada")
    standin.faults.append(Fault("500", "checkout"))

    till.call.start_checkout(hold_id=hold_id)
    till.later(seconds=5)

    assert till.call.start_checkout(hold_id=hold_id)["checkout_url"] is not None


def test_a_page_that_opens_when_the_hold_is_over_is_closed(
    till: Till, standin: StripeStandIn
) -> None:
    till.session()
    hold_id = till.hold("ada")
    standin.faults += [Fault("cut_after", "checkout")] * 3
    till.call.start_checkout(hold_id=hold_id)
    till.call.release_hold(hold_id=hold_id)

    till.later(minutes=1)
    till.settle()

    [made] = till.pages()
    assert made["status"] == "expired"


def test_what_stripe_refuses_is_said(till: Till, standin: StripeStandIn) -> None:
    till.session(price_minor=2000)
    standin.least["eur"] = 2500  # the account is paid out in a currency that asks for more

    checkout = till.checkout("ada")

    assert checkout["state"] == "failed"
    assert "at least" in checkout["error"]
    assert till.studio.taken == 1


@pytest.mark.parametrize("field", ["hold_id", "save_card", "colour"])
def test_what_cannot_be_a_checkout_is_refused_by_field(till: Till, field: str) -> None:
    with pytest.raises(InvalidRequest, match=f"{field}: "):
        till.call.start_checkout(**({"hold_id": str(uuid4())} | {field: "x"}))


def test_what_one_person_paid_twice_under_two_records_goes_back_once(till: Till) -> None:
    till.session(capacity=3)  # of a type that gives nothing back by itself
    paid = [till.paid(name)["booking_id"] for name in ("ada", "adah")]
    ids = {"keep": till.person("ada"), "merge": till.person("adah")}

    till.call.merge_people(**ids)
    for _ in range(2):
        till.later(minutes=1)

    assert [till.balance(one) for one in paid] == [(2000, 0, 0), (2000, 2000, 0)]
    assert [one["reason"] for one in till.said("PaymentRefunded")] == ["paid_twice"]
    assert (till.studio.booked, till.studio.taken) == (["ada"], 1)
    written = [kind for name in ("ada", "adah") for kind in till.studio.mailbox[name]]
    assert "cancelled" not in written
