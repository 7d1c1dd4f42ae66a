"""The rules of events, for every value."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.events.domain import (
    LETS_IN,
    Answer,
    Policy,
    Session,
    Shown,
    Target,
    Venue,
    VenueKind,
    door_answer,
    first_start,
    goes_to_list,
    initial_capacity,
    minutes_late,
    overlapping,
    policy,
    seats_gained,
    written_agenda,
    written_location,
)

DAY = datetime(2031, 3, 30, tzinfo=UTC)  # the clocks in Rome go forward at 01:00
SEATS = st.one_of(st.none(), st.integers(0, 50))


def session(begins: int, minutes: int, name: str = "clay") -> Session:
    """Give a session that begins some minutes after midnight."""
    starts_at = DAY + timedelta(minutes=begins)
    values: dict[str, Any] = {
        "session_id": uuid4(),
        "event_id": uuid4(),
        "name": name,
        "description": "",
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=minutes),
        "location": "",
        "building_id": None,
        "room_id": None,
        "layout_id": None,
    }
    return Session(**values)


def target(**more: Any) -> Target:
    """Give the seats of an event on the day."""
    values: dict[str, Any] = {
        "target_id": uuid4(),
        "event_id": uuid4(),
        "starts_at": DAY,
        "capacity": 3,
        "taken": 0,
        "waiting_list_size": 5,
        "waiting_list_closes_minutes": 0,
        "demand": 0,
        "cleared": 0,
        "sequence": 1,
        "open": True,
    }
    return Target(**values | more)


SESSIONS = st.lists(st.builds(session, st.integers(0, 60), st.integers(1, 30)), max_size=6)


@given(SESSIONS)
def test_two_sessions_overlap_if_and_only_if_they_share_a_minute(sessions: list[Session]) -> None:
    def minutes(one: Session) -> set[int]:
        first = (one.starts_at - DAY) // timedelta(minutes=1)
        return set(range(first, first + (one.ends_at - one.starts_at) // timedelta(minutes=1)))

    found = {frozenset((a.session_id, b.session_id)) for a, b in overlapping(sessions)}

    shared = {
        frozenset((a.session_id, b.session_id))
        for a in sessions
        for b in sessions
        if a is not b and minutes(a) & minutes(b)
    }
    assert found == shared


@given(SESSIONS)
def test_a_written_agenda_has_a_line_for_each_session_in_order(sessions: list[Session]) -> None:
    lines = written_agenda(sessions, "Europe/Rome").splitlines()

    assert len(lines) == len(sessions)
    assert all(a[:16] <= b[:16] for a, b in pairwise(lines))
    begins = min((one.starts_at for one in sessions), default=DAY)
    assert first_start(sessions, DAY) == begins


def test_a_written_agenda_tells_the_time_of_the_wall() -> None:
    night = session(30, 60, "night")

    assert written_agenda([night], "Europe/Rome") == "2031-03-30 01:30-03:30 night"


@pytest.mark.rule("D31")
@given(SEATS, SEATS, SEATS, st.permutations(list(VenueKind)))
def test_the_most_specific_venue_that_has_a_capacity_gives_it(
    building: int | None, room: int | None, layout: int | None, order: list[VenueKind]
) -> None:
    has = dict(zip(VenueKind, (building, room, layout), strict=True))
    venues = [Venue(uuid4(), kind, None, kind.value, has[kind]) for kind in order]

    expected = next((one for one in (layout, room, building) if one is not None), None)
    assert initial_capacity(venues) == expected
    assert written_location(venues) == "building, room (layout)"


@given(st.booleans(), st.booleans(), st.booleans(), st.booleans(), st.booleans(), st.integers())
def test_a_door_lets_in_who_is_expected_once_and_before_the_end(
    of_event: Any, confirmed: Any, cancelled: Any, good_here: Any, shown: Any, seconds: int
) -> None:
    at = DAY + timedelta(seconds=seconds % 10_000 - 2_000)
    ticket = Shown(
        of_event=of_event,
        confirmed=confirmed,
        cancelled=cancelled,
        good_here=good_here,
        first_at=DAY if shown else None,
        starts_at=DAY,
        ends_at=DAY + timedelta(hours=1),
    )

    answer = door_answer(ticket, at=at)

    expected = of_event and confirmed and good_here and not cancelled and not shown
    assert (answer in LETS_IN) == (expected and at < ticket.ends_at)
    if answer in LETS_IN:
        assert (answer is Answer.LATE) == (minutes_late(DAY, at) >= 1)


@given(SEATS, st.integers(0, 60), SEATS)
def test_a_raised_capacity_gives_as_many_seats_as_it_adds_free_ones(
    before: int | None, taken: int, after: int | None
) -> None:
    gained = seats_gained(target(capacity=before, taken=taken), after)

    if before is None or after is None:
        assert gained == 0
    else:
        assert gained == max(0, max(0, after - taken) - max(0, before - taken))


@pytest.mark.rule("D29")
@given(st.integers(0, 5), st.integers(0, 9), st.integers(0, 2), st.integers(0, 3), st.booleans())
def test_a_freed_seat_goes_to_the_list_only_where_somebody_may_have_it(
    capacity: int, taken: int, size: int, demand: int, open_: Any
) -> None:
    about = {"capacity": capacity, "taken": taken, "waiting_list_size": size, "demand": demand}
    seats = target(**about, open=open_)

    assert not goes_to_list(seats, at=DAY)  # it has begun
    somebody = bool(size or demand)
    before = DAY - timedelta(seconds=1)
    assert goes_to_list(seats, at=before) == (open_ and somebody and taken <= capacity)


@pytest.mark.rule("Di1")
@given(st.sampled_from([None, True, False]), st.booleans())
def test_people_are_registered_automatically_only_where_nothing_has_to_be_paid(
    auto_register: Any, has_passes: Any
) -> None:
    found = policy(auto_register, has_passes=has_passes)

    assert (found is Policy.ASSIGN) == (not has_passes and auto_register is not False)
