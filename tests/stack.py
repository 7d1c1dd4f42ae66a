"""A run of the suite on real servers: a virtual host, databases and processes of its own.

The servers come from ATELIER_TEST_BUS_URL and ATELIER_TEST_DB_URL, else from the standard ports of
this machine, else from testcontainers. What a run makes there it takes away again.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit
from uuid import uuid4

import kombu
import sqlalchemy
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from shared.bus.calls import Caller

SERVICES = ("booking", "waitlist", "notify")
ROOT = Path(__file__).parent.parent
HOW_TO_GET_THEM = (
    "needs RabbitMQ and PostgreSQL: set ATELIER_TEST_BUS_URL and ATELIER_TEST_DB_URL, "
    "or start them on their standard ports, or start a Docker engine"
)


class ServersMissing(Exception):
    """No real servers can be found; the text says how to get them."""


@dataclass(frozen=True)
class Servers:
    """Where a real broker and a real database are; `db_url` names an administrator's database."""

    bus_url: str
    db_url: str


@cache
def servers() -> Servers:
    """Find the servers.

    Raises:
        ServersMissing: none answers, and no Docker engine can start them.
    """
    bus_url = os.environ.get("ATELIER_TEST_BUS_URL", "amqp://guest:guest@127.0.0.1:5672//")
    db_url = os.environ.get("ATELIER_TEST_DB_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
    found = Servers(bus_url, db_url.replace("postgresql://", "postgresql+psycopg2://"))
    try:
        _try(found)
    except (OSError, kombu.exceptions.OperationalError, sqlalchemy.exc.OperationalError) as exc:
        if "ATELIER_TEST_BUS_URL" in os.environ or "ATELIER_TEST_DB_URL" in os.environ:
            raise ServersMissing(f"{HOW_TO_GET_THEM} ({exc})") from exc
        return _from_containers()
    return found


def _try(found: Servers) -> None:
    kombu.Connection(found.bus_url, connect_timeout=3).connect()
    engine = create_engine(found.db_url, poolclass=NullPool, connect_args={"connect_timeout": 3})
    with engine.connect():
        pass


def _from_containers() -> Servers:
    try:
        from testcontainers.community.postgres import PostgresContainer
        from testcontainers.community.rabbitmq import RabbitMqContainer

        postgres, rabbit = PostgresContainer("postgres:15"), RabbitMqContainer("rabbitmq:3.13")
        postgres.start()
        rabbit.start()
    except Exception as exc:
        raise ServersMissing(HOW_TO_GET_THEM) from exc
    params = rabbit.get_connection_params()
    address = f"amqp://guest:guest@{params.host}:{params.port}//"
    return Servers(address, postgres.get_connection_url())


def _virtual_host(name: str) -> tuple[str, bool]:
    """Give the broker's address for a run, and whether a virtual host was made for it."""
    url = servers().bus_url
    control = shutil.which("rabbitmqctl")
    if control is None or "ATELIER_TEST_BUS_URL" in os.environ:
        return url, False
    user = urlsplit(url).username or "guest"
    subprocess.run([control, "-q", "add_vhost", name], check=True, timeout=60)
    allow = [control, "-q", "set_permissions", "-p", name, user, ".*", ".*", ".*"]
    subprocess.run(allow, check=True, timeout=60)
    return urlunsplit(urlsplit(url)._replace(path="/" + quote(name, safe=""))), True


@dataclass
class Stack:
    """The databases, the virtual host and the processes of one run."""

    name: str
    directory: Path
    env: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _engines: dict[str, Engine] = field(default_factory=dict)
    _caller: Caller | None = None

    # -- processes --------------------------------------------------------------------------

    def start(
        self, service: str, *, name: str | None = None, program: list[str] | None = None, **env: str
    ) -> None:
        """Start a service as a process, and wait until it is ready.

        Args:
            service: which one.
            name: what to call the process here, where a service has more than one.
            program: another program than `atelier`, for builds that lack a guard.
            env: settings of this process alone.
        """
        name = name or service
        program = program or [sys.executable, "-W", "ignore", "-m", "services"]
        log = (self.directory / f"{name}.log").open("ab")
        environ = {**self.env, "ATELIER_OPS_WEB": f"127.0.0.1:{_port(name)}", **env}
        self.processes[name] = subprocess.Popen(
            [*program, "run", service], cwd=ROOT, env=environ, stdout=log, stderr=log
        )
        self.env[f"_OPS_{name}"] = environ["ATELIER_OPS_WEB"]
        self.until(lambda: self.ready(name) or self.ended(name), f"{name} is ready", seconds=60)

    def start_all(self, **env: str) -> None:
        """Start every service as a process of its own."""
        for service in SERVICES:
            self.start(service, **env)

    def ready(self, name: str) -> bool:
        """Say whether a process answers that it is ready."""
        with suppress(OSError):
            url = f"http://{self.env[f'_OPS_{name}']}/health/ready"
            with urllib.request.urlopen(url, timeout=2) as answer:
                return bool(answer.status == 200)
        return False

    def ended(self, name: str) -> bool:
        """Say whether a process is no more."""
        return self.processes[name].poll() is not None

    def kill(self, name: str) -> None:
        """End a process as a power cut would."""
        self.processes[name].kill()
        self.processes[name].wait(timeout=10)

    def stop(self, name: str) -> int:
        """Tell a process to stop and give its exit code."""
        if not self.ended(name):
            self.processes[name].send_signal(signal.SIGTERM)
        return self.processes[name].wait(timeout=40)

    def log(self, name: str) -> str:
        """Give what a process has logged."""
        return (self.directory / f"{name}.log").read_text(errors="replace")

    def atelier(self, *arguments: str, check: bool = True) -> str:
        """Run an `atelier` command and give what it printed."""
        program = [sys.executable, "-W", "ignore", "-m", "services", *arguments]
        done = subprocess.run(
            program, cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=90, check=False
        )
        if check and done.returncode:
            raise AssertionError(done.stdout + done.stderr)
        return done.stdout + done.stderr

    # -- asking -----------------------------------------------------------------------------

    @property
    def caller(self) -> Caller:
        """Give a client on the bus."""
        if self._caller is None:
            self._caller = Caller(self.env["ATELIER_BUS_URL"], timeout=20)
        return self._caller

    def call(self, method: str, /, **kwargs: Any) -> Any:
        """Call `service.method`; a lost connection is made anew, once."""
        service, _, name = method.partition(".")
        try:
            return self.caller.call(service, name, **kwargs)
        except (OSError, kombu.exceptions.OperationalError):
            self._caller = None
            return self.caller.call(service, name, **kwargs)

    @contextmanager
    def sql(self, service: str) -> Iterator[Connection]:
        """Look into a service's database."""
        url = self.env["ATELIER_DB_URL"].replace("{service}", service)
        if service not in self._engines:
            address = url.replace("postgresql://", "postgresql+psycopg2://")
            self._engines[service] = create_engine(address, poolclass=NullPool)
        with self._engines[service].connect() as sql:
            yield sql

    def scalar(self, service: str, query: str, **values: Any) -> Any:
        """Give the one value a query finds in a service's database."""
        with self.sql(service) as sql:
            return sql.execute(text(query), values).scalar()

    def facts(self, name: str | None = None) -> list[Mapping[str, Any]]:
        """List the facts all services have said, in the order of time, or those of one name."""
        found = []
        for service in SERVICES:
            with self.sql(service) as sql:
                rows = sql.execute(text("SELECT body FROM outbox")).scalars()
                found += [json.loads(row) for row in rows]
        found.sort(key=lambda wire: str(wire["said_at"]))
        return [wire for wire in found if name is None or wire["fact"].startswith(f"{name}.")]

    def until(self, happened: Callable[[], object], what: str, *, seconds: float = 30) -> None:
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
            time.sleep(0.02)

    def quiet(self) -> bool:
        """Say whether every fact is confirmed and handled by all that hear it, and no mail is due.

        Facts parked for an operator count as settled.
        """
        heard: dict[str, set[tuple[str, str]]] = {}
        for ear in _ears():
            heard.setdefault(ear[2], set()).add((ear[0], ear[1]))
        handled: set[tuple[str, str, str]] = set()
        for service in SERVICES:
            with self.sql(service) as sql:
                marks = sql.execute(text("SELECT fact_id, entrypoint FROM inbox"))
                parked = sql.execute(
                    text("SELECT fact_id, entrypoint FROM deferred WHERE parked_at IS NOT NULL")
                )
                both = [*marks, *parked]
                handled |= {(service, entrypoint, str(fact_id)) for fact_id, entrypoint in both}
        for service in SERVICES:
            with self.sql(service) as sql:
                rows = sql.execute(text("SELECT fact_id, topic, confirmed_at FROM outbox"))
                for fact_id, topic, confirmed_at in rows:
                    ears = heard.get(topic, set())
                    if confirmed_at is None or any((*ear, str(fact_id)) not in handled for ear in ears):
                        return False
        due = "SELECT count(*) FROM messages WHERE state IN ('due', 'claimed', 'sending')"
        return not self.scalar("notify", due)

    def settle(self, *, seconds: float = 60) -> None:
        """Wait until all is quiet."""
        self.until(self.quiet, "all is quiet", seconds=seconds)

    # -- its end ----------------------------------------------------------------------------

    def close(self) -> None:
        """End every process of this run."""
        for process in self.processes.values():
            if process.poll() is None:
                process.kill()
                process.wait(timeout=10)
        if self._caller is not None:
            with suppress(Exception):
                self._caller.close()
        for engine in self._engines.values():
            engine.dispose()


@cache
def _ears() -> tuple[tuple[str, str, str], ...]:
    from services.__main__ import SUITE
    from shared.bus.serve import suite_topology

    ears = suite_topology(SUITE.values()).ears
    return tuple((ear.service, ear.method, ear.contract.topic) for ear in ears)


_ports: dict[str, int] = {}


def _port(name: str) -> int:
    return _ports.setdefault(name, free_port())


def free_port() -> int:
    """Give a port nobody listens on."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def stack(directory: Path, **env: str) -> Iterator[Stack]:
    """Make a run of its own on the real servers, migrated and declared, and take it away again.

    Raises:
        ServersMissing: there are no real servers.
    """
    name = f"atelier_test_{uuid4().hex[:12]}"
    db_url = make_url(servers().db_url)
    admin = create_engine(db_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    bus_url, own_host = _virtual_host(name)
    pattern = db_url.set(drivername="postgresql", database=f"{name}_SERVICE")
    web = f"127.0.0.1:{free_port()}"
    made = Stack(
        name,
        directory,
        {
            **{key: value for key, value in os.environ.items() if not key.startswith("ATELIER_")},
            "PYTHONPATH": str(ROOT),
            "ATELIER_ENVIRONMENT": "test",
            "ATELIER_BUS_URL": bus_url,
            "ATELIER_DB_URL": pattern.render_as_string(hide_password=False).replace(
                "SERVICE", "{service}"
            ),
            "ATELIER_DATA_DIR": str(directory / "data"),
            "ATELIER_BOOKING_WEB": web,
            "ATELIER_BOOKING_URL": f"http://{web}",
            **env,
        },
    )
    try:
        made.atelier("migrate", "--create-databases")
        yield made
    finally:
        made.close()
        if own_host:
            forget = [shutil.which("rabbitmqctl") or "", "-q", "delete_vhost", name]
            subprocess.run(forget, check=False, timeout=60)
        with admin.connect() as sql:
            for service in SERVICES:
                sql.execute(text(f'DROP DATABASE IF EXISTS "{name}_{service}" WITH (FORCE)'))
