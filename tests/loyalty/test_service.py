"""What loyalty answers: cards, settings, referrals, points and treats, on both databases."""

from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest

from services.loyalty.domain import DEFAULT_TEXTS
from shared.contracts.errors import (
    BookingCancelledAlready,
    BookingNotFound,
    CardHeldAlready,
    CardLost,
    CardNotFound,
    CardNumberTaken,
    InvalidRequest,
    NotANewClient,
    NotEnoughPoints,
    NoTreatCard,
    PersonNotFound,
    PurchaseDiffers,
    ReferralCorrected,
    ReferralNotFound,
    ReferralRing,
    SelfReferral,
    TreatRedeemedAlready,
)
from tests.loyalty.desk import Desk

# -- the page and its settings ----------------------------------------------------------------


@pytest.mark.rule("T3", "T4")
def test_one_call_gives_the_page_and_another_its_settings(desk: Desk) -> None:
    desk.card("ada")
    desk.award("bob", by="ada")
    desk.refer("cleo", by="ada")

    page = desk.call.get_overview()

    assert page["cards"] == 1
    assert page["points"] == 100
    assert page["referrals"] == {"asked": 1, "awarded": 1, "corrected": 0}
    assert page["settings"] == desk.call.get_settings()


@pytest.mark.rule("T6", "T7", "T8", "H22")
def test_settings_begin_with_100_points_no_sms_and_the_default_text(desk: Desk) -> None:
    assert desk.call.get_settings() == {
        "points_per_referral": 100,
        "send_sms": False,
        "sms_texts": DEFAULT_TEXTS,
        "salon_name": "",
        "service_points_per_unit": 1,
        "product_points_per_unit": 2,
        "points_per_visit": 0,
        "points_expire_days": None,
        "treat_points_per_unit": 14,
    }


@pytest.mark.rule("T5", "T7", "T8", "T9")
def test_saved_settings_last_and_what_is_left_out_stays(desk: Desk) -> None:
    desk.call.save_settings(points_per_referral=250, sms_texts={"it": "Grazie <<Points>>"})
    desk.call.save_settings(send_sms=True, salon_name="Chez Lea")

    found = desk.call.get_settings()

    assert found["points_per_referral"] == 250
    assert found["send_sms"] is True
    assert found["salon_name"] == "Chez Lea"
    assert found["sms_texts"] == {**DEFAULT_TEXTS, "it": "Grazie <<Points>>"}


@pytest.mark.rule("T8")
def test_a_text_set_to_nothing_is_the_default_again(desk: Desk) -> None:
    desk.call.save_settings(sms_texts={"en": "Thanks!", "de": "Danke!"})

    desk.call.save_settings(sms_texts={"en": None})

    assert desk.call.get_settings()["sms_texts"] == {**DEFAULT_TEXTS, "de": "Danke!"}


@pytest.mark.rule("T8", "H22")
@pytest.mark.parametrize(
    "wrong",
    [
        {"sms_texts": {"en": "Hello <<Nobody>>"}},
        {"sms_texts": {"en": "Hello <<points>>"}},
        {"sms_texts": {"en": "Hello <<Points"}},
        {"sms_texts": {"en": " "}},
        {"sms_texts": {"en": "x" * 481}},
        {"sms_texts": {"en": "ring\a"}},
        {"sms_texts": {"xx": "Hello"}},
        {"points_per_referral": 0},
        {"points_per_referral": "many"},
        {"points_per_referral": 1.5},
        {"send_sms": "perhaps"},
        {"service_points_per_unit": -1},
        {"points_expire_days": 0},
        {"salon_name": "<b>"},
        {"anything": 1},
    ],
)
def test_settings_that_are_wrong_are_refused_and_change_nothing(
    desk: Desk, wrong: dict[str, Any]
) -> None:
    before = desk.call.get_settings()

    with pytest.raises(InvalidRequest, match=next(iter(wrong))):
        desk.call.save_settings(**{"salon_name": "Chez Lea"} | wrong)

    assert desk.call.get_settings() == before


# -- cards ------------------------------------------------------------------------------------


def test_a_card_without_a_number_gets_one_of_our_own(desk: Desk) -> None:
    number = desk.card("ada")

    assert len(number) == 12
    assert desk.call.find_card(number=number)["person_id"] == desk.id("ada")


def test_a_typed_number_is_kept_as_it_is_on_the_card(desk: Desk) -> None:
    assert desk.card("ada", number="ab-12 34") == "AB1234"
    assert desk.call.find_card(number="AB 1234")["balance"] == 0


def test_a_mistyped_number_of_our_own_is_refused(desk: Desk) -> None:
    number = desk.card("ada")
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)

    with pytest.raises(InvalidRequest, match="mistyped"):
        desk.call.find_card(number=wrong)


def test_a_number_is_on_one_card_only(desk: Desk) -> None:
    number = desk.card("ada")

    with pytest.raises(CardNumberTaken):
        desk.card("bob", number=number)

    assert desk.call.get_account(person_id=desk.id("bob"))["card"] is None


def test_giving_somebody_the_card_they_have_changes_nothing(desk: Desk) -> None:
    number = desk.card("ada")

    assert desk.card("ada") == number
    assert desk.card("ada", number=number) == number
    with pytest.raises(CardHeldAlready):
        desk.card("ada", number="4711")


def test_a_replaced_card_is_lost_and_its_points_are_on_the_new_one(desk: Desk) -> None:
    old = desk.card("ada")
    desk.add("ada", 70)

    new = desk.call.replace_card(person_id=desk.id("ada"))["number"]

    assert desk.call.find_card(number=old)["state"] == "lost"
    assert desk.call.find_card(number=new)["state"] == "active"
    assert desk.call.find_card(number=new)["balance"] == 70
    assert desk.call.replace_card(person_id=desk.id("ada"), number=new)["number"] == new


def test_a_lost_card_is_none_until_it_is_replaced(desk: Desk) -> None:
    number = desk.card("ada")
    desk.add("ada", 70)

    lost = desk.call.lose_card(number=number)

    assert lost["state"] == "lost"
    assert desk.call.lose_card(number=number)["lost_at"] == lost["lost_at"]
    assert desk.refer("bob", by="ada")["has_card"] is False
    with pytest.raises(NoTreatCard):
        desk.treat("ada", desk.books("ada"))
    with pytest.raises(CardLost):
        desk.card("ada", number=number)
    desk.call.replace_card(person_id=desk.id("ada"))
    assert desk.refer("bob", by="ada")["asks"] is True
    assert desk.balance("ada") == 70


def test_a_card_nobody_has_is_not_found(desk: Desk) -> None:
    assert desk.call.find_card(number="4711") is None
    with pytest.raises(CardNotFound):
        desk.call.lose_card(number="4711")
    with pytest.raises(NoTreatCard):
        desk.call.replace_card(person_id=desk.id("ada"))
    with pytest.raises(PersonNotFound):
        desk.call.issue_card(person_id=str(uuid4()))


# -- referrals --------------------------------------------------------------------------------


@pytest.mark.rule("T1", "T10", "T11", "T12", "T13")
def test_the_yes_gives_the_referrer_the_points_they_were_asked_about(desk: Desk) -> None:
    desk.card("ada")

    question = desk.refer("bob", by="ada")
    before = desk.balance("ada")
    answer = desk.yes(question)

    assert (question["asks"], question["has_card"], question["points"]) == (True, True, 100)
    assert before == 0
    assert desk.balance("ada") == 100
    assert desk.entries("ada") == [("referral", 100)]
    assert (answer["state"], answer["asks"]) == ("awarded", False)
    assert desk.call.find_referral(new_person_id=desk.id("bob")) == answer


@pytest.mark.rule("T1")
def test_every_new_client_earns_points(desk: Desk) -> None:
    desk.card("ada")

    for name in ("bob", "cleo", "dan"):
        desk.award(name, by="ada")

    assert desk.balance("ada") == 300


@pytest.mark.rule("T12", "Ti1")
def test_without_a_card_there_is_no_question_and_no_points(desk: Desk) -> None:
    referral = desk.refer("bob", by="ada")

    assert (referral["has_card"], referral["asks"]) == (False, False)
    with pytest.raises(NoTreatCard):
        desk.yes(referral)
    assert desk.entries("ada") == []


@pytest.mark.rule("Ti2")
def test_without_a_yes_there_are_no_points_and_no_thanks(desk: Desk) -> None:
    desk.card("ada")
    desk.call.save_settings(send_sms=True)

    desk.refer("bob", by="ada")
    desk.refer("bob", by="ada")

    assert desk.entries("ada") == []
    assert desk.suite.story == []


@pytest.mark.rule("T13", "Ti5", "H20")
def test_a_new_client_earns_points_once_however_often_it_is_asked(desk: Desk) -> None:
    desk.card("ada")
    desk.call.save_settings(send_sms=True)
    first = desk.award("bob", by="ada")

    again = desk.refer("bob", by="ada")
    more = [desk.yes(again) for _ in range(3)]

    assert again["asks"] is False
    assert more == [first] * 3
    assert desk.entries("ada") == [("referral", 100)]
    assert desk.suite.story == ["ReferralThanked"]


@pytest.mark.rule("Ti5", "H21")
def test_a_corrected_referral_is_taken_back_and_asked_again_for_the_other(desk: Desk) -> None:
    desk.card("ada")
    desk.card("cleo")
    wrong = desk.award("bob", by="ada")

    question = desk.refer("bob", by="cleo")
    desk.yes(question)

    assert question["asks"] is True
    assert question["referral_id"] != wrong["referral_id"]
    assert desk.entries("ada") == [("referral", 100), ("referral_corrected", -100)]
    assert desk.entries("cleo") == [("referral", 100)]
    with pytest.raises(ReferralCorrected):
        desk.yes(wrong)


@pytest.mark.rule("Ti5")
def test_correcting_to_and_fro_never_gives_more_than_one_award(desk: Desk) -> None:
    desk.card("ada")
    desk.card("cleo")

    for name in ("ada", "cleo", "ada", "cleo", "ada"):
        desk.award("bob", by=name)

    assert (desk.balance("ada"), desk.balance("cleo")) == (100, 0)


@pytest.mark.rule("Ti5")
def test_a_correction_takes_back_points_that_were_spent_and_they_are_owed(desk: Desk) -> None:
    desk.card("ada")
    desk.award("bob", by="ada")
    desk.treat("ada", desk.books("ada"), points=80)

    desk.refer("bob", by="cleo")

    assert desk.balance("ada") == -80
    with pytest.raises(NotEnoughPoints):
        desk.treat("ada", desk.books("ada"), points=1)
    assert desk.add("ada", 100) == 20


@pytest.mark.rule("Ti5")
def test_a_withdrawn_referral_is_taken_back(desk: Desk) -> None:
    desk.card("ada")
    referral = desk.award("bob", by="ada")

    for _ in range(2):
        answer = desk.call.withdraw_referral(referral_id=referral["referral_id"])
        assert (answer["state"], answer["asks"]) == ("corrected", False)

    assert desk.balance("ada") == 0
    assert desk.call.find_referral(new_person_id=desk.id("bob")) is None
    assert desk.refer("bob", by="ada")["asks"] is True


@pytest.mark.rule("T11", "H20")
def test_nobody_brings_themselves(desk: Desk) -> None:
    desk.card("ada")

    with pytest.raises(SelfReferral):
        desk.refer("ada", by="ada")

    assert desk.call.find_referral(new_person_id=desk.id("ada")) is None


@pytest.mark.rule("T11", "H20")
@pytest.mark.parametrize("size", [2, 3, 5])
def test_rings_are_refused(desk: Desk, size: int) -> None:
    names = [f"one{number}" for number in range(size)]
    for new, by in pairwise(names):
        desk.refer(new, by=by)

    with pytest.raises(ReferralRing):
        desk.refer(names[-1], by=names[0])

    assert desk.call.find_referral(new_person_id=desk.id(names[-1])) is None


@pytest.mark.rule("T11")
def test_a_correction_opens_a_ring(desk: Desk) -> None:
    desk.refer("bob", by="ada")
    desk.refer("bob", by="cleo")

    assert desk.refer("ada", by="bob")["state"] == "asked"


@pytest.mark.rule("T1", "H20")
def test_who_has_booked_before_is_no_new_client(desk: Desk) -> None:
    desk.card("ada")
    desk.cancels("bob", desk.books("bob"))
    desk.is_allocated("cleo")
    desk.is_allocated("dan", source="events")
    desk.suite.advance(days=1)

    for name in ("bob", "cleo", "dan"):
        with pytest.raises(NotANewClient):
            desk.refer(name, by="ada")


@pytest.mark.rule("T1")
def test_who_books_after_they_were_referred_was_new(desk: Desk) -> None:
    desk.card("ada")
    desk.card("cleo")
    referral = desk.refer("bob", by="ada")
    desk.suite.advance(days=1)
    desk.books("bob")

    desk.yes(referral)
    desk.award("bob", by="cleo")  # a correction, long after the first booking

    assert (desk.balance("ada"), desk.balance("cleo")) == (0, 100)


@pytest.mark.rule("T1")
def test_a_booking_heard_of_late_still_shows_that_a_client_was_not_new(desk: Desk) -> None:
    desk.card("ada")
    yesterday = desk.suite.now()
    desk.suite.advance(days=1)
    referral = desk.refer("bob", by="ada")

    desk.books("bob", at=yesterday)

    with pytest.raises(NotANewClient):
        desk.yes(referral)
    assert desk.balance("ada") == 0


@pytest.mark.rule("T5", "Ti4")
def test_changing_the_award_leaves_points_that_were_given(desk: Desk) -> None:
    desk.card("ada")
    desk.award("bob", by="ada")

    desk.call.save_settings(points_per_referral=30)
    desk.award("cleo", by="ada")
    desk.refer("bob", by="dan")

    assert desk.entries("ada") == [
        ("referral", 100),
        ("referral", 30),
        ("referral_corrected", -100),
    ]


@pytest.mark.rule("Ti4", "T12")
def test_the_yes_adds_what_was_asked_and_asking_again_asks_for_the_new_award(desk: Desk) -> None:
    desk.card("ada")
    bobs, cleos = desk.refer("bob", by="ada"), desk.refer("cleo", by="ada")
    desk.call.save_settings(points_per_referral=30)

    desk.yes(bobs)
    again = desk.refer("cleo", by="ada")
    desk.yes(again)

    assert again["referral_id"] == cleos["referral_id"]
    assert again["points"] == 30
    assert desk.entries("ada") == [("referral", 100), ("referral", 30)]


def test_only_people_who_are_known_refer_and_are_referred(desk: Desk) -> None:
    with pytest.raises(PersonNotFound):
        desk.call.refer(new_person_id=desk.id("bob"), referrer_id=str(uuid4()))
    with pytest.raises(PersonNotFound):
        desk.call.refer(new_person_id=str(uuid4()), referrer_id=desk.id("bob"))
    for call in (desk.call.confirm_referral, desk.call.withdraw_referral):
        with pytest.raises(ReferralNotFound):
            call(referral_id=str(uuid4()))


# -- points -----------------------------------------------------------------------------------


def test_points_are_added_and_removed_by_hand_with_the_reason(desk: Desk) -> None:
    desk.card("ada")

    assert desk.add("ada", 50, "a birthday") == 50
    assert desk.add("ada", -20, "a mistake") == 30

    entries = desk.call.get_statement(person_id=desk.id("ada"))["entries"]
    assert [(e["kind"], e["points"], e["note"]) for e in entries] == [
        ("added", 50, "a birthday"),
        ("removed", -20, "a mistake"),
    ]


def test_points_are_not_adjusted_without_a_reason_a_card_or_below_zero(desk: Desk) -> None:
    for wrong in ({"reason": " "}, {"points": 0}, {"points": 0.5}, {"points": 1_000_001}):
        with pytest.raises(InvalidRequest, match=next(iter(wrong))):
            desk.call.adjust_points(
                **{"person_id": desk.id("ada"), "points": 1, "reason": "why"} | wrong
            )
    with pytest.raises(NoTreatCard):
        desk.add("ada", 10)
    desk.card("ada")
    desk.add("ada", 10)

    with pytest.raises(NotEnoughPoints):
        desk.add("ada", -11)

    assert desk.balance("ada") == 10


def test_purchases_earn_one_point_a_unit_for_services_and_two_for_products(desk: Desk) -> None:
    desk.card("ada")

    assert desk.buys("ada", 2599)["points"] == 25
    assert desk.buys("ada", 2599, kind="product")["points"] == 51
    assert desk.buys("ada", 2599, currency="jpy")["points"] == 2599

    assert desk.balance("ada") == 25 + 51 + 2599


def test_a_rate_of_nothing_switches_points_off(desk: Desk) -> None:
    desk.card("ada")
    desk.call.save_settings(service_points_per_unit=0)

    assert desk.buys("ada", 10_000)["points"] == 0
    assert desk.buys("ada", 10_000, kind="product")["points"] == 200


def test_a_purchase_earns_once_for_each_reference(desk: Desk) -> None:
    desk.card("ada")
    invoice: dict[str, Any] = {"amount_minor": 10_000, "reference": "invoice 7"}
    first = desk.buys("ada", **invoice)

    again = desk.buys("ada", **invoice)

    assert again == first
    assert desk.balance("ada") == 100
    for other in ({"amount_minor": 10_001}, {"kind": "product"}, {"currency": "usd"}):
        with pytest.raises(PurchaseDiffers):
            desk.buys("ada", **(invoice | other))


def test_a_purchase_without_a_card_earns_nothing(desk: Desk) -> None:
    assert desk.buys("ada", 10_000)["points"] == 0
    assert desk.entries("ada") == []


@pytest.mark.parametrize(
    "wrong", [{"amount_minor": 0}, {"currency": "EUR"}, {"kind": "tip"}, {"reference": ""}]
)
def test_a_purchase_that_is_wrong_is_refused(desk: Desk, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest, match=next(iter(wrong))):
        desk.buys("ada", **({"amount_minor": 100} | wrong))


def test_visits_earn_points_where_that_is_set_and_a_no_show_takes_them_back(desk: Desk) -> None:
    desk.card("ada")
    first, second = desk.books("ada"), desk.books("ada")
    desk.comes("ada", first)
    desk.call.save_settings(points_per_visit=5)

    desk.comes("ada", second, times=2)
    desk.call.save_settings(points_per_visit=9)
    desk.stays_away("ada", second)
    desk.stays_away("ada", first)

    assert desk.entries("ada") == [("visit", 5), ("visit_retracted", -5)]


def test_a_no_show_heard_of_before_its_visit_leaves_nothing(desk: Desk) -> None:
    desk.card("ada")
    desk.call.save_settings(points_per_visit=5)
    booking_id = desk.books("ada")

    desk.stays_away("ada", booking_id, sequence=2)
    desk.comes("ada", booking_id, sequence=1)
    assert desk.entries("ada") == []

    desk.comes("ada", booking_id, sequence=3)
    assert desk.balance("ada") == 5


# -- treats -----------------------------------------------------------------------------------


def test_a_treat_takes_its_points_when_it_is_booked_and_a_cancellation_returns_them(
    desk: Desk,
) -> None:
    desk.card("ada")
    desk.add("ada", 60)
    booking_id = desk.books("ada")

    taken = desk.treat("ada", booking_id, points=50)
    assert desk.balance("ada") == 10
    desk.cancels("ada", booking_id, times=3)

    assert taken["points"] == 50
    assert desk.entries("ada") == [("added", 60), ("treat", -50), ("treat_returned", 50)]


def test_a_treat_is_taken_once_for_each_booking(desk: Desk) -> None:
    desk.card("ada")
    desk.add("ada", 200)
    booking_id = desk.books("ada")
    taken = desk.treat("ada", booking_id)

    assert desk.treat("ada", booking_id) == taken
    with pytest.raises(TreatRedeemedAlready):
        desk.treat("ada", booking_id, treat="Manicure")
    assert desk.balance("ada") == 150


def test_a_treat_never_takes_more_than_there_is(desk: Desk) -> None:
    desk.card("ada")
    desk.add("ada", 49)

    with pytest.raises(NotEnoughPoints, match="49"):
        desk.treat("ada", desk.books("ada"), points=50)

    assert desk.balance("ada") == 49


def test_a_treat_needs_a_live_booking_of_its_own_person(desk: Desk) -> None:
    desk.card("ada")
    desk.add("ada", 200)
    bobs, cancelled = desk.books("bob"), desk.books("ada")
    desk.cancels("ada", cancelled)

    with pytest.raises(BookingNotFound):
        desk.treat("ada", bobs)
    with pytest.raises(BookingNotFound):
        desk.treat("ada", str(uuid4()))
    with pytest.raises(BookingCancelledAlready):
        desk.treat("ada", cancelled)
    assert desk.treat("ada", desk.is_allocated("ada"))["points"] == 50


def test_a_cancellation_heard_of_before_its_booking_holds(desk: Desk) -> None:
    desk.card("ada")
    desk.add("ada", 200)
    booking_id = str(uuid4())
    desk.cancels("ada", booking_id)
    desk.books("ada", booking_id=uuid4())

    with pytest.raises(BookingCancelledAlready):
        desk.treat("ada", booking_id)


# -- the statement, and points that expire ----------------------------------------------------


def test_a_statement_tells_every_entry_and_the_balance_after_it(desk: Desk) -> None:
    number = desk.card("ada")
    desk.award("bob", by="ada")
    desk.buys("ada", 5_000)
    desk.add("ada", -30)

    whole = desk.call.get_statement(person_id=desk.id("ada"))
    rest = desk.call.get_statement(person_id=desk.id("ada"), after=1, limit=1)

    assert whole["card"]["number"] == number
    assert [entry["balance_after"] for entry in whole["entries"]] == [100, 150, 120]
    assert (whole["opening_balance"], whole["closing_balance"], whole["balance"]) == (0, 120, 120)
    assert (rest["opening_balance"], rest["closing_balance"], rest["balance"]) == (100, 150, 120)
    assert [entry["number"] for entry in rest["entries"]] == [2]
    assert whole["next_expiry"] is None


def test_a_statement_is_in_the_clients_own_words_or_in_those_asked_for(desk: Desk) -> None:
    desk.card("ada")
    desk.speaks("ada", "it")
    desk.award("bob", by="ada")
    desk.treat("ada", desk.books("ada"), points=30)

    own = desk.call.get_statement(person_id=desk.id("ada"))
    german = desk.call.get_statement(person_id=desk.id("ada"), language="de")

    assert (own["language"], own["name"]) == ("it", "Ada")
    assert own["title"] == "Estratto conto dei tuoi Treat Points"
    assert [entry["text"] for entry in own["entries"]] == [
        "Ci hai consigliato a qualcuno di nuovo",
        "Premio prenotato",
    ]
    assert german["entries"][1]["text"] == "Geschenk gebucht"
    with pytest.raises(InvalidRequest, match="language"):
        desk.call.get_statement(person_id=desk.id("ada"), language="es")


def test_points_expire_after_the_days_that_are_set_the_oldest_first(desk: Desk) -> None:
    desk.card("ada")
    desk.call.save_settings(points_expire_days=30)
    desk.add("ada", 100)
    desk.suite.advance(days=20)
    desk.add("ada", 10)
    desk.treat("ada", desk.books("ada"), points=40)
    nearest = desk.call.get_statement(person_id=desk.id("ada"))["next_expiry"]

    desk.wait(days=9)
    assert desk.balance("ada") == 70
    desk.wait(days=2)
    assert desk.balance("ada") == 10
    desk.wait(days=20)

    assert nearest["points"] == 60
    assert desk.entries("ada")[-2:] == [("expired", -60), ("expired", -10)]
    assert desk.balance("ada") == 0


def test_points_last_unless_it_is_set_otherwise(desk: Desk) -> None:
    desk.card("ada")
    desk.add("ada", 100)

    desk.wait(days=5000)

    assert desk.balance("ada") == 100


def test_points_that_are_too_old_are_not_spent_before_the_timer_has_come(desk: Desk) -> None:
    desk.card("ada")
    desk.call.save_settings(points_expire_days=30)
    desk.add("ada", 100)
    desk.suite.advance(days=31)
    booking_id = desk.books("ada")

    with pytest.raises(NotEnoughPoints):
        desk.treat("ada", booking_id, points=10)

    desk.add("ada", 15)
    desk.treat("ada", booking_id, points=10)
    assert desk.entries("ada") == [("added", 100), ("added", 15), ("expired", -100), ("treat", -10)]


def test_returned_points_are_as_old_as_they_were(desk: Desk) -> None:
    desk.card("ada")
    desk.call.save_settings(points_expire_days=30)
    desk.add("ada", 100)
    desk.suite.advance(days=20)
    desk.add("ada", 5)
    booking_id = desk.books("ada")
    desk.treat("ada", booking_id, points=100)
    desk.wait(days=15)
    assert desk.balance("ada") == 5

    desk.cancels("ada", booking_id)
    desk.wait(hours=1)

    assert desk.balance("ada") == 5
    assert desk.entries("ada")[-2:] == [("treat_returned", 100), ("expired", -100)]


def test_more_accounts_than_one_run_takes_expire_too(desk: Desk) -> None:
    desk.call.save_settings(points_expire_days=1)
    names = [f"one{number}" for number in range(205)]
    for name in names:
        desk.card(name)
        desk.add(name, 10)

    desk.wait(days=2)

    assert desk.call.get_overview()["points"] == 0
