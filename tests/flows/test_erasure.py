"""A person is erased: every service removes what it holds of them, and the receipt says so."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from services.events.service import Events
from services.loyalty.service import Loyalty
from services.ranking.service import Ranking
from shared.testing import Suite
from tests.flows.studio import ALL, Mailbox, Studio

SERVICES = ("booking", "events", "loyalty", "notify", "ranking", "waitlist")
NAMES = ("lovelace", "021234567")


@pytest.fixture(name="studio")
def open_studio(tmp_path: Path) -> Iterator[Studio]:
    """Give a studio with all six services."""
    mailbox = Mailbox()
    classes = [*ALL, Loyalty, Ranking, Events]
    suite = Suite(dict.fromkeys(classes), tmp_path, {"notify.mail": mailbox})
    yield Studio(suite, mailbox)
    suite.close()


def rows_naming(studio: Studio, service: str) -> list[str]:
    """List the rows of a service's database that show the person, each after its table."""
    with studio.suite.sql(service) as sql:
        tables = sql.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars()
        return [
            f"{table}: {row}"
            for table in tables
            for row in sql.execute(text(f'SELECT * FROM "{table}"'))  # noqa: S608 - names of our own
            if any(name in str(row).lower() for name in NAMES)
        ]


def live_a_little(studio: Studio) -> str:
    """Make somebody known and have every service deal with them; give their id."""
    suite: Any = studio.suite
    person_id: str = suite.booking.register_person(
        kind="client",
        name="Ada Lovelace",
        email="lovelace@example.com",
        phone="+39 02 1234567",
        notes="Lovelace is shy",
    )["person_id"]
    studio.people["Ada Lovelace"] = person_id
    suite.deliver()
    suite.ranking.activate(time_zone="Europe/Rome")
    category = suite.ranking.add_category(name="Karate")["category_id"]
    suite.ranking.add_rank(category_id=category, name="white")
    suite.ranking.assign(person_id=person_id, category_id=category)
    suite.loyalty.issue_card(person_id=person_id)
    bob = studio.person("bob", "client")
    suite.deliver()
    suite.loyalty.refer(new_person_id=bob, referrer_id=person_id)
    starts_at = suite.now() + timedelta(days=9)
    event_id = suite.events.create_event(
        name="Open house",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=3),
        time_zone="Europe/Rome",
        location="Town hall",
    )["event_id"]
    suite.deliver()
    suite.events.register(event_id=event_id, person_id=person_id)
    studio.session()
    studio.book("Ada Lovelace")
    studio.full("grace", waiting=["Ada Lovelace"])
    suite.booking.message_person(
        person_id=person_id, channel="email", subject="Dear Lovelace", text="Bring a towel."
    )
    studio.settle()
    return person_id


def test_nothing_in_any_database_names_an_erased_person(studio: Studio) -> None:
    person_id = live_a_little(studio)
    assert [one for one in SERVICES if rows_naming(studio, one)] == [*SERVICES[:-1]]

    receipt = studio.suite.booking.erase_person(person_id=person_id, cancel_bookings=True)
    studio.settle()
    studio.suite.advance(minutes=2)
    studio.suite.tick("booking.scrub_erased")
    studio.settle()

    done = studio.suite.booking.get_erasure(erasure_id=receipt["erasure_id"])
    assert done["waiting_for"] == []
    assert sorted(one["service"] for one in done["services"]) == list(SERVICES)
    assert all(one["removed"] for one in done["services"])
    assert {service: rows_naming(studio, service) for service in SERVICES} == {
        service: [] for service in SERVICES
    }
