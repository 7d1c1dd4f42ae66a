"""Two records that turned out to be one person: one card, one balance, one referral."""

from datetime import datetime
from uuid import UUID

from services.loyalty import store
from services.loyalty.actions.ledger import open_account, post
from services.loyalty.actions.referrals import referrers_above, take_back_award
from services.loyalty.domain import Account, EntryKind, Person, claim_to_keep, lots_left
from shared.contracts.booking import PersonMerged
from shared.db import Tx


def merge_people(tx: Tx, merged: PersonMerged, *, at: datetime) -> None:
    """Have everything of one record be another's from now on, whatever was heard of them before.

    The points move by entries in both accounts, as old as they were. The card of who stays stays;
    if they have none, the other one does. Nobody has referred themselves, no ring closes, and one
    new client has earned one award.
    """
    tx.flush()
    gone, stays = _both(tx, merged)
    if gone.person_id == stays.person_id:
        return
    old = store.account_for_update(tx.sql, gone.person_id, at=at)
    ids = (gone.person_id, stays.person_id)
    store.merge_people(tx.sql, *ids)
    _move_points(tx, old, stays.person_id, at=at)
    _move_cards(tx, gone, stays, at=at)
    _move_referrals(tx, gone, stays, at=at)


def _both(tx: Tx, merged: PersonMerged) -> tuple[Person, Person]:
    """Lock both, as whom they are known now: either may have been merged before."""
    while True:
        gone = store.meant(tx.sql, merged.merged_id)
        stays = store.meant(tx.sql, merged.person_id)
        locked = store.lock_both(tx.sql, {gone, stays})
        if all(person.merged_into is None for person in locked.values()):
            return locked[gone], locked[stays]


def _move_points(tx: Tx, old: Account, stays: UUID, *, at: datetime) -> None:
    """Move what is left of an account, a lot for each day, and what is owed there."""
    earnings = store.earnings(tx.sql, old.person_id)
    spent = 0
    if earnings:
        _, spent = store.earned_and_spent(tx.sql, old.person_id, until=earnings[0][0])
    lots = lots_left(earnings, spent)
    debt = sum(lot.points for lot in lots) - old.balance
    post(tx, old, EntryKind.MERGED_OUT, -old.balance, about=stays, at=at)
    account = open_account(tx, stays, at=at)
    for lot in lots:
        kind, earned = EntryKind.MERGED_IN, lot.earned_at
        about = old.person_id
        account = post(tx, account, kind, lot.points, about=about, at=at, earned_at=earned)
    post(tx, account, EntryKind.MERGED_DEBT, -debt, about=old.person_id, at=at)


def _move_cards(tx: Tx, gone: Person, stays: Person, *, at: datetime) -> None:
    if gone.erased_at is not None or stays.erased_at is not None:
        store.drop_cards(tx.sql, gone.person_id)
        if stays.erased_at is not None:
            store.drop_notes(tx.sql, gone.person_id)
        return
    held = store.active_card(tx.sql, stays.person_id)
    ids = (gone.person_id, stays.person_id)
    store.move_cards(tx.sql, *ids, retire=held is not None, at=at)


def _move_referrals(tx: Tx, gone: Person, stays: Person, *, at: datetime) -> None:
    """Settle who brought the one new client they are; who they brought was moved before."""
    claims = store.claims_for_update(tx.sql, [gone.person_id, stays.person_id])
    kept = claim_to_keep(claims)
    if kept is not None:
        referrer = store.person_for_share(tx.sql, kept.referrer_id)
        if referrer and stays.person_id in referrers_above(tx, stays, referrer):
            kept = None
    for claim in claims:
        if claim is not kept:
            take_back_award(tx, claim, at=at)
    tx.flush()
    store.move_claims(tx.sql, gone.person_id, stays.person_id)
    firsts = [person.first_referred_at for person in (gone, stays) if person.first_referred_at]
    first = min(firsts, default=None)
    store.set_referred(tx.sql, stays.person_id, kept.referrer_id if kept else None, first)
