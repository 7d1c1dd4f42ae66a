"""Somebody joins the list of a full session, perhaps in the very moment a place comes free."""

import pytest

from shared.contracts.errors import SessionFull, WaitlistFull
from shared.testing import Delivery
from tests.flows.studio import Studio


@pytest.mark.rule("Q20")
def test_book_lead_gives_a_place_or_one_on_the_list(studio: Studio) -> None:
    studio.session(capacity=1, waiting=5)

    first, second = studio.book("ada"), studio.book("grace")
    studio.settle()

    assert (first["status"], second["status"]) == ("booked", "waiting")
    assert studio.booked == ["ada"]
    assert studio.waiting == ["grace"]


@pytest.mark.rule("Qi3")
def test_a_full_list_refuses(studio: Studio) -> None:
    studio.full("ada", waiting=["grace"], size=1)

    with pytest.raises(WaitlistFull):
        studio.book("alan")
    with pytest.raises(WaitlistFull):
        studio.join("alan")
    studio.settle()

    assert studio.booked == ["ada"]
    assert studio.waiting == ["grace"]
    assert studio.story == ["PersonRegistered"]


def test_of_two_who_ask_for_the_last_place_on_the_list_one_is_refused(studio: Studio) -> None:
    studio.full("ada", size=1)

    studio.book("grace")
    with pytest.raises(WaitlistFull):
        studio.book("alan")
    studio.settle()

    assert studio.waiting == ["grace"]


def test_a_wish_that_finds_the_list_full_is_taken_off_the_roster(studio: Studio) -> None:
    studio.full("ada", size=1)
    studio.book("grace")  # booking knows of one who wants to wait; waitlist hears of alan first
    studio.join("alan")

    studio.settle()

    assert studio.waiting == ["alan"]
    waitlisted = [r["name"] for r in studio.roster["rows"] if r["status"] == "waitlisted"]
    assert waitlisted == ["alan"]


def test_without_a_list_a_full_session_refuses(studio: Studio) -> None:
    studio.session(capacity=1, waiting=0)
    studio.book("ada")

    with pytest.raises(SessionFull):
        studio.book("grace")


def nobody_first(post: list[Delivery]) -> list[Delivery]:
    """Let booking hear `SpotReturned` before `WaitlistJoined`."""
    return sorted(post, key=lambda one: one.said.topic)


def joined_first(post: list[Delivery]) -> list[Delivery]:
    """Let booking hear `WaitlistJoined` before `SpotReturned`."""
    return sorted(post, key=lambda one: one.said.topic, reverse=True)


@pytest.mark.parametrize("order", [nobody_first, joined_first])
def test_a_join_in_the_moment_when_nobody_waits_is_not_forgotten(
    studio: Studio, order: object
) -> None:
    studio.full("ada")
    studio.cancel("ada")
    studio.suite.hear(studio.suite.take_out())  # the list says: nobody waits
    studio.join("grace")  # and now somebody does

    studio.suite.deliver(times=2, order=order)  # type: ignore[arg-type]

    assert studio.booked == ["grace"]
    assert studio.taken == 1
    assert studio.mailbox["grace"] == ["allocated"]


def test_joining_beside_a_free_seat_brings_it(studio: Studio) -> None:
    studio.session(capacity=2, waiting=5)
    studio.book("ada")
    studio.settle()
    studio.begin()

    studio.join("grace")
    studio.suite.deliver(times=2)

    assert "SpotFreed" in studio.story
    assert studio.booked == ["ada", "grace"]


def test_a_closed_list_takes_nobody_and_gives_nothing_away(studio: Studio) -> None:
    studio.session(capacity=1, waiting=5, waiting_list_closes_minutes=60)
    studio.book("ada")
    studio.book("grace")
    studio.settle()
    studio.suite.advance(days=3, minutes=-30)

    with pytest.raises(SessionFull, match="no list is open"):
        studio.book("alan")
    studio.cancel("ada")
    studio.settle()

    assert studio.booked == []
    assert studio.taken == 0
