"""Each fact that is heard becomes the right message, once."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.notify.domain import Delivery, Message, Outcome
from services.notify.gateways import BeforeDot
from shared.config import settings
from shared.contracts import Fact
from shared.contracts.booking import (
    BookingCancelled,
    BookingConfirmed,
    BookingMoved,
    ConfirmationRequested,
    MessageRequested,
    PaymentReceived,
    PaymentRefunded,
    PaymentReminderRequested,
    PersonErased,
    PersonMerged,
)
from shared.contracts.errors import InvalidRequest
from shared.contracts.events import (
    EventMessageRequested,
    RegistrationChanged,
    RegistrationConfirmed,
    RegistrationEnded,
)
from shared.contracts.loyalty import ReferralThanked
from shared.contracts.ranking import PromotionEarned, RankAwarded
from shared.contracts.waitlist import (
    SpotAllocated,
    SpotOffered,
    WaitlistJoined,
    WaitlistLeft,
)
from shared.testing import MORNING
from tests.notify.office import Office, later, text_of

SOON = MORNING + timedelta(days=1)
MONEY: dict[str, Any] = {"currency": "eur", "amount_minor": 2500, "price_minor": 4000}
ADVANCE: dict[str, Any] = {
    "person_name": "ada",
    "language": "en",
    "category_name": "Karate",
    "term_en": "Belt Tracking",
    "term_it": "Cinture",
    "studio_language": "en",
    "tell_client": True,
    "visits": 12,
}


@pytest.mark.parametrize(
    ("contract", "values", "kind", "words"),
    [
        (BookingConfirmed, {}, "confirmed", ["Open day", "/cancel/", "/manage/"]),
        (BookingConfirmed, {"balance_minor": 1500, "currency": "eur"}, "confirmed", ["/pay/"]),
        (SpotAllocated, {}, "allocated", ["A place came free", "/cancel/", "/manage/"]),
        (SpotAllocated, {"source": "events"}, "allocated", [":8605/registrations/"]),
        (
            ConfirmationRequested,
            {"amount_minor": 2500, "currency": "eur", "expires_at": SOON},
            "confirmation_requested",
            ["/confirm/", "€25.00", "Tue 4 Mar, 10:00"],
        ),
        (SpotOffered, {"answer_by": SOON}, "offered", [":8601/claim/", "it is your turn"]),
        (SpotOffered, {"answer_by": SOON, "announced": True}, "offered", ["first to take it"]),
        (WaitlistJoined, {"place": 3}, "waiting", [":8601/waiting/", "in place 3"]),
        (WaitlistLeft, {"reason": "list_closed"}, "waiting_ended", ["There is no waiting list"]),
        (WaitlistLeft, {"reason": "removed"}, "waiting_ended", ["taken off"]),
        (
            BookingMoved,
            {"moved_from": SOON},
            "moved",
            ["It was Tue 4 Mar, 10:00", "/cancel/", "/manage/"],
        ),
        (BookingCancelled, {}, "cancelled", ["is cancelled"]),
        (BookingCancelled, {"session_cancelled": True}, "session_cancelled", ["not take place"]),
        (PaymentReceived, MONEY | {"balance_minor": 1500}, "receipt", ["€25.00", "€15.00"]),
        (PaymentReceived, MONEY, "receipt", ["Nothing is left to pay", "/manage/"]),
        (PaymentRefunded, MONEY, "refunded", ["€25.00", "on your card.\n\nPayment reference"]),
        (
            PaymentRefunded,
            MONEY | {"method": "offline"},  # handed over at the desk
            "refunded",
            ["for Open day.\n\nPayment reference"],
        ),
        (
            PaymentReminderRequested,
            {"due_minor": 500, "currency": "eur"},
            "payment_reminder",
            ["€5.00", "/pay/"],
        ),
        (RegistrationConfirmed, {"agenda": "10:00 Talk"}, "registered", ["10:00 Talk"]),
        (RegistrationChanged, {}, "registration_changed", ["/registrations/"]),
        (RegistrationEnded, {}, "registration_ended", ["is cancelled"]),
        (RegistrationEnded, {"event_cancelled": True}, "event_cancelled", ["not take place"]),
        (
            RegistrationEnded,
            {"called_off": "2031-03-06 18:30-19:00 Clay"},
            "agenda_cancelled",
            ["not take place:\nThu 6 Mar, 18:30–19:00 Clay\n", "The event itself takes place"],  # noqa: RUF001
        ),
        (
            RegistrationChanged,
            {"called_off": "2031-03-06 18:30-19:00 Clay"},
            "registration_changed",
            ["not take place:\nThu 6 Mar, 18:30–19:00 Clay\n"],  # noqa: RUF001
        ),
        (
            RankAwarded,
            ADVANCE | {"rank_name": "yellow", "how": "promoted"},
            "rank_awarded",
            ["yellow", "Karate", ":8603/ranks/", "Belt Tracking"],
        ),
        (
            PromotionEarned,
            ADVANCE | {"next_rank_name": "green"},
            "promotion",
            ["ready for your next promotion", "green", "Belt Tracking"],
        ),
        (ReferralThanked, {"text": "Thanks ada!"}, "referral_thanks", ["Thanks ada!"]),
        (
            MessageRequested,
            {"subject": "Hi", "text": "Bring water.", "about_name": "Open day"},
            "letter",
            ["Bring water.", "Open day"],
        ),
        (EventMessageRequested, {"subject": "Hi", "text": "Hall B."}, "letter", ["Hall B."]),
    ],
)
@pytest.mark.rule(
    "B10", "B29", "B31", "B46", "B47", "B54", "Q27", "Q42", "Q48", "Q49", "D38", "D44"
)
@pytest.mark.rule("M6", "M31")
def test_a_fact_becomes_its_message_with_the_right_words(
    office: Office, contract: type[Fact], values: dict[str, Any], kind: str, words: list[str]
) -> None:
    fact = office.tell(contract, "ada", **values)
    office.say(fact)

    assert office.states("ada") == [(kind, "sent")]
    assert office.mailbox["ada"] == [kind]
    text = text_of(office.mailbox.last("ada"))
    assert [word for word in words if word not in text] == []


def test_somebody_s_messages_are_read_a_page_at_a_time(office: Office) -> None:
    for fact in [office.fact(BookingConfirmed, "ada", booking_id=uuid4()) for _ in range(5)]:
        office.say(fact)  # all in the same moment
    office.tell(BookingConfirmed, "bob")
    ada = str(office.people["ada"])
    pages = [office.call.list_messages(person_id=ada, limit=2)]

    while pages[-1]:
        last = pages[-1][-1]["message_id"]
        pages.append(office.call.list_messages(person_id=ada, limit=2, after=last))

    assert [len(page) for page in pages] == [2, 2, 1, 0]
    listed = [one["message_id"] for page in pages for one in page]
    assert listed == [one["message_id"] for one in office.messages("ada")]
    assert len(set(listed)) == 5
    for wrong in (str(uuid4()), office.messages("bob")[0]["message_id"]):
        with pytest.raises(InvalidRequest, match="after: No message of this person's has this id"):
            office.call.list_messages(person_id=ada, after=wrong)


def test_who_waits_is_told_once_however_often_it_is_said(office: Office) -> None:
    joined = office.tell(WaitlistJoined, "ada")

    for _ in range(3):
        office.say(later(joined))

    assert office.mailbox["ada"] == ["waiting"]


def test_who_waits_without_an_address_is_said_once_to_have_got_nothing(office: Office) -> None:
    office.person("ada", email=None)
    joined = office.tell(WaitlistJoined, "ada")
    office.say(later(joined))

    assert office.suite.story.count("EmailFailed") == 1


@pytest.mark.parametrize("reason", ["left", "has_booking", "already_waiting"])
def test_nobody_is_told_of_what_they_did_themselves(office: Office, reason: str) -> None:
    office.tell(WaitlistLeft, "ada", reason=reason)
    office.tell(BookingCancelled, "ada", cancelled_by="waitlist")
    office.tell(BookingCancelled, "ada", session_name="")

    assert office.mailbox["ada"] == []


@pytest.mark.rule("T2", "T7", "T8")
def test_the_text_that_thanks_for_a_new_client_goes_to_the_telephone(office: Office) -> None:
    office.person("ada", phone="+39021234567")

    office.tell(ReferralThanked, "ada", text="Thanks ada for recommending us to bob.")

    assert office.phones["+39021234567"] == ["Thanks ada for recommending us to bob."]
    assert office.suite.story[-1] == "SmsSent"
    assert office.mailbox["ada"] == []


@pytest.mark.rule("M5", "M17", "M30")
@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"tell_admins": True}, ["Amina", "Both"]),
        ({"tell_operators": True}, ["Oskar", "Both"]),
        ({"tell_admins": True, "tell_operators": True}, ["Amina", "Oskar", "Both"]),
        ({}, []),
    ],
)
def test_staff_of_the_chosen_roles_are_told_of_a_promotion_that_is_due(
    office: Office, fields: dict[str, Any], told: list[str]
) -> None:
    roles = {"Amina": ["admin"], "Oskar": ["operator"], "Both": ["admin", "operator"]}
    for name, theirs in roles.items():
        office.call.keep_staff(name=name, email=f"{name}@example.com", language="it", roles=theirs)

    office.tell(
        PromotionEarned,
        "ada",
        **(ADVANCE | {"next_rank_name": "green", "tell_client": False} | fields),
    )

    assert sorted(message.name for message, _ in office.mailbox.taken) == sorted(told)
    for _, email in office.mailbox.taken:
        assert email["Subject"] == "È ora di promuovere ada"
        assert "Cinture" in text_of(email)
        assert "/preferences/" not in text_of(email)


@pytest.mark.parametrize(
    ("language", "visits", "words", "no_words"),
    [
        ("en", 0, "(Belt Tracking) and can be promoted", "visit"),
        ("en", 1, "(Belt Tracking), after 1 visit, and can", "visits"),
        ("en", 2, "after 2 visits, and can", "1 visit"),
        ("it", 0, "(Cinture): si può", "visit"),
        ("it", 1, "dopo 1 visita: si può", "visite"),
        ("fr", 0, ") ; la promotion", "visite"),
        ("fr", 1, "après 1 visite ; la", "visites"),
        ("de", 0, "erfüllt die Bedingungen", "Besuch"),
        ("de", 1, "nach 1 Besuch die", "Besuchen"),
    ],
)
def test_staff_read_of_visits_only_where_there_were_some(
    office: Office, language: str, visits: int, words: str, no_words: str
) -> None:
    office.call.keep_staff(
        name="Amina", email="amina@example.com", language=language, roles=["admin"]
    )
    values = ADVANCE | {"tell_client": False, "tell_admins": True, "visits": visits}

    office.tell(PromotionEarned, "ada", **values, next_rank_name="green")
    office.tell(RankAwarded, "ada", **values, rank_name="green")

    due, reached = [text_of(email) for _, email in office.mailbox.taken]
    assert words in due
    assert [text for text in (due, reached) if no_words in text] == []


@pytest.mark.rule("M30", "H24")
def test_staff_read_their_own_language_and_else_the_studio_s(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATELIER_STUDIO_LANGUAGE", "fr")
    settings.cache_clear()
    office.call.keep_staff(name="Amina", email="amina@example.com", roles=["admin"])
    office.call.keep_staff(name="Oskar", email="oskar@example.com", roles=["admin"], language="de")

    office.tell(
        PromotionEarned,
        "ada",
        **(ADVANCE | {"next_rank_name": "green", "tell_client": False, "tell_admins": True}),
    )

    greetings = {name: text_of(office.mailbox.last(name)).split()[0] for name in ("Amina", "Oskar")}
    assert greetings == {"Amina": "Bonjour", "Oskar": "Guten"}


def test_a_demotion_congratulates_nobody(office: Office) -> None:
    office.tell(RankAwarded, "ada", **(ADVANCE | {"rank_name": "white", "how": "demoted"}))

    assert office.mailbox["ada"] == []


def test_a_person_reads_their_language_and_else_the_studio_s(office: Office) -> None:
    for name, language in {"ada": "de", "bob": "fr", "eva": "it", "kim": "ko"}.items():
        office.person(name, language=language)
        office.tell(BookingConfirmed, name, booking_id=uuid4())

    words = {"ada": "Guten Tag ada", "bob": "Bonjour bob", "eva": "Ciao eva", "kim": "Hello kim"}
    for name, greeting in words.items():
        assert greeting in text_of(office.mailbox.last(name))


def test_the_messages_of_a_merged_person_are_the_other_one_s(office: Office) -> None:
    office.tell(BookingConfirmed, "old", booking_id=uuid4())
    old, ada = office.people["old"], office.person("ada")
    office.say(PersonMerged(person_id=ada, merged_id=old, merged_at=office.suite.at))

    office.tell(BookingConfirmed, "old", booking_id=uuid4())

    assert office.states("ada") == [("confirmed", "sent"), ("confirmed", "sent")]
    assert office.mailbox["ada"] == ["confirmed"]


def test_of_an_erased_person_nothing_is_kept_but_that_there_were_messages(office: Office) -> None:
    # A name no id can hold by chance: hexadecimal has no such letters.
    office.tell(BookingConfirmed, "violet", booking_id=uuid4())
    office.suite.mark()

    office.tell(PersonErased, "violet", erasure_id=uuid4())
    office.tell(BookingConfirmed, "violet", booking_id=uuid4())

    assert office.suite.story == ["NotifyRecordsErased", "EmailFailed"]
    with office.suite.sql("notify") as sql:
        for table in ("messages", "contacts", "preferences"):
            kept = str(sql.exec_driver_sql(f"SELECT * FROM {table}").all())  # noqa: S608
            assert "violet" not in kept, table
    assert len(office.messages("violet")) == 2
    assert office.mailbox["violet"] == ["confirmed"]


def test_what_others_were_told_of_an_erased_person_is_blanked(office: Office) -> None:
    office.call.keep_staff(name="Amina", email="amina@example.com", roles=["admin"])
    advance = ADVANCE | {"person_name": "violet", "next_rank_name": "green", "tell_admins": True}
    office.tell(PromotionEarned, "violet", **(advance | {"tell_client": False}))
    violet = office.person("violet")
    office.tell(ReferralThanked, "ada", new_person_id=violet, text="Thanks for violet.")
    office.tell(ReferralThanked, "ada", text="Thanks for bob.")
    query = "SELECT context FROM messages WHERE kind IN ('promotion_staff', 'referral_thanks')"
    with office.suite.sql("notify") as sql:
        assert str(sql.exec_driver_sql(query).all()).count("violet") == 2

    office.tell(PersonErased, "violet", erasure_id=uuid4())

    with office.suite.sql("notify") as sql:
        kept = str(sql.exec_driver_sql(query).all())
    assert "violet" not in kept
    assert "Thanks for bob." in kept


def test_what_waits_for_the_morning_or_in_a_paused_batch_is_given_up_with_its_person(
    office: Office,
) -> None:
    office.call.change_settings(email_per_minute=60)
    batch_id = str(letters(office, "ada", "bob"))
    office.call.pause_batch(batch_id=batch_id)
    office.suite.at = MORNING.replace(hour=22, minute=30)
    due = {"booking_id": uuid4(), "due_minor": 100, "currency": "eur"}
    office.tell(PaymentReminderRequested, "ada", **due)

    office.tell(PersonErased, "ada", erasure_id=uuid4())

    assert office.states("ada") == [("letter", "suppressed"), ("payment_reminder", "suppressed")]
    assert all(one["ended_at"] for one in office.messages("ada"))
    assert office.call.get_batch(batch_id=batch_id)["waiting"] == 1


def test_what_an_erased_person_had_switched_off_is_not_kept(office: Office) -> None:
    ada = str(office.person("ada"))
    office.call.set_preferences(person_id=ada, wanted=[])

    office.tell(PersonErased, "ada", erasure_id=uuid4())

    with office.suite.sql("notify") as sql:
        assert sql.exec_driver_sql("SELECT * FROM preferences").all() == []


def test_a_message_about_somebody_unknown_waits_until_they_are_known(office: Office) -> None:
    office.stranger("ada")
    office.say(office.fact(BookingConfirmed, "ada"), settle=False)
    assert office.messages("ada") == []

    office.person("ada", email="ada@example.com")
    office.suite.deliver()

    assert office.mailbox["ada"] == ["confirmed"]


# -- letters ---------------------------------------------------------------------------------------


def letters(office: Office, *names: str, size: int | None = None, **values: Any) -> UUID:
    """Have staff write to these people at once."""
    batch_id = uuid4()
    for name in names:
        office.tell(
            MessageRequested,
            name,
            letter_id=uuid4(),
            batch_id=batch_id,
            batch_size=size or len(names),
            **({"subject": "Hi", "text": "Bring water.", "session_id": None} | values),
        )
    return batch_id


@pytest.mark.rule("Q26", "Q43")
def test_staff_write_text_messages_to_the_booked(office: Office) -> None:
    office.person("ada", phone="+39021234567")

    letters(office, "ada", channel="sms", subject="", text="We begin at ten.")

    assert office.phones["+39021234567"] == ["We begin at ten."]


def test_nobody_gets_a_batch_twice_not_even_under_two_ids(office: Office) -> None:
    office.person("ada")
    office.say(
        PersonMerged(person_id=office.people["ada"], merged_id=office.person("old"), merged_at=SOON)
    )

    batch_id = letters(office, "ada", "ada", "old", "bob", size=4)

    assert office.mailbox["ada"] == ["letter"]
    assert office.mailbox["bob"] == ["letter"]
    batch = office.call.get_batch(batch_id=str(batch_id))
    assert (batch["sent"], batch["doubled"], batch["done"]) == (2, 2, True)


def test_who_has_not_agreed_gets_nothing_that_advertises(office: Office) -> None:
    office.person("ada", marketing=True)
    office.person("bob", marketing=False)

    letters(office, "ada", "bob", marketing=True)

    assert office.states("ada") == [("news", "sent")]
    assert office.states("bob") == [("news", "suppressed")]
    assert "MessageSuppressed" in office.suite.story


def test_a_letter_with_marks_of_our_own_is_read_as_it_was_written(office: Office) -> None:
    text = "[not](a link) **not bold** {{ name }} <b>plain</b> see https://example.com/a?b=1."

    letters(office, "ada", text=text)

    email = office.mailbox.last("ada")
    assert text in text_of(email)
    html = email.get_body(("html",))
    assert html is not None
    shown = html.get_content()
    assert "[not](a link) **not bold** {{ name }} &lt;b&gt;plain&lt;/b&gt;" in shown
    assert 'href="https://example.com/a?b=1"' in shown


def test_a_batch_can_be_watched_paused_and_resumed(office: Office) -> None:
    office.call.change_settings(email_per_minute=60)
    names = [f"p{number}" for number in range(12)]
    batch_id = str(letters(office, *names))
    office.wait(seconds=2)
    before = office.call.get_batch(batch_id=batch_id)

    paused = office.call.pause_batch(batch_id=batch_id)
    for _ in range(3):
        office.wait(seconds=60)
    still = office.call.get_batch(batch_id=batch_id)
    office.call.resume_batch(batch_id=batch_id)
    for _ in range(30):
        office.wait(seconds=10)
    after = office.call.get_batch(batch_id=batch_id)

    assert before["sent"] < 12
    assert paused["paused"]
    assert still["sent"] == before["sent"]
    assert still["waiting"] == 12 - before["sent"]
    assert (after["sent"], after["done"], after["written"], after["size"]) == (12, True, 12, 12)
    assert all(office.mailbox[name] == ["letter"] for name in names)


def test_a_batch_that_is_resumed_while_it_is_looked_at_leaves_nobody_behind(
    office: Office,
) -> None:
    office.call.change_settings(email_per_minute=60)
    batch_id = str(letters(office, "ada", "bob"))
    with office.suite.sql("notify") as sql:  # as if it had been paused as these were written
        sql.exec_driver_sql("UPDATE batches SET paused = true")
        sql.commit()
    office.wait(seconds=5)
    before = office.call.get_batch(batch_id=batch_id)

    with office.suite.sql("notify") as sql:  # and resumed by somebody who saw none of them paused
        sql.exec_driver_sql("UPDATE batches SET paused = false")
        sql.commit()
    office.wait(seconds=61)

    assert (before["waiting"], before["sent"]) == (2, 0)
    assert office.call.get_batch(batch_id=batch_id)["sent"] == 2
    assert [one["attempts"] for one in office.messages("ada")] == [1]


def test_what_a_server_said_of_an_erased_person_does_not_name_them(office: Office) -> None:
    def refuse(messages: Sequence[Message], before_dot: BeforeDot) -> list[Outcome]:
        before_dot(messages)
        said = "550 <{}>: no such user"
        return [Outcome(one, Delivery.REFUSED, said.format(one.address)) for one in messages]

    office.person("violet")
    office.mailbox.send = refuse  # type: ignore[method-assign]
    office.tell(BookingConfirmed, "violet", booking_id=uuid4())
    office.tell(PersonErased, "violet", erasure_id=uuid4())

    (message,) = office.messages("violet")
    assert (message["state"], message["reply"]) == ("failed", "550 <…>: no such user")


def test_a_message_that_waits_for_another_try_is_not_tried_for_an_erased_person(
    office: Office,
) -> None:
    def erase(messages: Sequence[Message], before_dot: BeforeDot) -> list[Outcome]:
        before_dot(messages)
        del office.mailbox.send
        office.say(office.fact(PersonErased, "ada", erasure_id=uuid4()), settle=False)
        return [Outcome(one, Delivery.LATER, "451 later") for one in messages]

    office.person("ada")
    office.mailbox.send = erase  # type: ignore[method-assign]
    office.tell(BookingConfirmed, "ada", booking_id=uuid4())
    office.wait(seconds=11)

    assert office.states("ada") == [("confirmed", "suppressed")]
    assert office.messages("ada")[0]["ended_at"]
