"""Queries that remove what is kept of an erased person beside their own rows."""

import json
from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, or_, select, update

from services.ranking.models import PersonRow
from shared.columns import replies
from shared.contracts.ranking import PromotionEarned, RankAwarded
from shared.outbox import drop_said

_NAMING = (RankAwarded.topic, PromotionEarned.topic)
_MERGED = select(PersonRow.person_id).where(PersonRow.merged_into == bindparam("person_id"))


def drop_names(sql: Connection, person_id: UUID) -> None:
    """Remove a person's name from the facts that have left and from stored replies.

    A fact that has not left yet goes with the others when its days are over.
    """
    ids = [person_id, *sql.execute(_MERGED, {"person_id": person_id}).scalars()]
    drop_said(sql, _NAMING, ids)
    texts = {str(one) for one in ids}
    naming = or_(*(replies.c.reply.contains(one) for one in texts))
    for row in sql.execute(select(replies.c.key, replies.c.reply).where(naming)).all():
        said = json.loads(row.reply)
        if _nameless(said, texts):
            text = json.dumps(said, separators=(",", ":"))
            sql.execute(update(replies).where(replies.c.key == row.key).values(reply=text))


def _nameless(value: Any, ids: Collection[str]) -> int:
    """Take people's names out of a JSON value; give how many there were."""
    if isinstance(value, list):
        return sum(_nameless(one, ids) for one in value)
    if not isinstance(value, dict):
        return 0
    named = value.get("person_id") in ids and bool(value.get("person_name"))
    if named:
        value["person_name"] = ""
    return named + sum(_nameless(one, ids) for one in value.values())
