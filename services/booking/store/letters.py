"""Queries about letters on their way."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, insert, literal, select

from services.booking.domain import BookingState, Channel, Recipients, WaitingState
from services.booking.models import (
    BookingRow,
    LetterRow,
    PersonRow,
    RecipientRow,
    WaitingRow,
)
from shared.letters import Letters

LETTERS = Letters(LetterRow.__table__, RecipientRow.__table__)
drop_recipients = LETTERS.drop_recipients


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
