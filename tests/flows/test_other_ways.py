"""A seat comes free without a cancellation, or comes free and helps nobody."""

from collections.abc import Sequence

import pytest
from sqlalchemy import text

from shared.testing import Delivery, Order
from tests.flows.studio import Studio


def test_a_raised_capacity_goes_to_the_list(studio: Studio) -> None:
    studio.full("ada", waiting=["grace", "alan", "edsger"])

    studio.change(capacity=3)
    studio.suite.deliver(times=2)

    assert studio.booked == ["ada", "alan", "grace"]
    assert studio.waiting == ["edsger"]
    assert studio.taken == 3


def test_seats_nobody_waits_for_are_free_after_a_raise(studio: Studio) -> None:
    studio.full("ada", waiting=["grace"])

    studio.change(capacity=4)
    studio.settle()

    assert studio.booked == ["ada", "grace"]
    assert studio.taken == 2
    assert studio.held == {}


def test_a_hold_that_lapses_goes_to_the_list(studio: Studio) -> None:
    studio.session(capacity=1)
    studio.hold("ada", kind="checkout", held_until=studio.suite.now().replace(hour=10))
    studio.book("grace")
    studio.settle()
    assert studio.waiting == ["grace"]

    studio.suite.advance(hours=1)
    studio.suite.tick("booking.end_lapsed_holds")
    studio.suite.deliver(times=2)

    assert studio.booked == ["grace"]
    assert studio.held == {}


def test_a_hold_given_up_goes_to_the_list_once(studio: Studio) -> None:
    studio.session(capacity=1)
    hold_id = studio.hold("ada")
    for name in ("grace", "alan"):
        studio.book(name)
        studio.settle()

    for _ in range(3):
        studio.suite.booking.release_hold(hold_id=hold_id)
        studio.settle()

    assert studio.booked == ["grace"]
    assert studio.waiting == ["alan"]


@pytest.mark.rule("H6")
def test_a_place_freed_after_the_start_goes_to_nobody(studio: Studio) -> None:
    studio.full("ada", waiting=["grace"])
    studio.suite.advance(days=3)

    cancelled = studio.cancel("ada")
    studio.settle()

    assert cancelled["spot_id"] is None
    assert studio.booked == []
    assert studio.mailbox["grace"] == []


@pytest.mark.rule("H6")
def test_a_seat_asked_for_after_the_start_is_refused(studio: Studio) -> None:
    studio.full("ada", waiting=["grace"])
    entry_id = studio.entry_id("grace")
    studio.cancel("ada")
    studio.suite.hear(studio.suite.take_out())  # asked for in time
    studio.suite.advance(days=3)

    studio.settle()

    assert studio.booked == []
    assert studio.taken == 0
    assert studio.suite.waitlist.get_entry(entry_id=entry_id)["state"] == "lapsed"
    assert studio.mailbox["grace"] == []


@pytest.mark.rule("H6")
def test_a_seat_still_held_for_the_list_at_the_start_is_let_go(studio: Studio) -> None:
    studio.full("ada", waiting=["grace"])
    studio.cancel("ada")  # and waitlist is down
    studio.suite.advance(days=3)

    studio.suite.tick("booking.end_lapsed_holds")
    studio.settle()

    assert studio.taken == 0
    assert studio.held == {}
    assert studio.booked == []


@pytest.mark.rule("Qi1")
def test_a_cancellation_over_capacity_frees_no_seat(studio: Studio) -> None:
    studio.full("ada", "alan", "edsger", waiting=["grace"])
    with studio.suite.sql("booking") as sql:  # staff have filled it beyond its capacity
        sql.execute(text("UPDATE sessions SET capacity = 2"))

    cancelled = studio.cancel("ada")
    studio.settle()

    assert cancelled["spot_id"] is None
    assert studio.booked == ["alan", "edsger"]
    assert studio.waiting == ["grace"]
    assert studio.mailbox["grace"] == []


@pytest.mark.rule("Qi1")
def test_once_below_capacity_a_cancellation_frees_a_seat_again(studio: Studio) -> None:
    studio.full("ada", "alan", "edsger", waiting=["grace"])
    with studio.suite.sql("booking") as sql:
        sql.execute(text("UPDATE sessions SET capacity = 2"))

    for name in ("ada", "alan"):
        studio.cancel(name)
        studio.settle()

    assert studio.booked == ["edsger", "grace"]
    assert studio.taken == 2


def test_raising_the_capacity_of_an_overfull_session_frees_only_what_is_new(
    studio: Studio,
) -> None:
    studio.full("ada", "alan", "edsger", waiting=["grace", "barbara"])
    with studio.suite.sql("booking") as sql:
        sql.execute(text("UPDATE sessions SET capacity = 1"))

    studio.change(capacity=4)
    studio.settle()

    assert studio.booked == ["ada", "alan", "edsger", "grace"]
    assert studio.waiting == ["barbara"]
    assert studio.taken == 4


def test_a_list_that_was_taken_away_leaves_nobody_beside_a_free_seat(studio: Studio) -> None:
    studio.full("ada", waiting=["grace"])
    studio.change(waiting_list_size=0)
    studio.settle()

    studio.cancel("ada")
    studio.settle()

    assert not (studio.waiting and studio.taken == 0)


def test_a_spot_an_operator_takes_back_is_asked_for_anew(studio: Studio) -> None:
    studio.full("ada", waiting=["grace"])
    spot_id = studio.cancel("ada")["spot_id"]

    state = studio.suite.booking.close_spot(spot_id=spot_id)
    studio.suite.deliver(times=2)

    assert state == "ended"
    assert studio.booked == ["grace"]
    assert studio.taken == 1
    assert studio.held == {}


def joins_first(post: Sequence[Delivery]) -> list[Delivery]:
    """Have booking hear of the join before it hears that nobody waits."""
    return sorted(post, key=lambda one: one.said.topic, reverse=True)


def joins_last(post: Sequence[Delivery]) -> list[Delivery]:
    """Have booking hear that nobody waits before it hears of the join."""
    return sorted(post, key=lambda one: one.said.topic)


@pytest.mark.parametrize("order", [joins_first, joins_last])
def test_who_was_refused_a_spot_taken_back_is_not_forgotten(studio: Studio, order: Order) -> None:
    studio.full("ada", waiting=["grace"])
    spot_id = studio.cancel("ada")["spot_id"]
    studio.suite.hear(studio.suite.take_out())  # asked for in grace's name
    studio.suite.booking.close_spot(spot_id=spot_id)  # so the list is asked anew, and has nobody
    studio.suite.hear(studio.suite.take_out())

    post = studio.suite.take_out()
    studio.suite.hear(one for one in post if one.said.topic == "SpotRefused.v1")
    rest = [one for one in post if one.said.topic != "SpotRefused.v1"]
    studio.suite.hear(order(rest + studio.suite.take_out()))
    studio.settle()

    assert studio.booked == ["grace"]
    assert studio.held == {}
    assert studio.taken == 1
