"""What the bus's own tables keep of people, and how it goes when they are erased.

A service's journal and the replies kept for repeated calls may name somebody; so may a fact that
was put by. A service that hears of an erasure removes those with its own rows.
"""

import json
from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, func, or_, select, update

from shared.columns import deferred, outbox, replies
from shared.contracts import Fact

_BLANK = {
    "name": "erased",
    "person_name": "",
    "email": None,
    "phone": None,
    "notes": "",
    "note": None,
}


class StillLeaving(Exception):
    """A fact that names somebody has not left the journal yet; erasing is tried again later."""


def counted(many: int, one: str, several: str) -> str:
    """Write a number of things, for a receipt: `1 entry`, `2 entries`."""
    return f"{many} {one if many == 1 else several}"


_PUT_BY = select(deferred.c.deferred_id, deferred.c.body).where(
    deferred.c.topic.in_(bindparam("topics", expanding=True))
)
_DROP_PUT_BY = delete(deferred).where(deferred.c.deferred_id.in_(bindparam("ids", expanding=True)))


def forget(
    sql: Connection,
    person_ids: Collection[UUID],
    *,
    said: Collection[type[Fact]],
    heard: Collection[type[Fact]],
) -> None:
    """Remove what the bus's tables of a service keep of people, in the erasure's transaction.

    Args:
        sql: the transaction's connection.
        person_ids: the erased person's id, and those of the records merged into theirs.
        said: the facts of this service that carry names, addresses or texts.
        heard: those of others, which may have been put by here.

    Raises:
        StillLeaving: a fact about them has not been published yet; nothing else may be lost by
            trying again later, which the bus does with a listener that raises.
    """
    drop_put_by(sql, heard, person_ids)
    blank_replies(sql, person_ids)
    if left := drop_said(sql, said, person_ids):
        msg = f"{left} facts that name them have not left the journal yet"
        raise StillLeaving(msg)


def drop_said(sql: Connection, facts: Collection[type[Fact]], person_ids: Collection[UUID]) -> int:
    """Drop facts that name people from the journal; give how many are left, not published yet."""
    if not facts:
        return 0
    naming = or_(
        outbox.c.about.in_(person_ids), *(outbox.c.body.contains(str(one)) for one in person_ids)
    )
    theirs = outbox.c.topic.in_([fact.topic for fact in facts]) & naming
    sql.execute(delete(outbox).where(theirs, outbox.c.confirmed_at.is_not(None)))
    return sql.execute(select(func.count()).where(theirs)).scalar_one()


def drop_put_by(
    sql: Connection, facts: Collection[type[Fact]], person_ids: Collection[UUID]
) -> int:
    """Drop the facts about people that were put by or parked; give how many."""
    named = [str(one).encode() for one in person_ids]
    rows = sql.execute(_PUT_BY, {"topics": [fact.topic for fact in facts]})
    theirs = [row.deferred_id for row in rows if any(one in bytes(row.body) for one in named)]
    if theirs:
        sql.execute(_DROP_PUT_BY, {"ids": theirs})
    return len(theirs)


def blank_replies(sql: Connection, person_ids: Collection[UUID]) -> int:
    """Remove people's contact data from the replies kept for repeated calls; give how many."""
    ids = {str(one) for one in person_ids}
    naming = or_(*(replies.c.reply.contains(one) for one in ids))
    changed = 0
    for row in sql.execute(select(replies.c.key, replies.c.reply).where(naming)).all():
        before = json.loads(row.reply)
        after = redacted(before, ids)
        if after != before:
            text = json.dumps(after, separators=(",", ":"))
            sql.execute(update(replies).where(replies.c.key == row.key).values(reply=text))
            changed += 1
    return changed


def redacted(value: Any, person_ids: Collection[str]) -> Any:
    """Give a JSON value with the contact data of these people blanked wherever it shows them.

    Args:
        value: what `json.loads` gives.
        person_ids: UUIDs as text, as they are written in the value.
    """
    if isinstance(value, list):
        return [redacted(one, person_ids) for one in value]
    if not isinstance(value, dict):
        return value
    kept = {key: redacted(one, person_ids) for key, one in value.items()}
    if kept.get("person_id") in person_ids:
        kept |= {key: blank for key, blank in _BLANK.items() if key in kept}
    return kept
