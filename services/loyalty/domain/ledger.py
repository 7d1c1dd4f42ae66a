"""The ledger of points: entries that are never changed, each with the balance after it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID


class EntryKind(StrEnum):
    """Why points came or went."""

    REFERRAL = "referral"  # brought a new client (T13)
    REFERRAL_CORRECTED = "referral_corrected"  # it was somebody else who brought them (Ti5)
    VISIT = "visit"
    VISIT_RETRACTED = "visit_retracted"
    PURCHASE = "purchase"
    PURCHASE_REFUNDED = "purchase_refunded"
    ADDED = "added"  # by staff, with a reason
    REMOVED = "removed"  # by staff, with a reason
    TREAT = "treat"
    TREAT_RETURNED = "treat_returned"
    EXPIRED = "expired"
    EXPIRY_RETURNED = "expiry_returned"  # had expired, and was then taken back as not earned
    MERGED_OUT = "merged_out"  # gone to the account of the person this one turned out to be
    MERGED_IN = "merged_in"  # come from there, each day's points by themselves
    MERGED_DEBT = "merged_debt"  # owed there


EARNING = frozenset(
    {
        EntryKind.REFERRAL,
        EntryKind.REFERRAL_CORRECTED,
        EntryKind.VISIT,
        EntryKind.VISIT_RETRACTED,
        EntryKind.PURCHASE,
        EntryKind.PURCHASE_REFUNDED,
        EntryKind.ADDED,
        EntryKind.MERGED_IN,
    }
)
"""What is earned, and what takes back something earned."""
SPENDING = frozenset(EntryKind) - EARNING
"""What uses up points, and what gives back something used."""
ONCE = frozenset(
    {
        EntryKind.REFERRAL,
        EntryKind.REFERRAL_CORRECTED,
        EntryKind.PURCHASE,
        EntryKind.PURCHASE_REFUNDED,
        EntryKind.TREAT,
        EntryKind.TREAT_RETURNED,
    }
)
"""What happens at most once for what it is about."""


LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
"""A day before any points were earned."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody's points: the number of the last entry (None: none yet) and the balance after it.

    `oldest_at` is no later than the day the oldest points that are left were earned. An account
    `merged_into` another takes no entries any more; the other one does.
    """

    person_id: UUID
    last: int | None
    balance: int
    opened_at: datetime
    oldest_at: datetime | None
    merged_into: UUID | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger; `previous` is the number of the line before it, None for the first.

    `earned_at` is when the points were earned; for an entry that takes some back, when those were,
    and for one that lets some expire, up to when.
    """

    entry_id: UUID
    person_id: UUID
    number: int
    previous: int | None
    kind: EntryKind
    points: int
    balance_before: int
    balance_after: int
    about: UUID
    posted_at: datetime
    earned_at: datetime


@dataclass(frozen=True, slots=True)
class Lot:
    """Points of one day that are left."""

    earned_at: datetime
    points: int


def entered(
    account: Account,
    kind: EntryKind,
    points: int,
    *,
    entry_id: UUID,
    about: UUID,
    at: datetime,
    earned_at: datetime | None = None,
) -> tuple[Entry, Account]:
    """Give the next entry of an account, and the account after it.

    Args:
        account: the account, locked.
        kind: why.
        points: how many come (> 0) or go (< 0).
        entry_id: the entry's own id.
        about: the referral, booking, purchase or treat it is for.
        at: now (UTC).
        earned_at: when the points were earned, if not now.
    """
    earned = earned_at or at
    balance = account.balance + points
    number = (account.last or 0) + 1
    before = (account.last, kind, points, account.balance, balance)
    entry = Entry(entry_id, account.person_id, number, *before, about, at, earned)
    oldest = account.oldest_at
    if kind is EntryKind.TREAT_RETURNED:
        # Points from any earlier day may be back, also those that were merged in: they may be
        # older than the account.
        oldest = LONG_AGO
    elif kind in EARNING and points > 0:
        oldest = min(oldest or earned, earned)
    return entry, replace(account, last=number, balance=balance, oldest_at=oldest)


def expirable(earned: int, spent: int) -> int:
    """Say how many points have outlived their time; what is spent is the oldest there is.

    Args:
        earned: what was earned up to the day that is too old, less what of it was taken back.
        spent: everything that was ever used up, earlier expiries included; >= 0.
    """
    return max(0, earned - spent)


def forgiven(points: int, earned: int, spent: int, expired: int) -> int:
    """Say how many of the points that are taken back had expired, so that nobody owes them.

    Args:
        points: how many are taken back; > 0.
        earned: what was earned up to the day up to which points expired, less what of it was taken
            back, these included.
        spent: everything that was ever used up, expiries included.
        expired: what of it expired; >= 0.
    """
    return max(0, min(points, expired, spent - max(0, earned)))


def lots_left(earnings: Iterable[tuple[datetime, int]], spent: int) -> list[Lot]:
    """Give the points that are left, by the day they were earned, the oldest first.

    Args:
        earnings: when and how many; a negative number takes back points of the same instant.
        spent: everything that was ever used up; it is taken from the oldest.
    """
    days: dict[datetime, int] = {}
    for earned_at, points in earnings:
        days[earned_at] = days.get(earned_at, 0) + points
    left = []
    for earned_at, points in sorted(days.items()):
        used = min(points, spent)
        spent -= used
        if points > used:
            left.append(Lot(earned_at, points - used))
    return left
