"""How waiting ends otherwise than by a seat: one record of two, an erasure, no session, no list."""

import json
from typing import Any

import pytest

from shared.contracts.errors import OfferGone
from tests.flows.studio import Studio
from tests.waitlist.test_policies import accept, freed, offers


def left(studio: Studio) -> list[tuple[str, str]]:
    """Say who left a list since the story began, and why."""
    names = {person_id: name for name, person_id in studio.people.items()}
    facts = [
        json.loads(one.body)["data"]
        for one in studio.suite.said
        if one.topic.startswith("WaitlistLeft.")
    ]
    return [(names[fact["person_id"]], fact["reason"]) for fact in facts]


def state(studio: Studio, entry_id: str) -> Any:
    """Say where an entry stands."""
    return studio.suite.waitlist.get_entry(entry_id=entry_id)["state"]


def test_of_two_records_of_one_person_the_better_place_stays(studio: Studio) -> None:
    studio.full("ada", waiting=["grace", "alan", "hopper"])
    ids = {"keep": studio.person("hopper"), "merge": studio.person("grace")}

    studio.suite.booking.merge_people(**ids)
    studio.settle()

    assert studio.waiting == ["hopper", "alan"]
    assert left(studio) == [("hopper", "already_waiting")]
    studio.cancel("ada")
    studio.settle()
    assert studio.booked == ["hopper"]


def test_who_is_erased_waits_no_more_and_their_offer_goes_on(studio: Studio) -> None:
    freed(studio, "offer", "grace", "alan")

    studio.suite.booking.erase_person(person_id=studio.person("grace"), cancel_bookings=True)
    studio.settle()

    assert left(studio) == [("grace", "removed")]
    accept(studio, "alan")
    assert studio.booked == ["alan"]


def test_erasing_somebody_takes_out_what_staff_wrote_of_them_and_of_nobody_else(
    studio: Studio,
) -> None:
    studio.full("ada", waiting=["linus", "grace", "alan"])
    entries = [studio.entry_id(name) for name in ("grace", "alan")]
    for entry_id in entries:
        studio.suite.waitlist.move_entry(entry_id=entry_id, place=1, reason="called", by="Lea")
    studio.settle()

    studio.suite.booking.erase_person(person_id=studio.person("grace"), cancel_bookings=True)
    studio.settle()

    told = [studio.suite.waitlist.explain_entry(entry_id=one)["overrides"] for one in entries]
    assert [[one["reason"] for one in overrides] for overrides in told] == [[""], ["called"]]


def test_where_a_session_is_cancelled_all_who_wait_are_told(studio: Studio) -> None:
    freed(studio, "offer", "grace", "alan")

    studio.suite.booking.cancel_session(session_id=studio.session_id, reason="rain")
    studio.settle()

    assert sorted(left(studio)) == [("alan", "list_closed"), ("grace", "list_closed")]
    assert studio.booked == []


def test_where_a_list_is_given_up_all_who_wait_are_told(studio: Studio) -> None:
    studio.full("ada", waiting=["grace", "alan"])

    studio.change(price_minor=1500, drop_waiting_list=True)
    studio.settle()

    assert sorted(left(studio)) == [("alan", "list_closed"), ("grace", "list_closed")]
    assert studio.waiting == []


def test_who_is_refused_a_seat_after_the_list_was_given_up_waits_for_nothing(
    studio: Studio,
) -> None:
    studio.full("ada", waiting=["grace"])
    entry_id = studio.entry_id("grace")
    studio.cancel("ada")
    asked = studio.suite.take_out()
    studio.suite.hear(asked)  # waitlist asks for the seat in grace's name
    assert state(studio, entry_id) == "claiming"

    studio.change(price_minor=1500, drop_waiting_list=True)  # which takes the seat back
    changed = studio.suite.take_out()
    studio.suite.hear(one for one in changed if one.said.topic.startswith("SessionChanged."))
    studio.suite.tick("waitlist.work_through")
    assert state(studio, entry_id) == "claiming"
    studio.suite.hear(one for one in changed if not one.said.topic.startswith("SessionChanged."))
    studio.settle()

    assert state(studio, entry_id) == "lapsed"
    assert left(studio) == [("grace", "list_closed")]


def test_a_capacity_lowered_under_an_offer_takes_no_place_from_who_accepts(
    studio: Studio,
) -> None:
    studio.full("ada", "barbara", waiting=["grace"])
    studio.set_policy("offer")
    studio.cancel("ada")
    studio.settle()

    studio.change(capacity=1, overrule_reason="a smaller room")
    studio.settle()
    accept(studio, "grace")

    assert studio.booked == ["barbara", "grace"]
    assert studio.taken == 2


@pytest.mark.parametrize("first", ["accept", "leave"])
def test_accepting_and_leaving_at_once_end_in_no_place_and_no_lost_seat(
    studio: Studio, first: str
) -> None:
    freed(studio, "offer", "grace", "alan")
    offer_id = offers(studio, "grace")[0]["offer_id"]
    entry_id = studio.entry_id("grace")

    if first == "accept":
        studio.suite.waitlist.accept_offer(offer_id=offer_id)
    studio.suite.waitlist.leave(entry_id=entry_id)
    studio.settle()

    assert state(studio, entry_id) == "left"
    accept(studio, "alan")
    assert studio.booked == ["alan"]


@pytest.mark.rule("Q46", "H5")
def test_a_member_without_credits_is_passed_over_stays_and_gets_the_next(studio: Studio) -> None:
    for name in ("ada", "barbara", "grace", "alan"):
        person_id = studio.person(name, kind="member")
        if name != "grace":
            give = studio.suite.booking.grant_credits
            give(person_id=person_id, credits=5, reason="bought")
    studio.session(capacity=2, classification="regular", waiting=5)
    for name in ("ada", "barbara"):
        studio.book(name)
    studio.settle()
    studio.set_policy("assign_if_paid")
    for name in ("grace", "alan"):
        studio.join(name)
    studio.settle()

    studio.cancel("ada")
    studio.settle()
    assert studio.booked == ["alan", "barbara"]
    assert studio.waiting == ["grace"]

    person_id = studio.person("grace")
    studio.suite.booking.grant_credits(person_id=person_id, credits=1, reason="bought")
    studio.cancel("barbara")
    studio.settle()

    assert studio.booked == ["alan", "grace"]
    assert studio.suite.booking.get_credits(person_id=person_id)["balance"] == 0


def test_who_had_left_before_a_seat_was_granted_pays_nothing_for_it(studio: Studio) -> None:
    for name in ("ada", "grace"):
        person_id = studio.person(name, kind="member")
        studio.suite.booking.grant_credits(person_id=person_id, credits=5, reason="bought")
    month = 60 * 24 * 30  # so that whoever cancels is always too late for their credit
    studio.session(capacity=1, classification="regular", waiting=5, cancellation_minutes=month)
    studio.book("ada")
    studio.settle()
    studio.set_policy("assign")
    studio.join("grace")
    studio.settle()
    entry_id = studio.entry_id("grace")
    studio.cancel("ada")
    studio.suite.hear(studio.suite.take_out())  # the seat is asked for in grace's name

    studio.suite.waitlist.leave(entry_id=entry_id)
    studio.settle()

    assert studio.booked == []
    balances = [
        studio.suite.booking.get_credits(person_id=studio.person(name))["balance"]
        for name in ("ada", "grace")
    ]
    assert balances == [4, 5]


def test_an_offer_of_a_list_that_was_given_up_is_taken_no_more(studio: Studio) -> None:
    freed(studio, "offer", "grace")
    offer_id = offers(studio, "grace")[0]["offer_id"]
    studio.change(price_minor=1500, drop_waiting_list=True)
    said = studio.suite.take_out()
    studio.suite.hear(one for one in said if one.said.topic.startswith("SessionChanged."))

    with pytest.raises(OfferGone):
        studio.suite.waitlist.accept_offer(offer_id=offer_id)
    studio.suite.hear(said)
    studio.settle()

    assert (studio.taken, studio.waiting) == (0, [])
