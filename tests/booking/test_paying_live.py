"""Money that comes while somebody else writes, on the real PostgreSQL."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import eventlet
import pytest
from sqlalchemy import text

from shared.contracts.booking import CANCEL_LINK
from shared.contracts.errors import Refused
from shared.links import sign_link
from tests.booking.till import Till
from tests.flows.studio import real_studio
from tests.stripe_account import Account
from tests.stripe_standin import Fault, StripeStandIn

pytestmark = pytest.mark.live
_BOOK = """
INSERT INTO bookings (booking_id, session_id, person_id, state, booked_at, price_minor, currency)
VALUES (:booking, :session, :person, 'confirmed', now(), 2000, 'eur')
"""


@pytest.fixture
def till(card_account: Account) -> Iterator[Till]:
    """Give a studio where people pay, whose services have a database each on the real server."""
    with real_studio() as studio:
        yield Till(studio, card_account)


def waits(till: Till) -> bool:
    """Say whether a statement waits for a lock."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    query += " AND datname = current_database()"
    with till.studio.suite.sql("booking") as sql:
        return bool(sql.exec_driver_sql(query).scalar())


def test_who_is_booked_by_staff_in_the_moment_of_paying_has_one_seat_and_has_paid_for_it(
    till: Till,
) -> None:
    till.session(capacity=3)
    checkout = till.checkout("ada")
    till.pay_untold(checkout)
    till.hear("checkout.session.completed", till.checkout_id(checkout))
    booking_id = str(uuid4())
    values = {"booking": booking_id, "session": till.studio.session_id}
    values["person"] = till.person("ada")

    with till.studio.suite.sql("booking") as sql:  # what `book` does, and then takes its time
        sql.execute(text(_BOOK), values)
        settling = eventlet.spawn(till.settle)
        with eventlet.Timeout(20):
            while not waits(till):
                eventlet.sleep(0.05)
        sql.execute(text("UPDATE sessions SET taken = taken + 1"))
    settling.wait()

    assert till.studio.booked == ["ada"]
    assert till.studio.taken == 1
    assert till.balance(booking_id) == (2000, 0, 0)
    assert till.held() == 2000


def booked_slowly(till: Till, session_id: str, name: str, meanwhile: Any) -> Any:
    """Have a held seat confirmed that takes its time, and something else that waits for it."""
    till.arrange("UPDATE sessions SET taken = taken + 1 WHERE session_id = :id", id=session_id)
    values = {"booking": str(uuid4()), "session": session_id, "person": till.person(name)}
    with till.studio.suite.sql("booking") as sql:
        sql.execute(text(_BOOK), values)
        waiting = eventlet.spawn(meanwhile)
        with eventlet.Timeout(20):
            while not waits(till):
                eventlet.sleep(0.05)
    return waiting.wait()


def test_who_is_moved_to_where_they_are_booked_in_that_moment_stays_where_they_were(
    till: Till,
) -> None:
    there = till.session(capacity=3)
    kind = till.arranged("SELECT session_type_id FROM sessions")
    till.session(capacity=3)
    till.arrange("UPDATE sessions SET session_type_id = :kind", kind=kind)
    booking_id = till.book("ada")

    def move() -> Any:
        try:
            return till.call.move_booking(booking_id=booking_id, session_id=there)
        except Refused as exc:
            return type(exc).__name__

    assert booked_slowly(till, there, "ada", move) == "AlreadyBooked"
    assert till.studio.booked == ["ada"]
    assert till.studio.taken == 1


def test_who_is_booked_under_one_record_while_it_is_merged_has_one_place(till: Till) -> None:
    session_id = till.session(capacity=3)
    till.book("adah")
    ids = {"keep": till.person("ada"), "merge": till.person("adah")}

    merged = booked_slowly(till, session_id, "ada", lambda: till.call.merge_people(**ids))

    assert merged["cancelled"] == 1
    assert till.studio.booked == ["ada"]
    assert till.studio.taken == 1


def test_what_stripe_said_is_settled_though_another_transaction_was_in_its_way(
    till: Till, standin: StripeStandIn
) -> None:
    till.session(capacity=3)
    checkout = till.checkout("ada")
    till.later(minutes=16)  # the hold is over, and it is paid all the same
    standin.things[till.checkout_id(checkout)]["status"] = "open"
    till.pay_untold(checkout)
    till.hear("checkout.session.completed", till.checkout_id(checkout))

    with till.studio.suite.sql("booking") as sql:
        sql.execute(text("SELECT 1 FROM sessions FOR UPDATE"))
        settling = eventlet.spawn(till.settle)  # has the hold, and waits for the session
        with eventlet.Timeout(20):
            while not waits(till):
                eventlet.sleep(0.05)
        sql.execute(text("SELECT 1 FROM holds FOR UPDATE"))  # two that wait crosswise
    settling.wait()

    assert till.studio.booked == ["ada"]
    assert till.balance(checkout["booking_id"]) == (2000, 0, 0)


def test_a_page_is_begun_anew_where_another_transaction_was_in_its_way(till: Till) -> None:
    till.session(capacity=3)
    tomorrow = till.studio.suite.now() + timedelta(days=1)
    token = sign_link(CANCEL_LINK, UUID(till.book("ada")), expires_at=tomorrow)

    with till.studio.suite.sql("booking") as sql:
        sql.execute(text("SELECT 1 FROM sessions FOR UPDATE"))
        pressing = eventlet.spawn(till.studio.http, "POST", f"/cancel/{token}")
        with eventlet.Timeout(20):
            while not waits(till):
                eventlet.sleep(0.05)
        sql.execute(text("SELECT 1 FROM bookings FOR UPDATE"))
    answer = pressing.wait()

    assert answer.status_code == 200
    assert till.studio.booked == []


def test_holds_that_lapse_together_are_ended_beside_whoever_has_one_of_them(till: Till) -> None:
    till.session(capacity=3)
    till.hold("ada")
    grace = till.hold("grace")
    till.studio.suite.advance(minutes=16)

    with till.studio.suite.sql("booking") as sql:
        sql.execute(text("SELECT 1 FROM holds WHERE hold_id = :hold FOR UPDATE"), {"hold": grace})
        till.studio.suite.tick("booking.end_lapsed_holds")

    assert till.studio.taken == 1
    till.studio.suite.tick("booking.end_lapsed_holds")
    assert till.studio.taken == 0


def test_who_is_booked_while_their_reservation_ends_gets_another_seat(till: Till) -> None:
    till.session(capacity=3)
    till.hold("ada", kind="staff")

    with till.studio.suite.sql("booking") as sql:  # what releasing it does
        sql.execute(text("UPDATE holds SET state = 'ended'"))
        booking = eventlet.spawn(till.book, "ada")
        with eventlet.Timeout(20):
            while not waits(till):
                eventlet.sleep(0.05)
        sql.execute(text("UPDATE sessions SET taken = taken - 1"))
    booking.wait()

    assert till.studio.booked == ["ada"]
    assert till.studio.taken == 1


def test_refunds_lost_webhooks_and_dropped_cards_are_kept_on_the_real_server_too(
    till: Till, standin: StripeStandIn
) -> None:
    till.session(capacity=3)
    booking_id = till.paid("ada", save_card=True)["booking_id"]
    [intent] = standin.of("payment_intent")
    [payment] = till.money(booking_id)["payments"]
    for amount in (100, 200):
        standin.faults.append(Fault("400", "refunds"))
        till.call.refund_payment(payment_id=payment["payment_id"], amount_minor=amount)
        till.later(minutes=1)
    till.account.give_back(intent["id"], 500)
    till.studio.suite.advance(hours=1)
    till.studio.suite.tick("booking.gather_notices")
    till.call.forget_kept_card(person_id=till.person("ada"))
    till.settle()

    first = till.call.list_refunds(limit=1)
    rest = till.call.list_refunds(limit=1, after=first["after"])

    pages = [[one["amount_minor"] for one in page["refunds"]] for page in (first, rest)]
    assert (pages, rest["after"]) == ([[200], [100]], None)
    assert till.balance(booking_id) == (2000, 500, 500)
    assert [one["customer"] for one in standin.of("payment_method")] == [None]
