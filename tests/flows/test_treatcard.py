"""A friend is brought along: booking tells who they are and what they book, loyalty counts."""

import random
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from services.loyalty.service import Loyalty
from shared.contracts.errors import NotANewClient, NotEnoughPoints, Refused
from shared.testing import Order, Suite
from tests.flows.studio import ALL, Mailbox, Studio
from tests.notify.office import Phones

PHONES = {"ada": "+39021234567", "cleo": "+39021234568", "bob": "+39021234569"}


@pytest.fixture(name="salon")
def open_salon(tmp_path: Path) -> Iterator[Studio]:
    """Give a studio with TreatCards."""
    mailbox = Mailbox()
    suite = Suite(dict.fromkeys([*ALL, Loyalty]), tmp_path, {"notify.mail": mailbox})
    yield Studio(suite, mailbox)
    suite.close()


def refer(salon: Studio, new: str, by: str) -> dict[str, str]:
    """Choose who referred a new client."""
    ids = {"new_person_id": salon.person(new), "referrer_id": salon.person(by)}
    answer: dict[str, str] = salon.suite.loyalty.refer(**ids)
    return answer


def balance(salon: Studio, name: str) -> int:
    """Give somebody's points."""
    points: int = salon.suite.loyalty.get_account(person_id=salon.person(name))["balance"]
    return points


def shuffled(post: list[object]) -> list[object]:
    """Shuffle deliveries, the same way each time."""
    return random.Random(5).sample(post, len(post))  # noqa: S311 - an order, not a secret


@pytest.mark.rule("T1", "T2", "T10", "T11", "T12", "T13")
@pytest.mark.parametrize("order", [list, reversed, shuffled])
def test_a_friend_brought_along_pays_for_a_treat_that_a_cancellation_gives_back(
    salon: Studio, order: Order
) -> None:
    loyalty = salon.suite.loyalty
    salon.session(capacity=5)
    salon.person("ada", "client")
    salon.person("bob", "client")
    salon.suite.deliver(times=2, order=order)
    loyalty.issue_card(person_id=salon.person("ada"))
    loyalty.save_settings(send_sms=True)
    salon.suite.mark()

    question = refer(salon, "bob", by="ada")
    loyalty.confirm_referral(referral_id=question["referral_id"])
    salon.book("bob")
    salon.book("ada")
    salon.suite.deliver(times=2, order=order)
    ids = {"person_id": salon.person("ada"), "booking_id": salon.booking_id("ada")}
    loyalty.redeem_treat(**ids, treat="Massage", points=80)
    after_treat = balance(salon, "ada")
    salon.cancel("ada")
    salon.suite.deliver(times=2, order=order)

    assert question["asks"]
    assert after_treat == 20
    assert balance(salon, "ada") == 100
    said = [name for name in salon.suite.story if name != "EmailSent"]
    assert said[:4] == [
        "ReferralThanked",
        "BookingConfirmed",
        "BookingConfirmed",
        "BookingCancelled",
    ]


@pytest.fixture(name="phones")
def phones_of_everybody() -> Phones:
    """Give the phones that texts come to."""
    return Phones()


@pytest.fixture(name="chain")
def open_chain(tmp_path: Path, phones: Phones) -> Iterator[Studio]:
    """Give a salon that texts its thanks, and three people with phones, two with TreatCards."""
    mailbox = Mailbox()
    gateways = {"notify.mail": mailbox, "notify.texts": phones}
    made = Studio(Suite(dict.fromkeys([*ALL, Loyalty]), tmp_path, gateways), mailbox)
    made.suite.loyalty.save_settings(send_sms=True)
    for name, phone in PHONES.items():
        known = made.suite.booking.register_person(kind="client", name=name, phone=phone)
        made.people[name] = known["person_id"]
    made.settle()
    for name in ("ada", "cleo"):
        made.suite.loyalty.issue_card(person_id=made.person(name))
    yield made
    made.suite.close()


def choose(chain: Studio, new: str, by: str | None, order: Order) -> None:
    """Choose in booking, on the new client's page, who referred them."""
    ids = {"person_id": chain.person(new), "referred_by": chain.person(by) if by else None}
    chain.suite.booking.change_person(**ids)
    chain.suite.deliver(times=2, order=order)


def say_yes(chain: Studio, order: Order) -> int:
    """Answer yes to every question; give how many there were."""
    questions = chain.suite.loyalty.list_referrals(asks=True)
    for question in questions:
        for _ in range(2):
            chain.suite.loyalty.confirm_referral(referral_id=question["referral_id"])
    chain.suite.deliver(times=2, order=order)
    return len(questions)


@pytest.mark.rule("T1", "T2", "T7", "T10", "T11", "T12", "T13", "Ti2", "Ti3", "Ti5")
@pytest.mark.parametrize("order", [list, reversed, shuffled])
def test_the_referrer_is_texted_after_the_yes_only_and_a_correction_moves_the_points(
    chain: Studio, phones: Phones, order: Order
) -> None:
    choose(chain, "bob", "ada", order)
    texts_before_the_yes = list(phones.taken)
    asked = [say_yes(chain, order), say_yes(chain, order)]
    after_the_yes = balance(chain, "ada")
    chain.suite.loyalty.save_settings(send_sms=False)
    choose(chain, "bob", "cleo", order)
    asked.append(say_yes(chain, order))

    assert texts_before_the_yes == []
    assert asked == [1, 0, 1]
    assert (after_the_yes, balance(chain, "ada"), balance(chain, "cleo")) == (100, 0, 100)
    (thanks,) = phones[PHONES["ada"]]
    assert thanks.startswith("Thanks ada for recommending us to bob.")
    assert phones[PHONES["cleo"]] == []  # switched off by then


@pytest.mark.rule("T11")
def test_booking_lets_nobody_bring_themselves_nor_loyalty_a_ring(
    chain: Studio, phones: Phones
) -> None:
    choose(chain, "cleo", "ada", list)
    say_yes(chain, list)
    texts = len(phones.taken)

    for new, by in (("ada", "ada"), ("ada", "cleo")):
        with suppress(Refused):
            choose(chain, new, by, list)

    assert say_yes(chain, list) == 0
    assert (balance(chain, "ada"), balance(chain, "cleo")) == (100, 0)
    assert len(phones.taken) == texts


def test_two_records_merged_and_the_person_erased_keep_every_total(
    chain: Studio, phones: Phones
) -> None:
    loyalty = chain.suite.loyalty
    choose(chain, "bob", "ada", list)
    say_yes(chain, list)
    loyalty.adjust_points(person_id=chain.person("cleo"), points=40, reason="a birthday")
    chain.suite.booking.merge_people(keep=chain.person("cleo"), merge=chain.person("ada"))
    chain.suite.deliver(times=2, order=reversed)
    merged = [balance(chain, name) for name in ("ada", "cleo")]

    receipt = chain.suite.booking.erase_person(person_id=chain.person("cleo"))
    chain.suite.deliver(times=2, order=reversed)
    choose(chain, "bob", None, list)  # it was nobody after all

    assert merged == [140, 140]
    erasure = chain.suite.booking.get_erasure(erasure_id=receipt["erasure_id"])
    (told,) = (row for row in erasure["services"] if row["service"] == "loyalty")
    assert "balance 140" in told["kept"]
    assert loyalty.get_overview()["points"] == 40
    assert len(phones.taken) == 1


@pytest.mark.rule("T1")
def test_who_came_in_through_the_waiting_list_is_no_new_client_any_more(salon: Studio) -> None:
    salon.person("ada", "client")
    salon.full("grace", waiting=["bob"])
    salon.cancel("grace")
    salon.settle()
    salon.suite.loyalty.issue_card(person_id=salon.person("ada"))

    with pytest.raises(NotANewClient):
        refer(salon, "bob", by="ada")

    assert salon.booked == ["bob"]


def test_a_visit_that_is_counted_and_then_taken_back_earns_nothing(salon: Studio) -> None:
    loyalty = salon.suite.loyalty
    salon.session(capacity=5)
    salon.book("ada")
    salon.settle()
    loyalty.issue_card(person_id=salon.person("ada"))
    loyalty.save_settings(points_per_visit=10)

    salon.on_the_day()
    points, booking_id = [], salon.booking_id("ada")
    for attendance in ("attended", "no_show", "attended", "no_show"):
        salon.suite.booking.mark_attendance(booking_id=booking_id, attendance=attendance)
        salon.suite.deliver(times=2, order=reversed)
        points.append(balance(salon, "ada"))

    assert points == [10, 0, 10, 0]
    with pytest.raises(NotEnoughPoints):
        loyalty.redeem_treat(
            person_id=salon.person("ada"), booking_id=booking_id, treat="Massage", points=1
        )
