"""waitlist's rules, for every value they may meet."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.waitlist.domain import (
    EntryState,
    Policy,
    Queue,
    Rule,
    Waiting,
    after_refusal,
    choose_next,
)

CLOSES = datetime(2031, 3, 6, 9, tzinfo=UTC)
counts = st.integers(0, 50)
instants = st.integers(-(10**6), 10**6).map(lambda seconds: CLOSES + timedelta(seconds=seconds))
heads = st.none() | st.builds(Waiting, st.uuids(), st.uuids(), instants)


def a_queue(size: int, waiting: int) -> Queue:
    """Give a queue that closes at CLOSES."""
    ids = {"queue_id": UUID(int=1), "source": "booking", "target_id": UUID(int=2)}
    return Queue(
        **ids,  # type: ignore[arg-type]
        name="Open day",
        policy=Policy.ASSIGN,
        size=size,
        closes_at=CLOSES,
        version=9,
        waiting=waiting,
        sequence=1,
    )


queues = st.builds(a_queue, counts, counts)


@pytest.mark.rule("Q47", "H6")
@given(queues, heads, instants)
def test_whoever_is_first_is_chosen_right_up_to_the_close(
    queue: Queue, head: Waiting | None, at: datetime
) -> None:
    choice = choose_next(queue, head, seats=1, at=at)

    assert choice.entry == (head if at < CLOSES else None)


@given(queues, heads, instants)
def test_each_choice_says_why(queue: Queue, head: Waiting | None, at: datetime) -> None:
    choice = choose_next(queue, head, seats=1, at=at)

    if choice.entry:
        assert choice.rule is Rule.FIRST_COME
    else:
        assert choice.rule in ({Rule.LIST_CLOSED} if head else {Rule.NOBODY_WAITS, Rule.ALL_PASSED})


@given(queues, instants)
def test_nobody_joins_a_list_without_room_or_past_its_time(queue: Queue, at: datetime) -> None:
    assert queue.closed(at) is (queue.size == 0 or at >= CLOSES)
    assert queue.full is (queue.waiting >= queue.size)


@given(st.text() | st.sampled_from(["already_booked", "spot_closed"]))
def test_who_has_left_stays_away_whatever_the_reason(reason: str) -> None:
    assert after_refusal(EntryState.LEAVING, reason) is EntryState.LEFT


@pytest.mark.parametrize(
    ("reason", "state"),
    [
        ("already_booked", EntryState.HAS_BOOKING),
        ("not_eligible", EntryState.NOT_ELIGIBLE),
        ("session_started", EntryState.LAPSED),
        ("spot_closed", EntryState.WAITING),
    ],
)
def test_a_refusal_ends_the_waiting_only_where_waiting_is_in_vain(
    reason: str, state: EntryState
) -> None:
    assert after_refusal(EntryState.CLAIMING, reason) is state
