"""Queries about letters on their way."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, delete, insert, select

from services.events.models import LetterRow, RecipientRow

_OLDEST = (
    select(LetterRow.__table__)
    .order_by(LetterRow.requested_at, LetterRow.batch_id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_NEXT = (
    select(RecipientRow.person_id)
    .where(RecipientRow.batch_id == bindparam("batch_id"))
    .order_by(RecipientRow.person_id)
    .limit(bindparam("limit"))
)


def add_letter(sql: Connection, values: dict[str, Any], people: Sequence[UUID]) -> None:
    """Keep a letter, and whom it goes to, until it has been said for everybody."""
    sql.execute(insert(LetterRow), values)
    rows = [{"batch_id": values["batch_id"], "person_id": one} for one in people]
    sql.execute(insert(RecipientRow), rows)


def claim_letter(sql: Connection) -> Row[Any] | None:
    """Lock the oldest letter that nobody else is at."""
    return sql.execute(_OLDEST).one_or_none()


def take_recipients(sql: Connection, batch_id: UUID, *, limit: int) -> Sequence[UUID]:
    """Take the next people a letter is to be said for; they are no longer to come."""
    taken = sql.execute(_NEXT, {"batch_id": batch_id, "limit": limit}).scalars().all()
    gone = delete(RecipientRow).where(RecipientRow.batch_id == batch_id)
    sql.execute(gone.where(RecipientRow.person_id.in_(taken)))
    return taken


def drop_letter(sql: Connection, batch_id: UUID) -> None:
    """Forget a letter that has been said for everybody."""
    sql.execute(delete(LetterRow).where(LetterRow.batch_id == batch_id))


def drop_recipient(sql: Connection, person_ids: Sequence[UUID]) -> int:
    """Have no letter said for these people any more; give how many would have been."""
    gone = delete(RecipientRow).where(RecipientRow.person_id.in_(person_ids))
    return sql.execute(gone).rowcount
