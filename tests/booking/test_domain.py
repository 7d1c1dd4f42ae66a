"""booking's rules, for every value they may meet."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.booking.domain import (
    Attendance,
    Classification,
    PersonKind,
    Session,
    VisitChange,
    asked_again,
    goes_to_list,
    may_attend,
    seats_gained,
    visit_change,
)
from tests.booking.sessions import START, a_session

counts = st.integers(0, 50)
sessions = st.builds(
    a_session,
    capacity=counts,
    taken=counts,
    waiting_list_size=counts,
    demand=counts,
    cleared=counts,
)
instants = st.integers(-(10**6), 10**6).map(lambda seconds: START + timedelta(seconds=seconds))


@pytest.mark.rule("Q5")
@given(st.sampled_from(PersonKind), st.sampled_from(Classification))
def test_only_leads_are_kept_out_and_only_of_what_is_not_marketing(
    kind: PersonKind, classification: Classification
) -> None:
    kept_out = kind is PersonKind.LEAD and classification is not Classification.MARKETING

    assert may_attend(kind, classification) is not kept_out


@given(sessions)
def test_free_seats_are_those_not_taken_and_never_less_than_none(session: Session) -> None:
    assert session.free == max(0, session.capacity - session.taken)


@given(sessions, instants)
def test_a_session_has_started_from_its_start_on(session: Session, at: Any) -> None:
    assert session.started(at) is (at >= START)


@pytest.mark.rule("Q47")
@given(sessions, instants)
def test_no_seat_goes_to_the_list_once_the_session_has_started(session: Session, at: Any) -> None:
    if at >= START:
        assert not goes_to_list(session, at=at)


@pytest.mark.rule("Qi1")
@given(sessions, instants)
def test_no_seat_goes_to_the_list_while_more_are_taken_than_there_are(
    session: Session, at: Any
) -> None:
    if session.taken > session.capacity:
        assert not goes_to_list(session, at=at)


@given(sessions)
def test_before_the_start_a_seat_goes_to_a_list_there_is(session: Session) -> None:
    early = START - timedelta(seconds=1)

    if session.has_waiting_list and session.taken <= session.capacity:
        assert goes_to_list(session, at=early)
    if not session.has_waiting_list and not asked_again(session):
        assert not goes_to_list(session, at=early)


@given(sessions)
def test_the_list_is_asked_again_only_after_a_join_it_has_not_cleared(session: Session) -> None:
    assert asked_again(session) is (session.demand > session.cleared)


@given(sessions, counts)
def test_seats_gained_are_neither_those_that_were_free_nor_an_ended_excess(
    session: Session, capacity: int
) -> None:
    gained = seats_gained(session, capacity)

    free_then = max(0, capacity - session.taken)
    assert gained >= 0
    assert gained <= max(0, capacity - session.capacity)
    assert session.free + gained == max(session.free, free_then)


@given(sessions, counts, counts)
def test_a_higher_capacity_never_gains_less(session: Session, a: int, b: int) -> None:
    lower, higher = sorted([a, b])

    assert seats_gained(session, lower) <= seats_gained(session, higher)


marks = st.lists(st.none() | st.sampled_from(Attendance), max_size=8)


@given(marks)
def test_however_often_marks_change_a_visit_counts_once_or_not_at_all(
    after: list[Attendance | None],
) -> None:
    visits, now = 0, None
    for mark in after:
        change = visit_change(now, mark)
        visits += (change is VisitChange.RECORDED) - (change is VisitChange.RETRACTED)
        now = mark
        assert visits == (now is Attendance.ATTENDED)


def test_ids_are_what_a_session_is_known_by() -> None:
    assert isinstance(a_session().session_id, UUID)
