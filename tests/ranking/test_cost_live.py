"""What is read does not grow with more than it is about.

The timer reads those who are due, and what if reads people and not each of their visits.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from shared.testing import Suite
from tests.ranking.dojo import Dojo, day, dojo_in
from tests.servers import own_database

pytestmark = pytest.mark.live

MANY = 20_000
NAMED = 1100  # a thousand people by name, and what there is but people
COME = """
    INSERT INTO visits (booking_id, session_id, person_id, starts_at, time_zone, day, attended,
        sequence)
    SELECT gen_random_uuid(), gen_random_uuid(), person_id, now(), 'UTC',
        CAST(:first AS date) + number, true, 1
    FROM people, generate_series(1, 3) number WHERE name <> 'ada'
"""
AT_ONCE = 200  # how many the timer takes
FILL = (
    """
    INSERT INTO people (person_id, name, language, sequence, entries)
    SELECT gen_random_uuid(), 'person ' || i, 'en', 1, 0 FROM generate_series(1, :many) i
    """,
    """
    INSERT INTO placements (placement_id, person_id, category_id, number, rank_id, how, since,
        placed_at, version, earned, visits, lost)
    SELECT gen_random_uuid(), person_id, :category_id, 1, :rank_id, 'assigned', :today, now(), 1,
        '{}', '[]', 0
    FROM people WHERE name <> 'ada'
    """,
    """
    INSERT INTO standings (person_id, category_id, placement_id, rank_id, since, automatic, counted,
        due, look_on, asked, announced, flagged)
    SELECT person_id, category_id, placement_id, rank_id, since, false, 0,
        CAST(:later AS date), CAST(:later AS date), 0, false, false
    FROM placements WHERE number = 1 AND person_id <> :ada
    """,
    "ANALYZE",
)


@pytest.fixture(name="crowd")
def crowded_dojo() -> Iterator[Dojo]:
    """Give a studio where ada's time is to come in 30 days, and everybody else's much later."""
    with own_database() as database, dojo_in({"ranking": database}) as dojo:
        dojo.activate()
        dojo.category(ranks=[("white", {"tenure_days": 30}), ("black", {})], automatic=True)
        dojo.assign("ada")
        values = {
            "many": MANY,
            "category_id": dojo.category_id,
            "rank_id": dojo.ranks["white"],
            "today": day(0),
            "later": day(900),
            "ada": dojo.person("ada"),
        }
        with dojo.suite.sql("ranking") as sql:
            for statement in FILL:
                used = {name: value for name, value in values.items() if f":{name}" in statement}
                sql.execute(text(statement), used)
        yield dojo


@contextmanager
def asked_of(suite: Suite) -> Iterator[list[str]]:
    """Note the queries that ranking sends, with their values."""
    engine, said = suite.members["ranking"].home.engine, list[str]()

    def note(_: Connection, cursor: Any, *__: object) -> None:
        said.extend(
            one.strip() for one in cursor.query.decode().split("; ") if one.startswith("SELECT")
        )

    event.listen(engine, "after_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine, "after_cursor_execute", note)


@contextmanager
def fetched_by(suite: Suite) -> Iterator[list[int]]:
    """Note how many rows each of ranking's queries gives."""
    engine, given = suite.members["ranking"].home.engine, list[int]()

    def note(_: Connection, cursor: Any, *__: object) -> None:
        given.append(cursor.rowcount)

    event.listen(engine, "after_cursor_execute", note)
    try:
        yield given
    finally:
        event.remove(engine, "after_cursor_execute", note)


def rows(plan: Mapping[str, Any]) -> int:
    """Count the rows a query reads from the standings, with those it throws away."""
    found = sum(rows(child) for child in plan.get("Plans", ()))
    if plan.get("Relation Name") == "standings":
        read = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)
        found += int(plan["Actual Loops"] * read)
    return found


def read_by_the_timer(dojo: Dojo) -> int:
    """Run the timer; give how many standings its costliest query read."""
    with asked_of(dojo.suite) as statements:
        dojo.suite.tick("ranking.watch_tenure")
    worst = 0
    with dojo.suite.members["ranking"].home.connection() as sql:
        for statement in statements:
            answer = sql.exec_driver_sql(
                f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}",
                execution_options={"no_parameters": True},
            ).scalar_one()
            plan = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]
            worst = max(worst, rows(plan))
    return worst


@pytest.mark.rule("M4")
def test_the_timer_reads_only_the_rows_that_are_due(crowd: Dojo) -> None:
    crowd.suite.advance(days=29)
    nobody = read_by_the_timer(crowd)
    crowd.suite.advance(days=1)
    ada = read_by_the_timer(crowd)

    assert (nobody, ada) == (0, 1)
    assert crowd.rank_of("ada") == "black"


def test_where_everybody_is_due_on_one_day_the_timer_reads_no_more_than_it_takes(
    crowd: Dojo,
) -> None:
    crowd.suite.advance(days=900)

    assert read_by_the_timer(crowd) <= AT_ONCE + 1


def test_what_if_reads_a_row_for_each_person_and_not_for_each_visit(crowd: Dojo) -> None:
    with crowd.suite.sql("ranking") as sql:
        sql.execute(text(COME), {"first": day(0)})
    crowd.suite.advance(days=9)
    harder = {"rank_id": crowd.ranks["white"], "tenure_days": None, "visits": 4}
    easier = harder | {"visits": 3}

    with fetched_by(crowd.suite) as given:
        found = [
            crowd.call.try_criteria(category_id=crowd.category_id, ranks=[one])["counts"]
            for one in (harder, easier)
        ]
    with fetched_by(crowd.suite) as needless:
        crowd.call.try_criteria(category_id=crowd.category_id, automatic=False, ranks=[])

    assert [one["promoted"] for one in found] == [0, MANY]
    assert sum(given) < 2 * (MANY + 1) + NAMED
    assert sum(needless) < NAMED
