"""A run of the suite on real servers: a virtual host, databases and processes of its own.

What a run makes on the servers it takes away again.
"""

import atexit
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from uuid import uuid4

import eventlet
import kombu
from amqp.exceptions import AMQPError
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.pool import NullPool

from shared.bus.caller import Caller, CallTimedOut
from shared.bus.topology import Ear, Topology
from shared.config import WITH_PAGES
from shared.contracts import FACTS
from tests.servers import (
    ServersMissing,
    admin_engine,
    broker_control,
    bus_for,
    copy_databases,
    database_pattern,
    drop_databases,
    free_port,
    servers,
)

__all__ = [
    "ROOT",
    "SERVICES",
    "STORY",
    "ServersMissing",
    "Stack",
    "free_port",
    "servers",
    "stack",
]

SERVICES = ("booking", "waitlist", "notify", "loyalty", "ranking", "events")
STORY = ("booking", "waitlist", "notify")
"""Who keeps the promise of a freed seat; the others only listen to it."""
ROOT = Path(__file__).parent.parent
ATELIER = (sys.executable, "-W", "ignore", "-m", "services")
LINK_KEY = "a key that only this run knows"
LOST = (OSError, AMQPError, kombu.exceptions.OperationalError, CallTimedOut)
"""How a call fails of which nobody knows whether it was done."""


@dataclass
class Stack:
    """The databases, the virtual host and the processes of one run."""

    name: str
    directory: Path
    env: dict[str, str]
    own_host: bool = True  # whether the virtual host is ours alone
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    ops: dict[str, str] = field(default_factory=dict)  # where a process says how it is
    awaited: set[str] = field(default_factory=lambda: set(STORY))  # who has to handle what is said
    _engines: dict[str, Engine] = field(default_factory=dict)
    _caller: Caller | None = None

    # -- processes --------------------------------------------------------------------------

    def start(
        self,
        service: str,
        *,
        name: str | None = None,
        program: Iterable[str] = ATELIER,
        wait: bool = True,
        **env: str,
    ) -> None:
        """Start a service as a process, and wait until it is ready or has ended.

        Args:
            service: which one.
            name: what to call the process here, where a service has more than one.
            program: another program than `atelier`, for builds that lack a guard.
            wait: False comes back at once.
            env: settings of this process alone.
        """
        name = name or service
        self.awaited.add(service)
        self.ops.setdefault(name, f"127.0.0.1:{free_port()}")
        environ = {**self.env, "ATELIER_OPS_WEB": self.ops[name]}
        web = f"ATELIER_{service.upper()}_WEB"
        if name != service and web in environ:
            environ[web] = f"127.0.0.1:{free_port()}"
        with (self.directory / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [*program, "run", service], cwd=ROOT, env=environ | env, stdout=log, stderr=log
            )
        if wait:
            self.await_ready(name)

    def await_ready(self, name: str) -> None:
        """Wait until a process is ready, or has ended."""
        self.until(lambda: self.ready(name) or self.ended(name), f"{name} is ready", seconds=120)

    def start_all(self, *services: str, **env: str) -> None:
        """Start services, those of the story if none is named, each as a process of its own."""
        for service in services or STORY:
            self.start(service, wait=False, **env)
        for service in services or STORY:
            self.await_ready(service)

    def ready(self, name: str) -> bool:
        """Say whether a process answers that it is ready."""
        with suppress(OSError):
            return self.ask(name, "/health/ready")[0] == 200
        return False

    def ask(self, name: str, path: str) -> tuple[int, str]:
        """Ask a process how it is: give the status and the text of its answer."""
        return http(f"http://{self.ops[name]}{path}", seconds=5)

    def metric(self, name: str, metric: str, **labels: str) -> float:
        """Add up a metric of a process over all labels that are not given."""
        page = self.ask(name, "/metrics")[1]
        wanted = [f'{label}="{value}"' for label, value in labels.items()]
        found = re.findall(rf"^{metric}(?:\{{(.*)\}})? (\S+)$", page, re.MULTILINE)
        return sum(float(value) for of, value in found if all(part in of for part in wanted))

    def ended(self, name: str) -> bool:
        """Say whether a process is no more."""
        return self.processes[name].poll() is not None

    def kill(self, name: str) -> None:
        """End a process as a power cut would."""
        self.processes[name].kill()
        self.processes[name].wait(timeout=40)

    def stop(self, *names: str) -> int:
        """Tell processes to stop, all if none is named; give the highest exit code."""
        named = [self.processes[name] for name in names or self.processes]
        for process in named:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        return max(process.wait(timeout=40) for process in named)

    def log(self, name: str) -> str:
        """Give what a process has logged."""
        return (self.directory / f"{name}.log").read_text(errors="replace")

    def atelier(self, *arguments: str, check: bool = True, **env: str) -> str:
        """Run an `atelier` command and give what it printed."""
        code, printed = self.try_atelier(*arguments, **env)
        if check and code:
            raise AssertionError(printed)
        return printed

    def try_atelier(self, *arguments: str, **env: str) -> tuple[int, str]:
        """Run an `atelier` command; give its exit code and what it printed."""
        done = subprocess.run(
            [*ATELIER, *arguments],
            cwd=ROOT,
            env={**self.env, "COLUMNS": "250", **env},
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    # -- asking -----------------------------------------------------------------------------

    @property
    def caller(self) -> Caller:
        """Give a client on the bus."""
        if self._caller is None:
            self._caller = self.new_caller()
        return self._caller

    def new_caller(self, *, seconds: float = 20) -> Caller:
        """Make one more client on the bus, that waits so long for an answer."""
        return Caller(self.env["ATELIER_BUS_URL"], timeout=seconds)

    def call(self, method: str, /, **kwargs: Any) -> Any:
        """Call `service.method`."""
        service, _, name = method.partition(".")
        return self.caller.call(service, name, **kwargs)

    def insist(
        self, method: str, /, *, seconds: float = 120, patience: float = 5, **kwargs: Any
    ) -> Any:
        """Call `service.method` under one idempotency key until there is an answer.

        Args:
            method: the service and its method.
            seconds: how long in all.
            patience: how many seconds one call may take before it is made again.
            kwargs: what the method is given.
        """
        service, _, name = method.partition(".")
        key, deadline = str(uuid4()), time.monotonic() + seconds
        while True:
            try:
                caller = self.new_caller(seconds=patience)
                answer = caller.call(service, name, **kwargs, idempotency_key=key)
                caller.close()
            except LOST:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
            else:
                return answer

    def database(self, service: str) -> str:
        """Give the address of a service's database, as SQLAlchemy takes it."""
        url = self.env["ATELIER_DB_URL"].replace("{service}", service)
        return url.replace("postgresql://", "postgresql+psycopg2://")

    @contextmanager
    def sql(self, service: str) -> Iterator[Connection]:
        """Look into a service's database."""
        if service not in self._engines:
            self._engines[service] = create_engine(self.database(service), poolclass=NullPool)
        with self._engines[service].connect() as sql:
            yield sql

    def scalar(self, service: str, query: str, **values: Any) -> Any:
        """Give the one value a query finds in a service's database."""
        with self.sql(service) as sql:
            return sql.execute(text(query), values).scalar()

    def rows(self, service: str, query: str, **values: Any) -> list[Any]:
        """Give the rows a query finds in a service's database."""
        with self.sql(service) as sql:
            return list(sql.execute(text(query), values))

    def change(self, service: str, statement: str, **values: Any) -> None:
        """Change something in a service's database behind its back."""
        with self.sql(service) as sql:
            sql.execute(text(statement), values)
            sql.commit()

    @contextmanager
    def admin(self) -> Iterator[Connection]:
        """Look after the run's databases from outside of them, each statement by itself."""
        with admin_engine().connect() as sql:
            yield sql

    # -- the bus ----------------------------------------------------------------------------

    @contextmanager
    def channel(self) -> Iterator[Any]:
        """Give a channel of our own on the bus; what is published on it has arrived."""
        confirmed = {"confirm_publish": True}
        url = self.env["ATELIER_BUS_URL"]
        with kombu.Connection(url, transport_options=confirmed) as connection:
            yield connection.channel()

    def publish(self, facts: Iterable[Mapping[str, Any]]) -> None:
        """Put facts on the bus as their services once did."""
        assert ears()  # the contracts are known
        with self.channel() as channel:
            producer = kombu.Producer(channel)
            for wire in facts:
                producer.publish(
                    json.dumps(wire),
                    exchange=f"{FACTS[wire['fact']].owner}.events",
                    routing_key=wire["fact"],
                    content_type="application/json",
                    content_encoding="utf-8",
                    delivery_mode=2,
                    message_id=wire["fact_id"],
                )

    def drain(self, *services: str) -> list[Mapping[str, Any]]:
        """Take away the facts that wait in services' queues, and give them in the order of time."""
        queues = {ear.queue for them in ears().values() for ear in them if ear.service in services}
        found: dict[str, Mapping[str, Any]] = {}
        with self.channel() as channel:
            for name in sorted(queues):
                queue = kombu.Queue(name, no_declare=True)(channel)
                while message := queue.get(no_ack=True):
                    wire = json.loads(message.body)
                    found[wire["fact_id"]] = wire
        return sorted(found.values(), key=lambda wire: str(wire["said_at"]))

    def ears_of(self, wire: Mapping[str, Any]) -> tuple[Ear, ...]:
        """Give where a fact is heard, by the services that have to handle it in this run."""
        return tuple(ear for ear in ears().get(wire["fact"], ()) if ear.service in self.awaited)

    def heard(self, *outcomes: str) -> float:
        """Count what the listeners of all running processes took up, in this life of theirs."""
        return sum(
            self.metric(name, "atelier_facts_heard_total", outcome=outcome)
            for name in self.processes
            if not self.ended(name)
            for outcome in outcomes
        )

    def control(self, command: str, *arguments: str) -> str:
        """Run a `rabbitmqctl` command on the run's own virtual host."""
        return broker_control(command, "-p", self.name, *arguments)

    def facts(self, name: str | None = None) -> list[Mapping[str, Any]]:
        """List the facts all services have said, in the order of time, or those of one name."""
        found = []
        for service in SERVICES:
            rows = self.rows(service, "SELECT body FROM outbox")
            found += [json.loads(row.body) for row in rows]
        found.sort(key=lambda wire: str(wire["said_at"]))
        return [wire for wire in found if name is None or wire["fact"].startswith(f"{name}.")]

    # -- waiting ----------------------------------------------------------------------------

    def until(self, happened: Callable[[], object], what: str, *, seconds: float = 60) -> None:
        """Wait until something has happened.

        Raises:
            AssertionError: it did not; the logs' ends are in the text.
        """
        deadline = time.monotonic() + seconds
        while not happened():
            if time.monotonic() > deadline:
                logs = "\n".join(f"-- {name}\n{self.log(name)[-3000:]}" for name in self.processes)
                msg = f"waited {seconds:g} s in vain: {what}\n{logs}"
                raise AssertionError(msg)
            time.sleep(0.05)

    def unsettled(self) -> list[str]:
        """List the facts that are not confirmed or not handled by all that hear them.

        Facts put by and parked for an operator count as settled. A service outside the story is
        waited for once it has been started.
        """
        handled: set[tuple[str, str, str]] = set()
        for service in SERVICES:
            marks = self.rows(service, "SELECT fact_id, entrypoint FROM inbox")
            parked = "SELECT fact_id, entrypoint FROM deferred WHERE parked_at IS NOT NULL"
            marks += self.rows(service, parked)
            handled |= {(service, mark.entrypoint, str(mark.fact_id)) for mark in marks}
        open_ends = []
        for service in SERVICES:
            for said in self.rows(service, "SELECT fact_id, topic, confirmed_at FROM outbox"):
                if said.confirmed_at is None:
                    open_ends.append(f"{said.topic} {said.fact_id} is not confirmed")
                open_ends += [
                    f"{said.topic} {said.fact_id} is not handled by {ear.service}.{ear.method}"
                    for ear in ears().get(said.topic, ())
                    if ear.service in self.awaited
                    and (ear.service, ear.method, str(said.fact_id)) not in handled
                ]
        return open_ends

    def quiet(self, *, but: Collection[str] = ()) -> bool:
        """Say whether every fact is settled, `but` those, and no mail is due."""
        due = "SELECT count(*) FROM messages WHERE state IN ('due', 'claimed', 'sending')"
        return set(self.unsettled()) <= set(but) and not self.scalar("notify", due)

    def settle(self, *, seconds: float = 120, but: Collection[str] = ()) -> None:
        """Wait until all is quiet, `but` facts that were known to be unsettled."""
        self.until(lambda: self.quiet(but=but), "all is quiet", seconds=seconds)

    def settle_mail(self, *, seconds: float = 120) -> None:
        """Wait until all is quiet, and let the time pass that messages wait for.

        A message that was being sent belongs to its process for a minute, even when that is dead.
        """
        lapse = "UPDATE messages SET due_at = now() WHERE state IN ('claimed', 'sending')"
        self.change("notify", lapse)

        def quiet() -> bool:
            self.change("notify", "UPDATE messages SET due_at = now() WHERE state = 'due'")
            return self.quiet()

        self.until(quiet, "all is quiet", seconds=seconds)

    # -- its end ----------------------------------------------------------------------------

    def close(self) -> None:
        """End every process of this run."""
        for process in self.processes.values():
            if process.poll() is None:
                process.kill()
            process.wait(timeout=40)
        if self._caller is not None:
            # A connection nobody has listened to for a while is not there any more.
            with suppress(*LOST), eventlet.Timeout(2, False):  # noqa: FBT003 - a quiet time-out
                self._caller.close()
        for engine in self._engines.values():
            engine.dispose()


def http(url: str, method: str = "GET", *, seconds: float = 20) -> tuple[int, str]:
    """Send a request; give the status and the text of the answer."""
    request = urllib.request.Request(url, method=method)  # noqa: S310 - of our own making
    try:
        with urllib.request.urlopen(request, timeout=seconds) as answer:  # noqa: S310 - the same
            return answer.status, answer.read().decode()
    except HTTPError as exc:
        with exc:
            return exc.code, exc.read().decode()


@cache
def topology() -> Topology:
    """Give all that is declared on the bus."""
    from services.suite import SUITE  # noqa: PLC0415 - it imports every service
    from shared.bus.serve import suite_topology  # noqa: PLC0415 - the same

    return suite_topology(SUITE.values())


@cache
def ears() -> Mapping[str, tuple[Ear, ...]]:
    """Give where each topic is heard, by the services that a run starts."""
    return {
        topic: tuple(ear for ear in them if ear.service in SERVICES)
        for topic, them in topology().heard.items()
    }


@contextmanager
def stack(directory: Path, *, bus_url: str | None = None, **env: str) -> Iterator[Stack]:
    """Make a run of its own on the real servers, migrated and declared, and take it away again.

    Args:
        directory: where logs go, and the data directory.
        bus_url: another broker than the one the tests share.
        env: settings of every process of the run.

    Raises:
        ServersMissing: there are no real servers.
    """
    name = f"atelier_test_{uuid4().hex[:12]}"
    with ExitStack() as ends:
        url, own_host = (bus_url, False) if bus_url else ends.enter_context(bus_for(name))
        own = {
            "ATELIER_BUS_URL": url,
            "ATELIER_DB_URL": database_pattern(name),
            "ATELIER_DATA_DIR": str(directory / "data"),
            "ATELIER_LINK_KEYS": LINK_KEY,
        }
        made = Stack(name, directory, _plain() | own | page_addresses() | env, own_host)
        ends.callback(drop_databases, name)
        ends.callback(made.close)
        copy_databases(name, of=_migrated())
        with kombu.Connection(url) as connection:
            topology().declare(connection)
        yield made


def page_addresses() -> dict[str, str]:
    """Give every service's pages an address of their own, as settings."""
    free = {name.upper(): f"127.0.0.1:{free_port()}" for name in WITH_PAGES}
    return {f"ATELIER_{name}_WEB": address for name, address in free.items()} | {
        f"ATELIER_{name}_URL": f"http://{address}" for name, address in free.items()
    }


def _plain() -> dict[str, str]:
    """Give an environment with none of our settings but that it is a test's."""
    theirs = {key: value for key, value in os.environ.items() if not key.startswith("ATELIER_")}
    return theirs | {"PYTHONPATH": str(ROOT), "ATELIER_ENVIRONMENT": "test"}


@cache
def _migrated() -> str:
    """Migrate databases for the runs of this process to copy, which is faster than anew each."""
    name = f"atelier_test_{uuid4().hex[:12]}"
    atexit.register(drop_databases, name)
    env = _plain() | {"ATELIER_DB_URL": database_pattern(name)}
    migrate = [*ATELIER, "migrate", "--create-databases"]
    subprocess.run(migrate, cwd=ROOT, env=env, check=True, timeout=180, stdout=subprocess.DEVNULL)
    return name
