"""Points for visits and purchases, and those staff add or remove by hand."""

from datetime import datetime
from uuid import UUID, uuid4

from services.loyalty import store
from services.loyalty.actions.cards import known_person, need_card
from services.loyalty.actions.ledger import open_account, post, spendable_account, take_back
from services.loyalty.domain import (
    EntryKind,
    Movement,
    PurchaseKind,
    VisitChange,
    adjustment_kind,
    paid_minor,
    purchase_points,
    visit_change,
)
from shared.contracts import Values
from shared.contracts.booking import (
    PaymentReceived,
    PaymentRefunded,
    VisitRecorded,
    VisitRetracted,
)
from shared.contracts.errors import PurchaseDiffers, PurchaseNotFound
from shared.db import Tx


def count_visit(tx: Tx, news: VisitRecorded | VisitRetracted, *, at: datetime) -> None:
    """Give the points of a visit, or take back what it earned, unless newer news was heard."""
    tx.flush()
    visit = store.visit_for_update(tx.sql, news.booking_id, news.person_id)
    change = visit_change(visit, news.sequence, came=isinstance(news, VisitRecorded))
    if change is None:
        return
    person_id = store.meant(tx.sql, news.person_id)
    earns = store.active_card(tx.sql, person_id) is not None
    points = store.find_settings(tx.sql).points_per_visit if earns else 0
    store.keep_visit(tx.writes, visit.heard(news.sequence, change, points=points, at=at))
    if change is VisitChange.COUNT and points:
        account = open_account(tx, person_id, at=at)
        post(tx, account, EntryKind.VISIT, points, about=news.booking_id, at=at)
    elif change is VisitChange.TAKE_BACK and visit.points:
        account = open_account(tx, person_id, at=at)
        back: Values = {"about": news.booking_id, "at": at, "earned_at": visit.earned_at}
        take_back(tx, account, EntryKind.VISIT_RETRACTED, visit.points, **back)


def count_payment(tx: Tx, news: PaymentReceived | PaymentRefunded, *, at: datetime) -> None:
    """Give the points of a booking that is paid in full, and take back those of a refund.

    What is paid, less what was given back, earns as a purchase of a service does. The rate is the
    one of the day it was first paid in full; who had no TreatCard then gets nothing for it.

    Source: Phorest, earning Treat Points.
    """
    tx.flush()
    booking_id = news.booking_id
    before = store.paid_booking_for_update(tx.sql, booking_id)
    if isinstance(news, PaymentReceived):
        about = news.payment_id
        moved = Movement(news.amount_minor, news.balance_minor, news.paid_at)
    else:
        about = news.refund_id
        moved = Movement(-news.amount_minor, news.balance_minor, news.refunded_at)
    if not store.add_movement(tx.sql, about, booking_id, moved):
        return
    paid = paid_minor(store.movements_of(tx.sql, booking_id))
    if paid is None and before.rate is None:
        return
    person_id = store.meant(tx.sql, news.person_id)
    rate = _service_rate(tx, person_id) if before.rate is None else before.rate
    points = purchase_points(paid or 0, news.currency, rate)
    earned_at = (before.earned_at or at) if points else None
    kept: Values = {"rate": rate, "points": points, "earned_at": earned_at}
    store.set_paid_booking(tx.writes, booking_id, **kept)
    more = points - before.points
    if more == 0:
        return
    account = open_account(tx, person_id, at=at)
    since: Values = {"about": about, "at": at, "earned_at": before.earned_at}
    if more > 0:
        post(tx, account, EntryKind.PURCHASE, more, **since)
    else:
        take_back(tx, account, EntryKind.PURCHASE_REFUNDED, -more, **since)


def _service_rate(tx: Tx, person_id: UUID) -> int:
    """Give the points somebody earns for each unit of currency: none without a TreatCard."""
    has_card = store.active_card(tx.sql, person_id) is not None
    return store.find_settings(tx.sql).service_points_per_unit if has_card else 0


def record_purchase(
    tx: Tx,
    person_id: UUID,
    *,
    amount_minor: int,
    currency: str,
    kind: PurchaseKind,
    reference: str,
    at: datetime,
) -> Values:
    """Give the points for something that was paid, once for each reference.

    Who has no TreatCard gets none. The same again changes nothing and gives the same answer.

    Args:
        tx: the transaction.
        person_id: who paid.
        amount_minor: what was paid, in minor units; > 0. A deposit is not a purchase yet.
        currency: ISO 4217, lower case.
        kind: a service or a product.
        reference: the caller's own name for this purchase.
        at: now (UTC).

    Raises:
        PurchaseDiffers: the reference stands for another purchase.

    Source: Phorest, earning Treat Points.
    """
    person_id = known_person(tx, person_id).person_id
    settings = store.find_settings(tx.sql)
    service = kind is PurchaseKind.SERVICE
    rate = settings.service_points_per_unit if service else settings.product_points_per_unit
    has_card = store.active_card(tx.sql, person_id) is not None
    what: Values = {"person_id": person_id, "kind": kind.value}
    what |= {"amount_minor": amount_minor, "currency": currency, "reference": reference}
    purchase = {
        **what,
        "purchase_id": uuid4(),
        "points": purchase_points(amount_minor, currency, rate) if has_card else 0,
        "recorded_at": at,
        "retracted_at": None,
    }
    if not store.add_purchase(tx.sql, purchase):
        return _recorded_before(tx, what)
    if purchase["points"]:
        account = open_account(tx, person_id, at=at)
        about = purchase["purchase_id"]
        post(tx, account, EntryKind.PURCHASE, purchase["points"], about=about, at=at)
    return purchase


def retract_purchase(tx: Tx, reference: str, *, at: datetime) -> Values:
    """Take back what a purchase earned, once: it was given back, or was none.

    Points that are spent meanwhile are owed (DECISIONS.md, 19). The reference stays taken.

    Raises:
        PurchaseNotFound: nothing was recorded under the reference.
    """
    first = store.retract_purchase(tx.sql, reference, at=at)
    found = store.find_purchase(tx.sql, reference)
    if found is None:
        raise PurchaseNotFound(reference)
    if first and found.points:
        account = open_account(tx, store.meant(tx.sql, found.person_id), at=at)
        back: Values = {"about": found.purchase_id, "at": at, "earned_at": found.recorded_at}
        take_back(tx, account, EntryKind.PURCHASE_REFUNDED, found.points, **back)
    return found._asdict()


def _recorded_before(tx: Tx, what: Values) -> Values:
    found = store.find_purchase(tx.sql, what["reference"])
    before: Values = found._asdict() if found is not None else {}
    if any(before.get(name) != value for name, value in what.items()):
        raise PurchaseDiffers(what["reference"])
    return before


def adjust_points(tx: Tx, person_id: UUID, points: int, reason: str, *, at: datetime) -> Values:
    """Add points (> 0) or remove them (< 0) by hand, with the reason.

    Raises:
        NoTreatCard: there is nothing to put them on.
        NotEnoughPoints: there are fewer than are to be removed.

    Source: Phorest, adding and removing points.
    """
    person_id = known_person(tx, person_id).person_id
    need_card(tx, person_id)
    if points < 0:
        account = spendable_account(tx, person_id, -points, at=at)
    else:
        account = open_account(tx, person_id, at=at)
    after = post(tx, account, adjustment_kind(points), points, about=uuid4(), at=at, note=reason)
    return {"person_id": person_id, "balance": after.balance}
