"""What has served its time is dropped, however much there is; what may still be needed stays."""

from datetime import timedelta
from uuid import uuid4

import pytest

from shared import inbox, outbox
from shared.bus import prune as pruning
from shared.bus.prune import LATEST, prune
from shared.db import Home, Transactions, Unit
from shared.inbox import StoredReply
from tests.shared.conftest import StandingClock
from tests.shared.facts import returned

KEEP = timedelta(days=30)


@pytest.fixture(autouse=True)
def short_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have one transaction drop three rows at the most."""
    monkeypatch.setattr(pruning, "STRETCH", 3)


def _live_a_day(home: Home) -> None:
    """Say seven facts, all but the last confirmed; hear seven; answer seven calls."""
    with Transactions(home).begin() as tx:
        for _ in range(7):
            tx.emit(returned())
    with home.plain() as sql:
        said = outbox.unconfirmed(sql, before=home.now() + timedelta(seconds=1))[0]
        outbox.confirm(sql, [one.fact_id for one in said[:-1]], at=home.now())
        inbox.receive(sql, [one.fact_id for one in said], "take", at=home.now())
    unit = Unit(home, "hum")
    for _ in range(7):
        inbox.keep_reply(unit.writes, StoredReply(str(uuid4()), "print", "1"), at=home.now())
    unit.commit()


def test_all_that_is_too_old_goes_in_stretches(any_home: Home, clock: StandingClock) -> None:
    _live_a_day(any_home)
    clock.advance(days=31)
    _live_a_day(any_home)

    dropped = prune(any_home, keep=KEEP)

    assert dropped == 6 + 7  # facts and replies; marks are kept longer
    with any_home.connection() as sql:
        assert outbox.lag(sql)[0] == 1  # that no broker has confirmed
    assert prune(any_home, keep=KEEP) == 0


def test_a_mark_outlives_its_fact(any_home: Home, clock: StandingClock) -> None:
    _live_a_day(any_home)
    clock.advance(days=30.5)
    prune(any_home, keep=KEEP)

    clock.advance(days=LATEST.days)

    assert prune(any_home, keep=KEEP) == 7


def test_a_stopping_process_leaves_the_rest_to_the_next(
    any_home: Home, clock: StandingClock
) -> None:
    _live_a_day(any_home)
    clock.advance(days=31)
    answers = iter([False, True, True, True])

    assert prune(any_home, keep=KEEP, stop=lambda: next(answers)) == 3
