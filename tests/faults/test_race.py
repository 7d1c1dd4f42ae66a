"""Eight processes want the seats of one session at the same moment."""

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.faults.crowd import Crowd, crowd
from tests.faults.promises import Seen, seats_add_up, shown, violations
from tests.stack import ATELIER
from tests.studio import Studio, studio

pytestmark = pytest.mark.live
SEATS, CALLS, PROCESSES = 50, 400, 8


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """Give a studio with two replicas of booking."""
    with studio(tmp_path_factory.mktemp("race")) as made:
        yield made


@pytest.fixture(scope="module")
def clients(place: Studio) -> Iterator[Crowd]:
    """Give the client processes, connected, and the services they call."""
    with crowd(place.run.env, processes=PROCESSES) as made:
        _replicas(place)
        place.run.start_all("waitlist", "notify")
        made.await_ready()
        yield made


def _replicas(place: Studio, *program: str) -> None:
    for name in ("booking", "booking-2"):
        place.run.start("booking", name=name, program=program or ATELIER, wait=False)
    for name in ("booking", "booking-2"):
        place.run.await_ready(name)


@pytest.fixture(scope="module")
def leads(place: Studio, clients: Crowd) -> list[str]:
    """Give as many leads as there are calls."""
    assert clients
    return [place.person()["person_id"] for _ in range(CALLS)]


def _taken(place: Studio, session_id: str) -> tuple[int, int]:
    run = place.run
    live = "SELECT count(*) FROM bookings WHERE session_id = :id AND state = 'confirmed'"
    taken = run.scalar(
        "booking", "SELECT taken FROM sessions WHERE session_id = :id", id=session_id
    )
    return taken, run.scalar("booking", live, id=session_id)


def test_eight_processes_that_book_one_session_at_once_sell_each_seat_once(
    place: Studio, clients: Crowd, leads: list[str]
) -> None:
    session_id = place.session(seats=SEATS)

    outcomes = clients.rush(session_id, leads, or_wait=False)

    assert Counter(outcomes) == {"booked": SEATS, "SessionFull": CALLS - SEATS}
    assert _taken(place, session_id) == (SEATS, SEATS)
    for replica in ("booking", "booking-2"):
        assert place.run.metric(replica, "atelier_rpc_calls_total", method="book") > CALLS / 10


def test_who_finds_no_seat_and_wants_to_wait_has_a_place_on_the_list(
    place: Studio, clients: Crowd, leads: list[str]
) -> None:
    session_id = place.session(seats=SEATS, waiting=CALLS)

    outcomes = clients.rush(session_id, leads, or_wait=True)

    assert Counter(outcomes) == {"booked": SEATS, "waiting": CALLS - SEATS}
    place.run.settle()
    assert _taken(place, session_id) == (SEATS, SEATS)
    queue = place.run.call("waitlist.get_queue", target_id=session_id)
    assert queue["waiting"] == CALLS - SEATS
    faults = violations(place.run, place.mailbox)
    assert not faults, shown(faults)


def test_the_race_is_real_for_a_build_that_does_not_look_again_before_it_sells(
    place: Studio, clients: Crowd, leads: list[str]
) -> None:
    place.run.stop("booking", "booking-2")
    control = [*ATELIER[:-1], "tests.faults.controls", "no_capacity"]
    _replicas(place, *control)
    session_id = place.session(seats=SEATS)

    outcomes = clients.rush(session_id, leads, or_wait=False)

    booked = Counter(outcomes)["booked"]
    assert booked > SEATS
    faults = list(seats_add_up(Seen(place.run, place.mailbox)))
    assert faults == [f"session {session_id}: {booked} booked and 0 held on {SEATS} seats"]
