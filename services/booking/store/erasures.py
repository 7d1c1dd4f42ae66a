"""Queries that remove a person's data, and of the record that it was done."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Connection,
    Row,
    bindparam,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from services.booking.domain import ERASED, WaitingState
from services.booking.models import (
    ConsentRow,
    CreditRow,
    ErasureAnswerRow,
    ErasureRow,
    PaymentRow,
    PersonRow,
    RefundRow,
    WaitingRow,
)

_ANSWER = upsert(ErasureAnswerRow).on_conflict_do_nothing(index_elements=["erasure_id", "service"])
_UNSCRUBBED = (
    select(ErasureRow.__table__)
    .where(ErasureRow.scrubbed_at.is_(None))
    .order_by(ErasureRow.erased_at)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_ANSWERS = (
    select(ErasureAnswerRow.__table__)
    .where(ErasureAnswerRow.erasure_id == bindparam("erasure_id"))
    .order_by(ErasureAnswerRow.service)
)


def blank_people(sql: Connection, person_ids: Collection[UUID], *, at: datetime) -> None:
    """Remove what is known of people from their own rows."""
    blank = {
        "name": ERASED,
        "sort_name": "",
        "email": None,
        "phone": None,
        "notes": "",
        "time_zone": "",
        "marketing": False,
        "referred_by": None,
        "erased_at": at,
        "sequence": PersonRow.sequence + 1,
    }
    theirs = PersonRow.person_id.in_(person_ids)
    sql.execute(update(PersonRow).where(theirs).values(**blank))


def blank_remarks(sql: Connection, person_ids: Collection[UUID]) -> int:
    """Remove what staff wrote beside people's consents and credits; give how many remarks."""
    of_consents = update(ConsentRow).where(
        ConsentRow.person_id.in_(person_ids), ConsentRow.how != ""
    )
    of_credits = update(CreditRow).where(
        CreditRow.person_id.in_(person_ids), CreditRow.reason != ""
    )
    blanked = sql.execute(of_consents.values(how="")).rowcount
    return blanked + sql.execute(of_credits.values(reason="")).rowcount


def blank_payments(sql: Connection, person_ids: Collection[UUID]) -> None:
    """Remove what people's payments know of them."""
    theirs = PaymentRow.person_id.in_(person_ids)
    paid = select(PaymentRow.payment_id).where(theirs)
    blank = update(RefundRow).where(RefundRow.payment_id.in_(paid))
    sql.execute(blank.values(note=None))
    of_payments: dict[str, Any] = {"email": None, "note": None}
    sql.execute(update(PaymentRow).where(theirs).values(**of_payments))


def end_waiting(sql: Connection, person_ids: Collection[UUID]) -> None:
    """Take people off the rosters' waiting rows."""
    theirs = update(WaitingRow).where(WaitingRow.person_id.in_(person_ids))
    sql.execute(theirs.values(state=WaitingState.GONE.value))


def add_erasure(sql: Connection, values: dict[str, Any]) -> None:
    """Keep the record of an erasure."""
    sql.execute(insert(ErasureRow), values)


def find_erasure(sql: Connection, erasure_id: UUID) -> Row[Any] | None:
    """Find an erasure."""
    query = select(ErasureRow.__table__).where(ErasureRow.erasure_id == erasure_id)
    return sql.execute(query).one_or_none()


def erasure_of(sql: Connection, person_id: UUID) -> Row[Any] | None:
    """Find the erasure of a person."""
    query = select(ErasureRow.__table__).where(ErasureRow.person_id == person_id)
    return sql.execute(query).one_or_none()


def add_answer(sql: Connection, values: dict[str, Any]) -> None:
    """Keep what a service has said of an erasure; the first word counts."""
    sql.execute(_ANSWER, values)


def list_answers(sql: Connection, erasure_id: UUID) -> Sequence[Row[Any]]:
    """List what services have said of an erasure."""
    return sql.execute(_ANSWERS, {"erasure_id": erasure_id}).all()


def claim_unscrubbed(sql: Connection) -> Row[Any] | None:
    """Lock the oldest erasure whose journal and replies were not gone through yet."""
    return sql.execute(_UNSCRUBBED).one_or_none()


def scrubbed(sql: Connection, erasure_id: UUID, *, at: datetime) -> None:
    """Note that they were."""
    one = update(ErasureRow).where(ErasureRow.erasure_id == erasure_id)
    sql.execute(one.values(scrubbed_at=at))
