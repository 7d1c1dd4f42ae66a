"""The broker itself dies in the middle of the work; it is a node of this test's own."""

from pathlib import Path

import eventlet
import pytest

from tests.faults.broker import found, own_broker
from tests.faults.promises import shown, violations
from tests.faults.scenarios import cancel_them_all
from tests.studio import studio

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(found() is None, reason="needs rabbitmq-server on this machine"),
]


def test_a_broker_that_is_killed_and_started_again_loses_nothing(tmp_path: Path) -> None:
    (tmp_path / "broker").mkdir()
    with own_broker(tmp_path / "broker") as broker, studio(tmp_path, bus_url=broker.url) as place:
        run = place.run
        run.start_all()
        sessions = [place.full_session(seats=2, waiting=2) for _ in range(4)]
        run.settle()

        *first, last = sessions
        working = eventlet.spawn(cancel_them_all, place, first)
        run.until(lambda: run.facts("SpotAllocated"), "the work has begun")
        broker.kill()
        asking = eventlet.spawn(cancel_them_all, place, [last])  # of a broker that is not there
        run.until(lambda: not any(map(run.ready, run.processes)), "every service misses it")
        assert not asking.dead
        broker.start()
        working.wait()
        asking.wait()
        run.settle_mail()

        faults = violations(run, place.mailbox)
        assert not faults, shown(faults)
        for full in sessions:
            assert full.booked() == {person["person_id"] for person in full.waiters}
