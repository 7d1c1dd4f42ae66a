"""What loyalty does with what booking says of people: referrers, merging and erasure."""

import random
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.errors import (
    NotANewClient,
    NoTreatCard,
    PersonNotFound,
    ReferralCorrected,
    ReferralRing,
)
from tests.loyalty.desk import Desk


def asked(desk: Desk) -> list[tuple[str, str]]:
    """Name the questions staff have not answered: the new client, and who brought them."""
    found = desk.call.list_referrals(asks=True)
    return [(row["new_person_name"], row["referrer_name"]) for row in found]


# -- whom booking names as the referrer --------------------------------------------------------


@pytest.mark.rule("T10", "T11", "T12", "T13", "Ti2")
def test_the_referrer_booking_names_is_asked_about_and_earns_only_after_the_yes(desk: Desk) -> None:
    desk.card("ada")
    desk.id("bob")
    desk.names_referrer("bob", "ada", sequence=2)

    before = desk.balance("ada")
    questions = desk.call.list_referrals(asks=True)
    desk.yes(questions[0])

    assert before == 0
    assert [(row["new_person_name"], row["points"]) for row in questions] == [("Bob", 100)]
    assert questions[0]["referrer_name"] == "Ada"
    assert desk.balance("ada") == 100
    assert asked(desk) == []


@pytest.mark.rule("Ti1")
def test_nobody_is_asked_about_a_referrer_without_a_card_until_they_have_one(desk: Desk) -> None:
    desk.id("ada")
    desk.id("bob")
    desk.names_referrer("bob", "ada", sequence=2)

    without = asked(desk)
    desk.card("ada")

    assert without == []
    assert asked(desk) == [("Bob", "Ada")]
    assert len(desk.call.list_referrals(state="asked", referrer_id=desk.id("ada"))) == 1
    assert desk.call.list_referrals(state="awarded") == []


def test_a_referrer_may_be_named_before_they_are_heard_of(desk: Desk) -> None:
    desk.names_referrer("bob", "ada", sequence=1)
    desk.registers("ada")
    desk.card("ada")

    assert asked(desk) == [("Bob", "Ada")]


def test_who_books_right_after_they_were_registered_was_new_however_late_that_is_heard(
    desk: Desk,
) -> None:
    desk.card("ada")
    at = desk.suite.now()
    desk.id("bob")
    desk.suite.advance(seconds=1)
    desk.books("bob", at=desk.suite.now())
    desk.suite.at = at
    desk.names_referrer("bob", "ada", sequence=2)

    assert asked(desk) == [("Bob", "Ada")]


@pytest.mark.rule("T1")
def test_naming_a_referrer_for_a_client_who_had_booked_asks_nothing(desk: Desk) -> None:
    desk.card("ada")
    desk.books("bob")
    desk.suite.advance(hours=1)
    desk.names_referrer("bob", "ada", sequence=2)

    assert desk.call.find_referral(new_person_id=desk.id("bob")) is None


@pytest.mark.rule("Ti5")
def test_booking_correcting_the_referrer_takes_the_award_back_and_asks_anew(desk: Desk) -> None:
    desk.card("ada")
    desk.card("cleo")
    desk.names_referrer("bob", "ada", sequence=2)
    desk.yes(desk.call.find_referral(new_person_id=desk.id("bob")))

    desk.names_referrer("bob", "cleo", sequence=4)
    desk.names_referrer("bob", "ada", sequence=3)  # heard too late

    assert desk.entries("ada") == [("referral", 100), ("referral_corrected", -100)]
    assert asked(desk) == [("Bob", "Cleo")]


def test_other_changes_of_a_person_leave_the_referrer_staff_have_chosen(desk: Desk) -> None:
    desk.card("ada")
    desk.refer("bob", by="ada")

    desk.speaks("bob", "it")
    kept = asked(desk)
    desk.names_referrer("bob", "ada", sequence=3)
    desk.names_referrer("bob", "ada", sequence=4)
    same = asked(desk)
    desk.names_referrer("bob", None, sequence=5)

    assert kept == same == [("Bob", "Ada")]
    assert desk.call.find_referral(new_person_id=desk.id("bob")) is None


def test_booking_naming_nobody_leaves_whom_staff_have_chosen_instead(desk: Desk) -> None:
    desk.card("ada")
    desk.card("cleo")
    desk.names_referrer("bob", "ada", sequence=2)
    desk.refer("bob", by="cleo")

    desk.names_referrer("bob", None, sequence=3)

    assert asked(desk) == [("Bob", "Cleo")]


@pytest.mark.rule("T11")
def test_booking_naming_oneself_or_closing_a_ring_makes_no_referral(desk: Desk) -> None:
    for name in ("ada", "bob"):
        desk.card(name)
    desk.names_referrer("bob", "ada", sequence=2)

    desk.names_referrer("ada", "bob", sequence=2)
    desk.names_referrer("cleo", "cleo", sequence=1)

    assert asked(desk) == [("Bob", "Ada")]


# -- two records of one person ----------------------------------------------------------------


def test_merging_moves_the_points_by_entries_and_one_card_stays(desk: Desk) -> None:
    old, kept = desk.card("ada"), desk.card("adah")
    desk.add("ada", 40)
    desk.add("adah", 2)
    total = desk.call.get_overview()["points"]
    desk.suite.advance(days=1)

    desk.merge("ada", into="adah", times=2)

    assert desk.balance("adah") == desk.balance("ada") == 42
    assert desk.entries("adah") == [("added", 2), ("merged_in", 40)]
    assert desk.entries("ada") == [("added", 40), ("merged_out", -40)]
    was = desk.call.get_statement(person_id=desk.id("ada"))
    assert was["merged_into"] == desk.id("adah")
    assert desk.call.find_card(number=old)["state"] == "retired"
    assert desk.call.find_card(number=old)["person_id"] == desk.id("adah")
    assert desk.call.get_account(person_id=desk.id("ada"))["card"]["number"] == kept
    assert desk.call.get_overview()["points"] == total
    assert all(balance == points for _, balance, points in desk.sums())


def test_who_has_no_card_gets_the_other_records(desk: Desk) -> None:
    number = desk.card("ada")
    desk.id("adah")

    desk.merge("ada", into="adah")

    found = desk.call.find_card(number=number)
    assert (found["state"], found["person_id"]) == ("active", desk.id("adah"))
    assert desk.add("adah", 5) == 5


def test_merged_points_are_as_old_as_they_were_and_debts_stay_debts(desk: Desk) -> None:
    desk.call.save_settings(points_expire_days=30)
    desk.card("ada")
    desk.card("adah")
    desk.add("ada", 50)
    desk.suite.advance(days=20)
    desk.add("ada", 7)
    desk.treat("ada", desk.books("ada"), points=10)

    desk.merge("ada", into="adah")
    desk.wait(days=11)

    assert desk.entries("adah") == [("merged_in", 40), ("merged_in", 7), ("expired", -40)]
    desk.card("cleo")
    referral = desk.award("bob", by="cleo")
    desk.treat("cleo", desk.books("cleo"), points=90)
    desk.call.withdraw_referral(referral_id=referral["referral_id"])
    desk.merge("cleo", into="adah")
    assert desk.balance("adah") == 7 - 90
    assert desk.entries("adah")[-1] == ("merged_debt", -90)
    assert all(balance == points for _, balance, points in desk.sums())


def test_merged_points_that_a_cancelled_treat_gives_back_expire_on_their_own_day(
    desk: Desk,
) -> None:
    desk.call.save_settings(points_expire_days=30)
    desk.card("ada")
    desk.add("ada", 50)
    desk.suite.advance(days=20)
    desk.card("adah")
    desk.add("adah", 1)
    desk.merge("ada", into="adah")
    booking_id = desk.books("adah")
    desk.treat("adah", booking_id, points=40)
    desk.cancels("adah", booking_id)

    desk.wait(days=11)

    assert desk.entries("adah")[-1] == ("expired", -50)


def test_everything_said_of_the_other_id_later_is_of_who_stays(desk: Desk) -> None:
    desk.call.save_settings(points_per_visit=3)
    desk.card("adah")
    old, new = desk.books("ada"), str(uuid4())
    desk.add("adah", 100)
    desk.treat("adah", desk.books("adah"), points=10)
    desk.merge("ada", into="adah")

    desk.speaks("ada", "it")
    desk.books("ada", booking_id=uuid4())
    desk.comes("ada", old)
    desk.comes("ada", new, sequence=2)
    desk.stays_away("adah", new, sequence=3)
    desk.hear(desk.pays("ada", 5_000))
    desk.treat("adah", old, points=20)
    desk.cancels("ada", old)

    assert desk.balance("adah") == 100 - 10 + 3 + 50
    assert desk.entries("ada") == []
    assert all(balance == points for _, balance, points in desk.sums())


def test_merging_may_be_heard_before_anything_else_and_in_a_chain(desk: Desk) -> None:
    for name in ("b", "c"):
        desk.contact(name)
    desk.card("a")
    desk.add("a", 10)

    desk.merge("b", into="c")
    desk.merge("a", into="b")
    desk.merge("b", into="a")  # known to be the same by now
    for name in ("b", "c"):
        desk.registers(name)

    desk.card("b", number=desk.call.get_account(person_id=desk.id("c"))["card"]["number"])

    assert desk.balance("a") == desk.balance("b") == desk.balance("c") == 10
    assert desk.entries("c") == [("merged_in", 10)]


def test_one_new_client_earns_one_award_though_they_had_two_records(desk: Desk) -> None:
    for name in ("cleo", "dan"):
        desk.card(name)
    desk.award("ada", by="cleo")
    desk.suite.advance(hours=1)
    desk.award("adah", by="dan")

    desk.merge("ada", into="adah", times=2)

    assert desk.entries("cleo") == [("referral", 100)]
    assert desk.entries("dan") == [("referral", 100), ("referral_corrected", -100)]
    found = desk.call.find_referral(new_person_id=desk.id("ada"))
    assert found["referrer_id"] == desk.id("cleo")
    assert found["new_person_id"] == desk.id("adah")


def test_who_turns_out_to_have_referred_themselves_loses_the_award(desk: Desk) -> None:
    desk.card("ada")
    desk.award("adah", by="ada")

    desk.merge("ada", into="adah")

    assert desk.balance("adah") == 0
    assert desk.call.find_referral(new_person_id=desk.id("adah")) is None
    assert desk.call.get_overview()["referrals"] == {"asked": 0, "awarded": 0, "corrected": 1}


@pytest.mark.rule("T11")
def test_merging_closes_no_ring(desk: Desk) -> None:
    for name in ("ada", "bob"):
        desk.card(name)
    desk.award("bob", by="ada")
    desk.award("adah", by="bob")

    desk.merge("ada", into="adah")

    assert desk.balance("adah") == 100
    assert desk.balance("bob") == 0
    assert desk.call.find_referral(new_person_id=desk.id("adah")) is None
    with pytest.raises(ReferralRing):
        desk.refer("adah", by="bob")


def test_a_question_about_a_merged_record_is_answered_for_who_stays(desk: Desk) -> None:
    desk.card("ada")
    referral = desk.refer("bob", by="ada")
    other = desk.refer("bobby", by="ada")
    desk.merge("ada", into="adah")
    desk.merge("bobby", into="bob")

    desk.yes(referral)

    assert desk.balance("adah") == 100
    with pytest.raises(ReferralCorrected):
        desk.yes(other)


def test_a_booking_of_the_other_record_makes_a_client_not_new(desk: Desk) -> None:
    desk.card("ada")
    desk.books("bobby")
    desk.suite.advance(days=1)
    referral = desk.refer("bob", by="ada")
    desk.merge("bobby", into="bob")

    with pytest.raises(NotANewClient):
        desk.yes(referral)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_merged_in_whatever_order_no_point_is_lost(desk: Desk, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - an order, not a secret
    names = [f"one{place}" for place in range(5)]
    for name in names:
        desk.card(name)
        desk.add(name, rng.randint(1, 50))
    total = desk.call.get_overview()["points"]
    pairs = [(names[place], names[rng.randrange(place)]) for place in range(1, len(names))]
    rng.shuffle(pairs)

    for gone, stays in pairs * 2:
        desk.merge(gone, into=stays)

    accounts: list[Any] = [desk.call.get_account(person_id=desk.id(name)) for name in names]
    assert {account["balance"] for account in accounts} == {total}
    assert len({account["person_id"] for account in accounts}) == 1
    assert desk.call.get_overview()["cards"] == 1
    assert all(balance == points for _, balance, points in desk.sums())


# -- erasure ----------------------------------------------------------------------------------


def test_erasing_a_person_keeps_the_totals_and_answers_with_a_receipt(desk: Desk) -> None:
    desk.card("ada")
    desk.add("ada", 40, "for Ada's sister")
    desk.award("bob", by="ada")
    total = desk.call.get_overview()["points"]

    erasure_id = desk.erase("ada", times=2)
    desk.erase("ada")

    first, again = desk.said("LoyaltyRecordsErased")
    assert first["erasure_id"] == str(erasure_id)
    assert first["person_id"] == desk.id("ada")
    assert first["removed"] == "name, 1 TreatCard, 1 note of staff"
    assert first["kept"].startswith("2 entries of the points ledger without a name, balance 140")
    assert (again["removed"], again["kept"]) == ("", first["kept"])
    assert desk.call.get_overview()["points"] == total
    assert desk.entries("ada") == [("added", 40), ("referral", 100)]
    statement = desk.call.get_statement(person_id=desk.id("ada"))
    assert all("sister" not in str(entry) for entry in statement["entries"])


def test_who_was_erased_gets_no_name_no_card_and_no_points_again(desk: Desk) -> None:
    desk.card("cleo")
    referral = desk.refer("bob", by="cleo")
    desk.erase("cleo")

    desk.speaks("cleo", "it")
    desk.names_referrer("dan", "cleo", sequence=1)

    assert asked(desk) == []
    assert desk.call.list_referrals()[0].get("referrer_name") is None
    with pytest.raises(PersonNotFound):
        desk.card("cleo")
    with pytest.raises(PersonNotFound):
        desk.yes(referral)
    with pytest.raises(PersonNotFound):
        desk.refer("dan", by="cleo")


def test_who_is_erased_before_they_are_heard_of_stays_nameless(desk: Desk) -> None:
    desk.erase("ada")
    desk.speaks("ada", "it")

    assert [(one["removed"], one["kept"]) for one in desk.said("LoyaltyRecordsErased")] == [
        ("", "")
    ]
    with pytest.raises(PersonNotFound):
        desk.card("ada")


@pytest.mark.parametrize("merged_first", [True, False])
def test_whoever_is_erased_is_erased_in_every_record_of_theirs(
    desk: Desk,
    merged_first: bool,  # noqa: FBT001 - a case
) -> None:
    number = desk.card("ada")
    desk.add("ada", 40, "for Ada's sister")
    desk.id("adah")

    steps: list[Callable[[], Any]] = [
        lambda: desk.merge("ada", into="adah"),
        lambda: desk.erase("adah"),
    ]
    for step in steps if merged_first else reversed(steps):
        step()

    assert desk.call.find_card(number=number) is None
    assert "sister" not in str(desk.call.get_statement(person_id=desk.id("ada")))
    assert desk.call.get_overview()["points"] == 40
    for name in ("ada", "adah"):
        with pytest.raises((PersonNotFound, NoTreatCard)):
            desk.add(name, 1)
