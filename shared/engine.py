"""The database engine: time-outs on every wait, and what its errors mean."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import eventlet
from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shared.writes import Writes

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
_BROKEN_OFF = "57014"
# Serialization, deadlock, lock not available, and the same row made by two in the same moment, of
# which the second sees the first one's when it begins anew.
_CLASH = frozenset({"40001", "40P01", "55P03", "23505"})
_CLASH_TRIES = 5
Done = TypeVar("Done")


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
        prepare_directory(url)
        connect_args = {"timeout": 5, "check_same_thread": False}
        engine = create_engine(url, hide_parameters=True, connect_args=connect_args)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", lambda sql: sql.exec_driver_sql("BEGIN IMMEDIATE"))
        return engine
    engine = create_engine(
        url,
        hide_parameters=True,
        isolation_level="AUTOCOMMIT",  # BEGIN and COMMIT travel with statements: see `opened`
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
    event.listen(engine, "before_cursor_execute", _begin_first, retval=True)
    event.listen(engine, "handle_error", _quote_nothing)
    return engine


def _quote_nothing(failure: ExceptionContext) -> None:
    """Keep people's data out of an error: its statement holds values, and so do its details."""
    for error in (failure.sqlalchemy_exception, failure.original_exception):
        if error is not None:
            error.args = tuple(str(arg).partition("\n")[0] for arg in error.args)
    if failure.sqlalchemy_exception is not None:
        failure.sqlalchemy_exception.statement = None


def prepare_directory(url: str) -> None:
    """Make the directory of an SQLite file."""
    if url.startswith("sqlite"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)


def _begin_first(
    sql: Connection, cursor: object, statement: str, parameters: object, *more: object
) -> tuple[str, object]:
    """Send BEGIN together with a transaction's first statement."""
    del cursor, more
    begin = sql.info.pop("begin", None)
    if begin is None:
        return statement, parameters
    sql.info["open"] = True
    return f"{begin}; {statement}", parameters


@contextmanager
def opened(engine: Engine, *, durable: bool = True) -> Iterator[Connection]:
    """Lend a connection with a transaction, undone at the end unless `commit` was called.

    On PostgreSQL BEGIN goes with the first statement and COMMIT with the last writes, so that a
    transaction costs no round trip of its own.

    Args:
        engine: from `make_engine`.
        durable: False spares the wait for the disk, for notes whose loss does no harm.
    """
    with engine.connect() as sql:
        if engine.dialect.name != "postgresql":
            sql.begin()
            yield sql
            return
        sql.info["begin"] = "BEGIN" if durable else "BEGIN; SET LOCAL synchronous_commit TO off"
        try:
            yield sql
        finally:
            _undo(sql)


def _undo(sql: Connection) -> None:
    """Leave no transaction open on a connection that goes back to the pool."""
    if sql.invalidated:
        return
    sql.info.pop("begin", None)
    if sql.info.pop("open", False):
        try:
            sql.exec_driver_sql("ROLLBACK")
        except Exception:  # noqa: BLE001 - whatever it is, this connection is of no more use
            sql.invalidate()


def commit(sql: Connection, writes: Writes) -> None:
    """Do the writes that wait, and commit."""
    if sql.dialect.name != "postgresql":
        writes.run(sql)
        sql.commit()
        return
    texts = writes.text(sql) if writes else []
    if texts or "open" in sql.info:
        _send(sql, [*texts, "COMMIT"])
        del sql.info["open"]


def flush(sql: Connection, writes: Writes) -> None:
    """Do the writes that wait, within the transaction."""
    if not writes:
        return
    if sql.dialect.name != "postgresql":
        writes.run(sql)
    else:
        _send(sql, writes.text(sql))


def _send(sql: Connection, texts: list[str]) -> None:
    sql.exec_driver_sql("; ".join(texts), execution_options={"no_parameters": True})


def _prepare_sqlite(connection: Any, record: object) -> None:
    del record
    connection.isolation_level = None  # SQLAlchemy's begin event says BEGIN, not the driver
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def is_outage(exc: BaseException) -> bool:
    """Say whether the database was not to be had, rather than unwilling."""
    # The second: a connection was lost in this transaction, and something was asked of it again.
    if isinstance(exc, PoolTimeout | PendingRollbackError):
        return True
    if not isinstance(exc, DBAPIError):
        return False
    if exc.connection_invalidated:
        return True
    code = getattr(exc.orig, "pgcode", None) or ""
    if code:
        return code[:2] in {"08", "53"} or code in {"57P01", "57P02", "57P03", "25P03"}
    # The driver names no code where the server did not live to send one.
    from_driver = type(exc.orig).__module__.startswith("psycopg2")
    return from_driver and isinstance(exc, OperationalError | InterfaceError)


def is_clash(exc: BaseException) -> bool:
    """Say whether two transactions got in each other's way, so that trying again may do."""
    return isinstance(exc, DBAPIError) and (
        getattr(exc.orig, "pgcode", None) in _CLASH or "database is locked" in str(exc.orig)
    )


def is_overdue(exc: BaseException) -> bool:
    """Say whether a statement took longer than STATEMENT_SECONDS, and was broken off.

    It is no outage: what always takes as long must not keep a lane for ever.
    """
    return isinstance(exc, DBAPIError) and getattr(exc.orig, "pgcode", None) == _BROKEN_OFF


def in_spite_of_clashes(do: Callable[[], Done]) -> Done:
    """Do something in a transaction of its own, a few times if others are in its way."""
    for _ in range(_CLASH_TRIES - 1):
        try:
            return do()
        except DBAPIError as exc:
            if not is_clash(exc):
                raise
    return do()


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
