"""Services that are told to stop while they work."""

import time

import eventlet
import pytest

from tests.stack import STORY
from tests.studio import FullSession, Studio

pytestmark = pytest.mark.live
LIMIT = 25  # seconds a stopping process may take, by its settings
SESSIONS, SEATS = 6, 5


def _work(place: Studio, full: FullSession) -> None:
    """Cancel every booking of a session, over a connection of its own.

    Nobody asks twice while a service starts anew: what is repeated then, the service had dropped.
    """
    for booking_id in full.bookings:
        place.run.insist("booking.cancel_booking", booking_id=booking_id, patience=100)


@pytest.mark.parametrize("service", STORY)
def test_a_service_told_to_stop_finishes_tells_all_and_leaves_nothing_to_repeat(
    place: Studio, service: str
) -> None:
    run = place.run
    sessions = [place.full_session(seats=SEATS, waiting=SEATS) for _ in range(SESSIONS)]
    run.settle()
    allocated = "SELECT count(*) FROM spots WHERE state = 'allocated'"
    before = run.scalar("waitlist", allocated)
    *first, last = sessions
    work = [eventlet.spawn(_work, place, full) for full in first]
    while run.scalar("waitlist", allocated) < before + 2:
        eventlet.sleep(0)
    work.append(eventlet.spawn(_work, place, last))  # there is more to do, however slow we were
    eventlet.sleep(0)

    began = time.monotonic()
    code = run.stop(service)
    took = time.monotonic() - began
    unconfirmed = run.scalar(service, "SELECT count(*) FROM outbox WHERE confirmed_at IS NULL")
    run.start(service)

    assert code == 0
    assert took < LIMIT
    assert unconfirmed == 0
    for one in work:
        one.wait()
    run.settle()
    for full in sessions:
        assert sorted(full.allocations()) == sorted(full.entries)
    # What had been taken up was finished and acknowledged: the next process was given none of it.
    assert run.metric(service, "atelier_facts_heard_total", outcome="repeated") == 0
    assert run.metric(service, "atelier_rpc_calls_total", outcome="repeated") == 0
