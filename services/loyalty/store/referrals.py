"""Queries about referrals."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, exists, func, insert, select, update
from sqlalchemy.orm import aliased

from services.loyalty.domain import CardState, Referral, ReferralState
from services.loyalty.models import CardRow, PersonRow, ReferralRow
from shared.writes import Writes

_LIVE = ReferralRow.state.in_([ReferralState.ASKED.value, ReferralState.AWARDED.value])
_COLUMNS = (
    ReferralRow.referral_id,
    ReferralRow.new_person_id,
    ReferralRow.referrer_id,
    ReferralRow.points,
    ReferralRow.state,
    ReferralRow.referred_at,
    ReferralRow.awarded_at,
)
_REFERRAL = select(*_COLUMNS).where(ReferralRow.referral_id == bindparam("referral_id"))
_REFERRAL_FOR_UPDATE = _REFERRAL.with_for_update()
_LIVE_REFERRAL = select(*_COLUMNS).where(
    ReferralRow.new_person_id == bindparam("new_person_id"), _LIVE
)
_LIVE_FOR_UPDATE = _LIVE_REFERRAL.with_for_update()
_CLAIMS_FOR_UPDATE = (
    select(*_COLUMNS)
    .where(ReferralRow.new_person_id.in_(bindparam("ids", expanding=True)), _LIVE)
    .order_by(ReferralRow.referral_id)
    .with_for_update()
)
_NEW, _REFERRER = aliased(PersonRow), aliased(PersonRow)
_HAS_CARD = exists().where(
    CardRow.person_id == ReferralRow.referrer_id, CardRow.state == CardState.ACTIVE.value
)
_LISTED = (
    select(
        *_COLUMNS,
        _HAS_CARD.label("has_card"),
        _NEW.name.label("new_person_name"),
        _REFERRER.name.label("referrer_name"),
    )
    .join(_NEW, _NEW.person_id == ReferralRow.new_person_id)
    .join(_REFERRER, _REFERRER.person_id == ReferralRow.referrer_id)
    .order_by(ReferralRow.referred_at, ReferralRow.referral_id)
)
_ADD = insert(ReferralRow)
_OF_ID = ReferralRow.referral_id == bindparam("id")
_OFFER = update(ReferralRow).where(_OF_ID).values(points=bindparam("offered"))
_AWARD = (
    update(ReferralRow)
    .where(_OF_ID)
    .values(state=ReferralState.AWARDED.value, awarded_at=bindparam("at"))
)
_CORRECT = (
    update(ReferralRow)
    .where(_OF_ID)
    .values(state=ReferralState.CORRECTED.value, corrected_at=bindparam("at"))
)
_COUNT = select(ReferralRow.state, func.count().label("how_many")).group_by(ReferralRow.state)


def _referral(row: Any) -> Referral | None:
    if row is None:
        return None
    return Referral(**row._asdict() | {"state": ReferralState(row.state)})


def find_referral(sql: Connection, referral_id: UUID, *, lock: bool = False) -> Referral | None:
    """Find a referral, locked if it is about to change."""
    query = _REFERRAL_FOR_UPDATE if lock else _REFERRAL
    return _referral(sql.execute(query, {"referral_id": referral_id}).one_or_none())


def find_live_referral(
    sql: Connection, new_person_id: UUID, *, lock: bool = False
) -> Referral | None:
    """Find the referral of a person that holds now, locked if it is about to change."""
    query = _LIVE_FOR_UPDATE if lock else _LIVE_REFERRAL
    return _referral(sql.execute(query, {"new_person_id": new_person_id}).one_or_none())


def claims_for_update(sql: Connection, ids: Collection[UUID]) -> list[Referral]:
    """Give the referrals of several new clients that hold now, locked."""
    rows = sql.execute(_CLAIMS_FOR_UPDATE, {"ids": list(ids)})
    return [found for row in rows if (found := _referral(row)) is not None]


def list_referrals(
    sql: Connection,
    *,
    state: ReferralState | None,
    referrer_id: UUID | None,
    asks: bool,
    offset: int,
    limit: int,
) -> Sequence[Any]:
    """List referrals with the names of both, the oldest first.

    Args:
        sql: the database.
        state: where they stand; None: anywhere.
        referrer_id: by whom; None: anybody.
        asks: only those staff are to be asked about now.
        offset: how many to pass over.
        limit: how many at most.
    """
    query = _LISTED.offset(offset).limit(limit)
    if state is not None:
        query = query.where(ReferralRow.state == state.value)
    if referrer_id is not None:
        query = query.where(ReferralRow.referrer_id == referrer_id)
    if asks:
        named = _NEW.name.is_not(None) & _REFERRER.name.is_not(None)
        query = query.where(ReferralRow.state == ReferralState.ASKED.value, _HAS_CARD, named)
    return sql.execute(query).all()


def add_referral(writes: Writes, referral: Referral) -> None:
    """Keep a new referral."""
    writes.add(
        _ADD,
        {
            "referral_id": referral.referral_id,
            "new_person_id": referral.new_person_id,
            "referrer_id": referral.referrer_id,
            "points": referral.points,
            "state": referral.state.value,
            "referred_at": referral.referred_at,
        },
    )


def offer_points(writes: Writes, referral_id: UUID, points: int) -> None:
    """Note how many points staff are asked to add."""
    writes.add(_OFFER, {"id": referral_id, "offered": points})


def award_referral(writes: Writes, referral_id: UUID, *, at: datetime) -> None:
    """Note that the points were added."""
    writes.add(_AWARD, {"id": referral_id, "at": at})


def correct_referral(writes: Writes, referral_id: UUID, *, at: datetime) -> None:
    """Note that it was somebody else, or nobody."""
    writes.add(_CORRECT, {"id": referral_id, "at": at})


def count_referrals(sql: Connection) -> dict[str, int]:
    """Count the referrals, by where they stand."""
    return {row.state: row.how_many for row in sql.execute(_COUNT)}
