"""Following what happened: through the journals of all services, and to what was put by."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Connection, or_, select

from shared import inbox
from shared.clock import utc_now
from shared.columns import deferred, outbox
from shared.config import settings
from shared.db import Home
from shared.engine import make_engine
from shared.inbox import Deferred

log = structlog.get_logger()
_SEARCHED = 1000


@contextmanager
def home_of(service: str) -> Iterator[Home]:
    """Open a service's database from outside of it."""
    engine = make_engine(settings().database_url(service), service=service, pool_size=1)
    try:
        yield Home(service, engine, utc_now)
    finally:
        engine.dispose()


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened on a thread."""

    at: datetime
    service: str
    what: str
    detail: str
    fact_id: UUID | None
    correlation_id: str
    caused_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class Diary:
    """What a service can tell of threads beside the facts it said, from tables of its own.

    `threads` gives those an id belongs to, `steps` what happened on them.
    """

    threads: Callable[[Connection, str], set[str]]
    steps: Callable[[Connection, set[str]], list[Step]]


def follow(
    services: Sequence[str], some_id: str, diaries: Mapping[str, Diary] = MappingProxyType({})
) -> list[Step]:
    """Find every step of the threads that have to do with an id, in the order of time.

    The id may be of a fact or a thread, or of anything a fact or a diary names.
    """
    threads: set[str] = set()
    for service in services:
        with home_of(service) as home, home.connection() as sql:
            threads |= _threads(sql, some_id)
            if service in diaries:
                threads |= diaries[service].threads(sql, some_id)
    steps = _all_steps(services, threads, diaries)
    earlier = _threads_of_causes(steps, diaries) - threads
    return sorted(steps + _all_steps(services, earlier, diaries), key=lambda step: step.at)


def _all_steps(
    services: Sequence[str], threads: set[str], diaries: Mapping[str, Diary]
) -> list[Step]:
    steps: list[Step] = []
    for service in services if threads else ():
        with home_of(service) as home, home.connection() as sql:
            steps += _steps(sql, service, threads)
            if service in diaries:
                steps += diaries[service].steps(sql, threads)
    return steps


def _threads_of_causes(steps: Sequence[Step], diaries: Mapping[str, Diary]) -> set[str]:
    """Find the threads of what has caused something and is no fact: messages, by their links."""
    causes = {step.caused_by for step in steps} - {step.fact_id for step in steps} - {None}
    threads: set[str] = set()
    for service, diary in diaries.items() if causes else ():
        with home_of(service) as home, home.connection() as sql:
            for cause in causes:
                threads |= diary.threads(sql, str(cause))
    return threads


def _threads(sql: Connection, some_id: str) -> set[str]:
    matches: list[Any] = [outbox.c.correlation_id == some_id]
    try:
        as_uuid = UUID(some_id)
    except ValueError:
        pass
    else:
        matches += [outbox.c.fact_id == as_uuid, outbox.c.about == as_uuid]
    query = select(outbox.c.correlation_id).distinct().limit(_SEARCHED)
    found = set(sql.execute(query.where(or_(*matches))).scalars())
    if not found:
        named = outbox.c.body.contains(some_id, autoescape=True)
        found = set(sql.execute(query.where(named)).scalars())
    return found


def _steps(sql: Connection, service: str, threads: set[str]) -> list[Step]:
    said = select(
        *(outbox.c.said_at, outbox.c.topic, outbox.c.body, outbox.c.fact_id),
        *(outbox.c.correlation_id, outbox.c.caused_by),
    ).where(outbox.c.correlation_id.in_(threads))
    steps = [
        Step(
            *(row.said_at, service, row.topic, row.body),
            *(row.fact_id, row.correlation_id, row.caused_by),
        )
        for row in sql.execute(said)
    ]
    held = select(deferred).where(deferred.c.correlation_id.in_(threads))
    for row in sql.execute(held):
        state = "parked" if row.parked_at else f"tried {row.attempts} times"
        what = f"{row.topic} put by in {row.entrypoint} ({state})"
        steps.append(
            Step(row.first_failed_at, service, what, row.error, row.fact_id, row.correlation_id)
        )
    return steps


def told(steps: Sequence[Step]) -> Iterator[str]:
    """Tell steps a line each, thread by thread, with the time since the thread began."""
    named = "".join(step.what for step in steps)
    for thread in dict.fromkeys(step.correlation_id for step in steps):
        own = [step for step in steps if step.correlation_id == thread]
        cause = own[0].caused_by
        by_link = f", by a link in message {cause}" if f"message {cause}" in named else ""
        yield f"[bold]{thread}[/bold]  {own[0].at:%Y-%m-%d %H:%M:%S} UTC{by_link}"
        for step in own:
            since = (step.at - own[0].at).total_seconds() * 1000
            yield f"  {since:9.1f} ms  {step.service:9} {step.what:24} {step.fact_id or ''}"


def put_by(services: Sequence[str], *, parked_only: bool) -> Iterator[tuple[str, Deferred]]:
    """List what is put by in every service."""
    for service in services:
        with home_of(service) as home, home.connection() as sql:
            found = inbox.list_deferred(sql, parked=True if parked_only else None)
        yield from ((service, one) for one in found)


def find_parked(services: Sequence[str], some_id: UUID) -> tuple[str, Deferred] | None:
    """Find what is put by under its own id or the fact's."""
    for service in services:
        with home_of(service) as home, home.connection() as sql:
            found = inbox.find_deferred(sql, some_id)
        if found is not None:
            return service, found
    return None


def retry_parked(service: str, one: Deferred, *, at: datetime) -> None:
    """Have the service try a fact again; it looks twice a second."""
    with home_of(service) as home, home.plain() as sql:
        inbox.unpark(sql, one.deferred_id, at=at)
    log.info("parked.retried", service=service, topic=one.topic, fact_id=str(one.fact_id))


def drop_parked(service: str, one: Deferred, *, reason: str) -> None:
    """Drop a fact for good; the log keeps that it was, and why."""
    with home_of(service) as home, home.plain() as sql:
        inbox.settle(sql, one.deferred_id)
    log.warning(
        "parked.dropped",
        service=service,
        topic=one.topic,
        fact_id=str(one.fact_id),
        entrypoint=one.entrypoint,
        reason=reason,
    )
