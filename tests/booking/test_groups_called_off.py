"""A multi session that does not take place: all its spots end as each does by itself."""

from collections.abc import Iterator
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.errors import GroupNotFound, IdempotencyConflict, InvalidRequest
from tests.at_once import at_once, while_waiting
from tests.booking.test_changes import unheard
from tests.booking.test_multi_sessions import spots_of, states
from tests.booking.test_session_types import a_type
from tests.booking.test_sessions_live import booker
from tests.booking.till import Till
from tests.flows.studio import Studio, real_studio
from tests.flows.test_sessions_that_change import sent, written
from tests.stripe_account import Account


def in_spot(studio: Studio, group: Any, number: int) -> None:
    """Have it be a spot that is talked of."""
    studio.session_id = group["spots"][number]["session_id"]


@pytest.mark.rule("Q22", "B44")
def test_all_spots_of_a_multi_session_are_called_off_in_one_call(studio: Studio) -> None:
    group = spots_of(studio, capacity=1, waiting_list_size=3)
    in_spot(studio, group, 0)
    for name in ("ada", "grace"):
        studio.book(name)
        studio.settle()
    in_spot(studio, group, 1)
    studio.suite.booking.request_confirmation(hold_id=studio.hold("alan"))

    called_off = studio.suite.booking.cancel_group(
        group_id=group["group_id"], reason="The studio is flooded."
    )
    studio.settle()
    sent(studio)

    assert [spot["state"] for spot in called_off["spots"]] == ["cancelled"] * 3
    assert called_off["kept"] == []
    assert {fact.reason for fact in unheard(studio, "SessionCancelled")} == {
        "The studio is flooded."
    }
    told = {name: written(studio, name)[-1] for name in ("ada", "grace", "alan")}
    called = "session_cancelled"
    assert told == {"ada": called, "grace": "waiting_ended", "alan": called}
    for number in range(3):
        in_spot(studio, group, number)
        assert (studio.booked, studio.taken, studio.held) == ([], 0, {})
        assert studio.waiting == []


def test_spots_that_have_begun_stay_and_are_named(studio: Studio) -> None:
    group = spots_of(studio, also_on=["2031-05-11"])
    first = group["spots"][0]["session_id"]
    in_spot(studio, group, 0)
    studio.book("ada")
    gone = group["spots"][4]["session_id"]
    studio.suite.booking.cancel_session(session_id=gone, reason="Rain.")
    studio.suite.advance(days=67, hours=23, minutes=10)  # the first one has begun

    called_off = studio.suite.booking.cancel_group(group_id=group["group_id"])
    studio.settle()

    assert called_off["kept"] == [first]
    assert states(studio, group) == ["booked", *["cancelled"] * 5]
    assert studio.booked == ["ada"]
    reasons = [fact.reason for fact in unheard(studio, "SessionCancelled")]
    assert sorted(reasons) == ["", "", "", "", "Rain."]


def test_calling_a_multi_session_off_again_changes_nothing(studio: Studio) -> None:
    group = spots_of(studio)
    in_spot(studio, group, 0)
    studio.book("ada")
    ids = {"group_id": group["group_id"]}
    cancel = studio.suite.booking.cancel_group

    first = cancel(**ids, idempotency_key="k")
    studio.settle()
    said = len(studio.suite.said)
    repeated = cancel(**ids, idempotency_key="k")
    again = cancel(**ids)
    with pytest.raises(IdempotencyConflict):
        cancel(**ids, reason="Another", idempotency_key="k")
    studio.settle()

    assert repeated == first
    assert [spot["cancelled_at"] for spot in again["spots"]] == [
        spot["cancelled_at"] for spot in first["spots"]
    ]
    assert len(studio.suite.said) == said
    assert studio.suite.story.count("BookingCancelled") == 1


@pytest.mark.rule("H1")
def test_credits_come_back_from_a_multi_session_that_is_called_off(studio: Studio) -> None:
    group = spots_of(studio, classification="regular", credits=2, cancellation_minutes=60 * 24 * 60)
    person_id = studio.person("ada", "member")
    studio.suite.booking.grant_credits(person_id=person_id, credits=5, reason="ten-card")
    in_spot(studio, group, 2)
    studio.book("ada")
    studio.suite.advance(days=60)  # past the deadline

    studio.suite.booking.cancel_group(group_id=group["group_id"])
    studio.settle()

    assert studio.suite.booking.get_credits(person_id=person_id)["balance"] == 5


@pytest.mark.rule("Q22")
@pytest.mark.parametrize(("refund", "back"), [("automatic", 2000), ("never", 0)])
def test_money_of_a_multi_session_that_is_called_off_goes_back_as_its_type_says(
    card_account: Account, studio: Studio, refund: str, back: int
) -> None:
    till = Till(studio, card_account)
    kind = a_type(studio, name="Minis", arrangement="multi", refund=refund)
    group = spots_of(
        studio, session_type_id=kind, classification="regular", price_minor=2000, spots=2
    )
    in_spot(studio, group, 1)
    till.person("ada")
    paid = till.paid("ada")

    studio.suite.booking.cancel_group(group_id=group["group_id"])
    till.settle()
    till.settle()

    assert till.balance(paid["booking_id"]) == (2000, back, 0)


def test_no_empty_spot_keeps_whoever_is_booked_in_a_later_one_waiting(studio: Studio) -> None:
    group = spots_of(studio, spots=40)
    for number in (3, 23, 39):
        in_spot(studio, group, number)
        studio.book(f"person{number}")

    studio.suite.booking.cancel_group(group_id=group["group_id"])
    studio.suite.deliver()  # the clock stands: nothing but what was woken

    assert len(unheard(studio, "BookingCancelled")) == 3


def test_spots_are_added_to_a_multi_session_that_was_called_off(studio: Studio) -> None:
    group = spots_of(studio)
    ids = {"group_id": group["group_id"]}

    studio.suite.booking.cancel_group(**ids)
    studio.suite.booking.add_spots(**ids, starts_at="2031-06-01T10:00:00+02:00")

    assert states(studio, group) == ["cancelled", "cancelled", "cancelled", "open"]


def test_what_cannot_be_called_off_is_named(studio: Studio) -> None:
    with pytest.raises(GroupNotFound):
        studio.suite.booking.cancel_group(group_id=uuid4())
    with pytest.raises(InvalidRequest, match=r"^reason: "):
        studio.suite.booking.cancel_group(group_id=uuid4(), reason="x" * 501)


# -- on the real PostgreSQL ---------------------------------------------------------------------


@pytest.fixture
def real() -> Iterator[Studio]:
    """Give a studio whose services have a database each on the real server."""
    with real_studio() as made:
        yield made


@pytest.mark.live
def test_nobody_keeps_a_place_in_spots_called_off_while_people_book_and_move(real: Studio) -> None:
    group = spots_of(real, spots=4, capacity=20)
    spots = [spot["session_id"] for spot in group["spots"]]
    there = [booker(real, f"there{n}", spots[n % 4])() for n in range(8)]
    books = [booker(real, f"new{n}", spots[n % 4]) for n in range(8)]
    move = real.suite.booking.move_booking
    moves = [
        partial(move, booking_id=place["booking_id"], session_id=spots[(n + 1 + n // 4) % 4])
        for n, place in enumerate(there)
    ]
    cancel = partial(real.suite.booking.cancel_group, group_id=group["group_id"])

    ended = at_once([*books[:4], *moves[:4], cancel, cancel, *moves[4:], *books[4:]])
    real.settle()

    booked = [end for end in ended if isinstance(end, dict) and end.get("status") == "booked"]
    assert len(unheard(real, "SessionCancelled")) == 4
    assert len(unheard(real, "BookingCancelled")) == len(there) + len(booked)
    for real.session_id in spots:
        assert (real.booked, real.taken, real.held) == ([], 0, {})


@pytest.mark.live
def test_a_spot_that_is_cancelled_in_the_same_moment_is_called_off_once(real: Studio) -> None:
    group = spots_of(real)
    other = "UPDATE sessions SET cancelled_at = now() WHERE session_id = :id"
    cancel = partial(real.suite.booking.cancel_group, group_id=group["group_id"])

    engine = real.suite.members["booking"].home.engine
    while_waiting(engine, other, cancel, id=group["spots"][1]["session_id"])

    assert states(real, group) == ["cancelled"] * 3
    assert len(unheard(real, "SessionCancelled")) == 2  # the other one says its own
