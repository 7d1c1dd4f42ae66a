"""What becomes of the facts a listener is given: handled once, put by, or parked; never lost.

A listener takes whatever has come in, up to ATELIER_BATCH facts, into one transaction. If one of
them fails, the transaction is undone and each is handled alone, so that only the one that failed
is put by.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import structlog

from shared import inbox, metrics
from shared.contracts import Envelope, Fact, FactUnreadable, ids_of
from shared.db import Home, Unit
from shared.engine import is_clash, is_outage
from shared.failpoints import failpoint
from shared.inbox import AlreadyHandled, Deferred

log = structlog.get_logger()
_CLASH_TRIES = 5
_ERROR_LENGTH = 2000


class FactNotTaken(Exception):
    """A listening method returned without having opened `once(fact)`."""


class Listener:
    """One listening entrypoint of a service.

    `call` runs the method for one fact within a unit of work that this class commits.
    """

    def __init__(
        self,
        home: Home,
        entrypoint: str,
        contract: type[Fact],
        call: Callable[[Unit, Fact], None],
    ) -> None:
        """Listen in the name of a service's method."""
        self.home = home
        self.entrypoint = entrypoint
        self.contract = contract
        self.call = call
        self._seconds = metrics.BATCH_SECONDS.labels(home.service, entrypoint)
        self._counts = {
            outcome: metrics.FACTS_HEARD.labels(home.service, entrypoint, contract.topic, outcome)
            for outcome in ("handled", "repeated", "deferred", "parked", "unreadable")
        }

    def hear(self, bodies: Sequence[bytes]) -> None:
        """Settle messages: when this returns, every one of them may be acknowledged.

        Raises:
            DBAPIError: the database is not to be had; nothing was done, and trying again is safe.
        """
        began = time.perf_counter()
        facts: dict[object, Fact] = {}
        for body in bodies:
            try:
                fact = self.contract.from_wire(body)
            except FactUnreadable as exc:
                self._park(body, exc)
            else:
                facts.setdefault(fact.fact_id, fact)
        if facts:
            # In the order of their aggregates, so that two batches lock rows in the same order.
            self._together(sorted(facts.values(), key=lambda fact: fact.about))
        self._seconds.observe(time.perf_counter() - began)

    def _together(self, facts: Sequence[Fact]) -> None:
        try:
            self._once(facts)
        except Exception as exc:
            if is_outage(exc):
                raise
            if len(facts) > 1:
                for fact in facts:
                    self._together([fact])
                return
            self._alone(facts[0], exc)

    def _alone(self, fact: Fact, exc: Exception) -> None:
        """Give a fact that failed a few more chances if others were in its way, or put it by."""
        for _ in range(_CLASH_TRIES):
            if not is_clash(exc):
                break
            try:
                self._once([fact])
            except Exception as again:
                if is_outage(again):
                    raise
                exc = again
            else:
                return
        self._defer(fact, exc)

    def _once(self, facts: Sequence[Fact]) -> None:
        """Handle facts in one transaction, all or none."""
        with self._unit() as unit:
            new = unit.receive(facts)
            failpoint("lane.handling", self.entrypoint)
            about = None
            for fact in new:
                if fact.about == about:
                    unit.flush()  # facts about one thing see what the one before them did
                about = fact.about
                self._take(unit, fact)
            unit.commit()
        self._counts["handled"].inc(len(new))
        self._counts["repeated"].inc(len(facts) - len(new))

    def _take(self, unit: Unit, fact: Fact) -> None:
        self.call(unit, fact)
        if not unit.received[fact.fact_id]:
            msg = f"{self.home.service}.{self.entrypoint} handled {fact.name} outside of once()"
            raise FactNotTaken(msg)

    @contextmanager
    def _unit(self) -> Iterator[Unit]:
        unit = Unit(self.home, self.entrypoint)
        try:
            yield unit
        except BaseException:
            unit.undo()
            raise

    def _defer(self, fact: Fact, exc: Exception) -> None:
        envelope = _envelope(fact)
        with self.home.plain() as sql:
            inbox.put_by(
                sql,
                entrypoint=self.entrypoint,
                topic=fact.topic,
                fact_id=envelope.fact_id,
                correlation_id=envelope.correlation_id,
                body=fact.to_wire().encode(),
                error=described(exc),
                at=self.home.now(),
            )
        self._counts["deferred"].inc()
        log.warning(
            "fact.deferred",
            service=self.home.service,
            entrypoint=self.entrypoint,
            topic=fact.topic,
            fact_id=str(envelope.fact_id),
            correlation_id=envelope.correlation_id,
            error=type(exc).__name__,
        )

    def _park(self, body: bytes, exc: Exception) -> None:
        fact_id, correlation_id = ids_of(body)
        with self.home.plain() as sql:
            inbox.put_by(
                sql,
                entrypoint=self.entrypoint,
                topic=self.contract.topic,
                fact_id=fact_id,
                correlation_id=correlation_id,
                body=body,
                error=described(exc),
                at=self.home.now(),
                park=True,
            )
        self._counts["unreadable"].inc()
        log.error(
            "fact.unreadable",
            service=self.home.service,
            entrypoint=self.entrypoint,
            topic=self.contract.topic,
            error=str(exc),
        )

    def retry(self, one: Deferred) -> None:
        """Try a deferred fact again; done, it is dropped, failed, it waits longer or is parked."""
        try:
            fact = self.contract.from_wire(one.body)
            with self._unit() as unit:
                for new in unit.receive([fact]):
                    self._take(unit, new)
                inbox.settle(unit.sql, one.deferred_id)
                unit.commit()
        except Exception as exc:
            if is_outage(exc):
                raise
            with self.home.plain() as sql:
                parked = inbox.put_by_again(sql, one, described(exc), at=self.home.now())
            self._counts["parked" if parked else "deferred"].inc()
            if parked:
                log.exception(
                    "fact.parked",
                    service=self.home.service,
                    entrypoint=self.entrypoint,
                    topic=one.topic,
                    fact_id=str(one.fact_id),
                    correlation_id=one.correlation_id,
                )
        else:
            self._counts["handled"].inc()


def retry_due(home: Home, listeners: Sequence[Listener]) -> int:
    """Try again what is due of the facts put by; give how many were tried."""
    by_name = {(one.entrypoint, one.contract.topic): one for one in listeners}
    with home.plain() as sql:
        due = inbox.take_due(sql, at=home.now())
    for one in due:
        listener = by_name.get((one.entrypoint, one.topic))
        if listener is None:
            with home.plain() as sql:
                inbox.put_by_again(sql, one, "nothing listens under this name", at=home.now())
        else:
            listener.retry(one)
    return len(due)


def described(exc: BaseException) -> str:
    """Name an error for an operator; cut, because a database may quote whole rows."""
    return f"{type(exc).__name__}: {exc}"[:_ERROR_LENGTH]


def _envelope(fact: Fact) -> Envelope:
    if fact.envelope is None:
        raise AlreadyHandled
    return fact.envelope
