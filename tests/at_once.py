"""Many who do something at the same time."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import eventlet
from sqlalchemy import Engine, text

from shared.contracts.errors import Refused


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Make calls side by side; give their answers, or by which error they were refused."""

    def ended(call: Callable[[], Any]) -> Any:
        try:
            return call()
        except Refused as exc:
            return type(exc).__name__

    threads = [eventlet.spawn(ended, call) for call in calls]
    return [thread.wait() for thread in threads]


def ends(calls: Sequence[Callable[[], Any]]) -> Counter[str]:
    """Make calls side by side; count how many were `done`, and each error that refused others."""
    return Counter(one if isinstance(one, str) else "done" for one in at_once(calls))


def while_waiting(
    engine: Engine, held: str, call: Callable[[], Any], *, then: str = "SELECT 1", **values: Any
) -> Any:
    """Make a call that has to wait for what a statement holds; give its answer after the commit.

    Args:
        engine: of the PostgreSQL database both are in.
        held: the statement, in a transaction of its own.
        call: what waits for it.
        then: another statement of that transaction, while the call waits.
        values: what `held` is given.
    """
    waits = text(
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with engine.connect() as sql, engine.connect() as watch:
        sql.execute(text("BEGIN"))
        sql.execute(text(held), values)
        calling = eventlet.spawn(call)
        while not watch.execute(waits).scalar():
            assert not calling.dead, "it did not wait"
            eventlet.sleep(0.01)
        sql.execute(text(then))
        sql.execute(text("COMMIT"))
    return calling.wait()
