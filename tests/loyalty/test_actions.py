"""What loyalty says, what its database does not let happen, and what repeats do."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import IntegrityError

from services.loyalty.models import LedgerRow
from shared.columns import outbox
from shared.contracts.errors import IdempotencyConflict
from shared.contracts.loyalty import ReferralThanked
from tests.loyalty.desk import Desk


def thanked(desk: Desk) -> list[ReferralThanked]:
    """Read what was said to notify."""
    with desk.suite.sql("loyalty") as sql:
        bodies = sql.execute(select(outbox.c.body).order_by(outbox.c.position)).scalars()
        return [ReferralThanked.from_wire(body) for body in bodies]


# -- the thank-you ----------------------------------------------------------------------------


@pytest.mark.rule("T2", "T8")
def test_after_the_yes_the_referrer_is_thanked_with_the_products_own_text(desk: Desk) -> None:
    desk.card("ada lovelace")
    desk.call.save_settings(send_sms=True, salon_name=" Chez Lea")

    desk.award("bob", by="ada lovelace")

    (said,) = thanked(desk)
    assert said.person_id == UUID(desk.id("ada lovelace"))
    assert said.new_person_id == UUID(desk.id("bob"))
    assert said.points == 100
    assert said.text == (
        "Thanks Ada for recommending us to Bob. "
        "We've put 100 Treat Points on your TreatCard! Chez Lea"
    )


@pytest.mark.rule("T7", "Ti3")
def test_with_the_sms_switched_off_there_are_points_and_no_thanks(desk: Desk) -> None:
    desk.card("ada")

    desk.award("bob", by="ada")
    desk.call.save_settings(send_sms=True)
    desk.award("cleo", by="ada")
    desk.call.save_settings(send_sms=False)
    desk.award("dan", by="ada")

    assert desk.balance("ada") == 300
    assert [said.new_person_id for said in thanked(desk)] == [UUID(desk.id("cleo"))]


@pytest.mark.rule("T8")
def test_an_edited_text_is_sent_in_the_language_it_was_edited_for(desk: Desk) -> None:
    texts = {"it": "Grazie <<ClientFirstName>>, <<Points>> punti per <<ReferredClient>>"}
    desk.call.save_settings(send_sms=True, sms_texts=texts)
    for name in ("ada", "grace"):
        desk.card(name)
    desk.speaks("ada", "it")

    desk.award("bob", by="ada")
    desk.award("cleo", by="grace")

    italian, english = thanked(desk)
    assert (italian.language, italian.text) == ("it", "Grazie Ada, 100 punti per Bob")
    assert english.text.startswith("Thanks Grace for recommending us to Cleo.")


# -- the ledger, attacked ---------------------------------------------------------------------


def forged(desk: Desk, name: str, **values: Any) -> dict[str, Any]:
    """Make an entry that says what it likes."""
    entry = {
        "entry_id": uuid4(),
        "person_id": UUID(desk.id(name)),
        "number": 3,
        "previous": 2,
        "kind": "added",
        "points": 5,
        "balance_before": 30,
        "balance_after": 35,
        "about": uuid4(),
        "posted_at": desk.suite.now(),
        "earned_at": desk.suite.now(),
    }
    return entry | values


@pytest.fixture(name="account")
def account_of_ada(desk: Desk) -> Desk:
    """Give a desk where Ada has entries of 10 and 20 points."""
    desk.card("ada")
    desk.add("ada", 10)
    desk.add("ada", 20)
    return desk


@pytest.mark.parametrize(
    "wrong",
    [
        {"balance_after": 36},
        {"balance_before": 31, "balance_after": 36},
        {"points": 0, "balance_after": 30},
        {"number": 4, "previous": 3},
        {"number": 4},
        {"number": 2, "previous": 1, "balance_before": 10, "balance_after": 15},
        {"number": 1, "previous": None, "balance_before": 0, "balance_after": 5},
        {"number": 0, "previous": None, "balance_before": 0, "balance_after": 5},
        {"previous": None},
        {"person_id": uuid4()},
    ],
)
def test_an_entry_that_does_not_follow_from_the_last_is_refused(
    account: Desk, wrong: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError), account.suite.sql("loyalty") as sql:
        sql.execute(insert(LedgerRow), forged(account, "ada", **wrong))


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE ledger SET points = 11 WHERE number = 1",
        "UPDATE ledger SET points = 11, balance_after = 11 WHERE number = 1",
        "UPDATE ledger SET points = 21, balance_after = 31 WHERE number = 2",
        "UPDATE ledger SET number = 7, previous = 6 WHERE number = 2",
        "DELETE FROM ledger WHERE number = 1",
        "DELETE FROM ledger WHERE number = 2",
        "DELETE FROM ledger",
        "UPDATE accounts SET balance = 31",
        "UPDATE accounts SET last = NULL",
    ],
)
def test_no_statement_makes_a_balance_differ_from_its_sum(account: Desk, attack: str) -> None:
    with pytest.raises(IntegrityError), account.suite.sql("loyalty") as sql:
        sql.execute(text(attack))

    assert account.sums() == [(UUID(account.id("ada")), 30, 30)]


def test_the_database_takes_no_second_award_for_one_referral(account: Desk) -> None:
    referral = account.award("bob", by="ada")
    again = {"kind": "referral", "points": 100, "about": UUID(referral["referral_id"])}
    place = {"number": 4, "previous": 3, "balance_before": 130, "balance_after": 230}

    with pytest.raises(IntegrityError), account.suite.sql("loyalty") as sql:
        sql.execute(insert(LedgerRow), forged(account, "ada", **again, **place))


# -- repeats and batches ----------------------------------------------------------------------


def test_a_call_repeated_under_its_key_is_done_once(desk: Desk) -> None:
    desk.card("ada")
    change = {"person_id": desk.id("ada"), "points": 10, "reason": "a gift"}

    answers = [desk.call.adjust_points(**change, idempotency_key="desk 1") for _ in range(3)]

    assert answers == [answers[0]] * 3
    assert desk.balance("ada") == 10
    with pytest.raises(IdempotencyConflict):
        desk.call.adjust_points(**change | {"points": 11}, idempotency_key="desk 1")


def test_treats_of_bookings_cancelled_together_are_all_returned(desk: Desk) -> None:
    desk.card("ada")
    desk.add("ada", 100)
    bookings = [desk.books("ada") for _ in range(4)]
    for booking_id in bookings:
        desk.treat("ada", booking_id, points=20)

    desk.cancels("ada", *bookings, times=2)

    assert desk.balance("ada") == 100
    assert len(desk.entries("ada")) == 9


def test_nothing_that_is_refused_leaves_an_entry(desk: Desk) -> None:
    desk.card("ada")
    booking_id = desk.books("ada")
    for _ in range(3):
        with pytest.raises(Exception, match="50 points are wanted"):
            desk.treat("ada", booking_id)

    with desk.suite.sql("loyalty") as sql:
        assert sql.execute(select(func.count()).select_from(LedgerRow)).scalar_one() == 0
