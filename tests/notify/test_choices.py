"""People choose what they get, by links that nobody else could have made."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.notify.gateways.links import preferences, unsubscribe
from shared.config import settings
from shared.contracts.booking import (
    BookingConfirmed,
    MessageRequested,
    PaymentReceived,
    PaymentReminderRequested,
    PersonMerged,
)
from shared.contracts.errors import PersonNotFound
from shared.contracts.loyalty import ReferralThanked
from shared.contracts.notify import PREFERENCES_LINK, UNSUBSCRIBE_LINK, PreferencesSet
from shared.contracts.ranking import PromotionEarned, RankAwarded
from shared.contracts.waitlist import SpotAllocated
from shared.links import sign_link
from tests.notify.office import Office

PHONE = "+39021234567"


def news(office: Office, name: str) -> None:
    """Have staff advertise to somebody."""
    office.tell(MessageRequested, name, marketing=True, subject="Sale", text="20 % off")


def test_one_click_ends_what_advertises_and_nothing_else(office: Office) -> None:
    office.person("ada", marketing=True)
    news(office, "ada")
    header = office.mailbox.last("ada")["List-Unsubscribe"].strip("<>")
    assert office.mailbox.last("ada")["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

    form = {"List-Unsubscribe": "One-Click"}
    answers = [office.http("POST", header, form).status_code for _ in range(2)]
    office.person("ada", marketing=True)  # the next import says yes again
    news(office, "ada")
    office.tell(BookingConfirmed, "ada")

    assert answers == [200, 200]
    assert office.mailbox["ada"] == ["news", "confirmed"]
    assert office.messages("ada")[1]["state"] == "suppressed"


def chosen(office: Office) -> list[PreferencesSet]:
    """List what was said of choices."""
    return [
        PreferencesSet.from_wire(one.body)
        for one in office.suite.said
        if one.topic.startswith("PreferencesSet.")
    ]


@pytest.mark.parametrize("path", ["preferences", "unsubscribe"])
@pytest.mark.parametrize("channel", ["email", "sms"])
def test_a_choice_is_said_once_and_is_caused_by_the_message_its_link_was_in(
    office: Office, channel: str, path: str
) -> None:
    office.person("ada", phone=PHONE, marketing=True)
    office.tell(
        MessageRequested, "ada", channel=channel, marketing=True, subject="Sale", text="20 % off"
    )
    message = office.mailbox.taken[-1][0] if channel == "email" else office.phones.taken[-1][0]
    link = unsubscribe(message, settings())
    if path == "preferences":
        link = preferences(message, settings())
    form = {f"{topic}-sms": "on" for topic in ("thanks", "progress")}

    office.http("GET", link)
    assert chosen(office) == []
    for _ in range(2):
        office.http("POST", link, form)

    (said,) = chosen(office)
    assert said.envelope
    assert said.envelope.caused_by == message.message_id
    assert (said.person_id, said.chosen_by) == (office.people["ada"], "link")
    off = set(said.switched_off.split())
    assert {"news-email", "news-sms"} <= off
    assert ("thanks-email" in off, "thanks-sms" in off) == (path == "preferences", False)


def test_what_is_chosen_after_unsubscribing_is_caused_by_the_same_message(office: Office) -> None:
    office.person("ada", marketing=True)
    news(office, "ada")
    page = office.http("POST", office.link("ada", "unsubscribe")).get_data(as_text=True)

    found = re.search(r'href="([^"]+/preferences/[^"]+)"', page)
    assert found
    office.http("POST", found[1], {"news-email": "on"})

    message_id = office.mailbox.taken[-1][0].message_id
    causes = [one.envelope.caused_by for one in chosen(office) if one.envelope]
    assert causes == [message_id, message_id]


def test_what_staff_choose_for_somebody_is_said_as_theirs(office: Office) -> None:
    ada = office.person("ada")

    office.call.set_preferences(person_id=str(ada), wanted=[])

    (said,) = chosen(office)
    assert (said.chosen_by, "reminders-sms" in said.switched_off.split()) == ("staff", True)


def test_only_what_advertises_can_be_ended_with_one_click(office: Office) -> None:
    office.tell(BookingConfirmed, "ada")

    assert office.mailbox.last("ada")["List-Unsubscribe"] is None


def test_opening_a_link_changes_nothing(office: Office) -> None:
    office.person("ada", marketing=True)
    news(office, "ada")

    for path in ("unsubscribe", "preferences"):
        answer = office.http("GET", office.link("ada", path))
        assert answer.status_code == 200
    news(office, "ada")

    assert office.mailbox["ada"] == ["news", "news"]


def test_the_page_switches_topics_off_by_channel_and_on_again(office: Office) -> None:
    office.person("ada", phone=PHONE, marketing=True)
    office.tell(ReferralThanked, "ada", text="one")
    office.tell(BookingConfirmed, "ada", booking_id=uuid4())
    link = office.link("ada", "preferences")
    page = office.http("GET", link).get_data(as_text=True)

    office.http("POST", link, {"thanks-email": "on", "news-email": "on"})
    office.tell(ReferralThanked, "ada", text="two")
    news(office, "ada")
    office.tell(SpotAllocated, "ada", booking_id=uuid4())
    off = {
        (one["topic"], one["channel"])
        for one in office.call.get_preferences(person_id=str(office.people["ada"]))["choices"]
        if not one["on"]
    }
    office.http("POST", link, {"thanks-sms": "on"})
    office.tell(ReferralThanked, "ada", text="three")

    assert page.count("checked") == page.count('type="checkbox"') == 12
    assert off == {
        ("reminders", "email"),
        ("reminders", "sms"),
        ("payments", "email"),
        ("payments", "sms"),
        ("progress", "email"),
        ("progress", "sms"),
        ("promotions", "email"),
        ("promotions", "sms"),
        ("thanks", "sms"),
        ("news", "sms"),
    }
    assert office.phones[PHONE] == ["one", "three"]
    assert office.mailbox["ada"] == ["confirmed", "news", "allocated"]


def test_each_kind_is_chosen_by_itself_and_what_is_always_sent_has_no_box(office: Office) -> None:
    rank = {"tell_client": True, "language": "en", "studio_language": "en"}
    office.person("ada")
    office.tell(BookingConfirmed, "ada")
    link = office.link("ada", "preferences")
    page = office.http("GET", link).get_data(as_text=True)

    office.http("POST", link, {"progress-email": "on", "reminders-email": "on"})
    office.tell(PromotionEarned, "ada", **rank)
    office.tell(RankAwarded, "ada", category_id=uuid4(), **rank)
    office.tell(PaymentReminderRequested, "ada", booking_id=uuid4())
    office.tell(PaymentReceived, "ada", booking_id=uuid4())
    off = office.states("ada")

    assert "Always on" in page
    assert "Receipts and refunds" in page
    assert ("promotion", "suppressed") in off
    assert ("payment_reminder", "suppressed") in off
    assert ("rank_awarded", "sent") in off
    assert ("receipt", "sent") in off


def test_switching_one_thing_on_leaves_all_else_and_everybody_else_as_they_are(
    office: Office,
) -> None:
    people = {name: str(office.person(name, phone=PHONE)) for name in ("ada", "bob")}
    for person_id in people.values():
        office.call.set_preferences(person_id=person_id, wanted=[])

    wanted = [{"topic": "thanks", "channel": "sms"}]
    office.call.set_preferences(person_id=people["ada"], wanted=wanted)

    on = {
        (name, one["topic"], one["channel"])
        for name, person_id in people.items()
        for one in office.call.get_preferences(person_id=person_id)["choices"]
        if one["on"]
    }
    assert on == {("ada", "thanks", "sms")}


def test_what_either_record_had_switched_off_stays_off_when_they_are_one(office: Office) -> None:
    old, ada = office.person("old"), office.person("ada", phone=PHONE)
    office.call.set_preferences(person_id=str(old), wanted=[])

    office.say(PersonMerged(person_id=ada, merged_id=old, merged_at=office.suite.at))
    office.tell(ReferralThanked, "ada", text="Thanks")

    assert office.states("ada") == [("referral_thanks", "suppressed")]


def test_who_comes_back_by_their_own_hand_gets_news_again(office: Office) -> None:
    office.person("ada", marketing=True)
    news(office, "ada")
    office.http("POST", office.link("ada", "unsubscribe"))

    office.http("POST", office.link("ada", "preferences"), {"news-email": "on"})
    news(office, "ada")

    assert office.mailbox["ada"] == ["news", "news"]


def test_the_page_knows_of_an_address_that_unsubscribed_under_another_record(
    office: Office,
) -> None:
    office.person("ada", marketing=True)
    news(office, "ada")
    office.http("POST", office.link("ada", "unsubscribe"))
    again = str(office.person("again", email="ada@example.com", marketing=True))

    found = office.call.get_preferences(person_id=again)["choices"]
    news(office, "again")

    assert [one["on"] for one in found if one["topic"] == "news"] == [False, True]
    assert office.states("again") == [("news", "suppressed")]


def test_who_has_not_agreed_to_news_is_asked_nothing_about_them_and_loses_nothing(
    office: Office,
) -> None:
    ada = str(office.person("ada", marketing=False))
    office.tell(BookingConfirmed, "ada")
    link = office.link("ada", "preferences")

    page = office.http("GET", link).get_data(as_text=True)
    office.http("POST", link, {"reminders-email": "on"})

    assert "news-email" not in page
    assert office.call.list_suppressions() == []
    assert {one["topic"] for one in office.call.get_preferences(person_id=ada)["choices"]} == {
        *("reminders", "payments", "progress", "promotions", "thanks")
    }


def test_coming_back_does_not_lift_a_complaint(office: Office) -> None:
    office.person("ada", marketing=True)
    news(office, "ada")
    office.call.suppress_address(address="ada@example.com", reason="complained")

    office.http("POST", office.link("ada", "preferences"), {"news-email": "on"})
    news(office, "ada")

    assert office.mailbox["ada"] == ["news"]


def test_no_link_switches_off_what_has_to_do_with_own_bookings(office: Office) -> None:
    office.tell(BookingConfirmed, "ada", booking_id=uuid4())

    office.http("POST", office.link("ada", "preferences"), {"service-email": "off"})
    office.tell(BookingConfirmed, "ada", booking_id=uuid4())

    assert office.mailbox["ada"] == ["confirmed", "confirmed"]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", ["preferences", "unsubscribe"])
def test_a_link_that_is_not_ours_or_too_old_or_for_something_else_is_refused(
    office: Office, method: str, path: str
) -> None:
    ada = office.person("ada")
    purposes = {"preferences": PREFERENCES_LINK, "unsubscribe": UNSUBSCRIBE_LINK}
    other = {"preferences": UNSUBSCRIBE_LINK, "unsubscribe": PREFERENCES_LINK}[path]
    until = office.suite.at + timedelta(days=1)
    tokens: dict[str, Any] = {
        "old": sign_link(purposes[path], ada, expires_at=office.suite.at),
        "for something else": sign_link(other, ada, expires_at=until),
        "forged": sign_link(purposes[path], ada, expires_at=until, keys=["not-our-key-" * 3]),
        "nobody": sign_link(purposes[path], UUID(int=9), expires_at=until),
    }

    statuses = {
        name: office.http(method, f"/{path}/{token}").status_code for name, token in tokens.items()
    }

    assert statuses == {"old": 410, "for something else": 404, "forged": 404, "nobody": 404}


@pytest.mark.parametrize(
    ("language", "word"),
    [("en", "Email"), ("it", "promemoria"), ("fr", "Rappels"), ("de", "Erinnerungen")],
)
def test_the_page_speaks_the_person_s_language(office: Office, language: str, word: str) -> None:
    office.person("ada", language=language)
    office.tell(BookingConfirmed, "ada")

    page = office.http("GET", office.link("ada", "preferences")).get_data(as_text=True)

    assert word.lower() in page.lower()
    assert f'<html lang="{language}">' in page


def test_staff_may_set_them_for_somebody_on_the_telephone(office: Office) -> None:
    ada = str(office.person("ada", phone=PHONE))

    office.call.set_preferences(person_id=ada, wanted=[{"topic": "thanks", "channel": "email"}])
    office.tell(ReferralThanked, "ada", text="Thanks")

    assert office.states("ada") == [("referral_thanks", "suppressed")]
    with pytest.raises(PersonNotFound):
        office.call.get_preferences(person_id=str(uuid4()))
