"""Forty cancellations while every service dies again and again, at every named place.

ATELIER_TEST_SEED chooses another run; the seed is printed with a failure.
"""

import os
import random
from collections import Counter
from collections.abc import Sequence

import eventlet
import pytest

from shared.contracts.errors import BookingNotFound
from shared.failpoints import PLACES
from tests.faults.promises import shown, violations
from tests.faults.scenarios import KILLED
from tests.stack import STORY
from tests.studio import FullSession, Studio

pytestmark = pytest.mark.live
SESSIONS, SEATS, WAITING = 10, 2, 2
SEED = int(os.environ.get("ATELIER_TEST_SEED", "47"))
IN_STORY = tuple(place for place in PLACES if place != "cards.answered")  # nobody pays here
IN_NOTIFY_ONLY = ("mail.before_dot", "mail.after_dot")
DEATHS = 6  # of each service, at the most
FURTHEST = 3  # at which pass a failpoint kills, at the most


def _plan(chance: random.Random) -> dict[str, list[str]]:
    """Have every service die at some of its places, in any order and at any pass."""
    plan = {}
    for service in STORY:
        places = [p for p in IN_STORY if service == "notify" or p not in IN_NOTIFY_ONLY]
        chance.shuffle(places)
        plan[service] = [f"{where}=kill@{chance.randint(1, FURTHEST)}" for where in places[:DEATHS]]
    return plan


class Nemesis:
    """Keeps a service running, with the next failpoint of its plan each time it has died."""

    def __init__(self, place: Studio, service: str, plan: Sequence[str]) -> None:
        """Take a plan for a service."""
        self.place, self.service, self.plan = place, service, list(plan)
        self.died: Counter[str] = Counter()
        self.enough = False
        self._armed = ""

    def rage(self) -> None:
        """Go on until told that it is enough; then start the service in peace."""
        run = self.place.run
        run.kill(self.service)
        while self.plan and not self.enough:
            self._armed = self.plan.pop(0)
            run.start(self.service, ATELIER_FAILPOINTS=self._armed)
            run.until(
                lambda: run.ended(self.service) or self.enough, f"{self.service} dies", seconds=120
            )
            if run.ended(self.service):
                assert run.processes[self.service].returncode == KILLED
                self.died[self._armed.partition("=")[0]] += 1
        if not run.ended(self.service):
            run.kill(self.service)
        run.start(self.service)


def _chain(place: Studio, full: FullSession, chance: random.Random) -> None:
    """Cancel every booking of a session, and then those of the people who got the seats."""
    # The booking of somebody who waited has the id of their entry.
    for booking_id in [*full.bookings, *full.entries]:
        for _ in range(chance.choice((1, 1, 2))):  # some press twice
            _cancel(place, booking_id)


def _cancel(place: Studio, booking_id: str) -> None:
    """Cancel a booking as soon as there is one."""
    while True:
        try:
            place.run.insist("booking.cancel_booking", booking_id=booking_id)
        except BookingNotFound:
            eventlet.sleep(0.2)
        else:
            return


def _until_all_have_died(place: Studio, nemeses: Sequence[Nemesis]) -> list[FullSession]:
    """Have one seat after another change hands until there were deaths enough."""
    patient, more = Studio(place.run, place.mailbox, patient=True), list[FullSession]()
    while not _enough(nemeses) and len(more) < 4 * SESSIONS:  # a slow machine dies slowly
        full = patient.full_session()
        _chain(place, full, random.Random(SEED))  # noqa: S311 - chance, no secret
        more.append(full)
    return more


def _enough(nemeses: Sequence[Nemesis]) -> bool:
    """Say whether the run was what it is for: many deaths, and at most of the places."""
    died = sum((nemesis.died for nemesis in nemeses), Counter())
    return len(died) >= len(IN_STORY) - 2 and died.total() >= len(IN_STORY)


def test_whatever_dies_wherever_at_rest_every_promise_is_kept(place: Studio) -> None:
    run, chance = place.run, random.Random(SEED)  # noqa: S311 - chance, no secret
    sessions = [place.full_session(seats=SEATS, waiting=WAITING) for _ in range(SESSIONS)]
    run.settle()
    nemeses = [Nemesis(place, service, plan) for service, plan in _plan(chance).items()]

    raging = [eventlet.spawn(nemesis.rage) for nemesis in nemeses]
    chains = [eventlet.spawn(_chain, place, full, chance) for full in sessions]
    for chain in chains:
        chain.wait()
    more = _until_all_have_died(place, nemeses)
    for nemesis in nemeses:
        nemesis.enough = True
    for rage in raging:
        rage.wait()
    run.settle_mail(seconds=90)

    faults = violations(run, place.mailbox)
    died = sum((nemesis.died for nemesis in nemeses), Counter())
    assert not faults, f"seed {SEED}, deaths {dict(died)}: {shown(faults)}"
    for full in [*sessions, *more]:
        assert sorted(full.allocations()) == sorted(full.entries)
        assert not full.booked()
    assert _enough(nemeses), died
