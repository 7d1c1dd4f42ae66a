"""Facts on their way in: each handled once, what failed put by, and every reply kept.

Delivery is at least once, so a listener records the fact in its inbox in the transaction of its
effect. A fact whose listener raised is put by in `deferred` and tried again; after the last try,
or when it cannot be read at all, it is parked for an operator. A writing call keeps its reply in
the transaction of its effect, so that a repeated call is answered and not done again.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import Connection, bindparam, delete, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from shared.columns import deferred, inbox, replies
from shared.writes import Writes

RETRIES = tuple(timedelta(seconds=seconds) for seconds in (1, 5, 30, 5 * 60, 30 * 60, 2 * 60 * 60))
"""How long a failed fact waits before each new try; after the last it is parked."""
LEASE = timedelta(seconds=60)
"""How long a try of a deferred fact keeps others from trying it too."""


class AlreadyHandled(Exception):
    """A fact has had its effect here before."""


_RECEIVE = (
    insert(inbox).on_conflict_do_nothing(index_elements=["fact_id", "entrypoint"])
).returning(inbox.c.fact_id)
_FORGET = delete(inbox).where(
    tuple_(inbox.c.fact_id, inbox.c.entrypoint).in_(
        select(inbox.c.fact_id, inbox.c.entrypoint)
        .where(inbox.c.handled_at < bindparam("before"))
        .order_by(inbox.c.handled_at)
        .limit(bindparam("limit"))
    )
)


def receive(
    sql: Connection, fact_ids: Sequence[UUID], entrypoint: str, *, at: datetime
) -> set[UUID]:
    """Record facts as handled by an entrypoint.

    Returns:
        The ids of those that were not handled before: only they may have an effect.
    """
    rows = [{"fact_id": i, "entrypoint": entrypoint, "handled_at": at} for i in fact_ids]
    result = sql.execute(_RECEIVE, rows if len(rows) > 1 else rows[0])
    return set(result.scalars())


def forget(sql: Connection, *, before: datetime, limit: int) -> int:
    """Drop up to `limit` marks of facts handled before `before`; give how many."""
    return sql.execute(_FORGET, {"before": before, "limit": limit}).rowcount


@dataclass(frozen=True, slots=True)
class Deferred:
    """A fact put by: its bytes, what went wrong, and when it is tried again (None: parked)."""

    deferred_id: UUID
    entrypoint: str
    topic: str
    fact_id: UUID | None
    correlation_id: str | None
    body: bytes
    error: str
    attempts: int
    first_failed_at: datetime
    due_at: datetime | None
    parked_at: datetime | None


_ALL = select(deferred)
_PUT_BY = insert(deferred).on_conflict_do_nothing(index_elements=["fact_id", "entrypoint"])
_DUE = (
    _ALL.where(deferred.c.parked_at.is_(None), deferred.c.due_at <= bindparam("at"))
    .order_by(deferred.c.due_at)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_LEASE = (
    update(deferred)
    .where(deferred.c.deferred_id.in_(bindparam("ids", expanding=True)))
    .values(due_at=bindparam("until"))
)
_DONE = delete(deferred).where(deferred.c.deferred_id == bindparam("id"))
_AGAIN = (
    update(deferred)
    .where(deferred.c.deferred_id == bindparam("id"))
    .values(
        attempts=bindparam("attempts"),
        error=bindparam("error"),
        due_at=bindparam("due"),
        parked_at=bindparam("parked"),
    )
)
_COUNTS = select(
    func.count().filter(deferred.c.parked_at.is_(None)),
    func.count().filter(deferred.c.parked_at.is_not(None)),
)


def put_by(
    sql: Connection,
    *,
    entrypoint: str,
    topic: str,
    body: bytes,
    error: str,
    at: datetime,
    fact_id: UUID | None = None,
    correlation_id: str | None = None,
    park: bool = False,
) -> None:
    """Keep a fact that could not be handled: until its first retry, or parked."""
    row = {
        "deferred_id": uuid4(),
        "entrypoint": entrypoint,
        "topic": topic,
        "fact_id": fact_id,
        "correlation_id": correlation_id,
        "body": body,
        "error": error,
        "attempts": 1,
        "first_failed_at": at,
        "due_at": None if park else at + RETRIES[0],
        "parked_at": at if park else None,
    }
    sql.execute(_PUT_BY, row)


def take_due(sql: Connection, *, at: datetime, limit: int = 50) -> list[Deferred]:
    """Claim deferred facts whose time has come, for LEASE, so that no other process does."""
    due = [Deferred(*row) for row in sql.execute(_DUE, {"at": at, "limit": limit})]
    if due:
        sql.execute(_LEASE, {"ids": [one.deferred_id for one in due], "until": at + LEASE})
    return due


def settle(sql: Connection, deferred_id: UUID) -> None:
    """Drop a deferred fact that has been handled, in the transaction of its effect."""
    sql.execute(_DONE, {"id": deferred_id})


def put_by_again(sql: Connection, one: Deferred, error: str, *, at: datetime) -> bool:
    """Note one more failure; give whether the fact is parked now."""
    attempts = one.attempts + 1
    parked = attempts > len(RETRIES)
    due = None if parked else at + RETRIES[attempts - 1]
    sql.execute(
        _AGAIN,
        {
            "id": one.deferred_id,
            "attempts": attempts,
            "error": error,
            "due": due,
            "parked": at if parked else None,
        },
    )
    return parked


def list_deferred(sql: Connection, *, parked: bool | None = None) -> list[Deferred]:
    """List what is put by, oldest first; `parked` picks only the parked, or only the others."""
    query = _ALL.order_by(deferred.c.first_failed_at)
    if parked is not None:
        query = query.where(
            deferred.c.parked_at.is_not(None) if parked else deferred.c.parked_at.is_(None)
        )
    return [Deferred(*row) for row in sql.execute(query)]


def find_deferred(sql: Connection, some_id: UUID) -> Deferred | None:
    """Find a deferred fact by its own id or the fact's."""
    query = _ALL.where(or_(deferred.c.deferred_id == some_id, deferred.c.fact_id == some_id))
    row = sql.execute(query.limit(1)).one_or_none()
    return None if row is None else Deferred(*row)


def unpark(sql: Connection, deferred_id: UUID, *, at: datetime) -> None:
    """Try a parked fact again now, with a fresh count of tries."""
    values = {"id": deferred_id, "attempts": 0, "error": "retried by an operator", "due": at}
    sql.execute(_AGAIN, {**values, "parked": None})


def count_deferred(sql: Connection) -> tuple[int, int]:
    """Count what waits for a retry, and what is parked."""
    waiting, parked = sql.execute(_COUNTS).one()
    return waiting, parked


@dataclass(frozen=True, slots=True)
class StoredReply:
    """The answer a writing call got: its key, a print of the call, and the answer as JSON."""

    key: str
    fingerprint: str
    reply: str


_KEEP_REPLY = insert(replies)
_REPLY = select(replies.c.key, replies.c.fingerprint, replies.c.reply).where(
    replies.c.key.in_(bindparam("keys", expanding=True))
)
_OLD_REPLIES = delete(replies).where(
    replies.c.key.in_(
        select(replies.c.key)
        .where(replies.c.stored_at < bindparam("before"))
        .order_by(replies.c.stored_at)
        .limit(bindparam("limit"))
    )
)


def keep_reply(writes: Writes, stored: StoredReply, *, at: datetime) -> None:
    """Keep a reply; a second one under the same key breaks the primary key."""
    row = {"key": stored.key, "fingerprint": stored.fingerprint, "reply": stored.reply}
    writes.add(_KEEP_REPLY, {**row, "stored_at": at})


def find_reply(sql: Connection, keys: Collection[str]) -> StoredReply | None:
    """Find the reply kept under one of these keys."""
    row = sql.execute(_REPLY, {"keys": list(keys)}).first()
    return None if row is None else StoredReply(*row)


def forget_replies(sql: Connection, *, before: datetime, limit: int) -> int:
    """Drop up to `limit` replies kept before `before`; give how many."""
    return sql.execute(_OLD_REPLIES, {"before": before, "limit": limit}).rowcount
