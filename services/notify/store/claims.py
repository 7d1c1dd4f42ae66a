"""Claiming messages that are due, and looking up what stands against them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Connection,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    update,
)

from services.notify.domain import Channel, Lane, Message, MessageKind, MessageState, Words
from services.notify.models import (
    BatchRow,
    MessageRow,
    PaceRow,
    PreferenceRow,
    StandingRow,
    SuppressionRow,
    TemplateRow,
)
from shared.writes import Writes

MESSAGE_COLUMNS = (
    MessageRow.message_id,
    MessageRow.kind,
    MessageRow.person_id,
    MessageRow.address,
    MessageRow.name,
    MessageRow.language,
    MessageRow.context,
    MessageRow.attempts,
    MessageRow.correlation_id,
    MessageRow.caused_by,
    MessageRow.began_at,
    MessageRow.channel,
    MessageRow.created_at,
    MessageRow.batch_id,
    MessageRow.version,
)


def _own(column: Any) -> Any:
    """Name a column of the claimed message: SQLite's dialect leaves table names out there."""
    return literal_column(f"messages.{column.key}", column.type)


# What stands against a message is looked up in the statement that claims it: no round trip more.
_OUTDATED = (
    select(StandingRow.reason)
    .where(
        StandingRow.subject_id == _own(MessageRow.subject_id),
        StandingRow.at > _own(MessageRow.as_of),
    )
    .scalar_subquery()
)
_BLOCKED = (
    select(func.min(SuppressionRow.reason))
    .where(
        SuppressionRow.address == func.lower(_own(MessageRow.address)),
        or_(SuppressionRow.scope == "all", _own(MessageRow.kind) == MessageKind.NEWS.value),
    )
    .scalar_subquery()
)
_MUTED = (
    select(PreferenceRow.kind)
    .where(
        PreferenceRow.person_id == _own(MessageRow.person_id),
        PreferenceRow.kind == _own(MessageRow.kind),
        PreferenceRow.channel == _own(MessageRow.channel),
    )
    .scalar_subquery()
)
_PAUSED = (
    select(BatchRow.paused).where(BatchRow.batch_id == _own(MessageRow.batch_id)).scalar_subquery()
)
_lane = and_(PaceRow.channel == bindparam("of_channel"), PaceRow.lane == bindparam("of_lane"))
_MAY_SEND = ~exists(select(PaceRow.lane).where(_lane, PaceRow.allowance < 1))


def _claim(*of: Any, order: Sequence[Any] = (MessageRow.due_at,)) -> Any:
    """Build the statement that claims what is due of a channel, the longest due first."""
    next_ones = (
        select(MessageRow.message_id)
        .where(
            MessageRow.state == MessageState.DUE.value,
            MessageRow.channel == bindparam("of_channel"),
            MessageRow.due_at <= bindparam("at"),
            _MAY_SEND,
            *of,
        )
        .order_by(*order)
        .limit(bindparam("limit"))
        .with_for_update(skip_locked=True)
    )
    return (
        update(MessageRow)
        .where(MessageRow.message_id.in_(next_ones))
        .values(
            state=MessageState.CLAIMED.value,
            attempts=MessageRow.attempts + 1,
            due_at=bindparam("until"),
        )
        .returning(
            *MESSAGE_COLUMNS,
            MessageRow.not_after,
            MessageRow.quiet_zone,
            _OUTDATED.label("outdated"),
            _BLOCKED.label("blocked"),
            _MUTED.label("muted"),
            _PAUSED.label("paused"),
            select(PaceRow.allowance).where(_lane).scalar_subquery().label("allowance"),
        )
    )


_IN_BULK = MessageRow.lane == Lane.BULK.value  # written out, so that the partial index is known
_CLAIM = _claim(MessageRow.lane == bindparam("of_lane"))
# As a range, because only the index of turns has that order: by the time alone the planner would
# read all that other batches have due before.
_CLAIM_OF_BATCH = _claim(
    _IN_BULK,
    MessageRow.batch_id.between(bindparam("of_batch"), bindparam("of_batch")),
    order=(MessageRow.batch_id, MessageRow.due_at),
)


def _next_batch() -> Any:
    """Build the query for the batch whose turn it is: one look at the index for each open batch."""
    due = and_(
        MessageRow.state == MessageState.DUE.value,
        _IN_BULK,
        MessageRow.channel == bindparam("of_channel"),
    )
    ids = select(MessageRow.batch_id).where(due).order_by(MessageRow.batch_id).limit(1)
    opened = select(ids.where(MessageRow.batch_id.is_not(None)).scalar_subquery().label("batch_id"))
    batches = opened.cte("open", recursive=True)
    after = ids.where(MessageRow.batch_id > batches.c.batch_id).scalar_subquery()
    batches = batches.union_all(select(after).where(batches.c.batch_id.is_not(None)))
    ready = exists(
        select(MessageRow.message_id).where(
            due,
            MessageRow.batch_id == batches.c.batch_id,
            MessageRow.due_at <= bindparam("at"),
        )
    )
    turn = func.coalesce(BatchRow.turn, 0)
    return (
        select(batches.c.batch_id, func.max(turn).over().label("last"))
        .select_from(batches.outerjoin(BatchRow, BatchRow.batch_id == batches.c.batch_id))
        .where(ready, _MAY_SEND)
        .order_by(turn, batches.c.batch_id)
        .limit(1)
    )


_NEXT_BATCH = _next_batch()
_TAKE_TURN = (
    update(BatchRow).where(BatchRow.batch_id == bindparam("of")).values(turn=bindparam("next_turn"))
)
_SPEND = (
    update(PaceRow)
    .where(PaceRow.channel == bindparam("of"), PaceRow.lane == bindparam("on"))
    .values(allowance=PaceRow.allowance - bindparam("count"))
)
_PUT_BACK = (
    update(MessageRow)
    .where(MessageRow.message_id == bindparam("id"))
    .values(state=bindparam("back"), attempts=MessageRow.attempts - 1, due_at=bindparam("due"))
)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claimed message, and what stands against sending it."""

    message: Message
    not_after: datetime | None
    outdated: str | None  # what has happened to its subject since
    blocked: str | None  # why nothing goes to this address
    muted: bool  # the person has switched it off
    paused: bool  # its batch waits
    quiet_zone: str | None  # where it waits for the morning, if it does


def message_of(row: Any, words: Words | None = None) -> Message:
    """Make a message of its row."""
    return Message(
        row.message_id,
        MessageKind(row.kind),
        row.person_id,
        row.address,
        row.name,
        row.language,
        row.context,
        row.attempts,
        row.correlation_id,
        row.caused_by,
        row.began_at,
        Channel(row.channel),
        row.created_at,
        row.batch_id,
        row.version,
        words,
    )


def claim_due(
    sql: Connection, writes: Writes, channel: Channel, lane: Lane, **when: Any
) -> list[Claimed]:
    """Claim a lane's messages that are due, the longest due first; in bulk, of one batch in turn.

    Args:
        sql: the connection.
        writes: takes what is noted of the lane's pace.
        channel: email or SMS.
        lane: direct, aside or bulk.
        when: `at`, now; `until`, the end of the claim; `limit`, how many at most.
    """
    named: dict[str, Any] = {"of_channel": channel.value, "of_lane": lane.value}
    statement, turn = _CLAIM, None
    if lane is Lane.BULK:
        turn = sql.execute(_NEXT_BATCH, {**named, "at": when["at"]}).one_or_none()
    if turn is not None:
        statement, named["of_batch"] = _CLAIM_OF_BATCH, turn.batch_id
    rows = list(sql.execute(statement, {**named, **when}))
    if turn is not None and rows:
        writes.add(_TAKE_TURN, {"of": turn.batch_id, "next_turn": turn.last + 1})
    if rows and rows[0].allowance is not None:
        allowed = int(rows[0].allowance)
        for row in rows[allowed:]:
            put_back(writes, row.message_id, MessageState.DUE, due_at=when["at"])
        del rows[allowed:]
        writes.add(_SPEND, {"of": channel.value, "on": lane.value, "count": len(rows)})
    words = _own_words(sql, rows)
    return [
        Claimed(
            message_of(row, words.get((row.kind, row.language, row.version))),
            row.not_after,
            row.outdated,
            row.blocked,
            row.muted is not None,
            bool(row.paused),
            row.quiet_zone,
        )
        for row in rows
    ]


def put_back(writes: Writes, message_id: UUID, state: MessageState, *, due_at: datetime) -> None:
    """Take a claim back that came to nothing: it was no attempt."""
    writes.add(_PUT_BACK, {"id": message_id, "back": state.value, "due": due_at})


def own_words_of(sql: Connection, row: Any) -> Words | None:
    """Read the studio's own words a message is written in; None: it has the default ones."""
    return _own_words(sql, [row]).get((row.kind, row.language, row.version))


def _own_words(sql: Connection, rows: Sequence[Any]) -> dict[tuple[str, str, int], Words]:
    """Read the studio's own words for these messages, if any of them has some."""
    wanted = {(row.kind, row.language, row.version) for row in rows if row.version}
    if not wanted:
        return {}
    which = [
        and_(
            TemplateRow.kind == kind,
            TemplateRow.language == language,
            TemplateRow.version == version,
        )
        for kind, language, version in wanted
    ]
    found = sql.execute(select(TemplateRow.__table__).where(or_(*which)))
    return {
        (row.kind, row.language, row.version): Words(row.subject, row.text, row.sms)
        for row in found
        if row.text is not None
    }
