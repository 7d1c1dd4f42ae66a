"""Points for bookings that are paid, and treats on offer, on both databases."""

import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.contracts import Fact
from shared.contracts.errors import (
    InvalidRequest,
    NotEnoughPoints,
    PersonNotFound,
    TreatNotAvailable,
    TreatNotOffered,
)
from tests.loyalty.desk import Desk

# -- payments of bookings ---------------------------------------------------------------------


def hear_each(desk: Desk, facts: Sequence[Fact], times: int = 1) -> None:
    """Have loyalty hear facts one by one."""
    for fact in facts:
        desk.hear(fact, times=times)


def test_a_booking_earns_once_it_is_paid_in_full_and_nothing_on_its_deposit(desk: Desk) -> None:
    desk.card("ada")
    booking: Any = {"booking_id": uuid4()}
    desk.hear(desk.pays("ada", 3_000, left=7_000, **booking), times=2)
    after_deposit = desk.balance("ada")
    desk.suite.advance(days=2)

    rest = desk.pays("ada", 7_000, **booking)
    hear_each(desk, [rest, rest], times=2)

    assert after_deposit == 0
    assert desk.balance("ada") == 100
    assert desk.entries("ada") == [("purchase", 100)]


def test_a_refund_takes_back_its_part_of_the_points_once(desk: Desk) -> None:
    desk.card("ada")
    booking: Any = {"booking_id": uuid4()}
    desk.hear(desk.pays("ada", 10_000, **booking))

    part = desk.gets_back("ada", 2_500, left=2_500, **booking)
    hear_each(desk, [part, part], times=2)
    after_part = desk.balance("ada")
    desk.hear(desk.gets_back("ada", 7_500, left=10_000, **booking))

    assert after_part == 75
    assert desk.balance("ada") == 0
    assert desk.entries("ada") == [
        ("purchase", 100),
        ("purchase_refunded", -25),
        ("purchase_refunded", -75),
    ]


def test_a_deposit_after_everything_was_refunded_earns_nothing_until_it_is_paid_again(
    desk: Desk,
) -> None:
    desk.card("ada")
    booking: Any = {"booking_id": uuid4()}
    desk.hear(desk.pays("ada", 10_000, **booking))
    desk.hear(desk.gets_back("ada", 10_000, left=10_000, **booking))
    desk.suite.advance(days=1)

    desk.hear(desk.pays("ada", 3_000, left=7_000, **booking))
    after_deposit = desk.balance("ada")
    desk.suite.advance(days=1)
    desk.hear(desk.pays("ada", 7_000, **booking))

    assert after_deposit == 0
    assert desk.balance("ada") == 100


@pytest.mark.parametrize("seed", range(8))
def test_payments_and_refunds_heard_in_any_order_and_twice_earn_the_same(
    desk: Desk, seed: int
) -> None:
    rng = random.Random(seed)  # noqa: S311 - an order, not a secret
    desk.card("ada")
    booking: Any = {"booking_id": uuid4()}
    at = desk.suite.now()
    facts: list[Fact] = [
        desk.pays("ada", 3_000, left=7_000, **booking, paid_at=at),
        desk.pays("ada", 7_000, **booking, paid_at=at + timedelta(hours=1)),
        desk.gets_back("ada", 4_000, left=4_000, **booking, refunded_at=at + timedelta(hours=2)),
        desk.pays("ada", 1_000, left=3_000, **booking, paid_at=at + timedelta(hours=3)),
        desk.pays("ada", 3_000, **booking, paid_at=at + timedelta(hours=4)),
        desk.gets_back("ada", 500, left=500, **booking, refunded_at=at + timedelta(hours=5)),
    ]

    hear_each(desk, rng.sample(facts * 2, len(facts) * 2), times=2)

    assert desk.balance("ada") == 95
    assert all(balance == points for _, balance, points in desk.sums())


def test_the_rate_is_the_one_of_the_day_it_was_paid_and_nothing_switches_it_off(
    desk: Desk,
) -> None:
    desk.card("ada")
    first: Any = {"booking_id": uuid4()}
    desk.hear(desk.pays("ada", 1_000, **first))
    desk.call.save_settings(service_points_per_unit=0)

    desk.hear(desk.pays("ada", 9_900))
    desk.hear(desk.gets_back("ada", 500, left=500, **first))

    assert desk.entries("ada") == [("purchase", 10), ("purchase_refunded", -5)]


def test_who_had_no_card_when_they_paid_earns_nothing_later(desk: Desk) -> None:
    booking: Any = {"booking_id": uuid4()}
    desk.hear(desk.pays("ada", 1_000, **booking))
    desk.card("ada")

    desk.hear(desk.gets_back("ada", 200, left=200, **booking))

    assert desk.entries("ada") == []


def test_points_that_have_expired_are_not_owed_when_they_are_taken_back(desk: Desk) -> None:
    desk.card("ada")
    desk.call.save_settings(points_expire_days=30)
    booking: Any = {"booking_id": uuid4()}
    desk.hear(desk.pays("ada", 10_000, **booking))
    desk.treat("ada", desk.books("ada"), points=60)
    desk.wait(days=31)
    desk.add("ada", 5)

    desk.hear(desk.gets_back("ada", 10_000, left=10_000, **booking))

    assert desk.entries("ada")[2:] == [
        ("expired", -40),
        ("added", 5),
        ("purchase_refunded", -100),
        ("expiry_returned", 40),
    ]
    assert desk.balance("ada") == 5 - 60  # spent, and owed
    assert all(balance == points for _, balance, points in desk.sums())


# -- treats on offer --------------------------------------------------------------------------


def test_a_treat_is_suggested_at_fourteen_times_its_price(desk: Desk) -> None:
    one = desk.call.offer_treat(treat="Cut", price_minor=4_550, currency="eur")
    other = desk.call.offer_treat(treat="Colour", price_minor=100, currency="jpy", points=9)
    desk.call.save_settings(treat_points_per_unit=10)

    assert (one["points"], one["suggested_points"]) == (637, 637)
    assert (other["points"], other["suggested_points"]) == (9, 1_400)
    found = {row["treat"]: row for row in desk.call.list_treats()}
    assert found["Cut"]["points"] == 637
    assert found["Cut"]["suggested_points"] == 455
    assert found["Cut"]["availability"] == "anytime"


def test_a_treat_on_offer_costs_what_it_is_offered_for_unless_staff_say_otherwise(
    desk: Desk,
) -> None:
    desk.card("ada")
    desk.add("ada", 100)
    desk.call.offer_treat(treat="Cut", price_minor=500, currency="eur", points=30)

    booking_id = desk.books("ada")
    taken = desk.call.redeem_treat(person_id=desk.id("ada"), booking_id=booking_id, treat="Cut")
    again = desk.call.redeem_treat(person_id=desk.id("ada"), booking_id=booking_id, treat="Cut")
    desk.treat("ada", desk.books("ada"), points=20, treat="Cut")

    assert taken == again
    assert desk.balance("ada") == 50
    listed = desk.call.list_treats(person_id=desk.id("ada"))
    assert [(row["available"], row["affordable"]) for row in listed] == [(True, True)]


def test_a_treat_that_is_not_offered_needs_a_price(desk: Desk) -> None:
    desk.card("ada")
    desk.add("ada", 100)
    desk.call.offer_treat(treat="Cut", price_minor=500, currency="eur")
    desk.call.withdraw_treat(treat="Cut")

    with pytest.raises(TreatNotOffered):
        desk.call.redeem_treat(person_id=desk.id("ada"), booking_id=desk.books("ada"), treat="Cut")
    with pytest.raises(TreatNotOffered):
        desk.call.withdraw_treat(treat="Cut")
    with pytest.raises(PersonNotFound):
        desk.call.list_treats(person_id=str(uuid4()))
    assert desk.balance("ada") == 100


def test_a_treat_for_the_first_time_is_for_those_who_never_had_it(desk: Desk) -> None:
    for name in ("ada", "bob"):
        desk.card(name)
        desk.add(name, 100)
    desk.call.offer_treat(
        treat="Facial", price_minor=100, currency="eur", points=10, availability="first_time"
    )
    desk.comes("bob", desk.books("bob", session="Facial"))

    first = desk.books("ada", session="Facial")
    desk.treat("ada", first, points=10, treat="Facial")
    with pytest.raises(TreatNotAvailable):
        desk.treat("ada", desk.books("ada"), points=10, treat="Facial")
    with pytest.raises(TreatNotAvailable):
        desk.treat("bob", desk.books("bob"), points=10, treat="Facial")
    had = desk.call.list_treats(person_id=desk.id("ada"))[0]["available"]
    desk.cancels("ada", first)

    assert had is False
    assert desk.call.list_treats(person_id=desk.id("ada"))[0]["available"] is True
    assert desk.treat("ada", desk.books("ada"), points=10, treat="Facial")["points"] == 10
    assert desk.balance("bob") == 100


def test_what_another_record_of_theirs_had_counts_as_had(desk: Desk) -> None:
    desk.card("adah")
    desk.add("adah", 100)
    desk.call.offer_treat(
        treat="Facial", price_minor=100, currency="eur", points=10, availability="first_time"
    )
    desk.comes("ada", desk.books("ada", session="Facial"))
    desk.merge("ada", into="adah")

    with pytest.raises(TreatNotAvailable):
        desk.treat("adah", desk.books("adah"), points=10, treat="Facial")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"price_minor": -1}, "price_minor"),
        ({"price_minor": 100_000_000}, "points"),
        ({"currency": "EUR"}, "currency"),
        ({"availability": "sometimes"}, "availability"),
        ({"points": 0}, "points"),
        ({"treat": ""}, "treat"),
    ],
)
def test_a_treat_that_cannot_be_offered_is_refused_by_field(
    desk: Desk, wrong: dict[str, Any], field: str
) -> None:
    offer = {"treat": "Cut", "price_minor": 500, "currency": "eur"} | wrong

    with pytest.raises(InvalidRequest, match=field):
        desk.call.offer_treat(**offer)

    assert desk.call.list_treats() == []


def test_a_treat_on_offer_still_needs_the_points(desk: Desk) -> None:
    desk.card("ada")
    desk.add("ada", 9)
    desk.call.offer_treat(treat="Cut", price_minor=500, currency="eur", points=10)

    with pytest.raises(NotEnoughPoints):
        desk.call.redeem_treat(person_id=desk.id("ada"), booking_id=desk.books("ada"), treat="Cut")

    assert UUID(desk.id("ada"))
    assert desk.call.list_treats(person_id=desk.id("ada"))[0]["affordable"] is False
