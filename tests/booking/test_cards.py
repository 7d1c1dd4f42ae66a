"""Cards that people have agreed to be charged again, and how they are let go of."""

from typing import Any

import pytest

from tests.booking.test_erasures import everything
from tests.booking.till import Till
from tests.flows.studio import Studio
from tests.stripe_account import Account
from tests.stripe_standin import Fault, StripeStandIn


@pytest.fixture
def till(card_account: Account, studio: Studio) -> Till:
    """Give a studio where people pay."""
    return Till(studio, card_account)


def keep(till: Till, name: str) -> str:
    """Have somebody pay and agree that their card is kept; give Stripe's id of it."""
    till.session()
    return paid_with(till, till.paid(name, save_card=True))


def paid_with(till: Till, checkout: Any) -> str:
    """Give Stripe's id of the card that a page was paid with."""
    return str(till.account.see(till.page(checkout)["payment_intent"])["payment_method"])


def holder(till: Till, card: str) -> str | None:
    """Give whose card it is at Stripe."""
    found: str | None = till.account.see(card)["customer"]
    return found


def forget(till: Till, name: str) -> bool:
    """Have a kept card forgotten; say whether there was one."""
    answer: bool = till.call.forget_kept_card(person_id=till.person(name))["forgotten"]
    return answer


def let_go(till: Till) -> list[str]:
    """List the paths of what Stripe was asked to let go of."""
    return [one for one in till.account.asked if one.endswith("/detach")]


def test_a_card_that_is_forgotten_is_nobodys_at_stripe(till: Till) -> None:
    card = keep(till, "ada")
    assert holder(till, card) is not None

    assert forget(till, "ada")
    assert not forget(till, "ada")
    till.settle()
    till.settle()

    assert holder(till, card) is None
    assert let_go(till) == [f"POST /v1/payment_methods/{card}/detach"]


@pytest.mark.parametrize("how", ["cut_before", "cut_after", "500", "503"])
def test_what_stripe_did_not_answer_is_asked_again(
    till: Till, standin: StripeStandIn, how: str
) -> None:
    card = keep(till, "ada")
    standin.faults += [Fault(how, "detach")] * 4

    forget(till, "ada")
    for _ in range(4):
        till.later(minutes=1)

    assert holder(till, card) is None
    assert card not in everything(till.studio)


def test_a_card_that_was_let_go_of_at_stripe_is_no_fault(
    till: Till, standin: StripeStandIn
) -> None:
    card = keep(till, "ada")
    gone = keep(till, "grace")
    till.account.detach(card)
    del standin.things[gone]

    forget(till, "ada")
    forget(till, "grace")
    till.settle()

    assert let_go(till) == []
    with till.studio.suite.sql("booking") as sql:
        left = sql.exec_driver_sql("SELECT error FROM card_jobs WHERE state <> 'done'").all()
        assert left == []
        assert sql.exec_driver_sql("SELECT count(*) FROM dropped_cards").scalar() == 0


def test_the_card_before_is_let_go_of_where_another_is_kept(till: Till) -> None:
    before = keep(till, "ada")
    now = keep(till, "ada")
    till.settle()

    assert holder(till, before) is None
    assert holder(till, now) is not None


def test_of_two_people_who_are_one_the_card_of_the_merged_is_let_go_of(till: Till) -> None:
    kept, merged = keep(till, "ada"), keep(till, "lovelace")
    moved = keep(till, "alan")

    till.call.merge_people(keep=till.person("ada"), merge=till.person("lovelace"))
    till.call.merge_people(keep=till.person("grace"), merge=till.person("alan"))
    till.settle()

    assert holder(till, kept) is not None
    assert holder(till, merged) is None
    assert holder(till, moved) is not None
    assert till.call.find_kept_card(person_id=till.person("grace")) is not None


def test_a_card_that_is_kept_again_is_not_let_go_of(till: Till) -> None:
    card = keep(till, "ada")
    with till.studio.suite.sql("booking") as sql:
        [row] = sql.exec_driver_sql("SELECT * FROM kept_cards").mappings().all()
    forget(till, "ada")
    till.arrange(
        "INSERT INTO kept_cards VALUES (:person_id, :customer_id, :method_id, :brand, :last4, "
        ":agreed_at)",
        **row,
    )

    till.settle()

    assert holder(till, card) is not None


@pytest.mark.rule("H23")
def test_the_receipt_of_an_erasure_says_what_stripe_has_still_to_let_go_of(
    till: Till, standin: StripeStandIn
) -> None:
    card = keep(till, "ada")
    till.studio.suite.advance(days=11)
    standin.faults += [Fault("503", "payment_methods", method="GET")] * 3

    receipt = till.call.erase_person(person_id=till.person("ada"))
    till.settle()
    waiting = till.call.get_erasure(erasure_id=receipt["erasure_id"])
    still = holder(till, card)
    till.later(minutes=1)
    done = till.call.get_erasure(erasure_id=receipt["erasure_id"])

    assert "1 kept card (soon at Stripe, too)" in receipt["services"][0]["removed"]
    assert [one["cards_at_stripe"] for one in (receipt, waiting, done)] == [1, 1, 0]
    assert still is not None
    assert holder(till, card) is None
    assert card not in everything(till.studio)


def test_a_card_that_is_kept_by_whoever_is_erased_meanwhile_is_let_go_of(till: Till) -> None:
    till.session()
    booking_id = till.book("ada")
    checkout = till.call.pay_balance(booking_id=booking_id, save_card=True)
    till.studio.suite.advance(days=11)  # the session is over, and the page was paid in time
    till.call.erase_person(person_id=till.person("ada"))
    till.pay_untold(checkout)
    till.hear("checkout.session.completed", till.checkout_id(checkout))
    till.settle()

    card = paid_with(till, checkout)
    assert till.balance(booking_id) == (2000, 0, 0)
    assert holder(till, card) is None


def test_stripe_is_asked_daily_about_a_card_it_will_not_let_go_of(
    till: Till, standin: StripeStandIn
) -> None:
    card = keep(till, "ada")
    standin.faults.append(Fault("400", "detach"))

    forget(till, "ada")
    till.settle()
    till.later(hours=23)
    assert holder(till, card) is not None
    till.later(hours=2)

    assert holder(till, card) is None
