"""A friend is brought along: booking tells who they are and what they book, loyalty counts."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.loyalty.service import Loyalty
from shared.contracts.errors import NotANewClient, NotEnoughPoints
from shared.testing import Order, Suite
from tests.flows.studio import ALL, Mailbox, Studio


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
