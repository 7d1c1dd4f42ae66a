"""What has to be true of seats, credits and money, whatever people did and in which order."""

from collections import Counter
from typing import Any
from uuid import UUID

from tests.booking.till import Till
from tests.stripe_standin import StripeStandIn

SEATS = """
SELECT session_id, capacity, taken,
  (SELECT count(*) FROM bookings b
   WHERE b.session_id = s.session_id AND state = 'confirmed') AS live,
  (SELECT count(*) FROM holds h WHERE h.session_id = s.session_id AND state = 'open') AS held
FROM sessions s ORDER BY starts_at, session_id
"""
_GOING_BACK = """
SELECT payment_id, sum(amount_minor) FROM refunds WHERE state <> 'failed' GROUP BY payment_id
"""
_KEPT = """
SELECT booking_id, currency, method = 'offline' AS cash, amount_minor -
  (SELECT coalesce(sum(r.amount_minor), 0) FROM refunds r
   WHERE r.payment_id = p.payment_id AND r.state = 'done') AS rest
FROM payments p WHERE state = 'paid'
"""
_SPENT = """
SELECT state, credits, (SELECT coalesce(sum(e.credits), 0) FROM credit_entries e
                        WHERE e.booking_id = b.booking_id) AS entered
FROM bookings b
"""


class Books:
    """A studio's books beside what its people did, and beside Stripe's."""

    def __init__(
        self, till: Till, standin: StripeStandIn, *, automatic: bool, too_late: bool = False
    ) -> None:
        """Begin with nothing.

        Args:
            till: where people pay.
            standin: who answers there.
            automatic: whether the money of cancelled bookings goes back by itself.
            too_late: whether credits of cancelled bookings do not come back.
        """
        self.till = till
        self.standin = standin
        self.automatic = automatic
        self.too_late = too_late
        self.cash: Counter[str] = Counter()  # what staff have taken, less what they handed back
        self.granted = 0  # credits

    def rows(self, query: str) -> list[Any]:
        """Ask booking's database."""
        with self.till.studio.suite.sql("booking") as sql:
            return list(sql.exec_driver_sql(query))

    def ids(self, table: str, column: str, state: str) -> list[str]:
        """List the ids of what is in a state, the first first, as calls write them."""
        first = "booked_at" if table == "bookings" else "made_at"
        query = f"SELECT {column} FROM {table} WHERE state = '{state}' ORDER BY {first}, 1"  # noqa: S608 - of the tests' own words
        return [str(UUID(str(one))) for (one,) in self.rows(query)]

    def pages(self, status: str) -> list[Any]:
        """List Stripe's pages of a status."""
        made = self.standin.of("checkout.session")
        return [one for one in made if one["status"] == status]

    def on_the_way(self) -> list[str]:
        """List the pages whose money the bank has not sent yet."""
        things = self.standin.things
        return [
            one["id"]
            for one in self.pages("complete")
            if things[one["payment_intent"]]["status"] == "processing"
        ]

    # -- at any time --------------------------------------------------------------------------

    def check_seats(self) -> None:
        """Compare the count of each session's seats with who has them."""
        for seats in self.rows(SEATS):
            assert seats.taken == seats.live + seats.held
            assert seats.taken <= seats.capacity

    def check_refunds(self) -> None:
        """Compare what goes back of each payment, or is about to, with what came."""
        came = dict(self.rows("SELECT payment_id, amount_minor FROM payments"))
        for payment_id, amount in self.rows(_GOING_BACK):
            assert amount <= came[payment_id]

    def check_credits(self) -> None:
        """Compare what people have and have spent with what they were given."""
        moved = dict(self.rows("SELECT kind, sum(credits) FROM credit_entries GROUP BY kind"))
        assert moved.get("granted", 0) == self.granted
        assert moved.get("merged", 0) == 0
        theirs = "SELECT credits FROM people WHERE merged_into IS NULL OR erased_at IS NOT NULL"
        owned = [row.credits for row in self.rows(theirs)]
        assert sum(owned) == sum(moved.values())
        assert min(owned, default=0) >= 0
        for booking in self.rows(_SPENT):
            if booking.state == "confirmed" or (self.too_late and booking.entered):
                assert booking.entered == -booking.credits
            else:
                assert booking.entered == 0

    # -- when all is quiet --------------------------------------------------------------------

    def rest(self) -> None:
        """Let everything come to rest."""
        self.standin.faults.clear()
        for timer in ("settle_merged", "empty_cancelled_sessions"):
            self.till.studio.suite.tick(f"booking.{timer}")
        for checkout_id in self.on_the_way():
            self.standin.arrive(checkout_id)
        for minutes in (11, 11, 11, 61, 11, 11):
            self.till.later(minutes=minutes)

    def check(self) -> None:
        """Check all that is to be true when all is quiet."""
        self.check_seats()
        self.check_refunds()
        self.check_credits()
        self.check_accounts()
        self.check_bookings()
        self.check_pages()

    def check_accounts(self) -> None:
        """Compare Stripe's account and the till with our books, in each currency."""
        books: Counter[str] = Counter()
        total = "SELECT currency, sum(amount_minor) FROM"
        books.update(dict(self.rows(f"{total} payments WHERE state = 'paid' GROUP BY currency")))
        books.subtract(dict(self.rows(f"{total} refunds WHERE state = 'done' GROUP BY currency")))
        there = self.cash.copy()
        intents = self.standin.of("payment_intent")
        for intent in intents:
            there[intent["currency"]] += intent["amount_received"]
        for refund in self.standin.of("refund"):
            there[refund["currency"]] -= refund["amount"]
        assert books == there  # a currency that is missing counts as nothing
        came = [one["metadata"]["reference"] for one in intents if one["amount_received"]]
        assert len(came) == len(set(came))  # nobody is charged twice for one thing
        assert self.rows("SELECT * FROM refunds WHERE state <> 'done'") == []

    def check_bookings(self) -> None:
        """Check that money has bought a place, is kept for one that was cancelled, or went back."""
        found = self.rows("SELECT booking_id, state, price_minor, currency FROM bookings")
        bookings = {row.booking_id: row for row in found}
        kept: Counter[Any] = Counter()
        for payment in self.rows(_KEPT):
            booking = bookings.get(payment.booking_id)
            assert payment.rest >= 0
            if booking is None or booking.currency != payment.currency:
                assert payment.rest == 0  # it bought nothing
            elif booking.state == "cancelled" and self.automatic and not payment.cash:
                assert payment.rest == 0
            kept[payment.booking_id] += payment.rest
        for booking in found:
            rest, live = kept[booking.booking_id], booking.state == "confirmed"
            assert rest <= booking.price_minor  # nothing is kept that nobody owed
            due = self.till.money(str(UUID(str(booking.booking_id))))["balance_minor"]
            assert due == (booking.price_minor - rest if live else 0)

    def check_pages(self) -> None:
        """Check that each page still open is for a place that is held, or for what is due."""
        held, booked = (
            self.ids("holds", "hold_id", "open"),
            self.ids("bookings", "booking_id", "confirmed"),
        )
        found = self.rows("SELECT checkout_id, booking_id, state, amount_minor FROM payments")
        payments = {row.checkout_id: row for row in found}
        for page in self.pages("open"):
            payment = payments[page["id"]]
            about = str(UUID(str(payment.booking_id)))
            assert payment.state == "opened"
            if about in booked:
                assert 0 < payment.amount_minor <= self.till.money(about)["balance_minor"]
            else:
                assert about in held
