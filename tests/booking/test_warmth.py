"""How warm somebody is: the formula, for every history."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.booking.domain import Band, Story, band_of, warmth

NOW = datetime(2031, 3, 3, 9, tzinfo=UTC)
days = st.integers(-2, 4000)
counts = st.integers(0, 500)
stories = st.builds(
    lambda ago, bookings, attended, no_shows: Story(
        NOW - timedelta(days=ago), bookings, attended, no_shows
    ),
    days,
    counts,
    counts,
    counts,
)


def story(ago: int = 0, bookings: int = 0, attended: int = 0, no_shows: int = 0) -> Story:
    return Story(NOW - timedelta(days=ago), bookings, attended, no_shows)


@pytest.mark.rule("Q35", "H3")
@pytest.mark.parametrize(
    ("history", "score", "band"),
    [
        (story(), 40, Band.WARM),
        (story(ago=14), 33, Band.COLD),
        (story(ago=90), 0, Band.COLD),
        (story(bookings=1), 50, Band.WARM),
        (story(bookings=2, attended=1), 70, Band.HOT),
        (story(bookings=9, attended=9), 100, Band.HOT),
        (story(bookings=1, no_shows=1), 35, Band.WARM),
        (story(ago=300, no_shows=3), 0, Band.COLD),
    ],
)
def test_warmth_follows_its_formula(history: Story, score: int, band: Band) -> None:
    found = warmth(history, at=NOW)

    assert (found.score, found.band) == (score, band)


@pytest.mark.rule("Q35")
@given(stories)
def test_warmth_is_between_0_and_100_and_its_band_is_that_of_its_score(history: Story) -> None:
    found = warmth(history, at=NOW)

    assert 0 <= found.score <= 100
    assert found.band is band_of(found.score)


@given(stories, st.integers(0, 1000))
def test_nobody_gets_warmer_by_silence(history: Story, later: int) -> None:
    assert warmth(history, at=NOW + timedelta(days=later)).score <= warmth(history, at=NOW).score


@given(stories)
def test_a_booking_or_a_visit_never_cools_and_a_no_show_never_warms(history: Story) -> None:
    at, bookings, attended, missed = (
        history.contacted_at,
        history.bookings,
        history.attended,
        history.no_shows,
    )
    score = warmth(history, at=NOW).score

    assert warmth(Story(at, bookings + 1, attended, missed), at=NOW).score >= score
    assert warmth(Story(at, bookings, attended + 1, missed), at=NOW).score >= score
    assert warmth(Story(at, bookings, attended, missed + 1), at=NOW).score <= score


@pytest.mark.rule("H3")
@given(stories)
def test_the_reasons_add_up_to_the_score(history: Story) -> None:
    found = warmth(history, at=NOW)
    signed = [int(part.rpartition(": ")[2]) for part in found.because.split("; ")[:3]]
    less = int(found.because.rpartition("-")[2])

    assert found.score == min(100, max(0, sum(signed) - less))


@pytest.mark.rule("H3")
@pytest.mark.parametrize(
    ("score", "band"),
    [(0, "cold"), (33, "cold"), (34, "warm"), (66, "warm"), (67, "hot"), (100, "hot")],
)
def test_bands_begin_where_they_are_said_to(score: int, band: str) -> None:
    assert band_of(score) == band
