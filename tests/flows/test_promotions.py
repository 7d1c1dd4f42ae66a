"""Whoever comes often enough moves up, and who only seemed to have come is found out."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.booking.service import Booking
from services.ranking.service import Ranking
from shared.testing import Suite
from tests.flows.studio import Mailbox, Studio


@pytest.fixture(name="dojo")
def open_dojo(tmp_path: Path) -> Iterator[Studio]:
    """Give a studio that ranks its people in Karate: two visits for the yellow belt."""
    made = Studio(Suite((Booking, Ranking), tmp_path), Mailbox())
    call = made.suite.ranking
    call.activate(time_zone="Europe/Rome")
    karate = call.add_category(name="Karate", automatic=True, notices=True)["category_id"]
    call.add_rank(category_id=karate, name="white", visits=2)
    call.add_rank(category_id=karate, name="yellow")
    made.person("ada", "member")
    made.settle()
    call.assign(person_id=made.person("ada"), category_id=karate)
    made.settle()
    yield made
    made.suite.close()


def attend(studio: Studio, attendance: str, *, days: int = 1) -> str:
    """Have ada book a class that starts so many days from now, and let it start."""
    kind = studio.suite.booking.create_session_type(
        credits=0, name="Karate", duration_minutes=60, attendance=attendance
    )
    session = studio.suite.booking.schedule_session(
        session_type_id=kind["session_type_id"],
        name="Karate",
        starts_at=studio.suite.now() + timedelta(days=days),
        time_zone="Europe/Rome",
        staff="Lea",
        location="Dojo",
        capacity=5,
    )
    studio.session_id = session["session_id"]
    booking_id: str = studio.book("ada")["booking_id"]
    studio.settle()
    studio.suite.advance(days=days, minutes=5)
    studio.suite.tick("booking.attend_started_sessions")
    return booking_id


def rank(suite: Suite, person_id: str) -> Any:
    """Give where somebody is."""
    return suite.ranking.get_profile(person_id=person_id)["categories"][0]["current"]


@pytest.mark.rule("M3", "M33")
@pytest.mark.parametrize("times", [1, 2])
def test_visits_by_roll_call_lead_to_a_promotion(dojo: Studio, times: int) -> None:
    first, second = attend(dojo, "roll_call"), attend(dojo, "roll_call")
    dojo.settle()
    booked_only = rank(dojo.suite, dojo.person("ada"))
    dojo.suite.mark()

    for booking_id in (second, first):
        dojo.suite.booking.mark_attendance(booking_id=booking_id, attendance="attended")
    dojo.suite.deliver(times=times, order=reversed)

    assert dojo.suite.story == ["VisitRecorded", "VisitRecorded", "RankAwarded"]
    assert booked_only["visits_here"] == 0
    now = rank(dojo.suite, dojo.person("ada"))
    assert (now["rank_name"], now["automatic"]) == ("yellow", True)
    assert now["since"] == "2031-03-05"


@pytest.mark.rule("Mi5", "H9")
def test_a_class_without_a_roll_call_counts_and_a_no_show_after_all_is_flagged(
    dojo: Studio,
) -> None:
    booking_id = attend(dojo, "automatic")
    attend(dojo, "automatic")
    dojo.suite.deliver()
    promoted = rank(dojo.suite, dojo.person("ada"))

    dojo.suite.booking.mark_attendance(booking_id=booking_id, attendance="no_show")
    dojo.suite.deliver(times=2)

    kept = rank(dojo.suite, dojo.person("ada"))
    assert promoted["rank_name"] == kept["rank_name"] == "yellow"
    assert (promoted["flagged"], kept["flagged"]) == (False, True)
    assert dojo.suite.ranking.check_person(person_id=dojo.person("ada"))["matches"]


@pytest.mark.rule("Mi5", "H9")
def test_a_cancelled_booking_is_no_visit(dojo: Studio) -> None:
    booking_id = attend(dojo, "automatic")
    dojo.suite.deliver()
    counted = rank(dojo.suite, dojo.person("ada"))["visits_here"]

    dojo.suite.booking.cancel_booking(booking_id=booking_id)
    dojo.suite.deliver()

    assert (counted, rank(dojo.suite, dojo.person("ada"))["visits_here"]) == (1, 0)
