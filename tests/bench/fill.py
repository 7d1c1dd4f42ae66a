"""People, sessions, bookings and waiting lists by the thousand, straight into the databases.

Ids follow from what a thing is (`a waiter`), which filling it belongs to (`salt`) and its number,
so that every database makes the same ones by itself, and the measuring program knows them too.
"""

import hashlib
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from uuid import UUID

import psycopg2  # type: ignore[import-untyped]  # it has no types


def the_id(kind: str, salt: str, number: int) -> UUID:
    """Give the id of a thing of a filling."""
    return UUID(hashlib.md5(f"{kind}-{salt}-{number}".encode()).hexdigest())  # noqa: S324


def address(salt: str, number: int) -> str:
    """Give the email address of a waiter or booker of a filling."""
    return f"p{number}.{salt}@example.org"


_THE_ID = """
    CREATE OR REPLACE FUNCTION pg_temp.id(kind text, salt text, number bigint) RETURNS uuid
    LANGUAGE sql IMMUTABLE AS $$ SELECT md5(kind || '-' || salt || '-' || number)::uuid $$
"""
_PEOPLE = """
    INSERT INTO people (person_id, kind, name, email, language, registered_at, sequence)
    SELECT pg_temp.id(%(kind)s, %(salt)s, i), 'client', 'Person ' || i,
           'p' || i || '.' || %(salt)s || '@example.org', 'en', now(), 1
    FROM generate_series(0, %(count)s - 1) i
"""
_CONTACTS = """
    INSERT INTO contacts (person_id, name, email, language, sequence)
    SELECT pg_temp.id('person', %(salt)s, i), 'Person ' || i,
           'p' || i || '.' || %(salt)s || '@example.org', 'en', 1
    FROM generate_series(0, %(count)s - 1) i
"""
_SESSION_TYPE = """
    INSERT INTO session_types
    SELECT pg_temp.id('type', %(salt)s, 0), 'Yoga', '', 'multi', 60, now()
"""
_SESSIONS = """
    INSERT INTO sessions (session_id, session_type_id, name, classification, starts_at, ends_at,
        time_zone, staff, location, capacity, taken, waiting_list_size, waiting_list_closes_at,
        demand, cleared, sequence)
    SELECT pg_temp.id('session', %(salt)s, s), pg_temp.id('type', %(salt)s, 0),
           'Morning yoga ' || s, 'regular', now() + interval '30 days',
           now() + interval '30 days 1 hour', 'Europe/Rome',
           'Ada Lovelace', 'Room 1', %(capacity)s, %(taken)s, %(list_size)s,
           now() + interval '30 days', %(waiters)s, 0, 1
    FROM generate_series(0, %(sessions)s - 1) s
"""
_BOOKINGS = """
    INSERT INTO bookings (booking_id, session_id, person_id, state, booked_at)
    SELECT pg_temp.id('booking', %(salt)s, j),
           pg_temp.id('session', %(salt)s, j / %(capacity)s),
           pg_temp.id('holder', %(salt)s, j), 'confirmed', now()
    FROM generate_series(0, %(sessions)s * %(capacity)s - 1) j
"""
_WAITING = """
    INSERT INTO waiting (entry_id, session_id, person_id, state, since)
    SELECT pg_temp.id('entry', %(salt)s, j), pg_temp.id('session', %(salt)s, j / %(waiters)s),
           pg_temp.id('person', %(salt)s, j), 'waiting', now()
    FROM generate_series(0, %(sessions)s * %(waiters)s - 1) j
"""
# Reminders are put off, so that none falls into a measurement.
_QUEUES = """
    INSERT INTO queues (queue_id, source, target_id, name, policy, size, closes_at, version,
        waiting, sequence, reminded_at)
    SELECT pg_temp.id('queue', %(salt)s, s), 'booking', pg_temp.id('session', %(salt)s, s),
           'Morning yoga ' || s, 'assign', %(list_size)s, now() + interval '30 days',
           %(waiters)s, %(waiters)s, 1, now() + interval '1 day'
    FROM generate_series(0, %(sessions)s - 1) s
"""
_ENTRIES = """
    INSERT INTO entries (entry_id, queue_id, person_id, position, joined_at, state)
    SELECT pg_temp.id('entry', %(salt)s, j), pg_temp.id('queue', %(salt)s, j / %(waiters)s),
           pg_temp.id('person', %(salt)s, j), j %% %(waiters)s + 1, now(), 'waiting'
    FROM generate_series(0, %(sessions)s * %(waiters)s - 1) j
"""


@dataclass(frozen=True)
class Filling:
    """So many sessions, each with all its seats booked and so many people waiting."""

    salt: str
    sessions: int
    seats: int
    waiters: int

    def bookings(self) -> list[UUID]:
        """List the bookings, one of each session in turn."""
        numbers = (
            session * self.seats + seat
            for seat in range(self.seats)
            for session in range(self.sessions)
        )
        return [the_id("booking", self.salt, number) for number in numbers]


def _run(url: str, statements: list[str], **values: object) -> None:
    with closing(psycopg2.connect(url)) as sql, sql, sql.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")
        cursor.execute(_THE_ID)
        for statement in statements:
            cursor.execute(statement, values)


def _analyze(url: str, tables: str) -> None:
    with closing(psycopg2.connect(url)) as sql:
        sql.autocommit = True
        with sql.cursor() as cursor:
            cursor.execute(f"VACUUM ANALYZE {tables}")


def fill_lists(database: Callable[[str], str], made: Filling, *, served: int | None = None) -> None:
    """Make full sessions with waiting lists.

    Args:
        database: gives the address of a service's database.
        made: what to make.
        served: for how many waiters, from the first, there is a person with a contact; None: all.
    """
    people = made.sessions * made.waiters if served is None else served
    seats = made.sessions * made.seats
    values = {
        "salt": made.salt,
        "sessions": made.sessions,
        "capacity": made.seats,
        "taken": made.seats,
        "waiters": made.waiters,
        "list_size": made.waiters + 1,
    }
    for kind, count in (("person", people), ("holder", seats)):
        _run(database("booking"), [_PEOPLE], kind=kind, salt=made.salt, count=count)
    _run(database("booking"), [_SESSION_TYPE, _SESSIONS, _BOOKINGS, _WAITING], **values)
    _run(database("waitlist"), [_QUEUES, _ENTRIES], **values)
    _run(database("notify"), [_CONTACTS], salt=made.salt, count=people)
    _analyze(database("booking"), "people, sessions, bookings, waiting, holds")
    _analyze(database("waitlist"), "queues, entries, spots, decisions")
    _analyze(database("notify"), "contacts, messages")


def fill_sessions(
    database: Callable[[str], str], salt: str, *, sessions: int, seats: int, people: int
) -> None:
    """Make empty sessions without a waiting list, and people to book them."""
    values = {
        "salt": salt,
        "sessions": sessions,
        "capacity": seats,
        "taken": 0,
        "waiters": 0,
        "list_size": 0,
    }
    _run(database("booking"), [_PEOPLE], kind="person", salt=salt, count=people)
    _run(database("booking"), [_SESSION_TYPE, _SESSIONS], **values)
    _run(database("notify"), [_CONTACTS], salt=salt, count=people)
    _analyze(database("booking"), "people, sessions, bookings, waiting, holds")
    _analyze(database("notify"), "contacts, messages")
