"""A freed seat that must be paid for at once goes to the first whose card is charged."""

from uuid import UUID

import pytest

from shared.contracts import Trace
from shared.contracts.waitlist import SpotRequested
from tests.booking.till import Till
from tests.flows.studio import Studio
from tests.stripe_account import Account
from tests.stripe_standin import DECLINING, Fault, StripeStandIn


@pytest.fixture
def till(card_account: Account, studio: Studio) -> Till:
    """Give a studio where people pay."""
    return Till(studio, card_account)


def keep_card(till: Till, name: str, *, declines: bool = False) -> None:
    """Have somebody pay for another session and agree that their card is kept."""
    till.session()
    customer_id = till.page(till.paid(name, save_card=True))["customer"]
    if declines:
        card = till.account.attach(customer_id, DECLINING)
        change = "UPDATE kept_cards SET method_id = :card WHERE customer_id = :customer"
        till.arrange(change, card=card, customer=customer_id)


def full(till: Till, *waiting: str) -> None:
    """Have one seat, taken, and people who wait for it and pay at once."""
    till.session(capacity=1, waiting=9)
    till.studio.settle()
    till.studio.suite.waitlist.set_policy(target_id=till.studio.session_id, policy="assign_if_paid")
    till.book("holder")
    for name in waiting:
        till.person(name)
        till.studio.join(name)
        till.studio.settle()


def ask_for_spot(till: Till, name: str) -> None:
    """Have booking hear that the spot is asked for in somebody's name."""
    spot_id = till.arranged("SELECT hold_id FROM holds WHERE kind = 'waitlist' AND state = 'open'")
    asked = SpotRequested(
        spot_id=UUID(spot_id),
        entry_id=UUID(till.studio.entry_id(name)),
        source="booking",
        target_id=UUID(till.studio.session_id),
        person_id=UUID(till.person(name)),
        requested_at=till.studio.suite.now(),
        pay=True,
    )
    envelope = Trace.begin(till.studio.suite.now()).envelope(at=till.studio.suite.now())
    till.studio.suite.worker("booking").grant_spot(asked.said(envelope))


def free_the_seat(till: Till, *, times: int = 1) -> None:
    """Have the holder give up the seat, and everything happen that follows."""
    till.studio.cancel("holder")
    till.studio.suite.deliver(times=times)
    till.studio.suite.tick("booking.ask_stripe")
    till.studio.suite.deliver(times=times)


def bank_thinks(till: Till, standin: StripeStandIn) -> int:
    """Have ada's card charged for the seat, and the answer be slow; give what was paid before."""
    keep_card(till, "ada")
    full(till, "ada")
    before = till.held()
    standin.faults += [Fault("cut_after", "payment_intents")] * 3
    till.studio.cancel("holder")
    till.studio.settle()
    return before


def test_the_first_in_line_pays_with_the_card_they_agreed_to(till: Till) -> None:
    keep_card(till, "ada")
    full(till, "ada", "grace")

    free_the_seat(till)

    assert till.studio.booked == ["ada"]
    assert till.studio.waiting == ["grace"]
    assert till.balance(till.studio.booking_id("ada")) == (2000, 0, 0)
    received = till.said("PaymentReceived")[-1]
    assert (received["method"], received["amount_minor"]) == ("saved_card", 2000)


def test_who_has_no_card_is_passed_over_and_stays_on_the_list(till: Till) -> None:
    keep_card(till, "grace")
    full(till, "ada", "grace")

    free_the_seat(till)

    assert till.studio.booked == ["grace"]
    assert till.studio.waiting == ["ada"]
    refused = till.said("SpotRefused")
    assert [(one["reason"], one["still_open"]) for one in refused] == [("not_paid", True)]


def test_nobody_is_charged_less_than_a_card_is_ever_charged(till: Till) -> None:
    keep_card(till, "ada")
    full(till, "ada")
    till.arrange("UPDATE sessions SET price_minor = 40")

    free_the_seat(till)

    assert till.studio.waiting == ["ada"]
    assert [one["reason"] for one in till.said("SpotRefused")] == ["not_paid"]
    assert "POST /v1/payment_intents" not in till.account.asked


def test_whose_card_is_declined_is_passed_over(till: Till) -> None:
    keep_card(till, "ada", declines=True)
    keep_card(till, "grace")
    full(till, "ada", "grace")

    free_the_seat(till)

    assert till.studio.booked == ["grace"]
    assert till.held() == 3 * 2000  # two for the cards, one for the seat
    assert till.studio.taken == 1


@pytest.mark.parametrize(
    "change", ["DELETE FROM kept_cards", "UPDATE kept_cards SET method_id = 'pm_another'"]
)
def test_a_card_that_is_no_longer_kept_is_not_charged(till: Till, change: str) -> None:
    keep_card(till, "ada")
    keep_card(till, "grace")
    full(till, "ada", "grace")
    before = till.held()
    till.studio.cancel("holder")
    ask_for_spot(till, "ada")

    kept = "(SELECT person_id FROM payments WHERE method = 'saved_card')"
    till.arrange(f"{change} WHERE person_id IN {kept}")
    till.settle()
    till.settle()

    assert till.studio.booked == ["grace"]
    assert till.studio.waiting == ["ada"]
    assert till.held() == before + 2000


def test_every_fact_twice_charges_once(till: Till) -> None:
    keep_card(till, "ada")
    full(till, "ada")
    before = till.held()

    free_the_seat(till, times=2)

    assert till.held() == before + 2000
    assert till.studio.booked == ["ada"]


def test_asked_again_while_the_bank_thinks_it_charges_once(
    till: Till, standin: StripeStandIn
) -> None:
    before = bank_thinks(till, standin)
    ask_for_spot(till, "ada")
    for _ in range(3):
        till.later(seconds=30)

    assert till.studio.booked == ["ada"]
    assert till.held() == before + 2000


def test_a_charge_that_is_done_after_stripe_gave_up_on_it_is_not_made_again(
    till: Till, standin: StripeStandIn
) -> None:
    keep_card(till, "ada")
    full(till, "ada")
    before = till.held()
    late = Fault("late", "payment_intents", seconds=60)
    standin.faults += [late, *[Fault("503", "payment_intents")] * 2]

    free_the_seat(till)
    for _ in range(6):
        till.later(seconds=30)

    assert till.studio.booked == ["ada"]
    assert till.held() == before + 2000


def test_who_was_charged_for_a_spot_that_closed_gets_it_back(
    till: Till, standin: StripeStandIn
) -> None:
    before = bank_thinks(till, standin)

    spot_id = till.arranged("SELECT hold_id FROM holds WHERE kind = 'waitlist' AND state = 'open'")
    till.call.close_spot(spot_id=spot_id)
    for _ in range(3):
        till.later(seconds=30)

    # The list asked for the seat anew, and that time it was paid for in peace.
    assert [one["reason"] for one in till.said("PaymentRefunded")] == ["no_seat_left"]
    assert till.studio.booked == ["ada"]
    assert till.held() == before + 2000


def test_who_left_the_list_while_the_bank_was_thinking_gets_it_back(
    till: Till, standin: StripeStandIn
) -> None:
    before = bank_thinks(till, standin)

    till.studio.leave("ada")
    for _ in range(4):
        till.later(seconds=30)

    assert [one["reason"] for one in till.said("PaymentRefunded")] == ["no_seat_left"]
    assert till.studio.booked == []
    assert till.held() == before


def test_nobody_is_charged_for_a_spot_that_closed_before(till: Till) -> None:
    keep_card(till, "ada")
    full(till, "ada")
    before = till.held()
    till.studio.cancel("holder")
    ask_for_spot(till, "ada")

    spot_id = till.arranged("SELECT hold_id FROM holds WHERE kind = 'waitlist' AND state = 'open'")
    till.call.close_spot(spot_id=spot_id)
    till.settle()
    till.settle()

    # The list asked for the seat anew, and for that one they were charged.
    assert till.studio.booked == ["ada"]
    assert till.held() == before + 2000
    assert till.said("PaymentRefunded") == []
    assert [one["reason"] for one in till.said("SpotRefused")] == ["spot_closed"] * 2


def test_nobody_is_charged_for_a_spot_of_a_session_that_has_begun(till: Till) -> None:
    keep_card(till, "ada")
    full(till, "ada")
    before = till.held()
    till.studio.cancel("holder")
    ask_for_spot(till, "ada")

    till.studio.suite.advance(days=10)
    till.settle()

    assert till.studio.booked == []
    assert till.held() == before
    assert till.said("PaymentRefunded") == []


def test_who_was_erased_while_the_bank_was_thinking_is_not_booked_and_gets_it_back(
    till: Till, standin: StripeStandIn
) -> None:
    before = bank_thinks(till, standin)

    till.call.erase_person(person_id=till.person("ada"), cancel_bookings=True)
    for _ in range(4):
        till.later(seconds=30)

    assert till.said("SpotGranted") == []
    assert [one["reason"] for one in till.said("PaymentRefunded")] == ["no_seat_left"]
    assert till.held() == before
    assert (till.studio.taken, till.studio.held) == (0, {})
