"""Where the real servers are that live tests use.

They come from ATELIER_TEST_BUS_URL and ATELIER_TEST_DB_URL, else from the standard ports of this
machine, else from testcontainers.
"""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit
from uuid import uuid4

import kombu
import sqlalchemy
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

ROOT = Path(__file__).parent.parent
HOW_TO_GET_THEM = (
    "needs RabbitMQ and PostgreSQL: set ATELIER_TEST_BUS_URL and ATELIER_TEST_DB_URL, "
    "or start them on their standard ports, or start a Docker engine"
)


_PORTS = range(20_000, 25_000)
"""Below those from which a system takes its own, and free of the servers that tests use."""


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
            msg = f"{HOW_TO_GET_THEM} ({exc})"
            raise ServersMissing(msg) from exc
        return _from_containers()
    return found


def _try(found: Servers) -> None:
    with kombu.Connection(found.bus_url, connect_timeout=3) as connection:
        connection.connect()
    engine = create_engine(found.db_url, poolclass=NullPool, connect_args={"connect_timeout": 3})
    with engine.connect():
        pass


def _from_containers() -> Servers:
    try:
        # Only where nothing else is found: without a Docker engine even the import may fail.
        from testcontainers.community.postgres import PostgresContainer  # noqa: PLC0415
        from testcontainers.community.rabbitmq import RabbitMqContainer  # noqa: PLC0415

        postgres, rabbit = PostgresContainer("postgres:15"), RabbitMqContainer("rabbitmq:3.13")
        postgres.start()
        rabbit.start()
    except Exception as exc:
        raise ServersMissing(HOW_TO_GET_THEM) from exc
    params = rabbit.get_connection_params()
    address = f"amqp://guest:guest@{params.host}:{params.port}//"
    return Servers(address, postgres.get_connection_url())


def free_port() -> int:
    """Give a port nobody listens on, nor will: no connection goes out from one of these."""
    while True:
        port = secrets.choice(_PORTS)  # whatever Hypothesis does to `random`
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


def broker_control(*arguments: str, check: bool = True) -> str:
    """Run `rabbitmqctl` on the broker of this machine and give what it printed."""
    program = [shutil.which("rabbitmqctl") or "rabbitmqctl", "-q", *arguments]
    done = subprocess.run(program, capture_output=True, text=True, timeout=60, check=False)
    if check and done.returncode:
        raise AssertionError(done.stdout + done.stderr)
    return done.stdout


@contextmanager
def bus_for(name: str) -> Iterator[tuple[str, bool]]:
    """Give a broker's address for a run, and whether it is a virtual host of its own there.

    It is where `rabbitmqctl` can make one; elsewhere the run has the whole broker.
    """
    url = servers().bus_url
    if shutil.which("rabbitmqctl") is None or "ATELIER_TEST_BUS_URL" in os.environ:
        yield url, False
        return
    user = urlsplit(url).username or "guest"
    broker_control("add_vhost", name)
    try:
        broker_control("set_permissions", "-p", name, user, ".*", ".*", ".*")
        yield urlunsplit(urlsplit(url)._replace(path="/" + quote(name, safe=""))), True
    finally:
        broker_control("delete_vhost", name, check=False)


def admin_engine() -> Engine:
    """Give a way to the administrator's database, where each statement is by itself."""
    return create_engine(servers().db_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")


@contextmanager
def own_database() -> Iterator[str]:
    """Make a database on the real server, give its address, and take it away again."""
    name = f"atelier_test_{uuid4().hex[:12]}"
    with admin_engine().connect() as sql:
        sql.execute(text(f'CREATE DATABASE "{name}"'))
    try:
        url = make_url(servers().db_url).set(database=name)
        yield url.render_as_string(hide_password=False)
    finally:
        with admin_engine().connect() as sql:
            sql.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))


@contextmanager
def own_databases(*services: str) -> Iterator[dict[str, str]]:
    """Make a database for each of these services; give their addresses."""
    with ExitStack() as stack:
        yield {service: stack.enter_context(own_database()) for service in services}


@contextmanager
def running(module: str, port: int, *arguments: str) -> Iterator[None]:
    """Run a module of the tests, which listens on a port, until the end of the block."""
    program = [sys.executable, "-W", "ignore", "-m", module, str(port), *arguments]
    process = subprocess.Popen(program, cwd=ROOT)
    try:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
        yield
    finally:
        process.kill()
        process.wait(timeout=10)


def database_pattern(name: str) -> str:
    """Give the pattern of a run's database addresses, as ATELIER_DB_URL takes it."""
    url = make_url(servers().db_url).set(drivername="postgresql", database=f"{name}_SERVICE")
    return url.render_as_string(hide_password=False).replace("SERVICE", "{service}")


def copy_databases(name: str, *, of: str) -> None:
    """Make the databases of a run as copies of those of another that nobody uses."""
    with admin_engine().connect() as sql:
        for database in _databases(sql, of):
            copy = database.replace(of, name, 1)
            sql.execute(text(f'CREATE DATABASE "{copy}" TEMPLATE "{database}"'))


def drop_databases(name: str) -> None:
    """Drop the databases of a run."""
    with admin_engine().connect() as sql:
        for database in _databases(sql, name):
            sql.execute(text(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)'))


def _databases(sql: Connection, name: str) -> list[str]:
    made = text("SELECT datname FROM pg_database WHERE starts_with(datname, :name)")
    return list(sql.execute(made, {"name": f"{name}_"}).scalars())
