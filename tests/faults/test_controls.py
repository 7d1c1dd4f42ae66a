"""The same is done to builds that lack one guard; what finds nothing there shows nothing here.

The fourth control, which sells without looking again, is in `test_race`.
"""

from collections.abc import Callable
from contextlib import suppress

import pytest

from tests.faults.promises import shown, violations
from tests.faults.scenarios import crash, repeat_every_fact
from tests.stack import ATELIER, STORY
from tests.studio import Studio

pytestmark = pytest.mark.live


def _build(name: str) -> list[str]:
    return [*ATELIER[:-1], "tests.faults.controls", name]


def _new_faults(place: Studio, scenario: Callable[[], object]) -> list[str]:
    """Do something, give the run some time to settle, and list what it has broken by that."""
    before = set(violations(place.run, place.mailbox))
    scenario()
    with suppress(AssertionError):
        place.run.settle(seconds=4)
    return [one for one in violations(place.run, place.mailbox) if one not in before]


def test_a_build_that_acknowledges_first_loses_a_seat_when_it_dies(place: Studio) -> None:
    faults = _new_faults(
        place,
        lambda: crash(
            place, "waitlist", "lane.handling:request_freed_spot", program=_build("ack_first")
        ),
    )

    assert any("is still on its way" in fault for fault in faults), shown(faults)
    assert any("is not handled by waitlist.request_freed_spot" in fault for fault in faults)


def test_a_build_that_marks_before_the_broker_confirms_loses_a_fact_when_it_dies(
    place: Studio,
) -> None:
    faults = _new_faults(
        place,
        lambda: crash(
            place,
            "booking",
            "tx.committed:cancel_booking",
            program=_build("mark_before_confirm"),
        ),
    )

    assert any("is still on its way" in fault for fault in faults), shown(faults)
    assert any("is not handled by waitlist.request_freed_spot" in fault for fault in faults)


def test_a_build_without_an_inbox_does_more_than_once_what_comes_twice(place: Studio) -> None:
    for service in STORY:
        place.run.kill(service)
        place.run.start(service, program=_build("no_inbox"), wait=False)
    for service in STORY:
        place.run.await_ready(service)
    lost = place.run.unsettled()
    full = place.full_session(seats=2)
    place.run.settle(but=lost)
    full.cancel(0)
    full.cancel(1)  # one seat goes to who waits, the other is free
    place.run.settle(but=lost)

    def twice() -> None:
        """Have a join take the free seat for one who has a place by now, and again."""
        repeat_every_fact(place)
        place.run.settle(but=lost)
        repeat_every_fact(place)

    faults = _new_faults(place, twice)

    assert any("had SpotFreed.v1 said 2 times" in fault for fault in faults), shown(faults)
