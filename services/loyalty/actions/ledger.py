"""Adding to the ledger, which every way points come or go has in common."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from services.loyalty import store
from services.loyalty.domain import Account, EntryKind, Settings, entered, expirable, forgiven
from shared.contracts.errors import NotEnoughPoints
from shared.db import Tx


def open_account(tx: Tx, person_id: UUID, *, at: datetime) -> Account:
    """Give somebody's account, locked until the commit, and opened if there was none.

    Where it was merged into another, before or while this waited for it, the other one is given.
    """
    tx.flush()  # what this transaction has added before, for another fact of its batch
    account = store.account_for_update(tx.sql, person_id, at=at)
    while account.merged_into is not None:
        account = store.account_for_update(tx.sql, account.merged_into, at=at)
    return account


def spendable_account(tx: Tx, person_id: UUID, points: int, *, at: datetime) -> Account:
    """Give somebody's account, locked, less what has expired, if it has so many points.

    Args:
        tx: the transaction.
        person_id: whose.
        points: how many are to go; > 0.
        at: now (UTC).

    Raises:
        NotEnoughPoints: the balance would fall below zero.
    """
    account = expire(tx, open_account(tx, person_id, at=at), store.find_settings(tx.sql), at=at)
    if account.balance < points:
        msg = f"{points} points are wanted, and {account.balance} are there"
        raise NotEnoughPoints(msg)
    return account


def post(
    tx: Tx,
    account: Account,
    kind: EntryKind,
    points: int,
    *,
    about: UUID,
    at: datetime,
    earned_at: datetime | None = None,
    note: str | None = None,
) -> Account:
    """Add an entry to a locked account, if there are points to enter; give the account after it."""
    if points == 0:
        return account
    entry, after = entered(
        account, kind, points, entry_id=uuid4(), about=about, at=at, earned_at=earned_at
    )
    store.append(tx.writes, entry, after)
    if note is not None:
        store.keep_note(tx.writes, entry, note)
    return after


def take_back(
    tx: Tx,
    account: Account,
    kind: EntryKind,
    points: int,
    *,
    about: UUID,
    at: datetime,
    earned_at: datetime | None,
) -> Account:
    """Take points off a locked account that were earned and are earned no more.

    Who has spent them owes them; who has only let them expire has lost them once already.

    Args:
        tx: the transaction.
        account: locked.
        kind: why.
        points: how many; >= 0.
        about: what they were earned for.
        at: now (UTC).
        earned_at: when they were earned.
    """
    account = post(tx, account, kind, -points, about=about, at=at, earned_at=earned_at)
    until, expired = store.expired(tx.sql, account.person_id)
    if points == 0 or expired <= 0 or until is None or earned_at is None or earned_at > until:
        return account
    tx.flush()
    earned, spent = store.earned_and_spent(tx.sql, account.person_id, until=until)
    lost = forgiven(points, earned, spent, expired)
    return post(tx, account, EntryKind.EXPIRY_RETURNED, lost, about=about, at=at)


def expire(tx: Tx, account: Account, settings: Settings, *, at: datetime) -> Account:
    """Take the points of a locked account that have outlived their time."""
    until = settings.too_old(at)
    if until is None or account.oldest_at is None or account.oldest_at > until:
        return account
    tx.flush()
    points = expirable(*store.earned_and_spent(tx.sql, account.person_id, until=until))
    account = post(tx, account, EntryKind.EXPIRED, -points, about=uuid4(), at=at, earned_at=until)
    oldest_at = store.next_earned_at(tx.sql, account.person_id, after=until)
    store.set_oldest(tx.writes, account.person_id, oldest_at)
    return replace(account, oldest_at=oldest_at)


def expire_points(tx: Tx, *, at: datetime, limit: int = 200) -> int:
    """Take expired points from accounts that may have some; give how many accounts."""
    settings = store.find_settings(tx.sql)
    until = settings.too_old(at)
    if until is None:
        return 0
    accounts = store.accounts_to_expire(tx.sql, until=until, limit=limit)
    for account in accounts:
        expire(tx, account, settings, at=at)
    if len(accounts) == limit:
        tx.wake("expire_points")
    return len(accounts)
