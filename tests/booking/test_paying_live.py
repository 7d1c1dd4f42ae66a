"""Money that comes while somebody else writes, on the real PostgreSQL."""

from collections.abc import Iterator
from uuid import uuid4

import eventlet
import pytest
from sqlalchemy import text

from tests.booking.till import Till
from tests.flows.studio import studio_in
from tests.servers import own_database, servers
from tests.stripe_account import Account

pytestmark = pytest.mark.live
_BOOK = """
INSERT INTO bookings (booking_id, session_id, person_id, state, booked_at, price_minor, currency)
VALUES (:booking, :session, :person, 'confirmed', now(), 2000, 'eur')
"""


@pytest.fixture
def till(card_account: Account) -> Iterator[Till]:
    """Give a studio where people pay, whose services have a database each on the real server."""
    assert servers()
    with own_database() as booking, own_database() as waitlist, own_database() as notify:
        addresses = {"booking": booking, "waitlist": waitlist, "notify": notify}
        with studio_in(databases=addresses) as made:
            yield Till(made, card_account)


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
