"""Asking Stripe what is paid for bookings, and about cards that are kept, and what it answers."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.booking import store
from services.booking.actions.arrivals import refuse_unpaid, take_payment
from services.booking.actions.checkouts import checkout_shown
from services.booking.actions.money import add_refund, note_refund
from services.booking.domain import HoldState
from services.booking.gateways import Answer, Charge, DroppedCard, Job
from shared.db import Tx
from shared.payments.desk import CardDesk
from shared.payments.jobs import JobKind, job_of

_MIND_CHANGED = timedelta(days=1)


class Desk(CardDesk):
    """What Stripe is asked about payments; cards that are kept are charged and let go of, too."""

    service = "booking"
    jobs = store.CARD_JOBS
    notices = store.CARD_NOTICES
    payments = store.PAYMENTS

    take_payment = staticmethod(take_payment)
    add_refund = staticmethod(add_refund)
    note_refund = staticmethod(note_refund)
    shown = staticmethod(checkout_shown)

    def lock_books(self, tx: Tx, payment_id: UUID) -> Any:
        """Lock the payment."""
        return store.find_payment(tx.sql, payment_id, lock=True)

    def who_pays(self, payment: Any) -> dict[str, Any]:
        """Tell the address, the customer they are, and whether they agree that the card is kept."""
        return {
            "email": payment.email,
            "customer_id": payment.customer_id,
            "save_card": payment.save_card,
        }

    def job(self, tx: Tx, row: Any, *, at: datetime) -> Job | None:
        """Give what a claimed row asks; None where it need not be asked any more."""
        if row.kind == JobKind.CHARGE:
            return self._charging(tx, row, at=at)
        if row.kind == JobKind.LET_GO:
            return self._letting_go(tx, row)
        return super().job(tx, row, at=at)

    def _charging(self, tx: Tx, row: Any, *, at: datetime) -> Job | None:
        """Charge a card; the first time, only where it is still kept, and its spot still held."""
        payment = store.find_payment(tx.sql, row.subject_id)
        if payment is None:
            return None
        order = Charge(
            reference=str(payment.payment_id),
            description=payment.description,
            amount_minor=payment.amount_minor,
            currency=payment.currency,
            customer_id=payment.customer_id,
            method_id=payment.method_id,
        )
        job = job_of(self.service, row, order)
        if row.attempts or _chargeable(tx.on(job.trace), payment, at=at):
            return job
        return None

    def _letting_go(self, tx: Tx, row: Any) -> Job | None:
        """Let go of a card, unless it is kept again."""
        card = store.find_dropped_card(tx.sql, row.subject_id)
        if card is None or store.is_kept(tx.sql, card.method_id):
            store.forget_dropped_card(tx.sql, row.subject_id)
            return None
        return job_of(self.service, row, DroppedCard(method_id=card.method_id))

    def done(self, tx: Tx, answer: Answer, *, at: datetime) -> datetime | None:
        """Do what an answer means; give when to ask again, if at all."""
        if answer.job.kind is JobKind.LET_GO:
            store.forget_dropped_card(tx.sql, answer.job.subject_id)
            return None
        return super().done(tx, answer, at=at)

    def refused(self, tx: Tx, answer: Answer, *, at: datetime) -> datetime | None:
        """Note that Stripe will not do it; give when to ask again all the same, if at all."""
        if answer.job.kind is JobKind.LET_GO:
            return at + _MIND_CHANGED
        if answer.job.kind is JobKind.CHARGE:
            refuse_unpaid(tx, answer.job.subject_id, answer.error, at=at)
            return None
        return super().refused(tx, answer, at=at)


def _chargeable(tx: Tx, payment: Any, *, at: datetime) -> bool:
    """Say whether a card may still be charged; refuse the spot where it, or the spot, is gone."""
    spot = store.find_hold(tx.sql, payment.spot_id)
    over = spot is None or (spot.held_until is not None and spot.held_until <= at)
    if over or (spot is not None and spot.state is not HoldState.OPEN):
        error, still_open = "the spot is no longer held", False
    else:
        card = store.find_card(tx.sql, payment.person_id)
        if card is not None and card.method_id == payment.method_id:
            return True
        error, still_open = "the card is no longer kept", True
    refuse_unpaid(tx, payment.payment_id, error, still_open=still_open, at=at)
    return False


DESK = Desk()
"""Whatever booking has to do with Stripe goes through it."""
