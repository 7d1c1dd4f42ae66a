"""What is done to a run, by the tests of the suite and by those of the builds that lack a guard."""

from collections.abc import Iterable

import eventlet

from tests.stack import ATELIER
from tests.studio import FullSession, Studio

KILLED = -9


def crash(
    place: Studio, service: str, failpoint: str, *, program: Iterable[str] = ATELIER
) -> FullSession:
    """Have a service die at a failpoint while a seat changes hands, and start it again."""
    run = place.run
    lost = run.unsettled()  # by what was done to this run before
    full = place.full_session()
    run.settle(but=lost)
    run.kill(service)
    run.start(service, program=program, ATELIER_FAILPOINTS=f"{failpoint}=kill@1")

    cancelling = eventlet.spawn(full.cancel)
    run.until(lambda: run.ended(service), f"{service} dies at {failpoint}")
    assert run.processes[service].returncode == KILLED
    run.start(service, program=program)
    cancelling.wait()
    return full


def repeat_every_fact(place: Studio) -> int:
    """Deliver all that was ever said once more, wait until it was heard; give how often it was."""
    run, outcomes = place.run, ("handled", "repeated", "deferred")
    facts = run.facts()
    before = run.heard(*outcomes)
    deliveries = sum(len(run.ears_of(wire)) for wire in facts)
    run.publish(facts)
    run.until(
        lambda: run.heard(*outcomes) >= before + deliveries, f"{deliveries} deliveries are heard"
    )
    return deliveries


def cancel_them_all(place: Studio, sessions: Iterable[FullSession]) -> None:
    """Cancel every first booking, over connections of its own, until each has an answer."""
    for full in sessions:
        for booking_id in full.bookings:
            place.run.insist("booking.cancel_booking", booking_id=booking_id)
