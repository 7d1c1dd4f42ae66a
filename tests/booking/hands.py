"""Everything staff, clients and Stripe do about seats and money, by the throw of dice."""

import random
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from shared.contracts.errors import Refused
from tests.booking.books import Books
from tests.booking.till import Till
from tests.stripe_standin import Fault

PRICE = 2000
PEOPLE = ("ada", "alan", "grace")
TIMERS = (
    *("ask_stripe", "end_lapsed_holds", "empty_cancelled_sessions", "settle_merged"),
    *("attend_started_sessions", "remind_of_payments"),
)
_MOVING = frozenset({"state", "checkout_url", "error"})  # how far Stripe has come meanwhile
_ON = "SELECT session_id FROM sessions WHERE cancelled_at IS NULL ORDER BY starts_at, session_id"


class Hands:
    """Hands that do anything there is to be done.

    `patient` hands make every call twice under one key, as somebody who did not hear the first
    answer, and tell Stripe's stand-in to fail; others leave that to those who are at work, too.
    """

    def __init__(self, till: Till, books: Books, *, patient: bool) -> None:
        """Have work."""
        self.till = till
        self.books = books
        self.standin = books.standin
        self.patient = patient
        self.dice = random.Random(0)  # noqa: S311 - no secret
        self.done: Counter[str] = Counter()

    def begin(self, *, capacity: int, credits_: int, rich: bool) -> None:
        """Put two sessions on the timetable, for people who have credits or have none."""
        self.till.session(capacity=capacity)
        self._another()
        self.till.arrange(
            "UPDATE sessions SET price_minor = :price, currency = 'eur', credits = :credits, "
            "cancellation_minutes = :deadline",
            price=PRICE,
            credits=credits_,
            deadline=60 * 24 * 30 if self.books.too_late else None,
        )
        refund = "automatic" if self.books.automatic else "never"
        self.till.arrange("UPDATE session_types SET refund = :refund", refund=refund)
        for name in PEOPLE if rich else ():
            self._grant(name, 3)

    def step(self) -> str:
        """Do something that can be done; say what, and how it ended."""
        there = {
            "sessions": [str(UUID(str(one))) for (one,) in self.books.rows(_ON)],
            "booked": self.books.ids("bookings", "booking_id", "confirmed"),
            "held": self.books.ids("holds", "hold_id", "open"),
            "paid": self.books.ids("payments", "payment_id", "paid"),
            "pages": [one["id"] for one in self.books.pages("open")],
            "slow": self.books.on_the_way(),
        }
        self.there = {kind: found for kind, found in there.items() if found}
        able = [one for one in self._deeds() if not one[1] or one[1] in self.there]
        [(deed, *_)] = self.dice.choices(able, [weight for *_, weight in able])
        told: str = deed.__name__
        try:
            deed()
        except Refused as exc:
            told = f"{told}: {type(exc).__name__}"
        self.done[told] += 1
        return told

    def _deeds(self) -> list[tuple[Any, str, int]]:
        """List what may be done, what has to be there for it, and how often it is done."""
        patient = 2 if self.patient else 0
        return [
            (self.book, "sessions", 4),
            (self.hold, "sessions", 4),
            (self.buy, "sessions", 6),
            (self.come_back, "held", 3),
            (self.confirm, "held", 3),
            (self.release, "held", 2),
            (self.cancel, "booked", 4),
            (self.move, "booked", 3),
            (self.ask_for_the_rest, "booked", 4),
            (self.pay, "pages", 8),
            (self.hear_from_the_bank, "slow", 4),
            (self.take_cash, "booked", 3),
            (self.give_back, "paid", 4),
            (self.give_back_at_stripe, "paid", patient),
            (self.give_credits, "", 1),
            (self.change_capacity, "sessions", 2),
            (self.change_price, "sessions", 2),
            (self.change_place, "sessions", 1),
            (self.call_off, "sessions", 1),
            (self.find_out_they_are_one, "", 1),
            (self.erase, "", 1),
            (self.let_stripe_fail, "", patient),
            (self.wait, "", 2),
            (self.tick, "", 2),
        ]

    # -- places -----------------------------------------------------------------------------

    def book(self) -> None:
        """Have staff book for somebody."""
        self._do("book", **self._place(), unpaid=self._maybe())

    def hold(self) -> None:
        """Hold a seat and show where to pay."""
        kind = self.dice.choice(["checkout", "staff"])
        hold = self._do("hold_place", **self._place(), kind=kind)
        self._do("start_checkout", hold_id=hold["hold_id"], save_card=self._maybe())

    def buy(self) -> None:
        """Have somebody hold a seat, pay for it, and be heard of."""
        hold = self._do("hold_place", **self._place(), kind="checkout")
        checkout = self._do("start_checkout", hold_id=hold["hold_id"])
        if checkout["checkout_url"] and self._paid(self.till.checkout_id(checkout)):
            self.till.hear("checkout.session.completed", self.till.checkout_id(checkout))
            self.till.settle()

    def come_back(self) -> None:
        """Have somebody press the button of a reservation again, whatever the price is by now."""
        self._do("start_checkout", hold_id=self._one("held"), save_card=self._maybe())

    def confirm(self) -> None:
        """Have staff confirm a held place without waiting for the money."""
        self._do("confirm_hold", hold_id=self._one("held"))

    def release(self) -> None:
        """Have staff give a held place up."""
        self._do("release_hold", hold_id=self._one("held"))

    def cancel(self) -> None:
        """Cancel a booking."""
        self._do("cancel_booking", booking_id=self._one("booked"))

    def move(self) -> None:
        """Move a booking to any session."""
        self._do("move_booking", booking_id=self._one("booked"), session_id=self._one("sessions"))

    # -- money ------------------------------------------------------------------------------

    def give_credits(self) -> None:
        """Give somebody credits."""
        self._grant(self.dice.choice(PEOPLE), self.dice.randint(1, 3))

    def ask_for_the_rest(self) -> None:
        """Show a booking's person where to pay what is due."""
        self._do("pay_balance", booking_id=self._one("booked"))

    def pay(self) -> None:
        """Pay on a page that is open, of which Stripe tells never, once or twice."""
        checkout_id = self._one("pages")
        if self._paid(checkout_id, later=self.dice.random() < 0.2):
            self._tell("checkout.session.completed", checkout_id)

    def hear_from_the_bank(self) -> None:
        """Have money that takes days arrive, or not."""
        checkout_id, arrives = self._one("slow"), self._maybe()
        if arrives:
            self.standin.arrive(checkout_id)
        else:
            self.standin.fail(checkout_id)
        ended = "succeeded" if arrives else "failed"
        self._tell(f"checkout.session.async_payment_{ended}", checkout_id)

    def take_cash(self) -> None:
        """Have staff note cash."""
        money = {"booking_id": self._one("booked"), "amount_minor": self._amount()}
        noted = self._do("record_payment", **money)
        self.books.cash[noted["currency"]] += noted["amount_minor"]

    def give_back(self) -> None:
        """Have staff give money back."""
        amount = None if self._maybe() else self._amount()
        back = {"payment_id": self._one("paid"), "amount_minor": amount}
        refund = self._do("refund_payment", **back)
        if refund["state"] == "done":
            self.books.cash[refund["currency"]] -= refund["amount_minor"]

    def give_back_at_stripe(self) -> None:
        """Have staff give money back in Stripe's own pages, of what we give nothing back now."""
        self.till.settle()
        quiet = "state = 'paid' AND intent_id IS NOT NULL AND payment_id NOT IN "
        quiet += "(SELECT payment_id FROM refunds WHERE state <> 'done')"
        paid = self.books.rows(f"SELECT intent_id FROM payments WHERE {quiet} ORDER BY made_at")  # noqa: S608 - of this file
        if not paid:
            return
        intent = self.standin.things[self.dice.choice(paid)[0]]
        refunds = self.standin.of("refund")
        gone = sum(one["amount"] for one in refunds if one["payment_intent"] == intent["id"])
        if left := intent["amount_received"] - gone:
            refund_id = self.till.account.give_back(intent["id"], min(self._amount(), left))
            for _ in range(self.dice.randint(1, 2)):
                self.till.hear("refund.created", refund_id)
            self.till.settle()

    # -- what changes meanwhile ---------------------------------------------------------------

    def change_capacity(self) -> None:
        """Change how many seats there are."""
        seats = self.dice.choice([0, 1, 2, 2, 3, 3, 4])
        self._do("change_session", session_id=self._one("sessions"), capacity=seats)

    def change_price(self) -> None:
        """Change what a place costs, and in which currency."""
        price = self.dice.choice([PRICE, PRICE // 2, None])
        costs: dict[str, Any] = {"price_minor": price}
        if price:
            costs["currency"] = self.dice.choice(["eur", "eur", "usd"])
        self._do("change_session", session_id=self._one("sessions"), **costs)

    def change_place(self) -> None:
        """Have a session somewhere else."""
        where = f"Studio {self.dice.randint(1, 9)}"
        self._do("change_session", session_id=self._one("sessions"), location=where)

    def call_off(self) -> None:
        """Cancel a session; there is another one in its place."""
        self._do("cancel_session", session_id=self._one("sessions"), reason="ill")
        self._another()

    def find_out_they_are_one(self) -> None:
        """Make two people's records one person's; both ids are used on."""
        keep, merge = self.dice.sample(PEOPLE, 2)
        ids = {"keep": self.till.person(keep), "merge": self.till.person(merge)}
        self._do("merge_people", **ids)

    def erase(self) -> None:
        """Erase somebody, who may come again as a stranger."""
        gone = self.till.person(self.dice.choice(PEOPLE))
        self._do("erase_person", person_id=gone, cancel_bookings=True)
        blank = self.books.rows("SELECT person_id FROM people WHERE erased_at IS NOT NULL")
        erased = {str(UUID(str(one))) for (one,) in blank}
        people = self.till.studio.people
        self.till.studio.people = {who: one for who, one in people.items() if one not in erased}

    def let_stripe_fail(self) -> None:
        """Have Stripe's next answer go wrong, without the library's own patience."""
        how = self.dice.choice(["429", "500", "503", "cut_before", "cut_after", "cut_after"])
        path = self.dice.choice(["refunds", "refunds", "sessions", "expire"])
        self.standin.faults.append(Fault(how, path))

    def wait(self) -> None:
        """Let time go by."""
        self.till.studio.suite.tick("booking.settle_merged")  # which comes every minute
        self.till.later(minutes=self.dice.choice([1, 1, 16]))

    def tick(self) -> None:
        """Have a timer run, as the bus runs it."""
        self.till.studio.suite.tick(f"booking.{self.dice.choice(TIMERS)}")

    # -- how ----------------------------------------------------------------------------------

    def _one(self, kind: str) -> Any:
        return self.dice.choice(self.there[kind])

    def _paid(self, checkout_id: str, *, later: bool = False) -> bool:
        """Have somebody pay on a page; say whether it was still open."""
        if self.standin.things[checkout_id]["status"] != "open":
            return False
        self.standin.pay(checkout_id, later=later)
        return True

    def _maybe(self) -> bool:
        return self.dice.random() < 0.5

    def _amount(self) -> int:
        return self.dice.choice([PRICE, PRICE // 2, self.dice.randint(1, PRICE)])

    def _place(self) -> dict[str, str]:
        who = self.till.person(self.dice.choice(PEOPLE))
        return {"session_id": self._one("sessions"), "person_id": who}

    def _grant(self, name: str, credits_: int) -> None:
        person_id = self.till.person(name)
        self._do("grant_credits", person_id=person_id, credits=credits_, reason="x")
        self.books.granted += credits_

    def _tell(self, kind: str, thing_id: str) -> None:
        for _ in range(self.dice.randint(0, 2)):
            self.till.hear(kind, thing_id)

    def _another(self) -> None:
        """Put another session of the same type on the timetable."""
        days = 60 * self.dice.random()
        self.till.call.schedule_session(
            session_type_id=self.till.arranged("SELECT session_type_id FROM sessions LIMIT 1"),
            name="Another day",
            starts_at=self.till.studio.suite.now() + timedelta(days=11, minutes=days),
            time_zone="Europe/Rome",
            staff="Lea",
            location="Studio 2",
            capacity=2,
            price_minor=PRICE,
            currency="eur",
        )

    def _do(self, name: str, **args: Any) -> Any:
        """Make a call that may be refused, and if patient once more under the same key."""
        key = str(uuid4())
        call = getattr(self.till.call, name)
        answer = call(**args, idempotency_key=key)
        if self.patient:
            again = call(**args, idempotency_key=key)
            assert _lasting(answer) == _lasting(again)
        return answer


def _lasting(answer: Any) -> Any:
    if not isinstance(answer, dict):
        return answer
    return {name: value for name, value in answer.items() if name not in _MOVING}
