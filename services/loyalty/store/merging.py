"""Queries that make one person of two."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import BindParameter, Connection, Uuid, bindparam, select, update

from services.loyalty.domain import CardState, Person
from services.loyalty.models import (
    AccountRow,
    CardRow,
    PersonRow,
    PurchaseRow,
    ReferralRow,
    TreatRow,
)
from services.loyalty.store.people import begin_person, person_for_update

_MEANT = select(PersonRow.merged_into).where(PersonRow.person_id == bindparam("person_id"))
_GONE: BindParameter[UUID] = bindparam("gone", type_=Uuid())
_STAYS: BindParameter[UUID] = bindparam("stays", type_=Uuid())
_MERGE_PERSON = (
    update(PersonRow)
    .where((PersonRow.person_id == _GONE) | (PersonRow.merged_into == _GONE))
    .values(merged_into=_STAYS, name=None, referred_by=None)
)
_MERGE_ACCOUNT = (
    update(AccountRow)
    .where((AccountRow.person_id == _GONE) | (AccountRow.merged_into == _GONE))
    .values(merged_into=_STAYS)
)
_SET_REFERRED = (
    update(PersonRow)
    .where(PersonRow.person_id == _STAYS)
    .values(referred_by=bindparam("referrer"), first_referred_at=bindparam("first"))
)
_MOVED = (
    update(PersonRow).where(PersonRow.referred_by == _GONE).values(referred_by=_STAYS),
    update(ReferralRow).where(ReferralRow.referrer_id == _GONE).values(referrer_id=_STAYS),
    update(TreatRow).where(TreatRow.person_id == _GONE).values(person_id=_STAYS),
    update(PurchaseRow).where(PurchaseRow.person_id == _GONE).values(person_id=_STAYS),
)
_MOVE_CLAIMS = (
    update(ReferralRow).where(ReferralRow.new_person_id == _GONE).values(new_person_id=_STAYS)
)
_RETIRE_CARD = (
    update(CardRow)
    .where(CardRow.person_id == _GONE, CardRow.state == CardState.ACTIVE.value)
    .values(state=CardState.RETIRED.value, lost_at=bindparam("at"))
)
_MOVE_CARDS = update(CardRow).where(CardRow.person_id == _GONE).values(person_id=_STAYS)
_MERGED_INTO = (
    select(PersonRow.person_id)
    .where(PersonRow.merged_into == bindparam("person_id"))
    .order_by(PersonRow.person_id)
)


def meant(sql: Connection, person_id: UUID) -> UUID:
    """Give the id a person has now: another one where two records turned out to be one."""
    return sql.execute(_MEANT, {"person_id": person_id}).scalar() or person_id


def merged_into(sql: Connection, person_id: UUID) -> list[UUID]:
    """Give the ids a person had, too."""
    return list(sql.execute(_MERGED_INTO, {"person_id": person_id}).scalars())


def lock_both(sql: Connection, ids: Collection[UUID]) -> dict[UUID, Person]:
    """Keep people from changing or being relied on until the commit, whether heard of or not."""
    found = {}
    for person_id in sorted(ids):
        begin_person(sql, person_id)
        if (person := person_for_update(sql, person_id)) is not None:
            found[person_id] = person
    return found


def merge_people(sql: Connection, gone: UUID, stays: UUID) -> None:
    """Have an id mean another person from now on, with what may be said in another name.

    Claims, cards and points are for the caller to settle.
    """
    ids = {"gone": gone, "stays": stays}
    for statement in (_MERGE_PERSON, _MERGE_ACCOUNT, *_MOVED):
        sql.execute(statement, ids)


def move_claims(sql: Connection, gone: UUID, stays: UUID) -> None:
    """Have the referrals of one new client be those of another."""
    sql.execute(_MOVE_CLAIMS, {"gone": gone, "stays": stays})


def set_referred(
    sql: Connection, stays: UUID, referrer_id: UUID | None, first: datetime | None
) -> None:
    """Set who referred a person, and when `referred by` was first chosen."""
    sql.execute(_SET_REFERRED, {"stays": stays, "referrer": referrer_id, "first": first})


def move_cards(sql: Connection, gone: UUID, stays: UUID, *, retire: bool, at: datetime) -> None:
    """Give the cards of one person to another; the one in use is retired where they have one."""
    if retire:
        sql.execute(_RETIRE_CARD, {"gone": gone, "at": at})
    sql.execute(_MOVE_CARDS, {"gone": gone, "stays": stays})
