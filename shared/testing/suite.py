"""One process that holds several services, and what travels between them.

Listeners, calls and timers run through the very code the bus runs them by; only the way between
is the test's own, so that it can double, reorder and delay what travels.
"""

import inspect
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from itertools import groupby, islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from nameko.exceptions import deserialize, serialize
from nameko.extensions import DependencyProvider
from sqlalchemy import func, select

from shared import outbox
from shared.bus import Database, Gateway, On, Rpc
from shared.bus.calls import Responder
from shared.bus.listen import Listener, retry_due
from shared.bus.topology import entrypoints
from shared.clock import Clock
from shared.columns import deferred
from shared.contracts import Fact, Trace
from shared.contracts.errors import Refused
from shared.db import Home, Transactions, Unit
from shared.outbox import Said
from shared.testing.engines import Lent, lend

MORNING = datetime(2031, 3, 3, 9, tzinfo=UTC)
_ROUNDS = 500


@dataclass(frozen=True, slots=True)
class Delivery:
    """One fact on its way to one listener."""

    said: Said
    listener: Listener


Order = Callable[[Sequence[Delivery]], Iterable[Delivery]]
"""How deliveries are ordered: `list`, `reversed`, `lambda post: rng.sample(post, len(post))`."""


class Member:
    """One service of a suite: its home, and its entrypoints wired as its container would."""

    def __init__(self, cls: Any, home: Home, worker: Callable[..., Any]) -> None:
        """Wire a service; `worker` makes an instance for one entrypoint's work."""
        self.cls = cls
        self.home = home
        self.worker = worker
        self.wants = _wants(cls)
        ears = sorted((on.contract.topic, name, on.contract) for name, on in _found(cls, On))
        self.listeners = [self._listener(name, contract) for _, name, contract in ears]
        self.responders = {n: self._responder(n, rpc) for n, rpc in _found(cls, Rpc)}

    def _listener(self, name: str, contract: type[Fact]) -> Listener:
        def call(unit: Unit, fact: Fact) -> None:
            getattr(self.worker(unit, None), name)(fact)

        return Listener(self.home, name, contract, call)

    def _responder(self, name: str, rpc: Any) -> Responder:
        def call(unit: Unit, trace: Trace, request: Mapping[str, Any]) -> Any:
            return getattr(self.worker(unit, trace), name)(**request)

        return Responder(self.home, name, rpc.schema, getattr(self.cls, name), call)


@cache
def _found(cls: Any, kind: Any) -> tuple[tuple[str, Any], ...]:
    """List a service's entrypoints of a kind, looked for once."""
    return tuple(entrypoints(cls, kind))


@cache
def _wants(cls: Any) -> tuple[tuple[str, DependencyProvider], ...]:
    """List what a service's workers are given: every call and every delivery makes one."""
    return tuple(
        (name, wanted)
        for name, wanted in inspect.getmembers_static(cls)
        if isinstance(wanted, DependencyProvider)
    )


class Suite:
    """Services that tell one another facts only when `deliver` says so, by a clock that stands.

    A service is an attribute by its name and takes calls: `suite.booking.get_session(…)`.
    """

    def __init__(
        self,
        classes: Iterable[Any],
        databases: Path | Mapping[str, str],
        gateways: Mapping[str, Any] | None = None,
    ) -> None:
        """Make the services, and the tables their databases lack.

        Args:
            classes: the services' classes.
            databases: a directory for SQLite files, or each service's PostgreSQL address.
            gateways: what takes the place of gateways: `{"notify.mail": fake}`.
        """
        self.at = MORNING
        self.members: dict[str, Member] = {}
        self._gateways = dict(gateways or {})
        self._journal: list[Said] = []
        self._mark = 0
        self._woken: list[str] = []
        self._lent: list[Lent] = []
        for cls in classes:
            self._lent.append(lend(cls, databases))
            home = Home(cls.name, self._lent[-1].engine, self.now)
            home.on_commit = self._journal.extend
            home.wake = partial(self._wake, cls.name)
            self.members[cls.name] = Member(cls, home, partial(self.worker, cls.name))

    def __getattr__(self, service: str) -> Any:
        """Give a service, to be called."""
        if service not in self.__dict__.get("members", ()):
            raise AttributeError(service)
        methods = self.members[service].responders
        calls = SimpleNamespace(**{name: partial(self.call, service, name) for name in methods})
        setattr(self, service, calls)  # looked up once
        return calls

    def close(self) -> None:
        """Let go of the databases."""
        while self._lent:
            self._lent.pop().give_back()

    def now(self) -> datetime:
        """Give the suite's time, which every call moves on by a millisecond."""
        return self.at

    def advance(self, **duration: float) -> None:
        """Move the clock on: `suite.advance(seconds=60)`."""
        self.at += timedelta(**duration)

    def tick(self, timer: str) -> None:
        """Run a timer once, named like `waitlist.remind`."""
        service, _, method = timer.partition(".")
        getattr(self.worker(service), method)()

    def worker(self, service: str, unit: Unit | None = None, trace: Trace | None = None) -> Any:
        """Make an instance of a service, with its dependencies."""
        member = self.members[service]
        worker = member.cls()
        for name, wanted in member.wants:
            if isinstance(wanted, Database):
                setattr(worker, name, Transactions(member.home, unit, trace))
            elif isinstance(wanted, Clock):
                setattr(worker, name, self.now)
            elif isinstance(wanted, Gateway):
                if (key := f"{service}.{name}") not in self._gateways:
                    self._gateways[key] = wanted.make()
                setattr(worker, name, self._gateways[key])
            else:
                raise TypeError(name)
        return worker

    def call(
        self, service: str, method: str, *args: Any, correlation_id: str | None = None, **more: Any
    ) -> Any:
        """Call a method as over the bus: arguments, answers and errors cross as JSON."""
        self.advance(milliseconds=1)
        wire = json.loads(json.dumps([args, more], default=str))
        answer = self.members[service].responders[method].answer
        try:
            return json.loads(
                json.dumps(answer(*wire, correlation_id=correlation_id or str(uuid4())))
            )
        except Refused as exc:
            raise deserialize(json.loads(json.dumps(serialize(exc)))) from exc

    def sql(self, service: str) -> Any:
        """Open a service's database for looking, or for arranging what no call can."""
        return self.members[service].home.plain()

    # -- telling ----------------------------------------------------------------------------

    @property
    def story(self) -> list[str]:
        """Name the facts said since the last mark, in order."""
        return [one.topic.partition(".")[0] for one in self.said]

    @property
    def said(self) -> list[Said]:
        """Give the facts said since the last mark, in order."""
        return self._journal[self._mark :]

    def mark(self) -> None:
        """Begin the story here."""
        self._mark = len(self._journal)

    def forget(self) -> None:
        """Begin the story from nothing, where the databases were emptied."""
        self._journal.clear()
        self._mark = 0

    def deliver(self, *, times: int = 1, order: Order = list, batch: int = 1) -> None:
        """Have everything heard that was said, and what is said to it, until all is quiet.

        What a listener put by is tried again when its time has come, to which the clock is moved.

        Args:
            times: how often each delivery is made.
            order: in what order those of one round are made.
            batch: how many at most that follow one another to one listener are one batch.

        Raises:
            AssertionError: it does not end.
        """
        for _ in range(_ROUNDS):
            self.run_woken()
            post = [one for one in self.take_out() for _ in range(times)]
            self.hear(order(post), batch=batch)
            if not post and not self._woken and not self._retry():
                return
        raise AssertionError(self.story[-20:])

    def take_out(self, *, confirm: bool = True) -> list[Delivery]:
        """Take what is unconfirmed out of every outbox, for each of its listeners."""
        found: list[Said] = []
        for member in self.members.values():
            with member.home.plain() as sql:
                said, _ = outbox.unconfirmed(sql, before=self.at + timedelta(days=1))
                if confirm and said:
                    outbox.confirm(sql, [one.fact_id for one in said], at=self.at)
            found += said
        place = {one.fact_id: number for number, one in enumerate(self._journal)}
        found.sort(key=lambda one: place.get(one.fact_id, len(place)))
        ears = [ear for member in self.members.values() for ear in member.listeners]
        return [
            Delivery(one, ear) for one in found for ear in ears if ear.contract.topic == one.topic
        ]

    def hear(self, post: Iterable[Delivery], *, batch: int = 1) -> None:
        """Make deliveries, in order."""
        for _, run in groupby(post, lambda one: id(one.listener)):
            while together := list(islice(run, batch)):
                together[0].listener.hear([one.said.body.encode() for one in together])

    def run_woken(self) -> None:
        """Run the timers that committed transactions have woken."""
        woken, self._woken = dict.fromkeys(self._woken), []
        for timer in woken:
            self.tick(timer)

    def _retry(self) -> bool:
        """Move the clock to the next retry of what was put by, make it; say if there was one."""
        due: list[datetime] = []
        for member in self.members.values():
            with member.home.connection() as sql:
                due += filter(None, sql.execute(select(func.min(deferred.c.due_at))).scalars())
        if not due:
            return False
        self.at = max(self.at, min(due))
        return any(retry_due(one.home, one.listeners) for one in self.members.values())

    def _wake(self, service: str, timer: str) -> None:
        self._woken.append(f"{service}.{timer}")
