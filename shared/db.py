"""A service's own database: how its one transaction is opened, and what leaves with the commit."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from eventlet.semaphore import Semaphore
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError

from shared import inbox, outbox
from shared.clock import Now
from shared.config import settings
from shared.contracts import Fact, Trace
from shared.engine import commit, flush, make_engine, opened
from shared.failpoints import failpoint
from shared.inbox import AlreadyHandled, StoredReply
from shared.links import followed_link
from shared.outbox import Said
from shared.writes import Writes


class Home:
    """A service's database in this process, and what is to happen after its commits.

    `on_commit` is called with the facts that were said, in order, when they are safe; `wake`
    with the name of a timer that has work now.
    """

    def __init__(self, service: str, engine: Engine, now: Now) -> None:
        """Keep the parts together; nothing is opened yet."""
        self.service = service
        self.engine = engine
        self.now = now
        self.on_commit: Callable[[Sequence[Said]], None] = lambda _: None
        self.wake: Callable[[str], None] = lambda _: None
        # SQLite has one writer, and a greenlet that waited for it would stop them all.
        self._turn = Semaphore(1) if engine.dialect.name == "sqlite" else None

    @contextmanager
    def connection(self, *, durable: bool = True) -> Iterator[Connection]:
        """Lend a connection with a transaction, undone at the end unless it was committed."""
        with self._turn or nullcontext(), opened(self.engine, durable=durable) as sql:
            yield sql

    @contextmanager
    def plain(self, *, durable: bool = True) -> Iterator[Connection]:
        """Open a transaction of the bus's own: no facts, committed at the end.

        Args:
            durable: False spares the wait for the disk, for notes whose loss does no harm.
        """
        with self.connection(durable=durable) as sql:
            yield sql
            commit(sql, Writes())


class Unit:
    """One transaction and everything that leaves with it: facts, a reply, wake-ups."""

    def __init__(self, home: Home, doing: str) -> None:
        """Prepare a unit of work for an entrypoint; the database is not touched yet."""
        self.home = home
        self.doing = doing
        self.facts: list[Fact] = []
        self.timers: set[str] = set()
        self.writes = Writes()
        self.received: dict[UUID, bool] = {}  # fact id: taken up by its handler?
        self._lent: Any = None
        self._sql: Connection | None = None

    @property
    def sql(self) -> Connection:
        """Give the connection, opened at the first use."""
        if self._sql is None:
            self._lent = self.home.connection()
            self._sql = self._lent.__enter__()
        return self._sql

    def receive(self, facts: Sequence[Fact]) -> list[Fact]:
        """Record facts in the inbox; give those that were not handled before."""
        ids = [fact.fact_id for fact in facts]
        new = inbox.receive(self.sql, ids, self.doing, at=self.home.now())
        self.received |= dict.fromkeys(new, False)
        return [fact for fact in facts if fact.fact_id in new]

    def receive_one(self, fact: Fact) -> None:
        """Record one fact in the inbox.

        Raises:
            AlreadyHandled: it was handled before.
        """
        if not self.receive([fact]):
            raise AlreadyHandled(str(fact.fact_id))

    def commit(self, reply: StoredReply | None = None) -> None:
        """Commit what was done, then tell of it. A unit that did nothing commits nothing."""
        said = [Said.of(fact) for fact in self.facts]
        if self._sql is None and not said and not self.writes:
            return
        try:
            outbox.record(self.writes, said)
            if reply is not None:
                inbox.keep_reply(self.writes, reply, at=self.home.now())
            failpoint("tx.committing", self.doing)
            commit(self.sql, self.writes)
        finally:
            self._give_back()
        failpoint("tx.committed", self.doing)
        self.home.on_commit(said)
        for timer in self.timers:
            self.home.wake(timer)

    def flush(self) -> None:
        """Do the writes that wait, so that what is read next sees them."""
        if self.writes:
            flush(self.sql, self.writes)

    def undo(self) -> None:
        """Leave no trace of what was done."""
        self.writes.clear()
        self.facts.clear()
        self.timers.clear()
        self.received.clear()
        self._give_back()

    def _give_back(self) -> None:
        lent, self._lent, self._sql = self._lent, None, None
        if lent is not None:
            # An error while rolling back a broken connection adds nothing to the first one.
            with suppress(DBAPIError):
                lent.__exit__(None, None, None)


@dataclass(frozen=True, slots=True)
class Tx:
    """What an action works with: the transaction's SQL, and a mouth."""

    unit: Unit
    trace: Trace

    @property
    def sql(self) -> Connection:
        """Give the connection the transaction runs on."""
        return self.unit.sql

    @property
    def writes(self) -> Writes:
        """Give what is written with the commit; reads in this transaction do not see it."""
        return self.unit.writes

    def flush(self) -> None:
        """Do the writes that wait, so that what is read next sees them."""
        self.unit.flush()

    def emit(self, fact: Fact) -> None:
        """Say a fact; it leaves if, and only if, the transaction commits."""
        self.unit.facts.append(fact.said(self.trace.envelope(at=self.unit.home.now())))

    def on(self, trace: Trace) -> "Tx":
        """Give the same transaction on another thread, for what belongs to an earlier click."""
        return Tx(self.unit, trace)

    def wake(self, timer: str) -> None:
        """Have a timer of this service run as soon as the transaction has committed."""
        self.unit.timers.add(timer)


class Transactions:
    """How an entrypoint opens its one transaction: `begin`, `once` or `read`.

    Where the bus runs the entrypoint it hands in a unit and commits it itself, with the reply or
    the rest of the batch, when the method has returned. Elsewhere the end of the block commits.
    """

    def __init__(self, home: Home, unit: Unit | None = None, trace: Trace | None = None) -> None:
        """Serve one entrypoint."""
        self.home = home
        self.unit = unit
        self.trace = trace

    def apart(self) -> "Transactions":
        """Give transactions of their own, to a call that asks a vendor between two of them.

        No reply is kept for such a call: it has to be safe to repeat by itself.
        """
        return Transactions(self.home, trace=self.trace)

    @contextmanager
    def begin(self) -> Iterator[Tx]:
        """Open the transaction of a call, a page or a timer."""
        trace = self.trace or Trace.begin(self.home.now(), caused_by=followed_link())
        if self.unit is not None:
            yield Tx(self.unit, trace)
            return
        unit = Unit(self.home, "begin")
        try:
            yield Tx(unit, trace)
            unit.commit()
        except BaseException:
            unit.undo()
            raise

    @contextmanager
    def once(self, fact: Fact) -> Iterator[Tx]:
        """Open the transaction in which a fact has its effect.

        Raises:
            AlreadyHandled: it has had it before.
        """
        unit = self.unit
        if unit is not None:
            if unit.received.get(fact.fact_id) is not False:
                raise AlreadyHandled(str(fact.fact_id))
            unit.received[fact.fact_id] = True
            yield Tx(unit, Trace.after(fact))
            return
        unit = Unit(self.home, "once")
        try:
            unit.receive_one(fact)
            yield Tx(unit, Trace.after(fact))
            unit.commit()
        except BaseException:
            unit.undo()
            raise

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Lend a connection for looking only: nothing done on it stays."""
        with self.home.connection() as sql:
            yield sql


def is_repeat(exc: BaseException) -> bool:
    """Say whether a commit failed because the same call's reply is kept already."""
    return isinstance(exc, IntegrityError) and "replies" in str(exc.orig)


def make_home(service: str, now: Now) -> Home:
    """Make the home of a service from the settings."""
    chosen = settings()
    # A worker for each call, one for each listener, and the sweeper, timers and confirmations.
    engine = make_engine(
        chosen.database_url(service), service=service, pool_size=chosen.workers + 12
    )
    return Home(service, engine, now)
