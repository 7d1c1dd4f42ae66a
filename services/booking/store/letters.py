"""Queries about letters on their way."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, literal, select

from services.booking.domain import BookingState, Channel, Recipients, WaitingState
from services.booking.models import (
    BookingRow,
    LetterRow,
    PersonRow,
    RecipientRow,
    WaitingRow,
)

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


def _addressed(session_id: UUID, to: Recipients) -> Any:
    if to is Recipients.BOOKED:
        return select(BookingRow.person_id).where(
            BookingRow.session_id == session_id,
            BookingRow.state == BookingState.CONFIRMED.value,
        )
    return select(WaitingRow.person_id).where(
        WaitingRow.session_id == session_id, WaitingRow.state == WaitingState.WAITING.value
    )


def choose_recipients(
    sql: Connection,
    batch_id: UUID,
    session_id: UUID,
    *,
    to: Recipients,
    channel: Channel,
    marketing: bool,
) -> tuple[int, int]:
    """Put down who a letter goes to: those who can be reached so, and who agreed if it advertises.

    Returns:
        How many they are, and of how many.
    """
    people = _addressed(session_id, to)
    address = PersonRow.email if channel is Channel.EMAIL else PersonRow.phone
    chosen = select(literal(batch_id, RecipientRow.batch_id.type), PersonRow.person_id).where(
        PersonRow.person_id.in_(people), address.is_not(None)
    )
    if marketing:
        chosen = chosen.where(PersonRow.marketing)
    put = insert(RecipientRow).from_select(["batch_id", "person_id"], chosen)
    count = sql.execute(put).rowcount
    everybody = people.distinct().subquery()
    total = sql.execute(select(func.count()).select_from(everybody)).scalar_one()
    return count, total


def add_letter(sql: Connection, values: dict[str, Any]) -> None:
    """Keep a letter until it has been said for everybody."""
    sql.execute(insert(LetterRow), values)


def claim_letter(sql: Connection) -> Row[Any] | None:
    """Lock the oldest letter that nobody else is at."""
    return sql.execute(_OLDEST).one_or_none()


def take_recipients(sql: Connection, batch_id: UUID, *, limit: int) -> Sequence[UUID]:
    """Take the next people a letter is to be said for; they are no longer to come."""
    taken = sql.execute(_NEXT, {"batch_id": batch_id, "limit": limit}).scalars().all()
    sql.execute(
        delete(RecipientRow).where(
            RecipientRow.batch_id == batch_id, RecipientRow.person_id.in_(taken)
        )
    )
    return taken


def drop_letter(sql: Connection, batch_id: UUID) -> None:
    """Forget a letter that has been said for everybody."""
    sql.execute(delete(LetterRow).where(LetterRow.batch_id == batch_id))


def drop_recipient(sql: Connection, person_ids: Sequence[UUID]) -> int:
    """Have no letter said for these people any more; give how many would have been."""
    gone = delete(RecipientRow).where(RecipientRow.person_id.in_(person_ids))
    return sql.execute(gone).rowcount
