"""Any order of booking, holding, paying and giving back: no oversell, no lost seat, no lost money.

The machine drives the real service and a stand-in for Stripe beside what people did with money.
It was seen to fail on purpose: with `end_and_free` freeing no seat it finds the lost one, and with
`_pay` giving back nothing of what is too much it finds more money kept than anybody owed.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as how
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.booking.service import Booking
from shared.contracts.errors import Refused
from shared.testing import Suite
from tests.booking.till import Till
from tests.flows.studio import Mailbox, Studio
from tests.stripe_account import Account
from tests.stripe_standin import Fault, StripeStandIn

PRICE = 2000
PEOPLE = ("ada", "alan", "grace", "edsger", "barbara")
TABLES = (
    "bookings",
    "holds",
    "sessions",
    "payments",
    "refunds",
    "card_jobs",
    "card_notices",
    "kept_cards",
    "dropped_cards",
    "outbox",
)
who = st.sampled_from(PEOPLE)
pick = st.integers(0, 20)


class Desk(RuleBasedStateMachine):
    """Everything staff, clients and Stripe do, in any order."""

    till: Till  # one for all examples, emptied at the beginning of each
    standin: StripeStandIn

    @initialize(capacity=st.integers(1, 2), automatic=st.booleans())
    def begin(self, *, capacity: int, automatic: bool) -> None:
        """Begin with an empty session, and another that people may be moved to."""
        for table in TABLES:
            self.till.arrange(f"DELETE FROM {table}")  # noqa: S608 - of this file's own words
        self.standin.forget_all()
        self.till.studio.suite.forget()
        self.till.session(capacity=capacity)
        self._another(capacity=1)
        self.till.arrange("UPDATE sessions SET price_minor = :price, currency = 'eur'", price=PRICE)
        refund = "automatic" if automatic else "never"
        self.till.arrange("UPDATE session_types SET refund = :refund", refund=refund)
        self.pages: list[Any] = []
        self.cash = 0  # what staff have taken, less what they have handed back

    @rule(name=who)
    def book(self, name: str) -> None:
        """Have staff book for somebody."""
        self._try(lambda: self.till.book(name))

    @rule(name=who, kind=st.sampled_from(["checkout", "staff"]))
    def hold(self, name: str, kind: str) -> None:
        """Hold a seat and show where to pay."""
        checkout = self._try(lambda: self.till.checkout(name, kind=kind))
        if checkout and checkout["checkout_url"]:
            self.pages.append(checkout)

    @rule(pick=pick)
    def confirm(self, pick: int) -> None:
        """Have staff confirm a held place without waiting for the money."""
        if held := self._ids("holds", "hold_id", "open"):
            hold_id = held[pick % len(held)]
            self._try(lambda: self.till.call.confirm_hold(hold_id=hold_id))

    @rule(pick=pick)
    def release(self, pick: int) -> None:
        """Have staff give a held place up."""
        if held := self._ids("holds", "hold_id", "open"):
            self.till.call.release_hold(hold_id=held[pick % len(held)])

    @rule(pick=pick)
    def cancel(self, pick: int) -> None:
        """Cancel a booking."""
        if booked := self._ids("bookings", "booking_id", "confirmed"):
            self.till.call.cancel_booking(booking_id=booked[pick % len(booked)])

    @rule(pick=pick)
    def move(self, pick: int) -> None:
        """Move a booking to the other session."""
        places = "SELECT booking_id, session_id FROM bookings WHERE state = 'confirmed' ORDER BY 1"
        if booked := self._rows(places):
            booking_id, here = booked[pick % len(booked)]
            sessions = (session_id for (session_id, *_) in self._seats())
            there = next(session_id for session_id in sessions if session_id != here)
            ids = {"booking_id": str(booking_id), "session_id": str(there)}
            self._try(lambda: self.till.call.move_booking(**ids))

    @rule(pick=pick)
    def pay_what_is_due(self, pick: int) -> None:
        """Show a booking's person where to pay the rest."""
        if booked := self._ids("bookings", "booking_id", "confirmed"):
            booking_id = booked[pick % len(booked)]
            checkout = self._try(lambda: self.till.call.pay_balance(booking_id=booking_id))
            if checkout and checkout["checkout_url"]:
                self.pages.append(checkout)

    @rule(pick=pick, tell=st.integers(0, 2))
    def pay(self, pick: int, tell: int) -> None:
        """Pay on a page that is open, of which Stripe tells never, once or twice."""
        ids = [self.till.checkout_id(page) for page in self.pages]
        things = self.standin.things
        if still := [one for one in ids if things[one]["status"] == "open"]:
            checkout_id = still[pick % len(still)]
            self.till.account.pay(checkout_id)
            for _ in range(tell):
                self.till.hear("checkout.session.completed", checkout_id)

    @rule(pick=pick, amount=st.integers(1, PRICE))
    def take_cash(self, pick: int, amount: int) -> None:
        """Have staff note cash."""
        if booked := self._ids("bookings", "booking_id", "confirmed"):
            money = {"booking_id": booked[pick % len(booked)], "amount_minor": amount}
            if self._try(lambda: self.till.call.record_payment(**money)):
                self.cash += amount

    @rule(pick=pick, amount=st.none() | st.integers(1, PRICE))
    def give_back(self, pick: int, amount: int | None) -> None:
        """Have staff give money back."""
        if paid := self._ids("payments", "payment_id", "paid"):
            back = {"payment_id": paid[pick % len(paid)], "amount_minor": amount}
            refund = self._try(lambda: self.till.call.refund_payment(**back))
            if refund and refund["state"] == "done":
                self.cash -= refund["amount_minor"]

    @rule(pick=pick, amount=st.integers(1, PRICE), tell=st.integers(1, 2))
    def give_back_at_stripe(self, pick: int, amount: int, tell: int) -> None:
        """Have staff give money back in Stripe's own pages, of which Stripe tells once or twice."""
        quiet = "state = 'paid' AND intent_id IS NOT NULL AND payment_id NOT IN "
        quiet += "(SELECT payment_id FROM refunds WHERE state <> 'done')"
        found = f"SELECT intent_id, amount_minor FROM payments WHERE {quiet} ORDER BY 1"  # noqa: S608 - of this file
        if paid := self._rows(found):
            intent_id, came = paid[pick % len(paid)]
            back = self.till.account.refunds(intent_id)
            if left := came - sum(one["amount"] for one in back):
                refund_id = self.till.account.give_back(intent_id, min(amount, left))
                for _ in range(tell):
                    self.till.hear("refund.created", refund_id)
                self.till.settle()

    @rule(seats=st.integers(0, 3))
    def change_capacity(self, seats: int) -> None:
        """Change how many seats there are."""
        self._try(lambda: self.till.studio.change(capacity=seats))

    @rule(
        how=st.sampled_from(["429", "503", "cut_after"]),
        path=st.sampled_from(["refunds", "sessions"]),
    )
    def let_stripe_fail(self, how: str, path: str) -> None:
        """Have Stripe's next answer go wrong, without the library's own patience."""
        self.standin.faults.append(Fault(how, path))

    @rule(minutes=st.sampled_from([1, 15]))
    def wait(self, minutes: int) -> None:
        """Let time go by."""
        self.till.later(minutes=minutes)

    @invariant()
    def no_seat_is_sold_twice_or_lost(self) -> None:
        """Compare the count of each session's seats with who has them."""
        for _, capacity, taken, live, held in self._seats():
            assert taken == live + held
            assert taken <= capacity

    def teardown(self) -> None:
        """Let everything come to rest, and account for all money."""
        for _ in range(6):
            self.till.later(minutes=11)
        total = "SELECT booking_id, sum(amount_minor) FROM"
        paid = dict(self._rows(f"{total} payments WHERE state = 'paid' GROUP BY booking_id"))
        back = dict(self._rows(f"{total} refunds WHERE state = 'done' GROUP BY booking_id"))
        assert sum(paid.values()) - sum(back.values()) == self.standin.held() + self.cash
        [(failed,)] = self._rows("SELECT count(*) FROM refunds WHERE state <> 'done'")
        assert failed == 0
        booked = {booking_id for (booking_id,) in self._rows("SELECT booking_id FROM bookings")}
        for booking_id, amount in paid.items():
            rest = amount - back.get(booking_id, 0)
            assert 0 <= rest <= PRICE, booking_id  # nothing is kept that nobody owed
            assert booking_id in booked or rest == 0  # it bought a place or went back

    def _another(self, *, capacity: int) -> None:
        """Put another session of the same type on the timetable."""
        studio, kind = self.till.studio, "SELECT session_type_id FROM sessions"
        self.till.call.schedule_session(
            session_type_id=self.till.arranged(kind),
            name="Another day",
            starts_at=studio.suite.now() + timedelta(days=11),
            time_zone="Europe/Rome",
            staff="Lea",
            location="Studio 2",
            capacity=capacity,
        )

    def _seats(self) -> list[Any]:
        """Give each session's seats: how many, how many are taken, by bookings and by holds."""
        return self._rows(
            "SELECT session_id, capacity, taken, "
            "(SELECT count(*) FROM bookings b "
            "WHERE b.session_id = s.session_id AND state = 'confirmed'), "
            "(SELECT count(*) FROM holds h WHERE h.session_id = s.session_id AND state = 'open') "
            "FROM sessions s ORDER BY starts_at"
        )

    def _try(self, call: Any) -> Any:
        """Do what may be refused."""
        try:
            return call()
        except Refused:
            return None

    def _rows(self, query: str) -> list[Any]:
        with self.till.studio.suite.sql("booking") as sql:
            return list(sql.exec_driver_sql(query))

    def _ids(self, table: str, column: str, state: str) -> list[str]:
        query = f"SELECT {column} FROM {table} WHERE state = '{state}' ORDER BY {column}"  # noqa: S608 - of this file's own words
        return [str(one) for (one,) in self._rows(query)]


@pytest.fixture
def machine(
    card_account: Account, standin: StripeStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    """Give the machine's test, on a booking service of its own that nobody listens to."""
    monkeypatch.setattr("shared.payments.account.RETRIES", 0)  # else it waits half a second each
    suite = Suite([Booking], tmp_path)
    Desk.till, Desk.standin = Till(Studio(suite, Mailbox()), card_account), standin
    yield Desk.TestCase()
    suite.close()


def test_seats_and_money_are_accounted_for_in_any_order(machine: Any) -> None:
    machine.settings = how(
        max_examples=80,
        stateful_step_count=30,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )

    machine.runTest()
