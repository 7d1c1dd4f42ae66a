"""Calls about what is paid, and the timer that reminds of it."""

from datetime import date
from typing import Any
from uuid import UUID

from services.booking import actions, schemas
from services.booking.domain import Collection
from services.booking.gateways import Cashier
from services.booking.pages.pay import open_checkout
from shared.bus import every, rpc
from shared.clock import Now
from shared.db import Transactions
from shared.shapes import shaped


class Money:
    """Calls about what is paid."""

    db: Transactions
    now: Now
    cashier: Cashier

    @rpc(schemas.RequestConfirmation())
    def request_confirmation(self, hold_id: UUID, collection: Collection) -> Any:
        """Have a reserved place's person asked to confirm it and pay."""
        with self.db.begin() as tx:
            asked = actions.request_confirmation(tx, hold_id, collection, at=self.now())
        return shaped(schemas.Requested, asked)

    @rpc(schemas.StartCheckout())
    def start_checkout(self, hold_id: UUID, save_card: bool) -> Any:  # noqa: FBT001 - named on the wire
        """Confirm a held place, or give the address where its person pays for it."""
        more: Any = {"save_card": save_card, "online": self.cashier.online, "at": self.now()}
        with self.db.apart().begin() as tx:
            checkout = actions.start_checkout(tx, hold_id, **more)
        shown = open_checkout(self.db.apart(), self.cashier, self.now, checkout)
        return shaped(schemas.Checkout, shown)

    @rpc(schemas.PayBalance())
    def pay_balance(self, booking_id: UUID, save_card: bool) -> Any:  # noqa: FBT001 - the same
        """Give the address where a booking's person pays what is due."""
        more: Any = {"save_card": save_card, "online": self.cashier.online, "at": self.now()}
        with self.db.apart().begin() as tx:
            checkout = actions.pay_balance(tx, booking_id, **more)
        shown = open_checkout(self.db.apart(), self.cashier, self.now, checkout)
        return shaped(schemas.Checkout, shown)

    @rpc(schemas.RecordPayment())
    def record_payment(
        self, booking_id: UUID, amount_minor: int, note: str | None, received_on: date | None
    ) -> Any:
        """Note money that has come another way than by card."""
        noted: Any = {"amount_minor": amount_minor, "note": note, "received_on": received_on}
        with self.db.begin() as tx:
            payment = actions.record_payment(tx, booking_id, **noted, at=self.now())
        return shaped(schemas.Payment, payment)

    @rpc(schemas.RefundPayment())
    def refund_payment(self, payment_id: UUID, **refund: Any) -> Any:
        """Give back money, all that is left of a payment where no amount is named."""
        with self.db.begin() as tx:
            found = actions.refund_payment(tx, payment_id, **refund, at=self.now())
        return shaped(schemas.GivenBack, found)

    @rpc(schemas.RefundPayment())
    def record_refund(self, payment_id: UUID, **refund: Any) -> Any:
        """Note money that was handed over, where it cannot go back to its card."""
        with self.db.begin() as tx:
            found = actions.record_refund(tx, payment_id, **refund, at=self.now())
        return shaped(schemas.GivenBack, found)

    @rpc(schemas.ListRefunds())
    def list_refunds(self, **part: Any) -> Any:
        """List refunds, those that failed unless told otherwise, the newest first."""
        with self.db.read() as sql:
            return shaped(schemas.Refunds, actions.DESK.list_refunds(sql, **part))

    @rpc(schemas.OnePerson())
    def find_kept_card(self, person_id: UUID) -> Any:
        """Give the card a person has agreed to be charged again, if there is one."""
        with self.db.read() as sql:
            card = actions.find_kept_card(sql, person_id)
        return shaped(schemas.KeptCard, card) if card else None

    @rpc(schemas.OnePerson())
    def forget_kept_card(self, person_id: UUID) -> Any:
        """Charge a person's kept card no more."""
        with self.db.begin() as tx:
            forgotten = actions.forget_kept_card(tx, person_id, at=self.now())
        return shaped(schemas.Forgotten, {"forgotten": forgotten})

    @rpc(schemas.OneBooking())
    def get_payments(self, booking_id: UUID) -> Any:
        """Give everything about the money of a booking, or of a held place being paid."""
        with self.db.read() as sql:
            return shaped(schemas.Payments, actions.get_payments(sql, booking_id))

    @rpc(schemas.OneBooking())
    def send_reminder(self, booking_id: UUID) -> Any:
        """Remind a person of what is due."""
        with self.db.begin() as tx:
            said = actions.send_reminder(tx, booking_id, at=self.now())
        return shaped(schemas.Reminded, said)

    @every(seconds=300)
    def remind_of_payments(self) -> None:
        """Remind those whose time for it has come."""
        with self.db.begin() as tx:
            actions.remind_of_payments(tx, at=self.now())
