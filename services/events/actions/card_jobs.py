"""Asking Stripe what is paid for registrations, and what its answers do."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.events import store
from services.events.actions.arrivals import note_gone, note_refund, take_payment
from services.events.gateways import Gone, Seen
from shared.db import Tx
from shared.payments.desk import CardDesk


class Desk(CardDesk):
    """What Stripe is asked about checkouts, which pay for registrations."""

    service = "events"
    jobs = store.CARD_JOBS
    notices = store.CARD_NOTICES
    payments = store.CHECKOUTS

    def take_payment(self, tx: Tx, payment_id: UUID, seen: Seen, *, at: datetime) -> None:
        """Confirm the registration it is for, or give it back."""
        take_payment(tx, payment_id, seen, at=at)

    def note_refund(self, tx: Tx, refund_id: UUID, *, vendor_id: str, at: datetime) -> None:
        """Count it as given back."""
        note_refund(tx, refund_id, vendor_id=vendor_id, at=at)

    def note_gone(self, tx: Tx, payment_id: UUID, gone: tuple[Gone, ...], *, at: datetime) -> None:
        """Have the registration's books say what Stripe says."""
        note_gone(tx, payment_id, gone, at=at)

    def who_pays(self, payment: Any) -> dict[str, Any]:
        """Tell nothing: they write it there, and nothing of them is kept with the page."""
        del payment
        return {"email": None, "customer_id": None, "save_card": False}


_DESK = Desk()
claim_card_job = _DESK.claim_card_job
settle_card_job = _DESK.settle_card_job
hear_stripe = _DESK.hear_stripe
gather_notices = _DESK.gather_notices
prune_card_notices = _DESK.prune_card_notices
