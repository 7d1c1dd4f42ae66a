"""Queries about accounts and their entries."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.loyalty.domain import EARNING, SPENDING, Account, Entry, EntryKind
from services.loyalty.models import AccountRow, LedgerRow, NoteRow
from shared.writes import Writes

# -- accounts ---------------------------------------------------------------------------------

_ACCOUNT_COLUMNS = (
    AccountRow.person_id,
    AccountRow.last,
    AccountRow.balance,
    AccountRow.opened_at,
    AccountRow.oldest_at,
    AccountRow.merged_into,
)
_ACCOUNT = select(*_ACCOUNT_COLUMNS).where(AccountRow.person_id == bindparam("person_id"))
_OPEN_ACCOUNT = upsert(AccountRow)
# An update that changes nothing locks the row in the statement that opens the account.
_LOCK_ACCOUNT = _OPEN_ACCOUNT.on_conflict_do_update(
    index_elements=["person_id"], set_={"person_id": _OPEN_ACCOUNT.excluded.person_id}
).returning(*_ACCOUNT_COLUMNS)
_SET_ACCOUNT = (
    update(AccountRow)
    .where(AccountRow.person_id == bindparam("id"))
    .values(
        last=bindparam("number"), balance=bindparam("new_balance"), oldest_at=bindparam("oldest")
    )
)
_SET_OLDEST = (
    update(AccountRow)
    .where(AccountRow.person_id == bindparam("id"))
    .values(oldest_at=bindparam("oldest"))
)
_TO_EXPIRE = (
    select(*_ACCOUNT_COLUMNS)
    .where(AccountRow.balance > 0, AccountRow.oldest_at <= bindparam("until"))
    .order_by(AccountRow.oldest_at)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True, key_share=True)
)
_POINTS = select(func.coalesce(func.sum(AccountRow.balance), 0))


def account_for_update(sql: Connection, person_id: UUID, *, at: datetime) -> Account:
    """Give somebody's account, opened if there is none, and lock it until the commit."""
    row = {"person_id": person_id, "last": None, "balance": 0, "opened_at": at, "oldest_at": None}
    return Account(*sql.execute(_LOCK_ACCOUNT, row).one())


def find_account(sql: Connection, person_id: UUID) -> Account | None:
    """Find somebody's account."""
    row = sql.execute(_ACCOUNT, {"person_id": person_id}).one_or_none()
    return None if row is None else Account(*row)


def accounts_to_expire(sql: Connection, *, until: datetime, limit: int) -> list[Account]:
    """Claim accounts that may have points earned up to `until`, the oldest first."""
    return [Account(*row) for row in sql.execute(_TO_EXPIRE, {"until": until, "limit": limit})]


def set_oldest(writes: Writes, person_id: UUID, oldest_at: datetime | None) -> None:
    """Note from when on points may be left."""
    writes.add(_SET_OLDEST, {"id": person_id, "oldest": oldest_at})


def count_points(sql: Connection) -> int:
    """Add up all balances."""
    return int(sql.execute(_POINTS).scalar_one())


# -- entries ----------------------------------------------------------------------------------

_EARNED = sorted(kind.value for kind in EARNING)
_SPENT = sorted(kind.value for kind in SPENDING)
_OF_PERSON = LedgerRow.person_id == bindparam("person_id")
_ADD_ENTRY = insert(LedgerRow)
_COUNT = select(func.count()).select_from(LedgerRow).where(_OF_PERSON)
_EARNED_AND_SPENT = select(
    func.coalesce(
        func.sum(LedgerRow.points).filter(
            LedgerRow.kind.in_(_EARNED), LedgerRow.earned_at <= bindparam("until")
        ),
        0,
    ),
    func.coalesce(-func.sum(LedgerRow.points).filter(LedgerRow.kind.in_(_SPENT)), 0),
).where(_OF_PERSON)
_EXPIRED = select(
    func.max(LedgerRow.earned_at).filter(LedgerRow.kind == EntryKind.EXPIRED.value),
    func.coalesce(-func.sum(LedgerRow.points), 0),
).where(
    _OF_PERSON,
    LedgerRow.kind.in_([EntryKind.EXPIRED.value, EntryKind.EXPIRY_RETURNED.value]),
)
_NEXT_EARNED = select(func.min(LedgerRow.earned_at)).where(
    _OF_PERSON, LedgerRow.kind.in_(_EARNED), LedgerRow.earned_at > bindparam("after")
)
_EARNINGS = select(LedgerRow.earned_at, LedgerRow.points).where(
    _OF_PERSON, LedgerRow.kind.in_(_EARNED)
)
_ENTRIES = (
    select(
        LedgerRow.number,
        LedgerRow.kind,
        LedgerRow.points,
        LedgerRow.balance_before,
        LedgerRow.balance_after,
        LedgerRow.about,
        LedgerRow.posted_at,
        NoteRow.text.label("note"),
    )
    .outerjoin(NoteRow, NoteRow.entry_id == LedgerRow.entry_id)
    .where(_OF_PERSON, LedgerRow.number > bindparam("after"))
    .order_by(LedgerRow.number)
    .limit(bindparam("limit"))
)
_NOTE = insert(NoteRow)
_DROP_NOTES = delete(NoteRow).where(NoteRow.person_id == bindparam("person_id"))


def append(writes: Writes, entry: Entry, account: Account) -> None:
    """Add an entry, and set its account, locked, to what it is after it."""
    writes.add(_ADD_ENTRY, asdict(entry) | {"kind": entry.kind.value})
    values = {"id": account.person_id, "number": account.last, "new_balance": account.balance}
    writes.add(_SET_ACCOUNT, values | {"oldest": account.oldest_at})


def keep_note(writes: Writes, entry: Entry, note: str) -> None:
    """Keep what was written beside an entry."""
    writes.add(_NOTE, {"entry_id": entry.entry_id, "person_id": entry.person_id, "text": note})


def drop_notes(sql: Connection, person_id: UUID) -> int:
    """Forget what was written beside somebody's entries; give how much there was."""
    return sql.execute(_DROP_NOTES, {"person_id": person_id}).rowcount


def count_entries(sql: Connection, person_id: UUID) -> int:
    """Count somebody's entries."""
    return sql.execute(_COUNT, {"person_id": person_id}).scalar_one()


def earned_and_spent(sql: Connection, person_id: UUID, *, until: datetime) -> tuple[int, int]:
    """Add up what was earned up to an instant, and what was ever spent."""
    earned, spent = sql.execute(_EARNED_AND_SPENT, {"person_id": person_id, "until": until}).one()
    return int(earned), int(spent)


def expired(sql: Connection, person_id: UUID) -> tuple[datetime | None, int]:
    """Give up to when somebody's points have expired, and how many did."""
    until, points = sql.execute(_EXPIRED, {"person_id": person_id}).one()
    return until, int(points)


def next_earned_at(sql: Connection, person_id: UUID, *, after: datetime) -> datetime | None:
    """Give when points were first earned after an instant."""
    return sql.execute(_NEXT_EARNED, {"person_id": person_id, "after": after}).scalar_one()


def earnings(sql: Connection, person_id: UUID) -> list[tuple[datetime, int]]:
    """List when points were earned, and how many."""
    rows = sql.execute(_EARNINGS, {"person_id": person_id})
    return [(earned_at, points) for earned_at, points in rows]


def list_entries(sql: Connection, person_id: UUID, *, after: int, limit: int) -> Sequence[Any]:
    """List somebody's entries in order, from behind the number `after`."""
    ids = {"person_id": person_id, "after": after, "limit": limit}
    return sql.execute(_ENTRIES, ids).all()
