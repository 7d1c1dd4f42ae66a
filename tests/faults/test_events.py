"""Seats of events change hands while processes die, people are heard of late, and the like."""

from collections.abc import Iterator
from contextlib import nullcontext, suppress
from typing import Any

import eventlet
import pytest
from nameko.exceptions import RemoteError
from sqlalchemy import text

from shared.contracts.errors import BookingNotFound, Unavailable
from shared.contracts.event_errors import RegistrationNotFound
from tests.faults.gatherings import FullEvent, full_event
from tests.faults.promises import shown, violations
from tests.faults.scenarios import KILLED
from tests.stack import ATELIER, STORY, http
from tests.studio import Studio, studio

pytestmark = pytest.mark.live
ALL = (*STORY, "events")
WHILE_GRANTING = (
    "lane.handling:grant_spot",
    "tx.committing:grant_spot",
    "tx.committed:grant_spot",
    "lane.acknowledging:grant_spot",
    "outbox.published",
    "outbox.confirmed",
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """Give a studio whose services are all running, and events with them."""
    with studio(tmp_path_factory.mktemp("run")) as made:
        made.run.start_all(*ALL)
        yield made


def _kept(place: Studio) -> None:
    place.run.settle_mail()
    faults = violations(place.run, place.mailbox)
    assert not faults, shown(faults)


def _handed_over_once(place: Studio, full: FullEvent) -> None:
    _kept(place)
    assert full.allocations() == full.entries[:1]
    assert full.registered() == {full.waiters[0]["person_id"]}
    allocated = "SELECT count(*) FROM messages WHERE kind = 'allocated' AND person_id = :id"
    assert place.run.scalar("notify", allocated, id=full.waiters[0]["person_id"]) == 1


def _die(place: Studio, service: str, failpoint: str) -> None:
    """Start a service anew, and see it die at a failpoint."""
    run = place.run
    run.kill(service)
    run.start(service, wait=False, ATELIER_FAILPOINTS=f"{failpoint}=kill@1")
    run.until(lambda: run.ended(service), f"{service} dies at {failpoint}", seconds=60)
    assert run.processes[service].returncode == KILLED


def test_events_may_die_at_every_step_of_one_grant(place: Studio) -> None:
    full = full_event(place, waiting=2)
    place.run.settle()
    place.run.stop("waitlist")
    full.cancel()
    place.run.stop("events")
    place.run.start("waitlist")

    for failpoint in WHILE_GRANTING:
        _die(place, "events", failpoint)
    place.run.start("events")

    _handed_over_once(place, full)


@pytest.mark.parametrize("when", ["committing", "committed"])
def test_events_may_die_around_the_commit_of_a_cancellation(place: Studio, when: str) -> None:
    full = full_event(place)
    place.run.settle()
    place.run.kill("events")
    place.run.start("events", ATELIER_FAILPOINTS=f"tx.{when}:cancel_registration=kill@1")

    cancelling = eventlet.spawn(full.cancel)
    place.run.until(lambda: place.run.ended("events"), "events dies")
    place.run.start("events")
    cancelling.wait()

    _handed_over_once(place, full)


def test_somebody_heard_of_after_their_seat_was_asked_for_keeps_their_place(place: Studio) -> None:
    run = place.run
    full = full_event(place, waiting=0)
    full.cancel()
    run.settle()  # the seat is free, and nobody waits
    run.stop("events")
    person = place.person("waiter")
    ids = {"source": "events", "target_id": full.event_id, "person_id": person["person_id"]}
    joined = run.call("waitlist.join", **ids)
    unsaid = "SELECT count(*) FROM outbox WHERE confirmed_at IS NULL"
    run.until(
        lambda: not run.scalar("booking", unsaid) and not run.scalar("waitlist", unsaid),
        "the broker has all",
    )
    facts = run.drain("events")

    run.start("events")
    run.publish([one for one in facts if one["fact"] != "PersonRegistered.v1"])
    waits = "SELECT count(*) FROM deferred WHERE entrypoint = 'grant_spot'"
    run.until(lambda: run.scalar("events", waits), "the request waits for its person")
    run.publish([one for one in facts if one["fact"] == "PersonRegistered.v1"])

    _kept(place)
    assert full.allocations() == [joined["entry_id"]]
    assert full.registered() == {person["person_id"]}
    assert len(place.mails(person)) > 0


def test_an_offer_taken_by_the_page_while_both_sides_die_is_one_seat(place: Studio) -> None:
    run = place.run
    full = full_event(place, waiting=2, policy="offer")
    run.settle()
    full.cancel()
    links: list[str] = []

    def offered() -> bool:
        mails = place.mailbox.taken(full.waiters[0]["email"])
        links[:] = [mail["link"] for mail in mails if "/claim/" in str(mail["link"])]
        return bool(links)

    run.until(offered, "the first in line has the offer")
    run.settle()
    run.kill("events")
    run.start("events", ATELIER_FAILPOINTS="tx.committed:grant_spot=kill@1")
    run.kill("waitlist")
    run.start("waitlist", ATELIER_FAILPOINTS="outbox.confirmed=kill@1")

    pressing = eventlet.spawn(_press, links[0])
    run.until(lambda: run.ended("waitlist"), "waitlist dies as it asks for the seat")
    run.start("waitlist")
    run.until(lambda: run.ended("events"), "events dies when it has granted the seat")
    run.start("events")
    pressing.wait()

    _handed_over_once(place, full)
    assert http(links[0], "POST")[0] == 200  # as often as they like
    _handed_over_once(place, full)


def _press(link: str) -> None:
    """Press a page's button until there is an answer."""
    while True:
        with suppress(OSError):
            if http(link, "POST", seconds=5)[0] == 200:
                return
        eventlet.sleep(0.2)


def test_with_two_of_each_one_of_which_dies_and_a_database_that_comes_and_goes(
    place: Studio,
) -> None:
    run = place.run
    sessions = [place.full_session(seats=2, waiting=3) for _ in range(2)]
    events = [full_event(place, seats=2, waiting=3) for _ in range(2)]
    run.settle()
    for service in ALL:
        run.start(service, name=f"{service}2", wait=False)
    for service in ALL:
        run.await_ready(f"{service}2")

    # Who gets a seat gives it up, too: what a list gives has the id of its entry.
    chains = [
        *(_chain("booking.cancel_booking", "booking_id", one.bookings, one) for one in sessions),
        *(
            _chain("events.cancel_registration", "registration_id", one.registrations, one)
            for one in events
        ),
    ]
    rounds = 0
    while rounds < 6 or not all(chain.dead for chain in chains):
        if _cut_off(place):
            rounds += 1
        if rounds == 3:
            for service in ALL:
                run.kill(f"{service}2")
        eventlet.sleep(0.4)
    for chain in chains:
        chain.wait()

    _kept(place)
    for full in sessions:
        assert (sorted(full.allocations()), full.booked()) == (sorted(full.entries), set())
    for gathering in events:
        assert sorted(gathering.allocations()) == sorted(gathering.entries)
        assert gathering.registered() == set()


def _cut_off(place: Studio) -> int:
    """End every connection of the run's services to their databases; give how many."""
    ours = (
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
        "WHERE starts_with(datname, :run) AND application_name LIKE 'atelier-%'"
    )
    with place.run.admin() as sql:
        return int(sql.execute(text(ours), {"run": f"{place.run.name}_"}).scalar_one())


def _chain(method: str, what: str, first: list[str], full: Any) -> Any:
    """Cancel the first places of a session or event, and then what those who waited got."""
    run = full.studio.run

    def cancel(some_id: str) -> None:
        while True:
            try:
                run.insist(method, **{what: some_id})
            except (BookingNotFound, RegistrationNotFound):
                eventlet.sleep(0.2)  # they have no seat yet
            except (RemoteError, Unavailable):
                eventlet.sleep(0.2)  # it was cut off; cancelling twice is cancelling once
            else:
                return

    def chain() -> None:
        for some_id in [*first, *full.entries]:
            cancel(some_id)

    return eventlet.spawn(chain)


# -- the controls ---------------------------------------------------------------------------------


def test_each_check_of_events_finds_what_it_is_for(
    place: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = place.run
    full = full_event(place, waiting=2)
    run.settle()
    full.cancel()
    _kept(place)
    harms = {
        "UPDATE targets SET taken = taken + 1": "taken, but",
        "UPDATE targets SET capacity = 0": "on 0 seats",
        "UPDATE targets SET capacity = 9": "wait beside 8 free seats",
        "UPDATE spots SET state = 'open'": "is still on its way",
        "UPDATE spots SET state = 'returned'": "was returned, but waitlist says allocated",
        "UPDATE registrations SET state = 'cancelled'": "0 times in live registrations",
        "UPDATE waiting SET state = 'gone'": "0 times in the rosters of booking and events",
        "DELETE FROM places": "who has no place",
        "DELETE FROM outbox WHERE topic LIKE 'RegistrationCancelled%'": "places given up",
    }

    missed = []
    for harm, found in harms.items():
        with run.sql("events") as sql, monkeypatch.context() as patch:
            sql.execute(text(harm))  # undone at the end: nobody but the checks sees it
            look = run.sql
            ours = nullcontext(sql)
            patch.setattr(
                run, "sql", lambda name, o=ours, t=look: o if name == "events" else t(name)
            )
            faults = violations(run, place.mailbox)
        if not any(found in fault for fault in faults):
            missed.append(harm)

    assert not missed


def test_a_build_that_acknowledges_first_loses_an_event_s_seat_when_it_dies(place: Studio) -> None:
    run = place.run
    full = full_event(place)
    run.settle()
    run.kill("events")
    build = [*ATELIER[:-1], "tests.faults.controls", "ack_first"]
    armed = "lane.handling:grant_spot=kill@1"
    run.start("events", program=build, ATELIER_FAILPOINTS=armed)

    full.cancel()
    run.until(lambda: run.ended("events"), "events dies")
    run.start("events", program=build)
    with suppress(AssertionError):
        run.settle(seconds=4)

    faults = violations(run, place.mailbox)
    assert any("is still on its way" in fault for fault in faults), shown(faults)
    assert any("is not handled by events.grant_spot" in fault for fault in faults), shown(faults)
