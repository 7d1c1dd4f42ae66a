"""What the logs of a run do not hold: addresses of people, and links that could be used."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from tests.stack import STORY, http
from tests.studio import Studio

pytestmark = pytest.mark.live


def _logs(place: Studio) -> str:
    return "".join(place.run.log(name) for name in place.run.processes)


@contextmanager
def _refusing(place: Studio, service: str, table: str) -> Iterator[None]:
    """Have a table take no row: the database's error then quotes the row it was given."""
    place.run.change(service, f"ALTER TABLE {table} ADD CONSTRAINT no CHECK (false) NOT VALID")
    try:
        yield
    finally:
        place.run.change(service, f"ALTER TABLE {table} DROP CONSTRAINT no")


def test_no_address_and_no_link_is_in_the_logs_of_all_that_happened_here(place: Studio) -> None:
    full = place.full_session()
    place.run.settle()
    (link,) = (mail["link"] for mail in place.mailbox.taken(full.holders[0]["email"]))
    http(link)
    http(link[:-5])
    http(link, "POST")
    place.run.settle()

    logs = _logs(place)

    tokens = {mail["link"].rpartition("/")[2] for mail in place.mailbox.taken()}
    assert len(tokens) >= 2
    assert not [token for token in tokens if token[:40] in logs]
    assert not re.findall(r"[\w.+-]+@example\.com", logs)


def test_an_unreadable_fact_is_not_quoted_in_the_log(place: Studio) -> None:
    wire = dict(place.run.facts("PersonRegistered")[-1])
    marker = "unreadable.marker@example.com"
    wire["data"] = {**wire["data"], "email": marker, "kind": marker}
    parked = "SELECT count(*) FROM deferred WHERE parked_at IS NOT NULL"
    before = place.run.scalar("notify", parked)

    place.run.publish([wire])
    place.run.until(lambda: place.run.scalar("notify", parked) > before, "it is parked")

    assert "fact.unreadable" in place.run.log("notify")
    assert marker not in _logs(place)
    place.run.change("notify", "DELETE FROM deferred")


def test_a_database_that_refuses_a_fact_is_not_quoted_in_the_log(place: Studio) -> None:
    run = place.run
    with _refusing(place, "notify", "contacts"):
        person = place.person("refused.fact")
        run.until(lambda: run.scalar("notify", "SELECT count(*) FROM deferred"), "it is put by")
    run.settle()

    assert "fact.deferred" in run.log("notify")
    assert person["email"] not in _logs(place)
    assert person["name"] not in _logs(place)


def test_a_database_that_goes_away_is_not_quoted_in_the_log(place: Studio) -> None:
    run = place.run
    ended = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = :name AND wait_event_type = 'Lock'"
    )
    name = {"name": f"{run.name}_notify"}
    with run.sql("notify") as sql, run.admin() as admin:
        sql.execute(text("LOCK TABLE contacts IN ACCESS EXCLUSIVE MODE"))
        person = place.person("lost.fact")
        run.until(lambda: admin.execute(ended, name).all(), "notify waits for a lock")
    run.settle()

    assert "lane.held" in run.log("notify")
    assert person["email"] not in _logs(place)
    assert person["name"] not in _logs(place)


def test_a_database_that_refuses_a_call_is_quoted_neither_to_the_caller_nor_in_the_log(
    place: Studio,
) -> None:
    with _refusing(place, "booking", "people"):
        answer = _register(place)

    assert "internal error" in answer
    assert "refused.call" not in answer
    assert "call.failed" in place.run.log("booking")
    assert "refused.call" not in _logs(place)


def _register(place: Studio) -> str:
    """Make somebody known, and give the error this ends with."""
    try:
        place.person("refused.call")
    except Exception as exc:  # noqa: BLE001 - whatever the caller is told is looked at
        return str(exc)
    return "no error"


def test_every_line_of_the_logs_is_a_json_object(place: Studio) -> None:
    for service in STORY:
        for line in place.run.log(service).splitlines():
            assert isinstance(json.loads(line), dict), line
