"""Calls about what is paid, and the timers that ask Stripe and end what nobody paid for."""

from typing import Any
from uuid import UUID

from services.events import actions, schemas, store
from services.events.gateways import Cashier
from services.events.pages.stripe import ask_stripe, opened
from shared.bus import every, rpc
from shared.clock import Now
from shared.db import Transactions
from shared.shapes import shaped


class Money:
    """Calls about what is paid."""

    db: Transactions
    now: Now
    cashier: Cashier

    @rpc(schemas.OneRegistration())
    def pay_registration(self, registration_id: UUID) -> Any:
        """Give the address where a registration's person pays what is due."""
        more: Any = {"online": self.cashier.online, "at": self.now()}
        with self.db.apart().begin() as tx:
            checkout = actions.pay_registration(tx, registration_id, **more)
        shown = opened(self.db.apart(), self.cashier, self.now, checkout["payment_id"])
        return shaped(schemas.Checkout, shown)

    @rpc(schemas.RecordPayment())
    def record_payment(self, registration_id: UUID, **payment: Any) -> Any:
        """Note money that came in for a registration, at the desk or by transfer."""
        with self.db.begin() as tx:
            noted = actions.record_payment(tx, registration_id, **payment, at=self.now())
        return shaped(schemas.Payment, noted)

    @rpc(schemas.RecordPayment())
    def record_refund(self, registration_id: UUID, **payment: Any) -> Any:
        """Note money that was given back by hand."""
        with self.db.begin() as tx:
            noted = actions.record_refund(tx, registration_id, **payment, at=self.now())
        return shaped(schemas.Payment, noted)

    @rpc(schemas.RefundPayment())
    def refund_payment(self, payment_id: UUID, **refund: Any) -> Any:
        """Give money back to its card, all that is left of a payment where no amount is named."""
        with self.db.begin() as tx:
            found = actions.refund_payment(tx, payment_id, **refund, at=self.now())
        return shaped(schemas.Refund, found)

    @rpc(schemas.ListRefunds())
    def list_refunds(self, **part: Any) -> Any:
        """List refunds, those that failed unless told otherwise, the newest first."""
        with self.db.read() as sql:
            return shaped(schemas.Refunds, actions.list_refunds(sql, **part))

    @every(seconds=15)
    def end_lapsed_holds(self) -> None:
        """End the registrations that were not paid for in time, each by itself."""
        with self.db.read() as sql:
            lapsed = store.lapsed_holds(sql, at=self.now())
        for registration_id in lapsed:
            with self.db.begin() as tx:
                actions.end_hold(tx, registration_id, at=self.now())

    @every(seconds=3600)
    def gather_notices(self) -> None:
        """Have Stripe asked what its webhooks were to tell, lest one was lost."""
        if self.cashier.online:
            with self.db.begin() as tx:
                actions.gather_notices(tx, at=self.now())

    @every(seconds=3600)
    def prune_card_notices(self) -> None:
        """Forget the webhooks that do not come again."""
        with self.db.begin() as tx:
            actions.prune_card_notices(tx, at=self.now())

    @every(seconds=5, at_once=4)
    def ask_stripe(self) -> None:
        """Ask Stripe whatever is due, one thing after the other, until nothing is."""
        while ask_stripe(self.db, self.cashier, self.now):
            pass
