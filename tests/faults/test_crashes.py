"""A process dies at the worst place; the seat still finds one holder, who gets one email."""

from datetime import UTC, datetime, timedelta
from functools import partial

import eventlet
import pytest

from tests.faults.promises import shown, violations
from tests.faults.scenarios import KILLED, crash
from tests.studio import FullSession, Studio

pytestmark = pytest.mark.live


def _handed_over_once(place: Studio, full: FullSession) -> None:
    place.run.settle()
    assert full.allocations() == full.entries[:1]
    assert full.booked() == {full.waiters[0]["person_id"]}
    assert len(place.mails(full.waiters[0])) == 1
    faults = violations(place.run, place.mailbox)
    assert not faults, shown(faults)


def test_booking_may_die_before_its_commit(place: Studio) -> None:
    full = crash(place, "booking", "tx.committing:cancel_booking")

    _handed_over_once(place, full)


@pytest.mark.rule("Q47", "Q48")
def test_booking_may_die_right_after_its_commit(place: Studio) -> None:
    full = crash(place, "booking", "tx.committed:cancel_booking")

    _handed_over_once(place, full)


def test_booking_may_die_when_it_has_granted_a_seat(place: Studio) -> None:
    full = crash(place, "booking", "tx.committed:grant_spot")

    _handed_over_once(place, full)


def test_waitlist_may_die_while_it_handles_a_fact(place: Studio) -> None:
    full = crash(place, "waitlist", "lane.handling:request_freed_spot")

    _handed_over_once(place, full)


def test_waitlist_may_die_before_it_acknowledges_what_it_has_done(place: Studio) -> None:
    full = crash(place, "waitlist", "lane.acknowledging:request_freed_spot")

    _handed_over_once(place, full)
    assert place.run.metric("waitlist", "atelier_facts_heard_total", outcome="repeated") >= 1


def test_waitlist_may_die_when_it_has_allocated_a_seat(place: Studio) -> None:
    full = crash(place, "waitlist", "tx.committed:allocate_spot")

    _handed_over_once(place, full)


def test_notify_may_die_before_it_has_recorded_a_message(place: Studio) -> None:
    full = crash(place, "notify", "tx.committing:email_allocation")

    _handed_over_once(place, full)


def test_notify_may_die_after_it_has_recorded_a_message(place: Studio) -> None:
    full = crash(place, "notify", "tx.committed:email_allocation")

    _handed_over_once(place, full)


@pytest.mark.parametrize("point", ["tx.committing:cancel_group", "tx.committed:cancel_group"])
def test_booking_may_die_while_it_calls_a_multi_session_off(place: Studio, point: str) -> None:
    kind = place.call(
        "booking.create_session_type", name="Minis", duration_minutes=20, arrangement="multi"
    )
    group = place.call(
        "booking.schedule_spots",
        session_type_id=kind["session_type_id"],
        name="Spring minis",
        classification="marketing",
        starts_at=datetime.now(UTC) + timedelta(days=3),
        spots=12,
        time_zone="Europe/Rome",
        staff="Lea",
        location="Studio 2",
    )
    people = [place.person() for _ in range(3)]
    for person, spot in zip(people, group["spots"][::5], strict=True):
        place.book(spot["session_id"], person)
    run = place.run
    run.settle()
    run.kill("booking")
    run.start("booking", ATELIER_FAILPOINTS=f"{point}=kill@1")

    # Asked again under the same key until there is an answer.
    cancel = partial(run.insist, "booking.cancel_group", group_id=group["group_id"])
    cancelling = eventlet.spawn(cancel)
    run.until(lambda: run.ended("booking"), f"booking dies at {point}")
    run.start("booking")
    called_off = cancelling.wait()
    ours = {spot["session_id"] for spot in called_off["spots"]}

    def ended() -> int:
        said = [wire["data"]["session_id"] for wire in run.facts("BookingCancelled")]
        return sum(session_id in ours for session_id in said)

    run.until(lambda: ended() == len(people), "all bookings end, woken for or not", seconds=90)
    run.settle()
    assert [spot["state"] for spot in called_off["spots"]] == ["cancelled"] * 12
    assert ended() == len(people)


@pytest.mark.rule("Q48")
def test_an_email_whose_sender_dies_comes_once_or_twice_under_one_id(place: Studio) -> None:
    run = place.run
    at_the_dot = {where: place.full_session() for where in ("mail.before_dot", "mail.after_dot")}
    run.settle()
    for where, full in at_the_dot.items():
        run.kill("notify")
        run.start("notify", ATELIER_FAILPOINTS=f"{where}=kill@1")
        full.cancel()
        run.until(lambda: run.ended("notify"), "notify dies at the dot")
        assert run.processes["notify"].returncode == KILLED

    run.start("notify")
    run.settle_mail()

    for full in at_the_dot.values():
        _handed_over_once(place, full)
    taken = {
        where: len(place.mailbox.taken(full.waiters[0]["email"]))
        for where, full in at_the_dot.items()
    }
    assert taken == {"mail.before_dot": 1, "mail.after_dot": 2}
