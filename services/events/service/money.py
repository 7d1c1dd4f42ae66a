"""Calls about what is paid, and the timer that ends what nobody paid for."""

from typing import Any
from uuid import UUID

from services.events import actions, schemas, store
from services.events.gateways import Cashier
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
        ids, db = checkout["payment_id"], self.db.apart()
        shown = actions.DESK.opened(db, self.cashier, self.now, ids)
        return shaped(schemas.Checkout, shown)

    @rpc(schemas.RecordPayment())
    def record_payment(self, registration_id: UUID, **payment: Any) -> Any:
        """Note money that came in for a registration, at the desk or by transfer."""
        with self.db.begin() as tx:
            noted = actions.record_payment(tx, registration_id, **payment, at=self.now())
        return shaped(schemas.Payment, noted)

    @rpc(schemas.RecordRefund())
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
            return shaped(schemas.Refunds, actions.DESK.list_refunds(sql, **part))

    @every(seconds=15)
    def end_lapsed_holds(self) -> None:
        """End the registrations that were not paid for in time, each by itself."""
        with self.db.read() as sql:
            lapsed = store.lapsed_holds(sql, at=self.now())
        for registration_id in lapsed:
            with self.db.begin() as tx:
                actions.end_hold(tx, registration_id, at=self.now())
