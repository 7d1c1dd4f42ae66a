"""What is said may be heard twice, late and in any order: the end is the same."""

import random
from collections.abc import Iterable, Sequence

import pytest

from shared.testing import Delivery, Order
from tests.flows.studio import Studio


def shuffled(seed: int) -> Order:
    """Shuffle deliveries, the same way each time."""
    rng = random.Random(seed)  # noqa: S311 - an order, not a secret

    def order(post: Sequence[Delivery]) -> Iterable[Delivery]:
        return rng.sample(post, len(post))

    return order


ORDERS = [list, reversed, *(shuffled(seed) for seed in range(6))]


@pytest.mark.parametrize("order", ORDERS, ids=["as said", "reversed", *map(str, range(6))])
@pytest.mark.parametrize("times", [1, 2])
def test_the_end_is_the_same_in_any_order(studio: Studio, order: Order, times: int) -> None:
    studio.session(capacity=2)
    for name in ("ada", "alan", "grace", "edsger", "barbara"):
        studio.book(name)
    cancelled = studio.booking_id("ada")
    studio.suite.booking.cancel_booking(booking_id=cancelled)

    studio.suite.deliver(order=order, times=times, batch=4)

    newcomers = {"grace", "edsger", "barbara"}
    assert len(studio.booked) == 2
    assert "alan" in studio.booked
    assert len(newcomers & set(studio.booked)) == 1
    assert newcomers - set(studio.booked) == set(studio.waiting)
    assert studio.taken == 2
    assert studio.held == {}
    (lucky,) = newcomers & set(studio.booked)
    assert studio.mailbox[lucky] == ["allocated"]


def test_a_contact_heard_of_after_the_allocation_still_gets_the_email(studio: Studio) -> None:
    studio.full("ada")
    studio.book("grace")
    late = [one for one in studio.suite.take_out() if one.said.topic == "PersonRegistered.v1"]
    studio.cancel("ada")
    studio.suite.tick("waitlist.remind")
    studio.suite.hear(())
    wish = studio.suite.waitlist.join(target_id=studio.session_id, person_id=studio.person("grace"))
    began = studio.suite.now()
    for _ in range(6):
        studio.suite.hear(studio.suite.take_out())
    assert studio.mailbox["grace"] == []

    studio.suite.hear(late)
    studio.suite.deliver()

    assert wish["state"] == "waiting"
    assert studio.booked == ["grace"]
    assert studio.mailbox["grace"] == ["allocated"]
    assert (studio.suite.now() - began).total_seconds() >= 1  # the first retry was waited for


def test_a_cancellation_heard_of_before_its_session_waits_for_it(studio: Studio) -> None:
    studio.session(capacity=1)
    studio.book("ada")
    studio.cancel("ada")

    studio.suite.deliver(order=reversed)

    assert studio.taken == 0
    assert studio.held == {}
    assert studio.suite.waitlist.get_queue(target_id=studio.session_id)["waiting"] == 0


def test_an_older_word_about_the_session_changes_nothing(studio: Studio) -> None:
    studio.session(capacity=1, waiting=3)
    studio.change(waiting_list_size=5)
    studio.change(waiting_list_size=7)

    studio.suite.deliver(order=reversed)

    assert studio.suite.waitlist.get_queue(target_id=studio.session_id)["size"] == 7


def test_an_older_word_about_a_person_changes_nothing(studio: Studio) -> None:
    studio.session(capacity=1)
    person_id = studio.person("ada")
    studio.suite.booking.change_person(person_id=person_id, email="old@example.com")
    studio.suite.booking.change_person(person_id=person_id, email="new@example.com")

    studio.suite.deliver(order=reversed)
    studio.book("ada")
    studio.settle()

    assert studio.mailbox.last("ada")["To"] == "ada <new@example.com>"
