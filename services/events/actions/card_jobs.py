"""Asking Stripe what is paid for registrations, and what its answers do."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.events import store
from services.events.actions.arrivals import add_refund, note_refund, take_payment
from services.events.actions.checkouts import checkout_shown
from services.events.actions.payments import note_money
from services.events.actions.registering import registration_for_update
from services.events.gateways import Gone
from shared.db import Tx
from shared.payments.desk import CardDesk


class Desk(CardDesk):
    """What Stripe is asked about checkouts, which pay for registrations."""

    service = "events"
    jobs = store.CARD_JOBS
    notices = store.CARD_NOTICES
    payments = store.CHECKOUTS

    take_payment = staticmethod(take_payment)
    add_refund = staticmethod(add_refund)
    note_refund = staticmethod(note_refund)
    shown = staticmethod(checkout_shown)

    def lock_books(self, tx: Tx, payment_id: UUID) -> Any:
        """Lock the registration."""
        found = store.find_checkout(tx.sql, payment_id)
        if found is not None:
            registration_for_update(tx, found.registration_id)
        return found

    def note_returned(self, tx: Tx, payment: Any, gone: Gone, why: str, *, at: datetime) -> None:
        """Count it as paid again."""
        _, row = registration_for_update(tx, payment.registration_id)
        about: Any = {"method": "card", "reference": gone.vendor_id, "note": why}
        note_money(tx, row, gone.amount_minor, **about, at=at)

    def who_pays(self, payment: Any) -> dict[str, Any]:
        """Tell nothing: they write it there, and nothing of them is kept with the page."""
        del payment
        return {"email": None, "customer_id": None, "save_card": False}


DESK = Desk()
"""Whatever events has to do with Stripe goes through it."""
