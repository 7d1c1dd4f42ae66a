"""Somebody leaves the list, perhaps while a seat is asked for in their name."""

import pytest

from tests.flows.studio import Studio


def test_who_has_left_is_passed_over(studio: Studio) -> None:
    studio.full("ada", waiting=["grace", "alan"])

    studio.leave("grace")
    studio.settle()
    studio.cancel("ada")
    studio.settle()

    assert studio.booked == ["alan"]
    assert studio.mailbox["grace"] == []


def test_leaving_while_claiming_hands_the_seat_back(studio: Studio) -> None:
    studio.full("ada", waiting=["grace", "alan"])
    entry_id = studio.entry_id("grace")
    studio.cancel("ada")
    studio.suite.hear(studio.suite.take_out())  # the seat is asked for in grace's name

    left = studio.suite.waitlist.leave(entry_id=entry_id)
    studio.suite.deliver(times=2)

    assert left["state"] == "leaving"
    assert "SpotDeclined" in studio.story
    assert studio.booked == ["alan"]
    assert studio.mailbox["grace"] == []
    assert studio.mailbox["alan"] == ["allocated"]
    assert studio.suite.waitlist.get_entry(entry_id=entry_id)["state"] == "left"


def test_who_leaves_after_the_allocation_keeps_the_place(studio: Studio) -> None:
    studio.full("ada", waiting=["grace"])
    entry_id = studio.entry_id("grace")
    studio.cancel("ada")
    studio.settle()

    answer = studio.suite.waitlist.leave(entry_id=entry_id)

    assert answer["state"] == "allocated"
    assert studio.booked == ["grace"]


def test_leaving_again_changes_nothing(studio: Studio) -> None:
    studio.full("ada", waiting=["grace"])
    entry_id = studio.entry_id("grace")

    answers = [studio.suite.waitlist.leave(entry_id=entry_id)["state"] for _ in range(3)]
    studio.settle()

    assert answers == ["left"] * 3
    assert studio.story == ["WaitlistLeft"]


@pytest.mark.parametrize("times", [1, 3])
def test_who_has_left_can_come_back_to_the_end_of_the_line(studio: Studio, times: int) -> None:
    studio.full("ada", waiting=["grace", "alan"])

    studio.leave("grace")
    studio.suite.deliver(times=times)
    studio.book("grace")
    studio.suite.deliver(times=times)

    assert studio.waiting == ["alan", "grace"]
