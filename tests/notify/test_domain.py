"""notify's rules, for every value they may meet."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain import (
    BACKOFF,
    MOST_RESENDS,
    SHARES,
    Delivery,
    Lane,
    MessageState,
    QuietHours,
    after_attempt,
    next_waking,
    plainer,
    refilled,
    segments,
)
from services.notify.gateways import is_no_mailbox

attempts = st.integers(1, 30)


@given(st.sampled_from(Delivery), attempts)
def test_a_message_waits_exactly_when_it_is_due_again(delivery: Delivery, count: int) -> None:
    state, wait = after_attempt(delivery, count)

    assert (wait is not None) is (state is MessageState.DUE)


@given(st.sampled_from(Delivery), attempts)
def test_only_what_the_mail_server_took_is_called_sent(delivery: Delivery, count: int) -> None:
    assert (after_attempt(delivery, count)[0] is MessageState.SENT) is (delivery is Delivery.TAKEN)


@given(attempts)
def test_what_was_refused_for_good_is_never_tried_again(count: int) -> None:
    assert after_attempt(Delivery.REFUSED, count) == (MessageState.FAILED, None)


@given(attempts)
def test_what_may_have_been_sent_is_never_called_failed(count: int) -> None:
    assert after_attempt(Delivery.LOST, count)[0] is not MessageState.FAILED


@given(attempts)
def test_an_uncertain_message_is_sent_again_a_few_times_only(count: int) -> None:
    again = after_attempt(Delivery.LOST, count)[0] is MessageState.DUE

    assert again is (count <= MOST_RESENDS)


@given(st.sampled_from([Delivery.LATER, Delivery.LOST]), attempts)
def test_each_wait_is_longer_than_the_last(delivery: Delivery, count: int) -> None:
    now, then = after_attempt(delivery, count)[1], after_attempt(delivery, count + 1)[1]

    if now and then:
        assert timedelta(0) < now < then


def test_everything_ends() -> None:
    for delivery in Delivery:
        assert after_attempt(delivery, len(BACKOFF) + 1)[0] is not MessageState.DUE


# -- segments ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ł" * 70, 1),
        ("ł" * 71, 2),
        ("ł" * 134, 2),
        ("ł" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_segments_are_counted_as_carriers_do(text: str, count: int) -> None:
    assert segments(text) == count


@given(st.text(max_size=500), st.text(max_size=50))
def test_a_longer_text_never_costs_less(text: str, more: str) -> None:
    assert 1 <= segments(text) <= segments(text + more)


@given(st.text(max_size=500))
def test_plainer_words_never_cost_more(text: str) -> None:
    shorter = text.replace("…", "")  # three dots for one may cost more; everything else is 1:1

    assert segments(plainer(shorter)) <= segments(shorter)


# -- hours ---------------------------------------------------------------------------------------

moments = st.datetimes(
    datetime(2030, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2033, 1, 1),  # noqa: DTZ001 - the same
    timezones=st.just(UTC),
)
clock = st.times().map(lambda t: t.replace(second=0, microsecond=0))
zones = st.sampled_from(["Europe/Rome", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"])


@given(moments, zones, clock, clock)
def test_a_message_waits_no_longer_than_a_day_and_wakes_nobody(
    at: datetime, zone: str, begin: time, end: time
) -> None:
    quiet = QuietHours(begin, end)

    then = next_waking(at, zone, quiet)

    assert at <= then <= at + timedelta(hours=25)
    local = then.astimezone(ZoneInfo(zone))
    skipped = local.fold or local.utcoffset() != (local - timedelta(hours=3)).utcoffset()
    assert skipped or not quiet.covers(local.time())


@given(moments, zones, clock)
def test_without_quiet_hours_nothing_waits(at: datetime, zone: str, same: time) -> None:
    assert next_waking(at, zone, QuietHours(same, same)) == at


# -- the pace ------------------------------------------------------------------------------------

gaps = st.lists(st.floats(0, 100), min_size=1, max_size=30)


@given(gaps, st.integers(1, 10_000), st.lists(st.sampled_from(Lane), max_size=30))
def test_a_channel_never_sends_more_than_time_has_let_in(
    seconds: list[float], per_minute: int, wanted: list[Lane]
) -> None:
    at = datetime(2031, 3, 3, tzinfo=UTC)
    held = dict.fromkeys(Lane, (0.0, at))
    sent, begin = 0, at
    for gap, lane in zip(seconds, wanted, strict=False):
        at += timedelta(seconds=gap)
        filled = refilled(held, per_minute, at=at)
        taken = int(filled[lane])
        sent += taken
        filled[lane] -= taken
        held = {one: (allowance, at) for one, allowance in filled.items()}

    assert sent <= (at - begin).total_seconds() * per_minute / 60 + 0.001


@given(st.integers(1, 10_000), st.sets(st.sampled_from(Lane), min_size=1))
def test_lanes_that_always_want_more_have_their_share_and_all_of_it_is_used(
    per_minute: int, wanted: set[Lane]
) -> None:
    at = datetime(2031, 3, 3, tzinfo=UTC)
    held = dict.fromkeys(Lane, (0.0, at))
    sent = dict.fromkeys(Lane, 0)
    for _ in range(300):  # ten minutes, as the timer sees them
        at += timedelta(seconds=2)
        filled = refilled(held, per_minute, at=at)
        for lane in wanted:
            taken = int(filled[lane])
            sent[lane] += taken
            filled[lane] -= taken
        held = {lane: (allowance, at) for lane, allowance in filled.items()}

    come_in, saved = per_minute * 10, max(2.0, per_minute / 6)
    assert sum(sent.values()) >= 0.95 * come_in - 3 * saved - 3
    for lane in wanted:
        assert sent[lane] >= 0.95 * SHARES[lane] * come_in - 2


# -- bounces -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "text", "gone"),
    [
        (550, "No such user here", True),
        (550, "5.1.1 User unknown", True),
        (550, "5.7.1 Blocked by our policy", False),
        (552, "5.2.2 Mailbox full", False),
        (554, "Refused", False),
        (553, "5.1.3 Bad address", True),
    ],
)
def test_only_a_mailbox_that_is_not_there_is_never_written_to_again(
    code: int, text: str, *, gone: bool
) -> None:
    assert is_no_mailbox(code, text) is gone
