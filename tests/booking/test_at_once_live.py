"""Everything at once on the real PostgreSQL: who waits for whom, who loses, and what is left."""

import random
from collections.abc import Iterator
from functools import partial

import eventlet
import pytest

from services.booking.service import Booking
from shared.engine import in_spite_of_clashes
from shared.testing import Suite
from tests.booking.books import Books
from tests.booking.hands import Hands
from tests.booking.till import Till
from tests.flows.studio import Mailbox, Studio
from tests.servers import own_database, servers
from tests.stripe_account import Account
from tests.stripe_standin import StripeStandIn

pytestmark = pytest.mark.live
HANDS = 8
"""How many do something at the same time."""
EACH = 25
"""How many things each of them does."""


@pytest.fixture
def till(card_account: Account, monkeypatch: pytest.MonkeyPatch) -> Iterator[Till]:
    """Give a studio where people pay, with a database of its own on the real server."""
    monkeypatch.setattr("shared.payments.account.RETRIES", 0)
    assert servers()
    with own_database() as booking:
        suite = Suite([Booking], {"booking": booking})
        tick = suite.tick
        # The bus runs a timer again at once that has lost to another transaction.
        monkeypatch.setattr(suite, "tick", lambda one: in_spite_of_clashes(partial(tick, one)))
        yield Till(Studio(suite, Mailbox()), card_account)
        suite.close()


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_is_done_at_once_nothing_is_lost(
    till: Till, standin: StripeStandIn, seed: int
) -> None:
    books = Books(till, standin, automatic=bool(seed % 2))
    crowd = [Hands(till, books, patient=False) for _ in range(HANDS)]
    crowd[0].begin(capacity=3, credits_=1, rich=True)

    def work(hands: Hands, number: int) -> None:
        hands.dice = random.Random(1000 * seed + number)  # noqa: S311 - no secret
        for _ in range(EACH):
            hands.step()

    working = [eventlet.spawn(work, hands, number) for number, hands in enumerate(crowd)]
    for one in working:
        one.wait()  # raises what was neither done nor refused

    books.rest()
    books.check()
