"""Staff start the review of the list by hand, and the timer starts it by itself."""

import pytest

from tests.flows.studio import Studio


def forgotten(studio: Studio) -> None:
    """Have a free seat beside somebody who waits: booking never heard of the join."""
    studio.session(capacity=1)
    studio.settle()
    studio.join("grace")
    studio.suite.hear(
        one for one in studio.suite.take_out() if one.said.topic != "WaitlistJoined.v1"
    )
    studio.begin()


@pytest.mark.rule("Q25")
def test_the_review_gives_away_what_was_overlooked_and_tells(studio: Studio) -> None:
    forgotten(studio)

    answer = studio.suite.waitlist.review_queue(target_id=studio.session_id)
    studio.settle()

    assert answer == {"waiting": 1}
    assert studio.booked == ["grace"]
    assert studio.mailbox["grace"] == ["allocated"]


@pytest.mark.rule("Qi4")
def test_pressing_review_again_and_again_is_harmless(studio: Studio) -> None:
    studio.full("ada", waiting=["grace", "alan"])
    studio.cancel("ada")

    for _ in range(4):
        studio.suite.waitlist.review_queue(target_id=studio.session_id)
    studio.suite.deliver(times=2)
    for _ in range(4):
        studio.suite.waitlist.review_queue(target_id=studio.session_id)
        studio.suite.deliver(times=2)

    assert studio.booked == ["grace"]
    assert studio.waiting == ["alan"]
    assert studio.mailbox["grace"] == ["allocated"]
    assert studio.taken == 1


@pytest.mark.rule("Qi4")
def test_a_review_beside_one_overlooked_seat_gives_it_once(studio: Studio) -> None:
    forgotten(studio)
    studio.join("alan")
    studio.suite.take_out()  # not heard of, either

    for _ in range(3):
        studio.suite.waitlist.review_queue(target_id=studio.session_id)
    studio.suite.deliver(times=2)

    assert studio.booked == ["grace"]
    assert studio.waiting == ["alan"]


def test_the_timer_reviews_what_has_waited_for_a_minute(studio: Studio) -> None:
    forgotten(studio)

    studio.suite.tick("waitlist.remind")
    studio.settle()
    assert studio.booked == []

    studio.suite.advance(seconds=61)
    studio.suite.tick("waitlist.remind")
    studio.settle()

    assert studio.booked == ["grace"]


def test_the_timer_says_nothing_where_nobody_waits(studio: Studio) -> None:
    studio.full("ada")
    studio.suite.advance(minutes=5)

    studio.suite.tick("waitlist.remind")

    assert studio.story == []
