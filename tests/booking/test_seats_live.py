"""Seats are counted right on the real PostgreSQL, by many at once."""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from tests.at_once import at_once, while_waiting
from tests.flows.studio import Studio, real_studio

pytestmark = pytest.mark.live


@pytest.fixture
def studio() -> Iterator[Studio]:
    """Give a studio whose services have a database each on the real server."""
    with real_studio() as studio:
        yield studio


def ends(calls: list[Callable[[], Any]]) -> Counter[str]:
    """Make calls side by side; give how they ended."""
    return Counter(
        one if isinstance(one, str) else str(one.get("status") or one.get("state"))
        for one in at_once(calls)
    )


def test_many_who_book_the_last_seats_get_no_more_than_there_are(studio: Studio) -> None:
    studio.session(capacity=3, waiting=0)
    people = [studio.person(f"person{n}") for n in range(12)]
    ids = [{"session_id": studio.session_id, "person_id": person} for person in people]

    ended = ends([partial(studio.suite.booking.book, **one) for one in ids])

    assert ended == {"booked": 3, "SessionFull": 9}
    assert studio.taken == 3
    assert len(studio.booked) == 3


def test_one_who_books_many_times_at_once_gets_one_place(studio: Studio) -> None:
    studio.session(capacity=9, waiting=0)
    ids = {"session_id": studio.session_id, "person_id": studio.person("ada")}

    ended = ends([lambda: studio.suite.booking.book(**ids)] * 8)

    assert ended == {"booked": 1, "AlreadyBooked": 7}
    assert studio.taken == 1


def test_many_who_cancel_one_booking_free_one_seat(studio: Studio) -> None:
    studio.full("ada", waiting=["grace", "alan"])
    booking_id = studio.booking_id("ada")

    cancel = studio.suite.booking.cancel_booking
    ended = ends([lambda: cancel(booking_id=booking_id)] * 8)
    studio.suite.deliver(times=2)

    assert ended == {"cancelled": 8}
    assert studio.booked == ["grace"]
    assert studio.waiting == ["alan"]
    assert studio.taken == 1


def test_of_many_who_want_the_last_place_on_the_list_one_gets_it(studio: Studio) -> None:
    studio.full("ada", size=1)
    people = [studio.person(f"person{n}") for n in range(8)]
    ids = [{"session_id": studio.session_id, "person_id": person} for person in people]

    book = studio.suite.booking.book
    ended = ends([partial(book, **one, or_wait=True) for one in ids])
    studio.settle()

    assert ended == {"waiting": 1, "WaitlistFull": 7}
    assert len(studio.waiting) == 1


def test_many_who_join_at_once_stand_in_one_line(studio: Studio) -> None:
    studio.full("ada", size=100)
    people = [studio.person(f"person{n}") for n in range(10)]

    join = studio.suite.waitlist.join
    ids = [{"target_id": studio.session_id, "person_id": person} for person in people]
    at_once([partial(join, **one) for one in ids])

    entries = studio.suite.waitlist.list_waiting(target_id=studio.session_id)
    assert len({entry["position"] for entry in entries}) == 10


def test_booking_and_cancelling_at_once_never_loses_count(studio: Studio) -> None:
    studio.session(capacity=4, waiting=0)
    people = [studio.person(f"person{n}") for n in range(8)]

    def in_and_out(person_id: str) -> Any:
        ids = {"session_id": studio.session_id, "person_id": person_id}
        place = studio.suite.booking.book(**ids)
        studio.suite.booking.cancel_booking(booking_id=place["booking_id"])
        return studio.suite.booking.book(**ids)

    at_once([partial(in_and_out, one) for one in people])

    assert studio.taken == len(studio.booked) <= 4


def test_whoever_waits_for_a_hold_has_not_locked_its_session(studio: Studio) -> None:
    studio.full("ada")
    studio.cancel("ada")
    engine = studio.suite.members["booking"].home.engine

    while_waiting(  # nobody waits, says waitlist
        engine,
        "SELECT 1 FROM holds FOR UPDATE",
        studio.suite.deliver,
        then="SELECT 1 FROM sessions FOR NO KEY UPDATE NOWAIT",  # refused where the other has it
    )

    assert studio.taken == 0


@pytest.mark.parametrize("order", [list, reversed])
def test_the_story_is_the_same_on_the_real_database(studio: Studio, order: Any) -> None:
    studio.full("ada", "alan", waiting=["grace", "edsger", "barbara"])

    studio.cancel("ada")
    studio.cancel("alan")
    studio.change(capacity=3)
    studio.suite.deliver(times=2, order=order, batch=8)

    assert studio.booked == ["barbara", "edsger", "grace"]
    assert studio.taken == 3
    assert studio.held == {}
    assert [studio.mailbox[name] for name in ("grace", "edsger", "barbara")] == [["allocated"]] * 3
