"""Any order of booking, holding, paying and giving back: no oversell, no lost seat, no lost money.

The machine drives the real service and a stand-in for Stripe beside what people did with money.
Every call that writes is made twice, as by somebody who did not hear the first answer.
"""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, note
from hypothesis import settings as how
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.booking import store
from services.booking.service import Booking
from shared.testing import Suite
from tests.booking.books import Books
from tests.booking.hands import Hands
from tests.booking.till import Till
from tests.flows.studio import Mailbox, Studio
from tests.stripe_account import Account
from tests.stripe_standin import StripeStandIn

TABLES = (
    *("bookings", "holds", "waiting", "sessions", "payments", "refunds", "card_jobs"),
    *(
        "card_notices",
        "kept_cards",
        "dropped_cards",
        "payment_reminders",
        "credit_entries",
        "consents",
    ),
    *("person_words", "people", "erasure_answers", "erasures", "outbox", "replies"),
)


class Desk(RuleBasedStateMachine):
    """Everything staff, clients and Stripe do, in any order."""

    till: Till  # one for all examples, emptied at the beginning of each
    standin: StripeStandIn

    @initialize(
        capacity=st.integers(1, 3),
        automatic=st.booleans(),
        credits_=st.integers(0, 2),
        rich=st.booleans(),
        too_late=st.booleans(),
    )
    def begin(self, *, automatic: bool, too_late: bool, **more: Any) -> None:
        """Begin with empty books."""
        for table in TABLES:
            self.till.arrange(f"DELETE FROM {table}")  # noqa: S608 - of this file's own words
        self.standin.forget_all()
        self.till.studio.suite.forget()
        self.till.studio.people.clear()
        self.books = Books(self.till, self.standin, automatic=automatic, too_late=too_late)
        self.hands = Hands(self.till, self.books, patient=True)
        self.hands.begin(**more)

    @rule(dice=st.integers(0, 2**32))
    def do_something(self, dice: int) -> None:
        """Do something that can be done."""
        self.hands.dice = random.Random(dice)  # noqa: S311 - no secret
        note(self.hands.step())

    @invariant()
    def nothing_is_sold_twice_or_lost(self) -> None:
        """Check what is true at any time."""
        self.books.check_seats()
        self.books.check_refunds()
        self.books.check_credits()

    def teardown(self) -> None:
        """Let everything come to rest, and account for all money."""
        if hasattr(self, "books"):
            self.books.rest()
            self.books.check()


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
        max_examples=50,
        stateful_step_count=30,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )

    machine.runTest()


def play(seed: int) -> None:
    """Play one history, checked after every step, as the machine does."""
    dice, desk = random.Random(seed), Desk()  # noqa: S311 - no secret
    desk.begin(
        automatic=dice.random() < 0.5,
        too_late=dice.random() < 0.5,
        capacity=dice.randint(1, 3),
        credits_=dice.randint(0, 2),
        rich=dice.random() < 0.5,
    )
    desk.hands.dice = dice
    for _ in range(40):
        desk.hands.step()
        desk.nothing_is_sold_twice_or_lost()
    desk.teardown()


@pytest.mark.usefixtures("machine")
def test_seats_and_money_are_accounted_for_by_the_throw_of_dice() -> None:
    for seed in range(20):
        play(seed)


def _nothing(*args: Any, **more: Any) -> None:
    del args, more


def _takes_a_seat_there_is_not(sql: Any, session_id: Any, *, at: Any) -> Any:
    del at
    store.give_seats(sql, session_id, -1)
    return store.find_session(sql, session_id)


def _gives_back_under_another_key(self: Any, job: Any, order: Any) -> Any:
    del job
    return self.cards.repay(order, key=str(uuid4()))


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize(
    ("broken", "by"),
    [
        ("services.booking.store.give_seats", _nothing),
        ("services.booking.store.take_seat", _takes_a_seat_there_is_not),
        ("services.booking.store.refunds_begun", lambda *_: 0),
        ("services.booking.actions.arrivals._give_back", _nothing),
        ("services.booking.actions.places.end_payments", _nothing),
        ("services.booking.actions.money.close_checkout", _nothing),
        ("services.booking.actions.places.return_credits", _nothing),
        ("services.booking.actions.merging.move_credits", _nothing),
        ("services.booking.store.note_credits", _nothing),
        ("shared.payments.refunds.Refunds._add", lambda *_, **__: uuid4()),
        ("shared.payments.cashier.Cashier._repaid", _gives_back_under_another_key),
        ("shared.inbox.keep_reply", _nothing),
    ],
)
def test_what_is_broken_is_noticed(monkeypatch: pytest.MonkeyPatch, broken: str, by: Any) -> None:
    monkeypatch.setattr(broken, by)

    with pytest.raises(Exception):  # noqa: B017, PT011, PT012 - whatever it stumbles over
        for seed in range(100):
            play(seed)
