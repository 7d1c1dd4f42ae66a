"""Why a seat went where it went: everybody who could have had it, and who overruled what."""

from typing import Any

import pytest

from tests.flows.studio import Studio
from tests.waitlist.test_policies import accept, offers


def explained(studio: Studio, spot_id: str) -> list[tuple[str, str, dict[str, str]]]:
    """Tell of each time a seat was asked for: for whom, by which rule, and past whom and why."""
    names = {person_id: name for name, person_id in studio.people.items()}
    answer: Any = studio.suite.waitlist.explain_decision(spot_id=spot_id)
    entries = {one: studio.suite.waitlist.get_entry(entry_id=one) for one in _asked(answer)}
    return [
        (
            names[entries[one["entry_id"]]["person_id"]],
            one["reason"],
            {names[passed["person_id"]]: passed["reason"] for passed in one["passed_over"]},
        )
        for one in answer["decisions"]
        if one["outcome"] == "requested"
    ]


def _asked(answer: Any) -> set[str]:
    return {one["entry_id"] for one in answer["decisions"] if one["outcome"] == "requested"}


@pytest.mark.parametrize(
    ("policy", "rule"), [("offer", "accepted_the_offer"), ("announce", "first_to_take_it")]
)
def test_who_was_asked_as_well_was_not_as_quick(studio: Studio, policy: str, rule: str) -> None:
    studio.full("ada", waiting=["grace", "alan", "edsger"])
    studio.set_policy(policy, invitations=3)
    spot_id = studio.cancel("ada")["spot_id"]
    studio.settle()

    accept(studio, "edsger")

    quicker = "somebody_was_quicker"
    assert explained(studio, spot_id) == [("edsger", rule, {"grace": quicker, "alan": quicker})]


def test_who_declined_and_who_did_not_answer_are_told_apart(studio: Studio) -> None:
    studio.full("ada", waiting=["grace", "alan", "edsger"])
    studio.set_policy("offer", answer_minutes=30)
    spot_id = studio.cancel("ada")["spot_id"]
    studio.settle()
    studio.suite.waitlist.decline_offer(offer_id=offers(studio, "grace")[0]["offer_id"])
    studio.settle()
    studio.suite.advance(minutes=31)
    studio.suite.tick("waitlist.expire_offers")
    studio.settle()

    accept(studio, "edsger")

    why = {"grace": "declined", "alan": "expired"}
    assert explained(studio, spot_id) == [("edsger", "accepted_the_offer", why)]


def test_who_was_refused_in_that_instant_is_listed_with_bookings_reason(studio: Studio) -> None:
    studio.full("ada", "barbara", waiting=["grace", "alan"])
    studio.change(capacity=3, waiting_list_size=9)
    studio.settle()
    assert studio.booked == ["ada", "barbara", "grace"]
    studio.join("barbara")
    studio.suite.waitlist.move_entry(
        entry_id=studio.suite.waitlist.list_waiting(target_id=studio.session_id)[-1]["entry_id"],
        place=1,
        reason="by mistake",
    )
    studio.settle()

    spot_id = studio.cancel("ada")["spot_id"]
    studio.settle()

    last = explained(studio, spot_id)[-1]
    assert last == ("alan", "first_come_first_served", {"barbara": "already_booked"})


def test_who_was_overtaken_because_staff_moved_somebody_is_listed_and_the_move_with_it(
    studio: Studio,
) -> None:
    studio.full("ada", waiting=["grace", "alan", "edsger"])
    studio.suite.waitlist.move_entry(
        entry_id=studio.entry_id("edsger"), place=2, reason="her knee", by="Lea"
    )
    for holder in ("ada", "grace"):
        spot_id = studio.cancel(holder)["spot_id"]
        studio.settle()
    # What is moved afterwards changes nothing about what was decided before.
    studio.join("donald")
    studio.settle()
    studio.suite.waitlist.move_entry(entry_id=studio.entry_id("alan"), place=2, reason="late")

    assert explained(studio, spot_id) == [
        ("edsger", "first_come_first_served", {"alan": "overtaken_by_staffs_move"})
    ]
    overrides = studio.suite.waitlist.explain_decision(spot_id=spot_id)["overrides"]
    assert [(one["action"], one["by"], one["reason"]) for one in overrides] == [
        ("moved", "Lea", "her knee")
    ]


def test_a_seat_given_by_hand_names_who_was_overruled_by_whom_and_why(studio: Studio) -> None:
    studio.full("ada", waiting=["grace", "alan"])
    studio.suite.waitlist.change_queue(target_id=studio.session_id, paused=True)
    spot_id = studio.cancel("ada")["spot_id"]
    studio.settle()
    entry_id = studio.entry_id("alan")

    studio.suite.waitlist.move_to_attending(entry_id=entry_id, reason="a guest", by="Lea")
    studio.settle()

    assert explained(studio, spot_id) == [
        ("alan", "staff_decided", {"grace": "overruled_by_staff"})
    ]
    overrides = studio.suite.waitlist.explain_decision(spot_id=spot_id)["overrides"]
    assert [(one["by"], one["reason"], one["overtaken"]) for one in overrides] == [
        ("Lea", "a guest", 1)
    ]


def test_a_seat_that_comes_free_while_the_first_is_asked_about_another_says_so(
    studio: Studio,
) -> None:
    studio.full("ada", "barbara", waiting=["grace", "alan"])
    studio.set_policy("offer")
    studio.cancel("ada")
    studio.settle()

    spot_id = studio.cancel("barbara")["spot_id"]
    studio.settle()

    told = studio.suite.waitlist.explain_decision(spot_id=spot_id)["decisions"]
    assert [one["reason"] for one in told[0]["passed_over"]] == ["asked_about_another_seat"]
