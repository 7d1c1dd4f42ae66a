"""Facts come twice, backwards, late, or over a connection that breaks all the time."""

from collections.abc import Mapping
from typing import Any

import eventlet
import pytest

from shared.contracts.errors import SessionFull
from tests.faults.promises import shown, violations
from tests.faults.scenarios import cancel_them_all, repeat_every_fact
from tests.studio import FullSession, Studio

pytestmark = pytest.mark.live


def _kept(place: Studio) -> None:
    faults = violations(place.run, place.mailbox)
    assert not faults, shown(faults)


def _handed_over_once(place: Studio, full: FullSession) -> None:
    place.run.settle()
    (entry_id,) = full.allocations()
    holder = full.waiters[full.entries.index(entry_id)]
    assert full.booked() == {holder["person_id"]}
    assert len(place.mails(holder)) == 1
    _kept(place)


@pytest.mark.rule("Q47", "Q48")
def test_every_fact_delivered_twice_has_its_effect_once(place: Studio) -> None:
    full = place.full_session(seats=2)
    place.run.settle()
    full.cancel(0)
    full.cancel(1)  # one seat goes to who waits, the other is free
    place.run.settle()
    said, mails = len(place.run.facts()), len(place.mailbox.taken())

    deliveries = repeat_every_fact(place)

    _handed_over_once(place, full)
    assert len(place.run.facts()) == said
    assert len(place.mailbox.taken()) == mails
    assert place.run.heard("repeated") == deliveries > 0


def test_facts_delivered_in_reverse_order_have_the_same_end(place: Studio) -> None:
    run = place.run
    run.settle()
    run.stop("waitlist", "notify")
    full = place.full_session(waiting=2)
    full.cancel()
    unconfirmed = "SELECT count(*) FROM outbox WHERE confirmed_at IS NULL"
    run.until(lambda: not run.scalar("booking", unconfirmed), "the broker has all")
    facts = run.drain("waitlist", "notify")
    assert facts[-1]["fact"] == "BookingCancelled.v1"

    run.start_all("waitlist", "notify")
    for wire in reversed(facts):
        _deliver(place, wire)

    assert run.heard("deferred") >= 3  # the queue was not open, the people not known
    _handed_over_once(place, full)


def _deliver(place: Studio, wire: Mapping[str, Any]) -> None:
    run, outcomes = place.run, ("handled", "repeated", "deferred")
    before = run.heard(*outcomes)
    run.publish([wire])
    run.until(
        lambda: run.heard(*outcomes) >= before + len(run.ears_of(wire)), f"{wire['fact']} is heard"
    )


def test_while_waitlist_is_stopped_a_freed_seat_is_kept_for_those_who_wait(place: Studio) -> None:
    run = place.run
    full = place.full_session(waiting=1)
    run.settle()
    run.stop("waitlist")

    full.cancel()
    with pytest.raises(SessionFull):
        place.book(full.session_id, place.person("walker"), or_wait=False)
    run.start("waitlist")

    _handed_over_once(place, full)


def test_while_notify_is_stopped_seats_change_hands_and_it_tells_them_later(place: Studio) -> None:
    run = place.run
    full = place.full_session(waiting=1)
    run.settle()
    run.stop("notify")

    full.cancel()
    run.until(full.allocations, "the seat is allocated")
    assert not place.mails(full.waiters[0])
    run.start("notify")

    _handed_over_once(place, full)


def test_connections_that_are_closed_again_and_again_lose_nothing(place: Studio) -> None:
    if not place.run.own_host:
        pytest.skip("needs a virtual host of its own: rabbitmqctl is not on this machine")
    sessions = [place.full_session(seats=2, waiting=2) for _ in range(3)]
    place.run.settle()

    cancelling = eventlet.spawn(cancel_them_all, place, sessions)
    closed = 0
    while not cancelling.dead or closed < 3:
        place.run.control("close_all_connections", "a test of what happens then")
        closed += 1
        eventlet.sleep(0.3)
    cancelling.wait()

    place.run.settle_mail()
    for full in sessions:
        assert sorted(full.allocations()) == sorted(full.entries)
        assert full.booked() == {person["person_id"] for person in full.waiters}
    _kept(place)
