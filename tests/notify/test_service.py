"""notify as its callers see it, and what becomes of a message whose process died."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.notify.domain import Delivery, Message, Outcome
from services.notify.gateways import BeforeDot
from shared.contracts.errors import MessageNotFound
from tests.flows.studio import Studio


def mail_of(studio: Studio, name: str) -> list[Any]:
    """List somebody's messages, the newest first."""
    found: list[Any] = studio.suite.notify.list_messages(person_id=studio.person(name))
    return found


def answering(studio: Studio, *deliveries: Delivery) -> list[Message]:
    """Have the mail server answer so, then take everything; give what it was handed."""
    handed: list[Message] = []
    answers = iter(deliveries)

    def send(messages: list[Message], before_dot: BeforeDot) -> list[Outcome]:
        before_dot(messages)
        handed.extend(messages)
        return [Outcome(one, next(answers, Delivery.TAKEN), "as told") for one in messages]

    studio.mailbox.send = send  # type: ignore[assignment, method-assign]
    return handed


def test_a_booking_is_confirmed_by_email(studio: Studio) -> None:
    studio.full("ada")

    (message,) = mail_of(studio, "ada")
    assert (message["kind"], message["state"], message["attempts"]) == ("confirmed", "sent", 1)
    assert message == studio.suite.notify.get_message(message_id=message["message_id"])


def test_no_message_is_not_found(studio: Studio) -> None:
    with pytest.raises(MessageNotFound):
        studio.suite.notify.get_message(message_id=str(uuid4()))


def test_what_is_put_off_is_tried_again_when_its_time_has_come(studio: Studio) -> None:
    handed = answering(studio, Delivery.LATER, Delivery.LATER)
    studio.session()
    studio.book("ada")
    studio.settle()
    assert mail_of(studio, "ada")[0]["state"] == "due"

    for seconds in (9, 2, 59, 2):
        studio.suite.advance(seconds=seconds)
        studio.suite.tick("notify.send_messages")

    assert mail_of(studio, "ada")[0]["state"] == "sent"
    assert len(handed) == 3
    assert len({one.message_id for one in handed}) == 1


def test_what_is_refused_is_said_to_have_failed(studio: Studio) -> None:
    answering(studio, Delivery.REFUSED)
    studio.session()
    studio.book("ada")

    studio.settle()

    assert mail_of(studio, "ada")[0]["state"] == "failed"
    assert studio.suite.story[-1] == "EmailFailed"


def test_who_has_no_address_is_said_to_have_got_no_email(studio: Studio) -> None:
    studio.session()
    made = studio.suite.booking.register_person(kind="client", name="ada", phone="+39021234567")
    studio.people["ada"] = made["person_id"]

    studio.book("ada")
    studio.suite.deliver(times=2)

    assert studio.suite.story.count("EmailFailed") == 1
    assert studio.mailbox["ada"] == []


class Died(BaseException):
    """The process ended here."""


@pytest.mark.parametrize("marked", [False, True], ids=["before the dot", "after the dot"])
def test_the_message_of_a_process_that_died_is_taken_over(studio: Studio, *, marked: bool) -> None:
    def die(messages: list[Message], before_dot: BeforeDot) -> list[Outcome]:
        if marked:
            before_dot(messages)
        raise Died

    send = studio.mailbox.send
    studio.mailbox.send = die  # type: ignore[assignment, method-assign]
    studio.session()
    studio.book("ada")
    with pytest.raises(Died):
        studio.settle()
    studio.mailbox.send = send  # type: ignore[method-assign]
    assert mail_of(studio, "ada")[0]["state"] == ("sending" if marked else "claimed")

    studio.suite.tick("notify.recover_messages")
    studio.suite.tick("notify.send_messages")
    assert studio.mailbox["ada"] == []  # its lease has not lapsed
    studio.suite.advance(seconds=61)
    studio.suite.tick("notify.recover_messages")
    studio.suite.advance(seconds=61)
    studio.suite.tick("notify.send_messages")

    assert studio.mailbox["ada"] == ["confirmed"]
    assert mail_of(studio, "ada")[0]["state"] == "sent"


def test_a_message_of_unknown_fate_is_not_sent_for_ever(studio: Studio) -> None:
    handed = answering(studio, *[Delivery.LOST] * 50)
    studio.session()
    studio.book("ada")
    studio.settle()

    for _ in range(10):
        studio.suite.at += timedelta(hours=1)
        studio.suite.tick("notify.send_messages")

    assert mail_of(studio, "ada")[0]["state"] == "unknown"
    assert len(handed) == 4
    assert studio.suite.story.count("EmailFailed") == 1


@pytest.mark.parametrize("late", ["before the dot", "after the dot"])
@pytest.mark.parametrize("ending", [Delivery.REFUSED, Delivery.LATER])
def test_a_process_that_took_too_long_says_nothing_of_a_message_it_has_lost(
    studio: Studio, late: str, ending: Delivery
) -> None:
    real = studio.mailbox.send
    marked: list[UUID] = []

    def lose(messages: list[Message], before_dot: BeforeDot) -> list[Outcome]:
        if late == "after the dot":
            before_dot(messages)
        studio.mailbox.send = real  # type: ignore[method-assign]
        studio.suite.advance(seconds=61)  # this process stands still, and another takes over
        studio.suite.tick("notify.recover_messages")
        studio.suite.advance(seconds=11)
        studio.suite.tick("notify.send_messages")
        if late == "before the dot":
            marked.extend(before_dot(messages))
        return [Outcome(one, ending, "as told") for one in messages]

    studio.mailbox.send = lose  # type: ignore[assignment, method-assign]
    studio.session()
    studio.book("ada")
    studio.settle()

    assert marked == []
    assert mail_of(studio, "ada")[0]["state"] == "sent"
    assert studio.mailbox["ada"] == ["confirmed"]
    assert studio.suite.story.count("EmailFailed") == 0
    assert studio.suite.story.count("EmailSent") == 1


def test_handing_over_has_a_lease_of_its_own(studio: Studio) -> None:
    def slowly(messages: list[Message], before_dot: BeforeDot) -> list[Outcome]:
        studio.suite.advance(seconds=50)  # the way up to the dot
        assert before_dot(messages) == {one.message_id for one in messages}
        studio.suite.advance(seconds=50)
        studio.suite.tick("notify.recover_messages")
        return [Outcome(one, Delivery.TAKEN, "250 OK") for one in messages]

    studio.mailbox.send = slowly  # type: ignore[assignment, method-assign]
    studio.session()
    studio.book("ada")
    studio.settle()

    (message,) = mail_of(studio, "ada")
    assert (message["state"], message["attempts"]) == ("sent", 1)
