"""Who pays, at a studio with an account at Stripe."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from tests.flows.studio import Studio
from tests.paying import Paying
from tests.stripe_account import Account

_OURS = "SELECT payment_id FROM payments"


class Till(Paying):
    """Holds, checkouts and webhooks, by the names of people."""

    def __init__(self, studio: Studio, account: Account | None = None) -> None:
        """Take cards with this account, or none."""
        super().__init__(studio.suite, "booking", account)
        self.studio = studio
        self.call = studio.suite.booking

    def session(self, price_minor: int = 2000, currency: str = "eur", **details: Any) -> str:
        """Put a session with a price on the timetable, in ten days unless told otherwise."""
        starts_at = self.studio.suite.now() + timedelta(days=10)
        values: dict[str, Any] = {
            "waiting": 0,
            "capacity": 5,
            "starts_at": starts_at,
            "classification": "regular",
        }
        session_id = self.studio.session(**(values | details))
        self.arrange(
            "UPDATE sessions SET price_minor = :minor, currency = :currency",
            minor=price_minor,
            currency=currency,
        )
        return session_id

    def arrange(self, statement: str, **values: Any) -> None:
        """Set something no call sets, or look."""
        with self.studio.suite.sql("booking") as sql:
            sql.execute(text(statement), values)

    def arranged(self, query: str) -> str:
        """Give the one value of the first row, an id as calls write it."""
        with self.studio.suite.sql("booking") as sql:
            found = str(sql.execute(text(query)).scalar_one())
        return str(UUID(found))

    def person(self, name: str) -> str:
        """Give the id of a member."""
        return self.studio.person(name, "member")

    def book(self, name: str) -> str:
        """Book for somebody, who is to pay later."""
        self.person(name)
        booking_id: str = self.studio.book(name, or_wait=False)["booking_id"]
        return booking_id

    def hold(self, name: str, kind: str = "checkout", **more: Any) -> str:
        """Hold a seat for somebody."""
        self.person(name)
        return self.studio.hold(name, kind=kind, **more)

    def checkout(self, name: str, *, save_card: bool = False, **more: Any) -> Any:
        """Hold a seat for somebody and show them where to pay."""
        hold_id = self.hold(name, **more)
        return self.call.start_checkout(hold_id=hold_id, save_card=save_card)

    def paid(self, name: str, **more: Any) -> Any:
        """Have somebody hold a place and pay for it; give the checkout."""
        checkout = self.checkout(name, **more)
        self.pay(checkout)
        return checkout

    def references(self) -> list[str]:
        """Give what our payments are called at Stripe."""
        with self.studio.suite.sql("booking") as sql:
            return [str(UUID(str(one))) for one in sql.execute(text(_OURS)).scalars()]

    def settle(self) -> None:
        """Have Stripe asked what is due, and everything heard."""
        self.studio.suite.tick("booking.ask_stripe")
        self.studio.settle()

    def later(self, **duration: float) -> None:
        """Let time go by, and everything happen that is due then."""
        self.studio.suite.advance(**duration)
        self.studio.suite.tick("booking.end_lapsed_holds")
        self.settle()

    def money(self, booking_id: str) -> Any:
        """Give everything about the money of a booking."""
        return self.call.get_payments(booking_id=booking_id)

    def balance(self, booking_id: str) -> tuple[int, int, int]:
        """Give what was paid, given back, and is due."""
        money = self.money(booking_id)
        return money["paid_minor"], money["refunded_minor"], money["balance_minor"]

    def said(self, name: str) -> list[dict[str, Any]]:
        """List what facts of a name said, in order."""
        with self.studio.suite.sql("booking") as sql:
            rows = sql.execute(
                text("SELECT body FROM outbox WHERE topic LIKE :topic ORDER BY position"),
                {"topic": f"{name}.%"},
            ).scalars()
            return [json.loads(body)["data"] for body in rows]
