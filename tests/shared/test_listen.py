"""A fact is handled once, put by, or parked; it is never lost, and harms no other."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from shared import inbox
from shared.bus.listen import FactNotTaken, Listener, retry_due
from shared.columns import inbox as inbox_table
from shared.columns import outbox as outbox_table
from shared.contracts.waitlist import SpotReturned
from shared.db import Home, Tx
from shared.inbox import RETRIES, Deferred
from tests.shared.conftest import StandingClock
from tests.shared.facts import body, listening, returned


def put_by(home: Home) -> list[Deferred]:
    """List what is put by."""
    with home.connection() as sql:
        return inbox.list_deferred(sql)


SQL = "SELECT 1"


def refusing(*_: object) -> None:
    """Handle nothing."""
    raise LookupError


def count(home: Home, table: Any) -> int:
    """Count the rows of a table."""
    with home.connection() as sql:
        found: int = sql.execute(select(func.count()).select_from(table)).scalar_one()
        return found


def test_a_fact_has_its_effect_once_however_often_it_comes(any_home: Home) -> None:
    taken: list[Any] = []
    listener = listening(any_home, lambda _, fact: taken.append(fact))
    fact = returned()

    listener.hear([body(fact), body(fact)])
    listener.hear([body(fact)])

    assert taken == [fact]
    assert count(any_home, inbox_table) == 1


def test_a_batch_is_one_transaction(any_home: Home) -> None:
    listener = listening(any_home, lambda tx, _: tx.emit(returned()))
    facts = [returned() for _ in range(10)]

    listener.hear([body(fact) for fact in facts])

    assert count(any_home, outbox_table) == 10
    assert count(any_home, inbox_table) == 10


def test_one_that_fails_keeps_no_other_from_its_effect(any_home: Home) -> None:
    facts = [returned() for _ in range(5)]

    def take(tx: Tx, fact: Any) -> None:
        tx.emit(returned())
        if fact == facts[2]:
            raise LookupError(fact.queue_version)

    listening(any_home, take).hear([body(fact) for fact in facts])

    (deferred,) = put_by(any_home)
    assert deferred.fact_id == facts[2].fact_id
    assert deferred.error == "LookupError: 1"
    assert deferred.body == body(facts[2])
    assert count(any_home, outbox_table) == 4
    assert count(any_home, inbox_table) == 4


def test_a_failed_fact_is_tried_again_by_the_schedule_and_then_parked(
    any_home: Home, clock: StandingClock
) -> None:
    tries = []

    def take(tx: Tx, fact: Any) -> None:
        del tx, fact
        tries.append(clock.at)
        raise LookupError

    listener = listening(any_home, take)
    listener.hear([body(returned())])
    for wait in RETRIES:
        clock.at += wait - timedelta(milliseconds=1)
        assert retry_due(any_home, [listener]) == 0
        clock.advance(milliseconds=1)
        assert retry_due(any_home, [listener]) == 1

    (deferred,) = put_by(any_home)
    assert len(tries) == 1 + len(RETRIES)
    assert deferred.parked_at == clock.at
    assert deferred.due_at is None
    clock.advance(days=9)
    assert retry_due(any_home, [listener]) == 0


def test_a_deferred_fact_is_one_process_s_until_its_lease_is_over(
    any_home: Home, clock: StandingClock
) -> None:
    def due() -> int:
        with any_home.plain() as sql:
            return len(inbox.take_due(sql, at=clock.at))

    listening(any_home, refusing).hear([body(returned())])
    clock.at += RETRIES[0]

    assert (due(), due()) == (1, 0)
    clock.at += inbox.LEASE
    assert due() == 1


def test_a_retry_that_succeeds_leaves_nothing_put_by(any_home: Home, clock: StandingClock) -> None:
    fails = [True]

    def take(tx: Tx, fact: Any) -> None:
        del fact
        if fails[0]:
            raise LookupError
        tx.emit(returned())

    listener = listening(any_home, take)
    listener.hear([body(returned())])
    fails[0] = False
    clock.advance(seconds=1)
    retry_due(any_home, [listener])

    assert put_by(any_home) == []
    assert count(any_home, outbox_table) == 1


def test_a_deferred_fact_that_comes_again_is_put_by_once(any_home: Home) -> None:
    listener = listening(any_home, refusing)
    fact = returned()

    for _ in range(3):
        listener.hear([body(fact)])

    assert len(put_by(any_home)) == 1


def test_a_parked_fact_can_be_tried_again_by_an_operator(
    any_home: Home, clock: StandingClock
) -> None:
    taken: list[Any] = []
    with any_home.plain() as sql:
        fact = returned()
        inbox.put_by(
            sql,
            entrypoint="take",
            topic="SpotReturned.v1",
            body=body(fact),
            error="?",
            at=clock.at,
            fact_id=fact.fact_id,
            park=True,
        )
    listener = listening(any_home, lambda _, fact: taken.append(fact))
    (parked,) = put_by(any_home)

    with any_home.plain() as sql:
        inbox.unpark(sql, parked.deferred_id, at=clock.at)
    retry_due(any_home, [listener])

    assert taken == [fact]
    assert put_by(any_home) == []


@pytest.mark.parametrize("bad", [b"", b"\xff\x00", b"{}", b"[1]", b'{"fact": "Nonsense.v1"}'])
def test_what_cannot_be_read_is_parked_at_once_with_its_bytes(any_home: Home, bad: bytes) -> None:
    taken: list[Any] = []
    good = returned()

    listening(any_home, lambda _, fact: taken.append(fact)).hear([bad, body(good), bad])

    assert taken == [good]
    assert [one.body for one in put_by(any_home)] == [bad, bad]
    assert all(one.parked_at for one in put_by(any_home))


def test_an_outage_is_raised_and_changes_nothing(home: Home) -> None:
    class Gone(Exception):
        """What the driver raises when the server goes."""

        pgcode = "57P01"

    def take(tx: Tx, fact: Any) -> None:
        del fact
        tx.emit(returned())
        raise OperationalError(SQL, {}, Gone())

    with pytest.raises(OperationalError):
        listening(home, take).hear([body(returned()), body(returned())])

    assert put_by(home) == []
    assert count(home, inbox_table) == 0
    assert count(home, outbox_table) == 0


@pytest.mark.parametrize(("clashes", "put_by_count"), [(3, 0), (50, 1)])
def test_a_clash_is_tried_again_at_once_but_not_for_ever(
    home: Home, clashes: int, put_by_count: int
) -> None:
    class Deadlock(Exception):
        """What the driver raises for the loser of a deadlock."""

        pgcode = "40P01"

    left = [clashes]

    def take(tx: Tx, fact: Any) -> None:
        del tx, fact
        left[0] -= 1
        if left[0] >= 0:
            raise OperationalError(SQL, {}, Deadlock())

    listening(home, take).hear([body(returned())])

    assert len(put_by(home)) == put_by_count


def test_a_listener_that_opens_no_transaction_is_a_fault(home: Home) -> None:
    listener = Listener(home, "take", SpotReturned, lambda *_: None)

    listener.hear([body(returned())])

    (deferred,) = put_by(home)
    assert deferred.error.startswith(FactNotTaken.__name__)


def test_facts_about_one_thing_see_what_the_one_before_did(any_home: Home) -> None:
    about = uuid4()
    seen = []

    def take(tx: Tx, fact: Any) -> None:
        del fact
        seen.append(tx.sql.execute(select(func.count()).select_from(inbox_table)).scalar_one())

    listening(any_home, take).hear([body(returned(about=about)) for _ in range(3)])

    assert seen == [3, 3, 3]


def test_an_error_is_kept_short(home: Home) -> None:
    def take(*_: object) -> None:
        raise LookupError(SQL * 100_000)

    listening(home, take).hear([body(returned())])

    assert len(put_by(home)[0].error) <= 2000


def test_marks_of_handled_facts_are_forgotten_in_time(any_home: Home, clock: StandingClock) -> None:
    listener = listening(any_home, lambda *_: None)
    listener.hear([body(returned())])
    clock.advance(days=30)
    listener.hear([body(returned())])

    with any_home.plain() as sql:
        dropped = inbox.forget(sql, before=clock.at, limit=9)

    assert dropped == 1
    assert count(any_home, inbox_table) == 1


def test_what_a_body_holds_is_not_changed_on_its_way(any_home: Home) -> None:
    odd = json.dumps({"fact": "it's 100% \\ {odd} %s %(x)s \u0000 ☃"}).encode()

    listening(any_home, lambda *_: None).hear([odd])

    assert put_by(any_home)[0].body == odd
