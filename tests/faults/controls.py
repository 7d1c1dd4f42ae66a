"""Builds that lack one guard each: the tests of this package must find them out.

    python -m tests.faults.controls BUILD run SERVICE

A test that a build without the guard passes as well shows nothing.
"""

import eventlet

# Before anything else is imported, as in `services.__main__`.
eventlet.monkey_patch()

import sys  # noqa: E402
from collections.abc import Callable, Mapping, Sequence  # noqa: E402
from datetime import datetime  # noqa: E402
from typing import Any  # noqa: E402
from uuid import UUID  # noqa: E402

from sqlalchemy import Connection, bindparam, update  # noqa: E402

from services import __main__ as program  # noqa: E402
from services.booking.models import SessionRow  # noqa: E402
from services.booking.store import sessions  # noqa: E402
from shared import inbox, outbox  # noqa: E402
from shared.bus.lane import Lane  # noqa: E402
from shared.bus.wire import Wire  # noqa: E402
from shared.columns import outbox as journal  # noqa: E402
from shared.writes import Writes  # noqa: E402


def ack_first() -> None:
    """Acknowledge a message when it comes, not when its effect is committed."""
    take = Lane.put

    def put(self: Lane, wire: Wire, message: Any, error: object = None) -> None:
        wire.ack(message)
        take(self, wire, message, error)

    def ack(self: Wire, message: Any) -> None:
        if not message.acknowledged:
            keep(self, message)

    keep = Wire.ack
    Lane.put = put  # type: ignore[method-assign]
    Wire.ack = ack  # type: ignore[method-assign]


def mark_before_confirm() -> None:
    """Mark a fact as confirmed when it is written, not when the broker has confirmed it."""
    write = outbox.record
    mark = (
        update(journal)
        .where(journal.c.fact_id == bindparam("said"))
        .values(confirmed_at=bindparam("at"))
    )

    def record(writes: Writes, said: Sequence[outbox.Said]) -> None:
        write(writes, said)
        for one in said:
            writes.add(mark, {"said": one.fact_id, "at": one.said_at})

    outbox.record = record


def no_inbox() -> None:
    """Take every delivery of a fact for the first one."""
    mark = inbox.receive

    def receive(
        sql: Connection, fact_ids: Sequence[UUID], entrypoint: str, *, at: datetime
    ) -> set[UUID]:
        mark(sql, fact_ids, entrypoint, at=at)
        return set(fact_ids)

    inbox.receive = receive


def no_capacity() -> None:
    """Take a seat without looking again whether one is left."""
    sessions._TAKE_SEAT = (  # noqa: SLF001 - what a control build is for
        update(SessionRow)
        .where(SessionRow.session_id == bindparam("id"), SessionRow.starts_at > bindparam("at"))
        .values(taken=SessionRow.taken + 1)
        .returning(*sessions.SESSION_COLUMNS)
    )


BUILDS: Mapping[str, Callable[[], None]] = {
    build.__name__: build for build in (ack_first, mark_before_confirm, no_inbox, no_capacity)
}


def main() -> None:
    """Take the guard away and run `atelier`."""
    BUILDS[sys.argv.pop(1)]()
    program.atelier()


if __name__ == "__main__":
    main()
