"""Queries about messages, what they are about, and those that were written at once."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, delete, exists, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.notify.domain import MessageState
from services.notify.models import BatchRow, MessageRow, ReminderRow, RenamedRow, StandingRow
from shared.trail import Diary, Step
from shared.writes import Writes


def find_message(sql: Connection, message_id: UUID) -> Row[Any] | None:
    """Find a message."""
    query = select(MessageRow.__table__).where(MessageRow.message_id == message_id)
    return sql.execute(query).one_or_none()


def message_for_update(sql: Connection, message_id: UUID) -> Row[Any] | None:
    """Find a message and keep it from others."""
    query = select(MessageRow.__table__).where(MessageRow.message_id == message_id)
    return sql.execute(query.with_for_update()).one_or_none()


def list_messages(
    sql: Connection, person_id: UUID, *, after: Row[Any] | None, limit: int
) -> Sequence[Row[Any]]:
    """List a person's messages, the newest first; `after` is what the page before ended with."""
    place = MessageRow.created_at, MessageRow.message_id
    query = select(MessageRow.__table__).where(MessageRow.person_id == person_id)
    if after is not None:
        query = query.where(tuple_(*place) < tuple_(after.created_at, after.message_id))
    return sql.execute(query.order_by(*(one.desc() for one in place)).limit(limit)).all()


def _threads_of(sql: Connection, some_id: str) -> set[str]:
    """Give the thread of a message, by its id."""
    try:
        message_id = UUID(some_id)
    except ValueError:
        return set()
    query = select(MessageRow.correlation_id).where(MessageRow.message_id == message_id)
    return set(sql.execute(query).scalars())


def _steps_on(sql: Connection, threads: set[str]) -> list[Step]:
    """Tell of the messages on threads: when each was written, and what came of it."""
    query = select(MessageRow.__table__).where(MessageRow.correlation_id.in_(threads))
    steps = []
    for row in sql.execute(query):
        thread = row.correlation_id
        for at, what in (
            (row.created_at, f"written, message {row.message_id}"),
            (
                row.ended_at or row.sent_at or row.due_at or row.created_at,
                f"{row.state} ({row.reply or 'no answer yet'})",
            ),
        ):
            words = f"{row.kind} by {row.channel}: {what}"
            steps.append(Step(at, "notify", words, row.reply or "", row.caused_by, thread))
    return steps


MESSAGES = Diary(_threads_of, _steps_on)
"""What notify can tell of a thread: its messages, to the mail server's answer."""


_STATE_OF = select(MessageRow.state).where(MessageRow.dedupe == bindparam("dedupe"))


def state_of(sql: Connection, dedupe: str) -> MessageState | None:
    """Say where a message stands that was written under this key; None: there is none."""
    found = sql.execute(_STATE_OF, {"dedupe": dedupe}).scalar_one_or_none()
    return None if found is None else MessageState(found)


def find_by_dedupe(sql: Connection, dedupe: str) -> Row[Any] | None:
    """Find a message by the key it was written under."""
    query = select(MessageRow.__table__).where(MessageRow.dedupe == dedupe)
    return sql.execute(query).one_or_none()


def note_receipt(sql: Connection, message_id: UUID, receipt: str) -> None:
    """Note what the carrier said of a message later."""
    one = update(MessageRow).where(MessageRow.message_id == message_id)
    sql.execute(one.values(receipt=receipt))


def fail(sql: Connection, message_id: UUID, reply: str, *, at: datetime) -> None:
    """Note that a message did not arrive after all."""
    one = update(MessageRow).where(MessageRow.message_id == message_id)
    sql.execute(one.values(state=MessageState.FAILED.value, reply=reply, ended_at=at))


# -- what messages are about ---------------------------------------------------------------------

_STAND = upsert(StandingRow)
_STAND = _STAND.on_conflict_do_update(
    index_elements=["subject_id"],
    set_={"reason": _STAND.excluded.reason, "at": _STAND.excluded.at},
    where=StandingRow.at < _STAND.excluded.at,  # an older word changes nothing
)


def note_standing(writes: Writes, subject_id: UUID, reason: str, *, at: datetime) -> None:
    """Note what has happened to what messages are about; older ones are not sent any more."""
    writes.add(_STAND, {"subject_id": subject_id, "reason": reason, "at": at})


# While somebody is still to be reminded of it, what has happened to it counts.
_planned = exists().where(ReminderRow.subject_id == StandingRow.subject_id)
_LONG_PAST = (
    select(StandingRow.subject_id)
    .where(StandingRow.at < bindparam("before"), ~_planned)
    .order_by(StandingRow.at)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_FORGET = delete(StandingRow).where(StandingRow.subject_id.in_(_LONG_PAST))


def prune_standings(sql: Connection, *, before: datetime, limit: int) -> int:
    """Forget what happened before then, the oldest first; give how many, `limit` at most."""
    return sql.execute(_FORGET, {"before": before, "limit": limit}).rowcount


_in_use = exists().where(ReminderRow.subject_id == MessageRow.subject_id)
_SAID_LONG_AGO = (
    select(MessageRow.message_id)
    .where(
        MessageRow.ended_at < bindparam("before"),
        MessageRow.name != "",
        ~_in_use,  # a reminder will be written in the words of the message that confirmed
    )
    .order_by(MessageRow.ended_at)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_BLANK = (
    update(MessageRow)
    .where(MessageRow.message_id.in_(_SAID_LONG_AGO))
    .values(
        name="",
        address=None,
        context={},
        reply=func.coalesce(
            func.replace(MessageRow.reply, MessageRow.address, "…"), MessageRow.reply
        ),
    )
)


def blank_texts(sql: Connection, *, before: datetime, limit: int) -> int:
    """Forget what messages said that ended before then; give how many, `limit` at most."""
    return sql.execute(_BLANK, {"before": before, "limit": limit}).rowcount


# -- reminders -------------------------------------------------------------------------------------

_PLAN = upsert(ReminderRow)
_PLAN = _PLAN.on_conflict_do_update(
    index_elements=["subject_id"],
    set_={
        name: getattr(_PLAN.excluded, name)
        for name in ("message_id", "starts_at", "as_of", "session_id")
    },
    where=ReminderRow.as_of < _PLAN.excluded.as_of,
)


def plan_reminder(
    writes: Writes,
    subject_id: UUID,
    message_id: UUID,
    *,
    starts_at: datetime,
    as_of: datetime,
    session_id: UUID | None = None,
) -> None:
    """Plan to remind somebody of a session, in the words of a message about it."""
    values = {"subject_id": subject_id, "message_id": message_id, "session_id": session_id}
    writes.add(_PLAN, {**values, "starts_at": starts_at, "as_of": as_of})


_RENAME = upsert(RenamedRow)
_RENAME = _RENAME.on_conflict_do_update(
    index_elements=["session_id"],
    set_={
        name: getattr(_RENAME.excluded, name)
        for name in ("name", "staff", "sequence", "starts_at", "changed_at")
    },
    where=RenamedRow.sequence < _RENAME.excluded.sequence,  # an older word changes nothing
)


def note_name(writes: Writes, values: dict[str, Any]) -> None:
    """Note what a session is called since it was changed."""
    writes.add(_RENAME, values)


def names_of(sql: Connection, session_ids: Iterable[UUID]) -> dict[UUID, Row[Any]]:
    """Give what those of these sessions are called that were changed."""
    query = select(RenamedRow.__table__).where(RenamedRow.session_id.in_(list(session_ids)))
    return {row.session_id: row for row in sql.execute(query)}


def drop_names(sql: Connection, *, before: datetime) -> None:
    """Forget what sessions were called that started before then."""
    sql.execute(delete(RenamedRow).where(RenamedRow.starts_at < before))


def take_reminders(
    sql: Connection, *, before: datetime, limit: int
) -> list[tuple[Row[Any], Row[Any] | None]]:
    """Take the reminders of sessions that start before then, each with its message."""
    query = (
        select(ReminderRow.__table__)
        .where(ReminderRow.starts_at <= before)
        .order_by(ReminderRow.starts_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = sql.execute(query).all()
    taken = [row.subject_id for row in rows]
    sql.execute(delete(ReminderRow).where(ReminderRow.subject_id.in_(taken)))
    messages = select(MessageRow.__table__).where(
        MessageRow.message_id.in_([row.message_id for row in rows])
    )
    found = {row.message_id: row for row in sql.execute(messages)}
    return [(row, found.get(row.message_id)) for row in rows]


# -- batches ---------------------------------------------------------------------------------------

_KEEP_BATCH = upsert(BatchRow).on_conflict_do_nothing(index_elements=["batch_id"])


def keep_batch(writes: Writes, values: dict[str, Any]) -> None:
    """Keep that messages were written at once."""
    writes.add(_KEEP_BATCH, values)


def find_batch(sql: Connection, batch_id: UUID) -> Row[Any] | None:
    """Find a batch."""
    return sql.execute(
        select(BatchRow.__table__).where(BatchRow.batch_id == batch_id)
    ).one_or_none()


def count_batch(sql: Connection, batch_id: UUID) -> tuple[dict[str, int], int]:
    """Count a batch's messages by where they stand, and those that were asked for twice."""
    query = select(MessageRow.state, func.count(), func.sum(MessageRow.doubles))
    rows = sql.execute(query.where(MessageRow.batch_id == batch_id).group_by(MessageRow.state))
    counted = [(row[0], row[1], row[2]) for row in rows]
    return {state: count for state, count, _ in counted}, sum(twice for _, _, twice in counted)


def pause(sql: Connection, batch_id: UUID, *, paused: bool) -> None:
    """Have a batch wait or go on."""
    one = update(BatchRow).where(BatchRow.batch_id == batch_id)
    sql.execute(one.values(paused=paused))
    due, waits = MessageState.DUE.value, MessageState.PAUSED.value
    before, after = (due, waits) if paused else (waits, due)
    theirs = MessageRow.batch_id == batch_id, MessageRow.state == before
    sql.execute(update(MessageRow).where(*theirs).values(state=after))
