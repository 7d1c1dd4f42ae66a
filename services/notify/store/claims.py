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
_CLAIM = (
    update(MessageRow)
    .where(
        MessageRow.message_id.in_(
            select(MessageRow.message_id)
            .where(
                MessageRow.state == MessageState.DUE.value,
                MessageRow.channel == bindparam("of_channel"),
                MessageRow.lane == bindparam("of_lane"),
                MessageRow.due_at <= bindparam("at"),
                ~exists(select(PaceRow.lane).where(_lane, PaceRow.allowance < 1)),
            )
            .order_by(MessageRow.due_at)
            .limit(bindparam("limit"))
            .with_for_update(skip_locked=True)
        )
    )
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
    """Claim a lane's messages that are due, the longest due first.

    Args:
        sql: the connection.
        writes: takes what is noted of the lane's pace.
        channel: email or SMS.
        lane: direct or bulk.
        when: `at`, now; `until`, the end of the claim; `limit`, how many at most.
    """
    named = {"of_channel": channel.value, "of_lane": lane.value}
    rows = list(sql.execute(_CLAIM, {**named, **when}))
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
