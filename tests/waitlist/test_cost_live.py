"""What one allocation costs does not grow with the list, nor with what it has lived through."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from services.booking.service import Booking
from services.notify.service import Notify
from services.waitlist.domain import STEP
from services.waitlist.service import Waitlist
from services.waitlist.store.entries import WINDOW
from shared.testing import Suite
from tests.flows.studio import Mailbox, Studio
from tests.servers import own_database

pytestmark = pytest.mark.live

LOOKS = ("SELECT", "UPDATE", "DELETE", "WITH")
FILL = (
    """
    INSERT INTO entries (entry_id, queue_id, person_id, position, joined_at, state)
    SELECT gen_random_uuid(), :queue_id, gen_random_uuid(), CAST(1000 + i AS bigint) * :step,
        now(), 'waiting'
    FROM generate_series(:first, :last) i
    """,
    """
    UPDATE queues SET waiting = waiting + :last - :first + 1, version = 1000 + :last
    WHERE queue_id = :queue_id
    """,
    # What is over: other lists, and the seats, offers and decisions of this one.
    """
    INSERT INTO queues (queue_id, source, target_id, name, policy, size, closes_at, version,
        waiting, sequence, reminded_at, ended_at)
    SELECT gen_random_uuid(), 'booking', gen_random_uuid(), 'Open day', 'assign', 9, now(), 1,
        0, 1, now(), now()
    FROM generate_series(:first, :last) i
    """,
    """
    INSERT INTO entries (entry_id, queue_id, person_id, position, joined_at, state, ended_at)
    SELECT gen_random_uuid(), :queue_id, gen_random_uuid(), i - 100000, now(), 'allocated', now()
    FROM generate_series(:first, :last) i
    """,
    """
    INSERT INTO spots (spot_id, queue_id, entry_id, state, seen_at, ended_at)
    SELECT gen_random_uuid(), :queue_id, gen_random_uuid(), 'allocated', now(), now()
    FROM generate_series(:first, :last) i
    """,
    """
    INSERT INTO decisions (decision_id, spot_id, queue_id, entry_id, outcome, reason, decided_at)
    SELECT -i, gen_random_uuid(), :queue_id, gen_random_uuid(), 'allocated', 'granted', now()
    FROM generate_series(:first, :last) i
    """,
    "ANALYZE",
)


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    """Give a studio whose waitlist has a database on the real server."""
    with own_database() as waitlist:
        databases = {name: f"sqlite:///{tmp_path}/{name}.sqlite" for name in ("booking", "notify")}
        mailbox = Mailbox()
        services = (Booking, Waitlist, Notify)
        suite = Suite(services, databases | {"waitlist": waitlist}, {"notify.mail": mailbox})
        try:
            yield Studio(suite, mailbox)
        finally:
            suite.close()


def fill(studio: Studio, *, first: int, last: int, history: bool = True) -> None:
    """Have so many more wait behind those who do, and as much history."""
    with studio.suite.sql("waitlist") as sql:
        sql.execute(text("SET LOCAL statement_timeout = 0"))
        query = text("SELECT queue_id FROM queues WHERE target_id = :id")
        queue_id = sql.execute(query, {"id": studio.session_id}).scalar_one()
        for statement in FILL if history else (*FILL[:2], FILL[-1]):
            names = {"queue_id": queue_id, "step": STEP, "first": first, "last": last}
            used = {name: value for name, value in names.items() if f":{name}" in statement}
            sql.execute(text(statement), used)


@contextmanager
def asked_of(studio: Studio) -> Iterator[list[str]]:
    """Note the statements that waitlist sends, with their values."""
    engine = studio.suite.members["waitlist"].home.engine
    said: list[str] = []

    def note(_: Connection, cursor: Any, *__: object) -> None:
        sent = cursor.query.decode()
        said.extend(one.strip() for one in sent.split("; ") if one.strip() != "BEGIN")

    event.listen(engine, "after_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine, "after_cursor_execute", note)


def read_by(studio: Studio, said: list[str], *, small: bool) -> list[int]:
    """Give the rows that each statement reads, with those it throws away, of the list's tables."""
    found = []
    with studio.suite.members["waitlist"].home.connection() as sql:
        if small:  # a table of a page is read whole, whatever indexes there are
            sql.exec_driver_sql("SET LOCAL enable_seqscan = off")
        for statement in said:
            if statement.startswith(LOOKS):
                explain = f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}"
                options = {"no_parameters": True}
                answer = sql.exec_driver_sql(explain, execution_options=options).scalar_one()
                plan = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]
                found.append(sum(rows(node) for node in nodes(plan)))
    return found


def nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """List the steps of a plan."""
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


def rows(node: Mapping[str, Any]) -> int:
    """Count the rows that a step reads from a table of waitlist's own."""
    of_the_list = {"queues", "entries", "spots", "offers", "decisions"}
    if "Scan" not in node["Node Type"] or node.get("Relation Name") not in of_the_list:
        return 0
    thrown = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return int(node["Actual Loops"] * (node["Actual Rows"] + thrown))


def allocate(studio: Studio, holder: str) -> list[str]:
    """Have a seat come free and find its new holder; give the statements of waitlist."""
    with asked_of(studio) as said:
        studio.cancel(holder)
        studio.settle()
    return said


POLICIES = ("assign", "assign_if_paid", "offer", "announce")


@pytest.mark.parametrize("policy", POLICIES)
def test_an_allocation_costs_the_same_with_a_hundred_and_with_ten_thousand_waiting(
    studio: Studio, policy: str
) -> None:
    studio.full("ada", "barbara", "linus", waiting=["grace", "alan", "edsger"], size=20_000)
    studio.set_policy(policy)
    studio.settle()
    allocate(studio, "linus")  # what is done once is done

    fill(studio, first=1, last=100)
    few = allocate(studio, "ada")
    read_of_few = read_by(studio, few, small=True)
    fill(studio, first=101, last=10_000)
    many = allocate(studio, "barbara")
    read_of_many = read_by(studio, many, small=False)

    assert [one.split()[0] for one in many] == [one.split()[0] for one in few]
    more = 1 if policy == "announce" else 0  # each time one more seat is in the list's hands
    differ = [many - few for many, few in zip(read_of_many, read_of_few, strict=True)]
    assert set(differ) <= {0, more}
    assert sum(read_of_few) > 0
    assert max(read_of_few) <= 3
    if policy == "assign":
        assert studio.booked == ["alan", "edsger", "grace"]


def test_an_allocation_costs_the_same_with_a_million_waiting(studio: Studio) -> None:
    studio.full("ada", "barbara", "linus", waiting=["grace", "alan", "edsger"], size=2_000_000)
    studio.settle()
    allocate(studio, "linus")  # what is done once is done
    fill(studio, first=1, last=100)
    few = allocate(studio, "ada")
    read_of_few = read_by(studio, few, small=True)

    fill(studio, first=101, last=1_000_000, history=False)
    many = allocate(studio, "barbara")

    assert [one.split()[0] for one in many] == [one.split()[0] for one in few]
    assert read_by(studio, many, small=True) == read_of_few  # its history is of a page still


def test_where_a_thousand_groups_stand_first_no_more_than_so_many_are_looked_at(
    studio: Studio,
) -> None:
    studio.full("ada", "barbara", waiting=["grace"], size=20_000)
    studio.set_policy("assign", group_rule="best_fit")
    studio.settle()
    fill(studio, first=1, last=10_000)
    with studio.suite.sql("waitlist") as sql:
        groups = "UPDATE entries SET quantity = 2, wanted = 2 WHERE state = 'waiting' AND "
        sql.execute(text(groups + "position > :step"), {"step": 900 * STEP})
        sql.execute(text("ANALYZE"))
    allocate(studio, "ada")  # to grace, who is alone

    said = allocate(studio, "barbara")  # which none of them fits into

    assert max(read_by(studio, said, small=False)) <= WINDOW + 100
