"""A session's settings name the email that reminds of its payment."""

from collections.abc import Callable
from typing import Any

import pytest

from shared.contracts.errors import InvalidRequest
from tests.booking.till import Till
from tests.flows.studio import Studio
from tests.stripe_account import Account

pytestmark = pytest.mark.usefixtures("standin")  # nothing is asked of Stripe here
REMINDER = "payment_reminder"


@pytest.fixture
def till(card_account: Account, studio: Studio) -> Till:
    """Give a studio where people pay."""
    return Till(studio, card_account)


def save(till: Till, name: str, subject: str, language: str = "en") -> None:
    """Have the studio write a payment reminder under a name, and booking hear of it."""
    words = {"subject": subject, "text": "Pay: {{ pay_url }}", "sms": "Pay: {{ pay_url }}"}
    notify = till.studio.suite.notify
    notify.save_template(kind=REMINDER, language=language, name=name, **words)
    till.studio.settle()


def owing(till: Till, *people: str) -> list[str]:
    """Have a session with a price, and people in it who have not paid; give their bookings."""
    till.session(price_minor=2000)
    return [till.book(name) for name in people]


def set_type(till: Till, name: str) -> Any:
    """Have the settings of the session's type name a reminder."""
    session = till.call.get_session(session_id=till.studio.session_id)
    return till.call.change_session_type(
        session_type_id=session["session_type_id"], reminder_template=name
    )


def set_session(till: Till, name: str | None) -> Any:
    """Have the session's own settings name a reminder."""
    return till.call.change_session(session_id=till.studio.session_id, reminder_template=name)


def reminded(till: Till, booking_id: str, name: str) -> str:
    """Press the button; give the subject of what they get."""
    till.call.send_reminder(booking_id=booking_id)
    till.studio.settle()
    return str(till.studio.mailbox.last(name)["Subject"])


@pytest.mark.rule("B46", "B47")
def test_the_button_sends_the_email_that_the_session_s_settings_name(till: Till) -> None:
    save(till, "Deposit", "Your deposit")
    save(till, "Friendly", "A friendly word")
    [ada] = owing(till, "ada")
    usual = reminded(till, ada, "ada")

    set_type(till, "Deposit")
    of_type = reminded(till, ada, "ada")
    set_session(till, "Friendly")
    of_session = reminded(till, ada, "ada")
    set_session(till, "")
    usual_again = reminded(till, ada, "ada")
    set_session(till, None)

    assert of_type == reminded(till, ada, "ada") == "Your deposit"
    assert of_session == "A friendly word"
    assert usual == usual_again == "Payment due: Open day"


@pytest.mark.rule("B47", "H18")
def test_the_clock_sends_the_email_that_the_session_s_settings_name(till: Till) -> None:
    save(till, "Deposit", "Your deposit")
    owing(till, "ada")
    set_type(till, "Deposit")

    till.studio.suite.advance(days=4)
    till.studio.suite.tick("booking.remind_of_payments")
    till.studio.settle()

    assert str(till.studio.mailbox.last("ada")["Subject"]) == "Your deposit"


@pytest.mark.rule("B47")
def test_a_reminder_in_a_language_the_named_one_lacks_is_the_usual_one(till: Till) -> None:
    save(till, "Deposit", "Your deposit")
    [ada] = owing(till, "ada")
    set_type(till, "Deposit")
    till.call.change_person(person_id=till.person("ada"), language="it")
    till.studio.settle()

    before = reminded(till, ada, "ada")
    save(till, "Deposit", "La tua caparra", "it")

    assert before == "Ancora da pagare: Open day"
    assert reminded(till, ada, "ada") == "La tua caparra"


@pytest.mark.rule("B47")
def test_after_a_named_reminder_is_removed_the_usual_one_is_sent(till: Till) -> None:
    save(till, "Deposit", "Your deposit")
    [ada] = owing(till, "ada")
    set_type(till, "Deposit")
    assert till.call.list_reminder_templates() == ["Deposit"]

    till.studio.suite.notify.remove_template(kind=REMINDER, name="Deposit")
    till.studio.settle()

    assert till.call.list_reminder_templates() == []
    assert reminded(till, ada, "ada") == "Payment due: Open day"
    with pytest.raises(InvalidRequest, match=r"reminder_template: .*“Deposit”; known: none yet"):
        set_session(till, "Deposit")
    save(till, "Deposit", "It is back")
    assert reminded(till, ada, "ada") == "It is back"


def test_words_about_a_name_that_come_late_or_twice_change_nothing(till: Till) -> None:
    notify = till.studio.suite.notify
    for _ in range(2):
        words = {"subject": "x", "text": "{{ pay_url }}", "sms": "{{ pay_url }}"}
        notify.save_template(kind=REMINDER, language="en", name="Deposit", **words)
        notify.remove_template(kind=REMINDER, name="Deposit")

    till.studio.suite.deliver(times=2, order=lambda round_: list(reversed(round_)))

    assert till.call.list_reminder_templates() == []


HOW: dict[str, Callable[[Till, str], Any]] = {
    "type": lambda till, name: till.call.create_session_type(
        name="A", duration_minutes=60, reminder_template=name
    ),
    "change_type": set_type,
    "change_session": set_session,
    "session": lambda till, name: till.call.get_session(
        session_id=till.studio.session(reminder_template=name)
    ),
    "group": lambda till, name: till.call.schedule_spots(
        **_pattern(till), spots=2, reminder_template=name
    ),
    "change_group": lambda till, name: till.call.change_group(
        group_id=till.call.schedule_spots(**_pattern(till), spots=2)["group_id"],
        reminder_template=name,
    ),
    "schedule": lambda till, name: till.call.create_schedule(
        **_pattern(till), capacity=2, rule="FREQ=WEEKLY", reminder_template=name
    ),
    "change_schedule": lambda till, name: till.call.change_schedule(
        schedule_id=till.call.create_schedule(**_pattern(till), capacity=2, rule="FREQ=WEEKLY")[
            "schedule_id"
        ],
        reminder_template=name,
    ),
}


def _pattern(till: Till) -> dict[str, Any]:
    session = till.call.get_session(session_id=till.studio.session_id)
    names = ("session_type_id", "name", "starts_at", "time_zone", "staff", "location")
    return {name: session[name] for name in names}


@pytest.mark.rule("B47")
@pytest.mark.parametrize("how", list(HOW))
def test_settings_name_only_a_reminder_there_is(till: Till, how: str) -> None:
    save(till, "Deposit", "Your deposit")
    till.session()
    rule = r"reminder_template: There is no payment reminder “deposit”; known: “Deposit”\."

    with pytest.raises(InvalidRequest, match=rule):
        HOW[how](till, "deposit")
    made = HOW[how](till, "Deposit")

    assert made["reminder_template"] == "Deposit"
    each = made.get("spots", []) + made.get("sessions", [])
    assert all(one["reminder_template"] == "Deposit" for one in each)


@pytest.mark.rule("B47")
def test_with_no_session_to_come_settings_name_only_a_reminder_there_is(till: Till) -> None:
    till.session()
    call, once = till.call, {"capacity": 2, "rule": "FREQ=WEEKLY;COUNT=1"}
    group_id = call.schedule_spots(**_pattern(till), spots=1)["group_id"]
    schedule_id = call.create_schedule(**_pattern(till), **once)["schedule_id"]
    till.studio.suite.advance(days=11)

    for change, ids in (
        (call.change_group, {"group_id": group_id}),
        (call.change_schedule, {"schedule_id": schedule_id}),
    ):
        with pytest.raises(InvalidRequest, match="reminder_template: There is no"):
            change(**ids, reminder_template="deposit")
