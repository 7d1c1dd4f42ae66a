"""Groups that want several seats together, where seats are many, few, or never enough."""

from collections.abc import Iterator

import pytest

from services.booking.service import Booking
from services.events.service import Events
from services.waitlist.service import Waitlist
from shared.contracts.errors import InvalidRequest
from tests.events.hall import Hall, hall_in
from tests.flows.studio import Studio


@pytest.fixture
def hall() -> Iterator[Hall]:
    """Give a hall with a waiting list that is really there."""
    with hall_in(classes=(Booking, Waitlist, Events)) as made:
        yield made


def test_a_group_that_joins_beside_free_seats_has_them_all_at_once(studio: Studio) -> None:
    studio.session(capacity=5)
    studio.settle()

    studio.join("grace", quantity=3)
    studio.settle()

    assert studio.booked == ["grace"] * 3
    assert studio.taken == 3


def test_a_group_larger_than_the_session_is_refused_and_told_how_many_there_are(
    studio: Studio,
) -> None:
    studio.full("ada", "barbara")

    with pytest.raises(InvalidRequest, match="quantity: Open day has 2 seats in all"):
        studio.join("grace", quantity=3)

    assert studio.waiting == []


@pytest.mark.parametrize("rule", ["strict", "best_fit"])
def test_a_group_the_session_has_become_too_small_for_keeps_nobody_else_from_a_seat(
    studio: Studio, rule: str
) -> None:
    studio.full("ada", "barbara", "linus")
    studio.set_policy("assign", group_rule=rule)
    studio.join("grace", quantity=3)
    studio.settle()
    studio.cancel("ada")
    studio.settle()  # a seat is kept for the group
    studio.join("alan")
    studio.settle()

    studio.change(capacity=2, overrule_reason="a smaller room")
    studio.settle()
    # Under `strict` the seat was kept, and is no more; under `best_fit` alan has it.
    assert (studio.taken, studio.held) == (2 if rule == "strict" else 3, {})
    spot_id = studio.cancel("linus")["spot_id"]
    studio.settle()

    assert studio.booked == ["alan", "barbara"]
    assert studio.waiting == ["grace"]
    if spot_id is not None:
        told = studio.suite.waitlist.explain_decision(spot_id=spot_id)["decisions"]
        assert [one["reason"] for one in told if one["outcome"] == "passed"] == ["wants_more"]


def test_a_group_given_its_seats_one_by_one_has_the_rest_as_soon_as_there_are_some(
    studio: Studio,
) -> None:
    studio.full("ada", "barbara", "linus")
    studio.set_policy("assign", group_rule="split")
    studio.join("grace", quantity=3)
    studio.settle()
    studio.cancel("ada")
    studio.settle()

    studio.change(capacity=60)
    studio.settle()

    assert studio.booked == ["barbara", "grace", "grace", "grace", "linus"]
    assert studio.taken == 5


def test_kept_seats_that_are_no_more_go_back_and_nobody_sits_on_them(studio: Studio) -> None:
    studio.full("ada", "barbara", "linus", waiting=["grace", "alan"])
    studio.suite.waitlist.change_queue(target_id=studio.session_id, paused=True)
    for name in ("ada", "barbara"):
        studio.cancel(name)
        studio.settle()

    studio.change(capacity=2, overrule_reason="two mats are torn")
    studio.settle()
    studio.suite.waitlist.change_queue(target_id=studio.session_id, paused=False)
    studio.settle()

    assert studio.booked == ["grace", "linus"]
    assert studio.waiting == ["alan"]
    assert studio.taken == 2


def test_kept_seats_that_went_back_are_not_counted_as_kept(studio: Studio) -> None:
    studio.full("ada", "barbara", "linus", waiting=["grace", "alan"])
    studio.suite.waitlist.change_queue(target_id=studio.session_id, paused=True)
    for name in ("ada", "barbara"):
        studio.cancel(name)
        studio.settle()
    studio.change(capacity=2, overrule_reason="two mats are torn")
    studio.settle()

    studio.cancel("linus")
    studio.settle()

    assert studio.held == {"waitlist": 2}


def test_everybody_joins_the_list_of_an_event_in_their_own_name(hall: Hall) -> None:
    hall.event(capacity=1, waiting_list_size=9)
    hall.suite.deliver()
    ids = {"source": "events", "target_id": hall.event_id, "person_id": hall.person("grace")}

    with pytest.raises(InvalidRequest, match="quantity: Everybody registers"):
        hall.suite.waitlist.join(**ids, quantity=2)
    with pytest.raises(InvalidRequest, match="quantity: Everybody registers"):
        hall.suite.waitlist.add_entry(**ids, quantity=2, reason="they came together")
