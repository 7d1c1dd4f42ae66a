"""What leaves with a commit, and what a rollback takes with it."""

import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import eventlet
import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, PendingRollbackError

from shared import inbox, outbox
from shared.db import Home, Transactions, Unit
from shared.engine import is_clash, is_outage, is_overdue, make_engine, prove_cooperation
from shared.inbox import StoredReply
from shared.outbox import Said
from tests.contracts.samples import TEXTS
from tests.servers import servers
from tests.shared.conftest import StandingClock
from tests.shared.facts import returned


def journal(home: Home) -> list[Said]:
    """List what is said and not confirmed."""
    with home.connection() as sql:
        return outbox.unconfirmed(sql, before=home.now().replace(year=2099))[0]


def test_a_fact_leaves_with_the_commit(any_home: Home) -> None:
    told: list[Sequence[Said]] = []
    any_home.on_commit = told.append

    with Transactions(any_home).begin() as tx:
        tx.sql.execute(text("SELECT 1"))
        tx.emit(returned())
        assert told == []

    assert [len(said) for said in told] == [1]
    assert journal(any_home) == list(told[0])


def test_a_rollback_says_nothing(any_home: Home) -> None:
    told: list[Any] = []
    any_home.on_commit = told.append
    any_home.wake = told.append

    def fail() -> None:
        with Transactions(any_home).begin() as tx:
            tx.emit(returned())
            tx.wake("send_messages")
            raise LookupError

    with pytest.raises(LookupError):
        fail()

    assert told == []
    assert journal(any_home) == []


def test_a_fact_leaves_where_nothing_else_was_done(any_home: Home) -> None:
    with Transactions(any_home).begin() as tx:
        tx.emit(returned())

    assert len(journal(any_home)) == 1


def test_a_timer_is_woken_after_the_commit_and_once(any_home: Home) -> None:
    woken: list[str] = []
    any_home.wake = woken.append

    with Transactions(any_home).begin() as tx:
        tx.emit(returned())
        tx.wake("send_messages")
        tx.wake("send_messages")
        assert woken == []

    assert woken == ["send_messages"]


def test_the_outbox_gives_the_oldest_first_and_goes_on_from_there(any_home: Home) -> None:
    facts = [returned() for _ in range(7)]
    with Transactions(any_home).begin() as tx:
        for fact in facts:
            tx.emit(fact)
    expected = [one.fact_id for one in journal(any_home)]

    seen, after = [], 0
    with any_home.connection() as sql:
        for _ in range(4):
            some, after = outbox.unconfirmed(
                sql, before=any_home.now().replace(year=2099), after=after, limit=2
            )
            seen += [one.fact_id for one in some]

    assert seen == expected
    assert after == 0


def test_a_confirmed_fact_is_not_said_again_and_pruned_in_time(
    any_home: Home, clock: StandingClock
) -> None:
    with Transactions(any_home).begin() as tx:
        tx.emit(returned())
        tx.emit(returned())
    first, second = journal(any_home)

    with any_home.plain() as sql:
        outbox.confirm(sql, [first.fact_id], at=clock.at)
    assert journal(any_home) == [second]
    clock.advance(days=1)
    with any_home.plain() as sql:
        assert outbox.prune(sql, before=clock.at, limit=9) == 1
        assert outbox.lag(sql)[0] == 1


@pytest.mark.live
@given(TEXTS)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_text_arrives_in_the_database_as_it_is(pg_home: Home, said: str) -> None:
    fact = returned()
    object.__setattr__(fact.envelope, "correlation_id", (said.replace("\0", "") + "%s")[:200])

    with Transactions(pg_home).once(fact) as tx:
        tx.emit(returned())

    assert fact.envelope is not None
    assert journal(pg_home)[-1].correlation_id == fact.envelope.correlation_id


def test_several_rows_of_one_insert_are_written_together(any_home: Home) -> None:
    unit = Unit(any_home, "hum")
    for key in ("call:1", "call:2", "call:3"):
        inbox.keep_reply(unit.writes, StoredReply(key, "print", "1"), at=any_home.now())

    unit.commit()

    with any_home.connection() as sql:
        for key in ("call:1", "call:2", "call:3"):
            assert inbox.find_reply(sql, [key]) == StoredReply(key, "print", "1")


@pytest.mark.live
def test_a_deadlock_is_a_clash_and_no_outage(pg_home: Home) -> None:
    with pg_home.engine.begin() as sql:
        sql.execute(text("CREATE TABLE things (id int PRIMARY KEY, n int)"))
        sql.execute(text("INSERT INTO things VALUES (1, 0), (2, 0)"))
    errors: list[DBAPIError] = []
    change = text("UPDATE things SET n = n + 1 WHERE id = :id")

    def cross(first: int, second: int) -> None:
        try:
            with pg_home.plain() as sql:
                sql.execute(change, {"id": first})
                eventlet.sleep(0.2)
                sql.execute(change, {"id": second})
        except DBAPIError as exc:
            errors.append(exc)

    for thread in [eventlet.spawn(cross, 1, 2), eventlet.spawn(cross, 2, 1)]:
        thread.wait()

    assert [getattr(exc.orig, "pgcode", None) for exc in errors] == ["40P01"]
    assert is_clash(errors[0])
    assert not is_outage(errors[0])


@pytest.mark.live
def test_a_lock_not_had_in_time_is_a_clash(pg_home: Home) -> None:
    with pg_home.engine.begin() as sql:
        sql.execute(text("CREATE TABLE things (id int)"))

    with pg_home.connection() as holder, pg_home.connection() as waiter:
        holder.execute(text("LOCK TABLE things"))
        waiter.execute(text("SET LOCAL lock_timeout = '50ms'"))
        with pytest.raises(DBAPIError) as caught:
            waiter.execute(text("LOCK TABLE things"))

    assert is_clash(caught.value)
    assert not is_outage(caught.value)


@pytest.mark.live
def test_a_statement_that_takes_too_long_is_broken_off_and_no_outage(pg_home: Home) -> None:
    with pg_home.connection() as sql:
        sql.execute(text("SET LOCAL statement_timeout = '50ms'"))
        with pytest.raises(DBAPIError) as caught:
            sql.execute(text("SELECT pg_sleep(5)"))

    assert is_overdue(caught.value)
    assert not is_outage(caught.value)
    assert not is_clash(caught.value)


@pytest.mark.live
def test_a_connection_that_was_cut_is_an_outage_and_the_next_one_works(pg_home: Home) -> None:
    with pytest.raises(DBAPIError) as caught, pg_home.connection() as sql:
        sql.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    with pg_home.connection() as sql:
        answer = sql.execute(text("SELECT 1")).scalar()

    assert is_outage(caught.value)
    assert not is_clash(caught.value)
    assert answer == 1


@pytest.mark.live
def test_what_is_asked_of_a_connection_after_it_was_cut_is_an_outage_too(pg_home: Home) -> None:
    def go_on() -> None:
        with pg_home.connection() as sql:
            with suppress(DBAPIError):
                sql.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
            sql.execute(text("SELECT 1"))

    with pytest.raises(PendingRollbackError) as caught:
        go_on()

    assert is_outage(caught.value)


def test_a_server_that_cannot_be_reached_is_an_outage() -> None:
    engine = make_engine(
        "postgresql+psycopg2://127.0.0.1:1/nothing", service="booking", pool_size=1
    )

    with pytest.raises(DBAPIError) as caught, engine.connect():
        pass

    assert is_outage(caught.value)


@pytest.mark.live
def test_a_broken_rule_is_neither_outage_nor_clash(pg_home: Home) -> None:
    with pytest.raises(DBAPIError) as caught, pg_home.connection() as sql:
        sql.execute(text("SELECT 1 / 0"))

    assert not is_outage(caught.value)
    assert not is_clash(caught.value)


@pytest.mark.live
def test_a_transaction_not_committed_leaves_its_connection_clean(pg_home: Home) -> None:
    def fail() -> None:
        with Transactions(pg_home).begin() as tx:
            tx.sql.execute(text("CREATE TABLE things (id int)"))
            raise LookupError

    with pytest.raises(LookupError):
        fail()

    for _ in range(3):
        with pg_home.connection() as sql:
            assert sql.execute(text("SELECT to_regclass('things')")).scalar() is None


@pytest.mark.live
def test_greenlets_go_on_while_the_driver_waits(pg_home: Home) -> None:
    prove_cooperation(pg_home.engine)


@pytest.mark.live
def test_a_driver_that_was_not_patched_is_found_out() -> None:
    program = (
        "from shared.engine import make_engine, prove_cooperation\n"
        f"engine = make_engine({servers().db_url!r}, service='booking', pool_size=4)\n"
        "prove_cooperation(engine)\n"
    )

    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert ended.returncode != 0
    assert "DriverBlocks" in ended.stderr
