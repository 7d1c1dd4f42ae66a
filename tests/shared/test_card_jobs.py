"""When Stripe is asked again, under which key, and of which time it lists what it had told."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from shared.contracts import Trace
from shared.payments.jobs import Answer, Job, JobEnd, JobKind, next_stretch, takes_another_key

NOW = datetime(2031, 3, 3, 9, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MOVES_MONEY = {JobKind.CHARGE, JobKind.REPAY}


def answer(kind: JobKind, end: JobEnd, tried: int) -> Answer:
    """Give how an attempt ended, the first being 1."""
    job = Job(
        kind=kind,
        subject_id=uuid4(),
        key="a key",
        attempts=tried - 1,
        asked=1,
        trace=Trace.begin(NOW),
        order=None,
        checkout_id=None,
    )
    return Answer(job=job, end=end)


@pytest.mark.parametrize("kind", JobKind)
def test_an_error_stripe_may_keep_leads_to_another_key_at_once_but_where_money_moves(
    kind: JobKind,
) -> None:
    other = [takes_another_key(answer(kind, JobEnd.BROKEN, tried)) for tried in range(1, 7)]

    assert other == [kind not in MOVES_MONEY] * 4 + [True] * 2


@pytest.mark.parametrize("end", set(JobEnd) - {JobEnd.BROKEN})
def test_every_other_end_keeps_the_key(end: JobEnd) -> None:
    assert not any(takes_another_key(answer(kind, end, 9)) for kind in JobKind)


def test_the_hour_before_what_was_listed_is_listed_again() -> None:
    stretch = next_stretch(NOW - HOUR, at=NOW)

    assert (stretch.since, stretch.until, stretch.more) == (NOW - 2 * HOUR, NOW, False)


def test_what_was_missed_for_days_is_listed_a_day_at_a_time() -> None:
    stretch = next_stretch(NOW - 3 * DAY, at=NOW)

    since = NOW - 3 * DAY - HOUR
    assert (stretch.since, stretch.until, stretch.more) == (since, since + DAY, True)


@pytest.mark.parametrize("seen_until", [None, NOW - 60 * DAY])
def test_nothing_is_asked_for_that_stripe_no_longer_keeps(seen_until: datetime | None) -> None:
    assert next_stretch(seen_until, at=NOW).since == NOW - 29 * DAY
