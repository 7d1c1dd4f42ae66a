"""Credits: what they are spent on, when they come back, and that the ledger adds up."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.booking.domain import (
    Classification,
    PersonKind,
    credits_due,
    gives_credits_back,
    must_have_credits,
)
from shared.contracts.errors import InvalidRequest, NotEnoughCredits
from tests.at_once import ends
from tests.booking.sessions import START, a_session
from tests.flows.studio import Studio, real_studio, studio_in

# -- rules ------------------------------------------------------------------------------------


@pytest.mark.rule("Q2")
@given(st.integers(0, 1000))
def test_a_place_in_a_marketing_session_takes_no_credits(credits_: int) -> None:
    regular = a_session(classification=Classification.REGULAR, credits=credits_)

    assert credits_due(regular) == credits_
    assert credits_due(a_session(credits=credits_)) == 0


@pytest.mark.rule("Q2")
@given(st.integers(0, 10_000), st.integers(-20_000, 20_000), st.integers(0, 20_000))
def test_giving_up_earlier_never_gives_less_back(deadline: int, notice: int, more: int) -> None:
    session = a_session(cancellation_minutes=deadline)
    later, earlier = (START - timedelta(minutes=n) for n in (notice, notice + more))

    assert gives_credits_back(session, at=later) is (notice >= deadline)
    assert gives_credits_back(session, at=earlier) >= gives_credits_back(session, at=later)


@pytest.mark.rule("H1")
@given(st.integers(-20_000, 20_000))
def test_without_a_deadline_credits_always_come_back(notice: int) -> None:
    at = START - timedelta(minutes=notice)

    assert gives_credits_back(a_session(cancellation_minutes=None), at=at)


@pytest.mark.rule("Q2")
@pytest.mark.parametrize(
    ("kind", "price", "must"),
    [("member", None, True), ("member", 1500, False), ("client", None, False)],
)
def test_only_members_need_credits_and_only_where_there_is_no_price(
    kind: str, price: int | None, *, must: bool
) -> None:
    assert must_have_credits(PersonKind(kind), a_session(price_minor=price)) is must


# -- what staff do ----------------------------------------------------------------------------


def member(studio: Studio, name: str, credits_: int = 0) -> str:
    person_id = studio.person(name, kind="member")
    if credits_:
        call = studio.suite.booking
        call.grant_credits(person_id=person_id, credits=credits_, reason="ten-card")
    return person_id


def regular(studio: Studio, **details: Any) -> str:
    values: dict[str, Any] = {"classification": "regular", "credits": 1, "capacity": 9}
    return studio.session(**(values | details))


def balance(studio: Studio, name: str) -> int:
    """Give somebody's balance, which is always the sum of their ledger."""
    found = studio.suite.booking.get_credits(person_id=studio.people[name])
    assert found["balance"] == sum(entry["credits"] for entry in found["entries"]) >= 0
    if found["entries"]:
        assert found["entries"][0]["balance"] == found["balance"]
    return int(found["balance"])


def entries(studio: Studio, name: str) -> list[tuple[str, int]]:
    found = studio.suite.booking.get_credits(person_id=studio.people[name])["entries"]
    return [(entry["kind"], entry["credits"]) for entry in reversed(found)]


def test_staff_give_and_take_credits_with_a_reason(studio: Studio) -> None:
    person_id = member(studio, "ada", 10)

    studio.suite.booking.withdraw_credits(person_id=person_id, credits=4, reason="wrong card")

    assert balance(studio, "ada") == 6
    found = studio.suite.booking.get_credits(person_id=person_id)["entries"]
    assert [entry["reason"] for entry in found] == ["wrong card", "ten-card"]
    with pytest.raises(NotEnoughCredits, match="ada has 6 credits"):
        studio.suite.booking.withdraw_credits(person_id=person_id, credits=7, reason="x")
    assert balance(studio, "ada") == 6


def test_a_ledger_is_read_a_page_at_a_time(studio: Studio) -> None:
    ada, bob = member(studio, "ada"), member(studio, "bob", 3)
    call = studio.suite.booking
    for number in range(5):
        call.grant_credits(person_id=ada, credits=1, reason=f"card {number}")
    pages: list[list[Any]] = [call.get_credits(person_id=ada, limit=2)["entries"]]

    while pages[-1]:
        last = pages[-1][-1]["entry_id"]
        pages.append(call.get_credits(person_id=ada, limit=2, after=last)["entries"])

    reasons = [[entry["reason"] for entry in page] for page in pages]
    assert reasons == [["card 4", "card 3"], ["card 2", "card 1"], ["card 0"], []]
    (others,) = call.get_credits(person_id=bob)["entries"]
    for wrong in (str(uuid4()), others["entry_id"]):
        with pytest.raises(InvalidRequest, match="after: No entry of this person's has this id"):
            call.get_credits(person_id=ada, after=wrong)


@pytest.mark.parametrize("amount", [0, -1, 10_001, "many", 1.5])
def test_what_cannot_be_an_amount_is_refused(studio: Studio, amount: Any) -> None:
    with pytest.raises(InvalidRequest, match="credits: "):
        studio.suite.booking.grant_credits(
            person_id=studio.person("ada"), credits=amount, reason="x"
        )


@pytest.mark.rule("Q2", "H1")
def test_a_regular_session_takes_a_members_credit_and_a_marketing_one_none(studio: Studio) -> None:
    member(studio, "ada", 3)
    regular(studio, credits=2)
    place = studio.book("ada")
    assert balance(studio, "ada") == 1
    booking = studio.suite.booking.get_booking(booking_id=place["booking_id"])
    assert booking["credits"] == 2

    studio.session(classification="marketing")
    studio.book("ada")

    assert balance(studio, "ada") == 1


@pytest.mark.rule("Q2", "H1")
def test_a_member_without_credits_gets_no_place_and_leaves_no_trace(studio: Studio) -> None:
    member(studio, "ada")
    regular(studio)
    studio.suite.mark()

    with pytest.raises(NotEnoughCredits, match="takes 1, and ada has 0"):
        studio.book("ada", or_wait=False)

    assert (studio.booked, studio.taken, studio.suite.story) == ([], 0, [])


def test_staff_may_let_a_member_in_who_lacks_credits(studio: Studio) -> None:
    member(studio, "ada")
    regular(studio)

    studio.suite.booking.book(
        session_id=studio.session_id, person_id=studio.people["ada"], unpaid=True
    )

    assert studio.booked == ["ada"]
    assert balance(studio, "ada") == 0


@pytest.mark.rule("H1")
def test_a_session_with_a_price_lets_a_member_in_who_pays_with_money(studio: Studio) -> None:
    member(studio, "ada")
    regular(studio, price_minor=1500)

    studio.book("ada")

    assert studio.booked == ["ada"]


@pytest.mark.rule("Q2", "H1")
def test_cancelling_in_time_gives_the_credit_back_once_and_later_does_not(studio: Studio) -> None:
    member(studio, "ada", 2)
    regular(studio, cancellation_minutes=24 * 60)
    studio.book("ada")
    booking_id = studio.booking_id("ada")
    for _ in range(3):
        studio.suite.booking.cancel_booking(booking_id=booking_id)
    assert balance(studio, "ada") == 2
    studio.book("ada")
    studio.suite.advance(days=2, minutes=1)

    studio.cancel("ada")

    assert balance(studio, "ada") == 1
    assert entries(studio, "ada") == [
        ("granted", 2),
        ("spent", -1),
        ("returned", 1),
        ("spent", -1),
    ]


def test_a_cancelled_session_gives_every_credit_back(studio: Studio) -> None:
    for name in ("ada", "grace"):
        member(studio, name, 1)
    regular(studio, cancellation_minutes=24 * 60 * 30)
    studio.book("ada")
    studio.book("grace")

    studio.suite.booking.cancel_session(session_id=studio.session_id)
    studio.settle()

    assert [balance(studio, name) for name in ("ada", "grace")] == [1, 1]


def test_confirming_a_reserved_place_takes_the_credit(studio: Studio) -> None:
    member(studio, "ada", 1)
    regular(studio)
    hold_id = studio.hold("ada")
    assert balance(studio, "ada") == 1

    studio.suite.booking.confirm_hold(hold_id=hold_id)

    assert balance(studio, "ada") == 0


def test_two_records_that_are_one_have_the_credits_of_both(studio: Studio) -> None:
    member(studio, "ada", 2)
    other = member(studio, "double", 3)
    regular(studio)
    studio.book("double")

    studio.suite.booking.merge_people(keep=studio.people["ada"], merge=other)

    assert balance(studio, "ada") == 4
    assert entries(studio, "ada") == [("granted", 2), ("merged", 2)]
    studio.cancel("ada")
    assert balance(studio, "ada") == 5


# -- the waiting list -------------------------------------------------------------------------


def test_of_two_places_of_one_person_one_gives_its_credit_back_to_them(studio: Studio) -> None:
    call = studio.suite.booking
    ids = {"keep": member(studio, "ada", 1), "merge": member(studio, "double", 1)}
    regular(studio, capacity=2)
    studio.book("ada")
    studio.book("double")

    call.merge_people(**ids)

    assert studio.booked == ["ada"]
    assert call.get_credits(person_id=ids["keep"])["balance"] == 1


def test_of_two_places_of_one_person_one_gives_its_credit_back_however_late(studio: Studio) -> None:
    ids = {"keep": member(studio, "ada", 1), "merge": member(studio, "double", 1)}
    regular(studio, capacity=2, cancellation_minutes=60 * 24 * 30)  # in three days
    studio.book("ada")
    studio.book("double")

    studio.suite.booking.merge_people(**ids)

    assert studio.booked == ["ada"]
    assert balance(studio, "ada") == 1


def test_of_two_places_of_one_person_the_one_that_took_a_credit_stays(studio: Studio) -> None:
    ids = {"keep": member(studio, "ada"), "merge": member(studio, "double", 1)}
    regular(studio, capacity=2)
    studio.suite.booking.book(session_id=studio.session_id, person_id=ids["keep"], unpaid=True)
    studio.book("double")

    studio.suite.booking.merge_people(**ids)

    assert studio.booked == ["ada"]
    assert balance(studio, "ada") == 0


def test_a_credit_that_comes_back_under_a_merged_record_is_its_persons(studio: Studio) -> None:
    call = studio.suite.booking
    ids = {"keep": member(studio, "ada"), "merge": member(studio, "double", 1)}
    regular(studio)
    booking_id = studio.book("double")["booking_id"]
    call.merge_people(**ids)
    with studio.suite.sql("booking") as sql:  # as if it had been booked in that very moment
        sql.exec_driver_sql("UPDATE bookings SET person_id = ?", (ids["merge"].replace("-", ""),))

    call.cancel_booking(booking_id=booking_id)
    studio.suite.tick("booking.settle_merged")
    studio.suite.tick("booking.settle_merged")

    assert call.get_credits(person_id=ids["keep"])["balance"] == 1
    kinds = [one["kind"] for one in call.get_credits(person_id=ids["keep"])["entries"]]
    assert kinds == ["merged"]


@pytest.mark.rule("Q2")
def test_a_seat_that_must_be_paid_for_goes_to_the_first_who_has_a_credit(studio: Studio) -> None:
    for name, credits_ in (("ada", 1), ("grace", 0), ("alan", 1)):
        member(studio, name, credits_)
    regular(studio, capacity=1)
    studio.book("ada")
    studio.suite.deliver()
    call = studio.suite.waitlist
    call.set_policy(source="booking", target_id=studio.session_id, policy="assign_if_paid")
    for name in ("grace", "alan"):
        studio.book(name)
        studio.settle()

    studio.cancel("ada")
    studio.suite.deliver(times=2)

    assert studio.booked == ["alan"]
    assert studio.waiting == ["grace"]
    assert [balance(studio, name) for name in ("ada", "grace", "alan")] == [1, 0, 0]
    assert studio.taken == 1


# -- many hands -------------------------------------------------------------------------------


@pytest.fixture
def postgres() -> Iterator[Studio]:
    with real_studio() as studio:
        yield studio


@pytest.mark.live
def test_the_last_credits_are_spent_once_by_many_at_once(postgres: Studio) -> None:
    studio = postgres
    member(studio, "ada", 3)
    sessions = [regular(studio) for _ in range(10)]
    ids = [{"session_id": one, "person_id": studio.people["ada"]} for one in sessions]

    ended = ends([partial(studio.suite.booking.book, **one) for one in ids])

    assert ended == {"done": 3, "NotEnoughCredits": 7}
    assert balance(studio, "ada") == 0
    taken = [studio.suite.booking.get_session(session_id=one)["taken"] for one in sessions]
    assert sorted(taken) == [0] * 7 + [1] * 3


@pytest.mark.live
def test_a_balance_is_its_sum_whatever_happens_at_once(postgres: Studio) -> None:
    studio, call = postgres, postgres.suite.booking
    person_id = member(studio, "ada", 5)
    sessions = [regular(studio) for _ in range(6)]

    def in_and_out(session_id: str) -> None:
        place = call.book(session_id=session_id, person_id=person_id)
        call.cancel_booking(booking_id=place["booking_id"])

    amount = {"person_id": person_id, "credits": 2, "reason": "x"}
    calls = [partial(in_and_out, one) for one in sessions] * 2
    calls += [partial(call.grant_credits, **amount), partial(call.withdraw_credits, **amount)] * 5
    ended = ends(calls)

    assert set(ended) <= {"done", "NotEnoughCredits", "AlreadyBooked"}
    assert balance(studio, "ada") >= 0
    booked = call.get_profile(person_id=person_id)["bookings"]
    assert {booking["status"] for booking in booked} <= {"cancelled"}


moves = st.lists(
    st.tuples(st.sampled_from(["grant", "withdraw", "book", "cancel"]), st.integers(1, 4)),
    max_size=12,
)


@settings(max_examples=12, deadline=None)
@given(moves)
def test_any_history_of_credits_adds_up(history: list[tuple[str, int]]) -> None:
    with studio_in() as studio:
        person_id, expected = member(studio, "ada"), 0
        regular(studio, credits=2)
        call = studio.suite.booking
        for what, amount in history:
            gift = {"person_id": person_id, "credits": amount, "reason": "x"}
            try:
                if what == "grant":
                    call.grant_credits(**gift)
                    expected += amount
                elif what == "withdraw":
                    call.withdraw_credits(**gift)
                    expected -= amount
                elif what == "book" and not studio.booked:
                    studio.book("ada")
                    expected -= 2
                elif what == "cancel" and studio.booked:
                    studio.cancel("ada")
                    expected += 2
            except NotEnoughCredits:
                assert expected < (2 if what == "book" else amount)

            assert balance(studio, "ada") == expected
