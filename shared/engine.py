"""The database engine: time-outs on every wait, and what its errors mean."""

import time
from pathlib import Path
from typing import Any

import eventlet
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

STATEMENT_SECONDS = 10
LOCK_SECONDS = 5
IDLE_SECONDS = 20
_PG_OPTIONS = " ".join(
    f"-c {name}={value}"
    for name, value in {
        "statement_timeout": f"{STATEMENT_SECONDS}s",
        "lock_timeout": f"{LOCK_SECONDS}s",
        "idle_in_transaction_session_timeout": f"{IDLE_SECONDS}s",
        "client_connection_check_interval": "2s",
        "timezone": "UTC",
    }.items()
)
_THREE_IN_A_ROW = 0.29  # seconds: three waits of 0.1 that did not overlap
_CLASH = frozenset({"40001", "40P01", "55P03"})  # serialization, deadlock, lock not available


class DriverBlocks(Exception):
    """The database driver stops every other greenlet while it waits."""


def make_engine(url: str, *, service: str, pool_size: int) -> Engine:
    """Make the engine of a service's database, with a time-out on everything it waits for.

    Args:
        url: SQLAlchemy address: `postgresql+psycopg2://…` or `sqlite:///file`.
        service: whose it is; PostgreSQL shows it as the application's name.
        pool_size: connections at most; a worker that finds none waits LOCK_SECONDS.
    """
    if url.startswith("sqlite"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(url, connect_args={"timeout": 5, "check_same_thread": False})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", lambda sql: sql.exec_driver_sql("BEGIN IMMEDIATE"))
        return engine
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=LOCK_SECONDS,
        pool_use_lifo=True,
        connect_args={
            "connect_timeout": 5,
            "application_name": f"atelier-{service}",
            "options": _PG_OPTIONS,
        },
    )


def _prepare_sqlite(connection: Any, record: object) -> None:
    del record
    connection.isolation_level = None  # SQLAlchemy's begin event says BEGIN, not the driver
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def is_outage(exc: BaseException) -> bool:
    """Say whether the database was not to be had, rather than unwilling."""
    if isinstance(exc, PoolTimeout):
        return True
    if not isinstance(exc, DBAPIError):
        return False
    if exc.connection_invalidated:
        return True
    code = getattr(exc.orig, "pgcode", None) or ""
    if code:
        return code[:2] in {"08", "53"} or code in {"57P01", "57P02", "57P03", "25P03"}
    text_ = str(exc.orig)
    return isinstance(exc, OperationalError) and any(
        words in text_
        for words in ("could not connect", "connection to server", "closed the connection")
    )


def is_clash(exc: BaseException) -> bool:
    """Say whether two transactions got in each other's way, so that trying again may do."""
    return isinstance(exc, DBAPIError) and (
        getattr(exc.orig, "pgcode", None) in _CLASH or "database is locked" in str(exc.orig)
    )


def prove_cooperation(engine: Engine) -> None:
    """Check that greenlets go on while the driver waits.

    Raises:
        DriverBlocks: two waits of 0.1 s on PostgreSQL did not overlap.
    """
    if engine.dialect.name != "postgresql":
        return

    def wait() -> None:
        with engine.connect() as sql:
            sql.execute(text("SELECT pg_sleep(0.1)"))

    wait()  # connects; what follows is the wait alone
    began = time.monotonic()
    for waiting in [eventlet.spawn(wait), eventlet.spawn(wait), eventlet.spawn(wait)]:
        waiting.wait()
    if time.monotonic() - began > _THREE_IN_A_ROW:
        msg = f"{engine.dialect.driver} does not cooperate with eventlet: was it patched first?"
        raise DriverBlocks(msg)
