"""Many hands at once, each on a connection of its own to a real PostgreSQL."""

import random
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any
from uuid import uuid4

import eventlet
import pytest
from sqlalchemy import func, select

from services.loyalty.models import LedgerRow, ReferralRow
from services.loyalty.service import Loyalty
from shared.contracts.errors import (
    CardNumberTaken,
    NotEnoughPoints,
    ReferralCorrected,
    ReferralRing,
    Refused,
    TreatNotAvailable,
)
from shared.testing import Suite
from tests.loyalty.desk import Desk

pytestmark = pytest.mark.live
HANDS = 10


def all_at_once(calls: Iterable[Callable[[], Any]], hands: int = HANDS) -> list[Any]:
    """Make calls side by side; give their answers, or why they were refused."""

    def one(call: Callable[[], Any]) -> Any:
        try:
            return call()
        except Refused as exc:
            return exc

    pool = eventlet.GreenPool(hands)
    return list(pool.imap(one, calls))


def refusals(answers: Iterable[Any]) -> set[type]:
    """Name the ways calls were refused."""
    return {type(answer) for answer in answers if isinstance(answer, Exception)}


def test_a_balance_is_its_sum_and_never_below_zero_whatever_happens_at_once(
    postgres: Desk, database: str
) -> None:
    other = Suite([Loyalty], {"loyalty": database})  # a second replica, with connections of its own
    desk, rng = postgres, random.Random(7)  # noqa: S311 - an order, not a secret
    twin = Desk(other)
    names = ["ada", "bob"]
    for name in names:
        desk.card(name)
        desk.add(name, 100)
    twin.people = desk.people
    bookings = {name: [desk.books(name) for _ in range(60)] for name in names}
    calls: list[Callable[[], Any]] = []
    for number in range(60):
        for name in names:
            hand, booking_id = rng.choice([desk, twin]), bookings[name][number]
            points = rng.randint(1, 60)
            calls += [
                partial(hand.treat, name, booking_id, points=points),
                partial(hand.add, name, points),
                partial(hand.add, name, -points),
                partial(hand.buys, name, points * 100),
                partial(hand.cancels, name, booking_id),
            ]
    rng.shuffle(calls)

    answers = all_at_once(calls)

    assert refusals(answers) <= set(Refused.__subclasses__())
    for _, balance, total in desk.sums():
        assert balance == total
        assert balance >= 0
    with desk.suite.sql("loyalty") as sql:
        assert sql.execute(select(func.min(LedgerRow.balance_after))).scalar_one() >= 0
    kinds = {kind for name in names for kind, _ in desk.entries(name)}
    assert kinds >= {"added", "removed", "purchase", "treat"}
    other.close()


def test_ten_hands_saying_yes_give_one_award(postgres: Desk, database: str) -> None:
    other = Suite([Loyalty], {"loyalty": database})
    postgres.call.save_settings(send_sms=True)
    postgres.card("ada")
    for number in range(10):
        referral = postgres.refer(f"new{number}", by="ada")

        answers = all_at_once([partial(hand.yes, referral) for hand in [postgres, Desk(other)] * 5])

        assert {answer["state"] for answer in answers} == {"awarded"}
        assert postgres.balance("ada") == 100 * (number + 1)
    assert postgres.suite.story + other.story == ["ReferralThanked"] * 10
    other.close()


@pytest.mark.rule("T13", "Ti5")
def test_a_new_client_earns_one_award_however_many_say_different_things_at_once(
    postgres: Desk,
) -> None:
    referrers = ["ada", "cleo", "dan"]
    for name in referrers:
        postgres.card(name)
    rng = random.Random(11)  # noqa: S311 - an order, not a secret
    for number in range(8):
        new = f"new{number}"
        postgres.id(new)

        answers = all_at_once(
            [partial(postgres.award, new, by=rng.choice(referrers)) for _ in range(HANDS)]
        )

        assert refusals(answers) <= {ReferralCorrected}
        given = sum(postgres.balance(name) for name in referrers)
        live = postgres.call.find_referral(new_person_id=postgres.id(new))
        if live["state"] == "asked":
            postgres.yes(live)
            given += 100
        assert given == 100 * (number + 1)
    for _, balance, total in postgres.sums():
        assert balance == total


@pytest.mark.rule("T11")
@pytest.mark.parametrize("size", [2, 4])
def test_no_ring_closes_however_its_referrals_meet(postgres: Desk, size: int) -> None:
    for number in range(4):
        names = [f"one{number}of{place}" for place in range(size)]
        for name in names:
            postgres.id(name)

        answers = all_at_once(
            [
                partial(postgres.refer, names[place], by=names[(place + 1) % size])
                for place in range(size)
            ]
        )

        assert refusals(answers) == {ReferralRing}
        assert sum(isinstance(answer, ReferralRing) for answer in answers) >= 1
        with postgres.suite.sql("loyalty") as sql:
            chosen = dict(
                sql.execute(select(ReferralRow.new_person_id, ReferralRow.referrer_id)).all()
            )
        for start in chosen:
            above, seen = chosen.get(start), set()
            while above is not None and above not in seen:
                seen.add(above)
                above = chosen.get(above)
            assert start not in seen


def test_a_purchase_said_by_many_at_once_earns_once(postgres: Desk) -> None:
    postgres.card("ada")

    answers = all_at_once([partial(postgres.buys, "ada", 5_000, reference="invoice 7")] * HANDS)

    assert len({answer["purchase_id"] for answer in answers}) == 1
    assert postgres.balance("ada") == 50


def test_a_treat_taken_while_its_booking_is_cancelled_is_never_kept(postgres: Desk) -> None:
    postgres.card("ada")
    postgres.add("ada", 100)
    for _ in range(10):
        booking_id = postgres.books("ada")

        all_at_once(
            [
                partial(postgres.treat, "ada", booking_id, points=10),
                partial(postgres.cancels, "ada", booking_id),
                partial(postgres.treat, "ada", booking_id, points=10),
            ]
        )

        assert postgres.balance("ada") == 100


def test_the_last_points_are_spent_once(postgres: Desk) -> None:
    postgres.card("ada")
    postgres.add("ada", 50)
    bookings = [postgres.books("ada") for _ in range(HANDS)]

    answers = all_at_once([partial(postgres.treat, "ada", b, points=50) for b in bookings])

    assert refusals(answers) == {NotEnoughPoints}
    assert sum(isinstance(answer, NotEnoughPoints) for answer in answers) == HANDS - 1
    assert postgres.balance("ada") == 0


def test_a_number_goes_to_one_of_those_who_want_it_at_once(postgres: Desk) -> None:
    names = [f"one{place}" for place in range(HANDS)]
    for name in names:
        postgres.id(name)

    answers = all_at_once([partial(postgres.card, name, number="4711") for name in names])

    assert refusals(answers) == {CardNumberTaken}
    assert answers.count("4711") == 1


def test_points_expire_once_though_every_replica_looks(postgres: Desk, database: str) -> None:
    other = Suite([Loyalty], {"loyalty": database})
    other.at = postgres.suite.at
    postgres.call.save_settings(points_expire_days=1)
    names = [f"one{place}" for place in range(20)]
    for name in names:
        postgres.card(name)
        postgres.add(name, 10)
    postgres.suite.advance(days=2)
    other.advance(days=2)

    all_at_once(
        [partial(suite.tick, "loyalty.expire_points") for suite in [postgres.suite, other] * 5]
    )

    assert all(postgres.entries(name) == [("added", 10), ("expired", -10)] for name in names)
    other.close()


def test_two_records_merged_while_both_are_busy_lose_and_double_nothing(
    postgres: Desk, database: str
) -> None:
    other = Suite([Loyalty], {"loyalty": database})
    other.at = postgres.suite.at
    twin, rng = Desk(other), random.Random(5)  # noqa: S311 - an order, not a secret
    postgres.call.save_settings(points_per_visit=7)
    for number in range(6):
        gone, stays, new = f"gone{number}", f"stays{number}", f"new{number}"
        for name in (gone, stays):
            postgres.card(name)
        twin.people = postgres.people
        referral = postgres.refer(new, by=gone)
        bookings = [(name, postgres.books(name)) for name in (gone, stays) for _ in range(4)]
        calls: list[Callable[[], Any]] = [
            partial(rng.choice([postgres, twin]).comes, *booking) for booking in bookings
        ]
        calls += [
            partial(postgres.hear, postgres.pays(gone, 500)),
            partial(twin.hear, twin.pays(stays, 900)),
            partial(twin.add, gone, 11),
            partial(postgres.yes, referral),
            partial(twin.yes, referral),
            partial(twin.merge, gone, into=stays),
        ]
        rng.shuffle(calls)

        answers = all_at_once(calls)

        assert refusals(answers) == set()
        total = 8 * 7 + 5 + 9 + 11 + 100
        assert postgres.balance(gone) == postgres.balance(stays) == total
        assert sum(points for _, points in postgres.entries(gone)) == 0
    assert all(balance == points for _, balance, points in postgres.sums())
    other.close()


def test_merges_that_meet_crosswise_end_as_one_person(postgres: Desk) -> None:
    for number in range(5):
        names = [f"one{number}of{place}" for place in range(4)]
        for name in names:
            postgres.card(name)
            postgres.add(name, 10)

        all_at_once(
            [
                partial(postgres.merge, names[place], into=names[(place + 1) % 4])
                for place in range(4)
            ]
        )

        found = [postgres.call.get_account(person_id=postgres.id(name)) for name in names]
        assert {one["balance"] for one in found} == {40}
        assert len({one["card"]["number"] for one in found}) == 1
    assert all(balance == points for _, balance, points in postgres.sums())


def test_a_payment_heard_by_every_replica_at_once_earns_once(postgres: Desk, database: str) -> None:
    other = Suite([Loyalty], {"loyalty": database})
    twin = Desk(other)
    postgres.card("ada")
    twin.people = postgres.people
    for number in range(5):
        booking: Any = {"booking_id": uuid4()}
        paid = postgres.pays("ada", 1_000, **booking)
        back = postgres.gets_back("ada", 500, left=500, **booking)

        all_at_once(
            [partial(hand.hear, fact) for hand in (postgres, twin) for fact in (paid, back)]
        )

        assert postgres.balance("ada") == 5 * (number + 1)
    other.close()


def test_a_treat_for_the_first_time_is_had_once_though_two_ask_at_once(postgres: Desk) -> None:
    postgres.card("ada")
    postgres.add("ada", 100)
    postgres.call.offer_treat(
        treat="Facial", price_minor=100, currency="eur", points=10, availability="first_time"
    )
    bookings = [postgres.books("ada") for _ in range(HANDS)]

    answers = all_at_once(
        [partial(postgres.treat, "ada", one, points=10, treat="Facial") for one in bookings]
    )

    assert refusals(answers) == {TreatNotAvailable}
    assert postgres.balance("ada") == 90
