"""Templates with names: several texts of one kind, of which a session's settings choose."""

from uuid import uuid4

import pytest

from shared.contracts.booking import BookingConfirmed, PaymentReminderRequested
from shared.contracts.errors import InvalidRequest, TemplateNotFound
from tests.notify.office import Office

WORDS = {"text": "Pay: {{ pay_url }}", "sms": "Pay: {{ pay_url }}"}
REMINDER = {"kind": "payment_reminder", "language": "en"}


def save(office: Office, subject: str, name: str = "", **key: str) -> int:
    """Save words; give their version."""
    saved = office.call.save_template(**(REMINDER | key), name=name, subject=subject, **WORDS)
    return int(saved["version"])


def remind(office: Office, name: str, template: str = "") -> str:
    """Have somebody reminded; give the subject of the email."""
    due = {"booking_id": uuid4(), "due_minor": 2000, "currency": "eur", "manual": True}
    office.tell(PaymentReminderRequested, name, template=template, **due)
    return str(office.mailbox.last(name)["Subject"])


@pytest.mark.rule("B47")
def test_words_under_a_name_stand_beside_the_usual_ones(office: Office) -> None:
    save(office, "Usual")
    save(office, "Deposit, at first", "Deposit")
    save(office, "Deposit now", "Deposit")
    save(office, "Friendly", "Friendly one")

    assert remind(office, "ada") == "Usual"
    assert remind(office, "ada", "Deposit") == "Deposit now"
    assert remind(office, "ada", "Friendly one") == "Friendly"
    found = office.call.get_template(**REMINDER, name="Deposit")
    assert (found["name"], found["subject"], found["is_default"]) == (
        "Deposit",
        "Deposit now",
        False,
    )
    assert len(found["versions"]) == 2
    assert office.call.get_template(**REMINDER)["subject"] == "Usual"


def test_a_message_keeps_the_words_it_was_written_in(office: Office) -> None:
    save(office, "Deposit", "Deposit")
    due = {"booking_id": uuid4(), "due_minor": 2000, "currency": "eur", "manual": True}
    office.say(
        office.fact(PaymentReminderRequested, "ada", template="Deposit", **due), settle=False
    )

    save(office, "Other words", "Deposit")
    office.call.remove_template(kind="payment_reminder", name="Deposit")
    office.wait(seconds=1)

    assert str(office.mailbox.last("ada")["Subject"]) == "Deposit"


@pytest.mark.rule("B47")
def test_what_has_no_words_under_a_name_gets_the_usual_ones(office: Office) -> None:
    save(office, "Di solito", language="it")
    save(office, "Deposit", "Deposit")
    office.person("eva", language="it")
    office.person("max", language="de")

    assert remind(office, "eva", "Deposit") == "Di solito"
    assert remind(office, "max", "Deposit") == "Noch zu zahlen: Open day"
    assert remind(office, "ada", "No such name") == "Payment due: Open day"
    shown = office.call.get_template(kind="payment_reminder", language="it", name="Deposit")
    assert (shown["version"], shown["subject"]) == (0, "Di solito")


def test_words_under_a_name_are_given_up_in_one_language_or_in_all(office: Office) -> None:
    save(office, "Deposit", "Deposit")
    save(office, "Caparra", "Deposit", language="it")
    office.person("eva", language="it")

    restored = office.call.restore_template(**REMINDER, name="Deposit")
    in_english, in_italian = remind(office, "ada", "Deposit"), remind(office, "eva", "Deposit")
    office.call.remove_template(kind="payment_reminder", name="Deposit")

    assert restored["is_default"]
    assert restored["subject"] == "Payment due: {{ session_name }}"
    assert (in_english, in_italian) == ("Payment due: Open day", "Caparra")
    assert remind(office, "eva", "Deposit") == "Ancora da pagare: Open day"


def test_names_are_listed_beside_the_kinds_until_they_are_removed(office: Office) -> None:
    version = save(office, "Deposit", "Deposit")

    def named() -> list[tuple[str, str, int]]:
        listed = office.call.list_templates()
        return [(one["name"], one["language"], one["version"]) for one in listed if one["name"]]

    assert ("Deposit", "en", version) in named()
    assert ("Deposit", "it", 0) in named()
    assert len(named()) == 4
    office.call.remove_template(kind="payment_reminder", name="Deposit")
    assert named() == []


def test_only_a_name_there_is_can_be_read_restored_or_removed(office: Office) -> None:
    save(office, "Deposit", "Deposit")
    office.call.remove_template(kind="payment_reminder", name="Deposit")

    for name in ("Deposit", "Never"):
        for call in (office.call.get_template, office.call.restore_template):
            with pytest.raises(TemplateNotFound, match=name):
                call(**REMINDER, name=name)
        with pytest.raises(TemplateNotFound, match=name):
            office.call.remove_template(kind="payment_reminder", name=name)


def test_a_name_that_cannot_be_is_refused_and_nothing_is_kept(office: Office) -> None:
    for name, rule in (("x" * 61, "name: .*60"), ("two\nlines", "name: "), ("<b>", "name: ")):
        with pytest.raises(InvalidRequest, match=rule):
            save(office, "Deposit", name)
    with pytest.raises(InvalidRequest, match="name: Only payment_reminder has templates with"):
        office.call.save_template(
            kind="confirmed", language="en", name="Deposit", subject="x", text="x", sms="x"
        )
    with pytest.raises(InvalidRequest, match="text: Has to say"):
        office.call.save_template(**REMINDER, name="Deposit", subject="x", text="x", sms="x")

    assert not [one for one in office.call.list_templates() if one["name"] or one["version"]]


def test_there_are_not_more_names_than_anybody_can_choose_from(office: Office) -> None:
    for number in range(100):
        save(office, "Deposit", f"Number {number}")

    with pytest.raises(InvalidRequest, match="name: There are 100 named templates"):
        save(office, "Deposit", "One more")
    save(office, "Another deposit", "Number 7")
    office.call.remove_template(kind="payment_reminder", name="Number 8")
    save(office, "Deposit", "One more")

    assert remind(office, "ada", "Number 7") == "Another deposit"


def test_a_name_changes_no_other_message(office: Office) -> None:
    save(office, "Deposit", "Deposit")

    office.tell(BookingConfirmed, "ada", booking_id=uuid4())

    assert str(office.mailbox.last("ada")["Subject"]) == "Your place: Open day"
