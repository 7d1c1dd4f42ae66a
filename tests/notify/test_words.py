"""The words of every message, in every language, and the studio's own in their place."""

import re
import time
import tomllib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import icalendar
import pytest

from services.events.domain import Session, written_agenda
from services.notify.domain import MessageKind, Words, segments
from services.notify.gateways import render, sample, show
from shared.config import settings
from shared.contracts.booking import BookingConfirmed
from shared.contracts.errors import InvalidRequest, TemplateNotFound
from shared.contracts.loyalty import ReferralThanked
from shared.contracts.ranking import PromotionEarned
from shared.shapes import LANGUAGES
from tests.notify.office import Office, text_of

AT = datetime(2031, 3, 3, 9, tzinfo=UTC)
TEMPLATES = Path(__file__).parents[2] / "services" / "notify" / "templates"
GMAIL_CLIPS_AT = 102_400
SHORT = 76  # a token's characters in a text message
EVERY = [(kind, language) for kind in MessageKind for language in LANGUAGES]


def email_of(kind: MessageKind, language: str = "en", **context: str) -> EmailMessage:
    """Write the email of a kind on sample data."""
    message = sample(kind, language, None, name="Ada", at=AT)
    made = message.__class__(
        **{name: getattr(message, name) for name in message.__slots__}
        | {"context": {**message.context, **context}, "message_id": uuid4()}
    )
    read = message_from_bytes(render(made, settings()), policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read


def html_of(email: EmailMessage) -> str:
    """Give the HTML of an email."""
    body = email.get_body(("html",))
    assert body is not None
    return str(body.get_content())


def test_every_language_has_the_words_of_every_kind() -> None:
    keys = {}
    for language in LANGUAGES:
        words = tomllib.loads((TEMPLATES / language / "words.toml").read_text())
        keys[language] = {(kind, part) for kind, parts in words.items() for part in parts}
        assert {kind.value for kind in MessageKind} | {"shared"} == set(words)

    assert len({frozenset(one) for one in keys.values()}) == 1


@pytest.mark.rule("H24")
@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_every_message_can_be_written_and_read(kind: MessageKind, language: str) -> None:
    written = show(sample(kind, language, None, name="Ada", at=AT), settings())

    for text in (written.subject, written.text, written.html, written.sms):
        assert text.strip()
        assert not re.search(r"\{\{|\}\}|\{%|\*\*|[\ue000-\ue002]|\]\(http", text)
    assert written.segments == segments(written.sms) <= 4
    links = re.findall(r"https?://\S+", written.sms)
    assert all(len(link.rpartition("/")[2].rstrip(".")) == SHORT for link in links)
    assert "\n" not in written.subject


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_an_email_keeps_to_what_common_programs_show(kind: MessageKind, language: str) -> None:
    html = html_of(email_of(kind, language))

    assert len(html.encode()) < GMAIL_CLIPS_AT / 4
    assert f'<html lang="{language}">' in html
    assert 'name="viewport"' in html  # phones show it in their own width
    assert 'name="color-scheme" content="light dark"' in html
    assert "@media (prefers-color-scheme: dark)" in html
    assert not re.search(r"<(script|link|form|iframe|object|svg|video)\b", html, re.IGNORECASE)
    assert not re.search(r"url\(|@import|position:|display:\s*(flex|grid)", html)  # Outlook, Gmail
    assert not re.search(r'src=(?!"cid:)', html)  # nothing is fetched, so nobody is followed
    # Programs that drop the style element still see every style but the dark one's.
    without = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
    assert 'style="' in without
    for link in re.findall(r"<a [^>]*>", without):
        assert "color:" in link


@pytest.mark.parametrize("kind", MessageKind)
def test_text_and_html_lead_to_the_same_places(kind: MessageKind) -> None:
    email = email_of(kind)

    in_text = set(re.findall(r"https?://[^\s]+", text_of(email)))
    in_html = set(re.findall(r'href="([^"]+)"', html_of(email)))
    assert in_text == in_html


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_default_text_message_costs_double_for_a_letter(language: str) -> None:
    dear = []
    for kind in MessageKind:
        text = show(sample(kind, language, None, name="Ada", at=AT), settings()).sms
        if segments(text) > 1 + (len(text.replace("€", "€€")) - 1) // 153:
            dear.append(text)

    assert dear == []


@pytest.mark.parametrize(
    ("language", "when", "until"),
    [
        ("en", "Thursday 6 March 2031, 18:30–19:30 (Rome time)", "Wed 5 Mar, 18:30"),  # noqa: RUF001
        ("it", "giovedì 6 marzo 2031, 18:30–19:30 (ora di Roma)", "mer 5 mar, 18:30"),  # noqa: RUF001
        ("fr", "jeudi 6 mars 2031, 18:30–19:30 (heure de Rome)", "mer. 5 mars, 18:30"),  # noqa: RUF001
        ("de", "Donnerstag, 6. März 2031, 18:30–19:30 (Ortszeit Rom)", "Mi., 5. März, 18:30"),  # noqa: RUF001
    ],
)
def test_times_are_written_as_people_write_them(language: str, when: str, until: str) -> None:
    text = text_of(email_of(MessageKind.OFFERED, language))

    assert when in text
    assert until in text


def test_what_ends_on_another_day_says_so() -> None:
    overnight = email_of(MessageKind.CONFIRMED, ends_at="2031-03-07T06:00:00+00:00")
    endless = email_of(MessageKind.CONFIRMED, ends_at="")

    assert "6 March 2031, 18:30 – Friday 7 March 2031, 07:00" in text_of(overnight)  # noqa: RUF001
    assert "Thursday 6 March 2031, 18:30 (Rome time)\n" in text_of(endless)


@pytest.mark.parametrize(
    ("language", "day", "night"),
    [
        ("en", "Tue 22 Dec, 09:00–10:00", "Tue 22 Dec, 23:00 – Wed 23 Dec, 01:00"),  # noqa: RUF001
        ("it", "mar 22 dic, 09:00–10:00", "mar 22 dic, 23:00 – mer 23 dic, 01:00"),  # noqa: RUF001
        ("fr", "mar. 22 déc., 09:00–10:00", "mar. 22 déc., 23:00 – mer. 23 déc., 01:00"),  # noqa: RUF001
        ("de", "Di., 22. Dez., 09:00–10:00", "Di., 22. Dez., 23:00 – Mi., 23. Dez., 01:00"),  # noqa: RUF001
    ],
)
def test_an_agenda_is_written_in_the_readers_language(language: str, day: str, night: str) -> None:
    opening, ball = occasion("Opening", 8, 9, "Hall"), occasion("Ball", 22, 24)
    agenda = written_agenda([ball, opening], "Europe/Rome")

    text = text_of(email_of(MessageKind.REGISTERED, language, agenda=agenda))

    assert f"{day} Opening, Hall\n{night} Ball\n" in text


@pytest.mark.parametrize("kind", [MessageKind.AGENDA_CANCELLED, MessageKind.REGISTRATION_CHANGED])
@pytest.mark.parametrize(
    ("language", "words", "day"),
    [
        ("en", "following will not take place:", "Tue 22 Dec, 09:00–10:00"),  # noqa: RUF001
        ("it", "quanto segue non si terrà:", "mar 22 dic, 09:00–10:00"),  # noqa: RUF001
        ("fr", "ce qui suit n’aura pas lieu :", "mar. 22 déc., 09:00–10:00"),  # noqa: RUF001
        ("de", "Folgendes findet nicht statt:", "Di., 22. Dez., 09:00–10:00"),  # noqa: RUF001
    ],
)
def test_what_was_called_off_is_named_in_the_readers_language(
    kind: MessageKind, language: str, words: str, day: str
) -> None:
    gone = written_agenda([occasion("Opening", 8, 9, "Hall")], "Europe/Rome")

    email = email_of(kind, language, called_off=gone)
    other = email_of(kind, language, called_off="", agenda="")

    assert f"{words}\n{day} Opening, Hall\n\n" in text_of(email)
    if kind is MessageKind.REGISTRATION_CHANGED:
        assert words not in text_of(other)


def test_an_agenda_in_other_words_stays_as_it_was_said() -> None:
    text = text_of(
        email_of(MessageKind.REGISTERED, "it", agenda="10:00 Talk\nin the evening: Ball")
    )

    assert "\n10:00 Talk\nin the evening: Ball\n" in text


def occasion(name: str, begins: int, ends: int, location: str = "") -> Session:
    """Make a session of an event, from one hour of a day (UTC) to another."""
    day = datetime(2026, 12, 22, tzinfo=UTC)
    return Session(
        session_id=uuid4(),
        event_id=uuid4(),
        name=name,
        description="",
        starts_at=day + timedelta(hours=begins),
        ends_at=day + timedelta(hours=ends),
        location=location,
        building_id=None,
        room_id=None,
        layout_id=None,
    )


@pytest.mark.parametrize("kind", [MessageKind.CONFIRMED, MessageKind.ALLOCATED])
def test_giving_a_place_up_is_no_button(kind: MessageKind) -> None:
    html = html_of(email_of(kind))

    assert re.search(r'<a class="link" href="[^"]*/cancel/[^"]*"', html)
    assert not re.search(r'<a class="button" href="[^"]*/cancel/', html)
    assert 'class="button"' in html


def test_a_text_that_advertises_says_how_to_get_no_more() -> None:
    shown = show(sample(MessageKind.NEWS, "en", None, name="Ada", at=AT), settings())

    assert re.search(r"Unsubscribe: http\S*/unsubscribe/\S+$", shown.sms)


# -- the calendar --------------------------------------------------------------------------------


def entry_of(email: EmailMessage) -> tuple[Any, str]:
    """Give the calendar entry of an email, and its method."""
    parts = [part for part in email.walk() if part.get_content_type() == "text/calendar"]
    files = [part for part in email.walk() if part.get_filename() == "invite.ics"]
    assert len(parts) == len(files) == 1
    content = parts[0].get_payload(decode=True)
    assert isinstance(content, bytes)
    assert content == files[0].get_payload(decode=True)
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    calendar: Any = icalendar.Calendar.from_ical(content)
    assert parts[0].get_param("method") == calendar["METHOD"]
    (event,) = calendar.walk("VEVENT")
    return event, str(calendar["METHOD"])


def test_a_calendar_entry_is_made_moved_and_removed_as_the_same_one() -> None:
    ids = {"booking_id": str(UUID(int=5))}
    steps = [
        entry_of(email_of(MessageKind.CONFIRMED, sequence="0", **ids)),
        entry_of(email_of(MessageKind.MOVED, sequence="1", **ids)),
        entry_of(email_of(MessageKind.CANCELLED, sequence="2", **ids)),
    ]

    assert [method for _, method in steps] == ["REQUEST", "REQUEST", "CANCEL"]
    assert [int(event["SEQUENCE"]) for event, _ in steps] == [0, 1, 2]
    assert {str(event["UID"]) for event, _ in steps} == {f"{UUID(int=5)}@example.com"}
    assert [str(event["STATUS"]) for event, _ in steps][-1] == "CANCELLED"
    event = steps[0][0]
    assert event["DTSTART"].dt == datetime(2031, 3, 6, 17, 30, tzinfo=UTC)
    assert event["DTEND"].dt == datetime(2031, 3, 6, 18, 30, tzinfo=UTC)


def test_what_people_wrote_stays_inside_its_line_of_the_calendar() -> None:
    name, place = "Yoga; all, levels\\ " + "ö" * 100, "A;B\r\nATTENDEE:mailto:x@example.com"

    event, _ = entry_of(email_of(MessageKind.CONFIRMED, session_name=name, location=place))

    assert str(event["SUMMARY"]) == name
    assert str(event["LOCATION"]) == place.replace("\r", "")
    assert str(event["ATTENDEE"]) == "mailto:ada@example.com"


def test_a_message_that_is_no_appointment_enters_none() -> None:
    for kind in (MessageKind.WAITING, MessageKind.RECEIPT, MessageKind.OFFERED, MessageKind.LETTER):
        assert "text/calendar" not in [part.get_content_type() for part in email_of(kind).walk()]


def test_the_ticket_is_a_picture_inside_of_the_email() -> None:
    email = email_of(MessageKind.REGISTERED)

    (picture,) = [part for part in email.walk() if part.get_content_type() == "image/png"]
    content = picture.get_payload(decode=True)
    assert isinstance(content, bytes)
    assert content.startswith(b"\x89PNG")
    assert f'src="cid:{picture["Content-ID"].strip("<>")}"' in html_of(email)
    assert 'alt="TICKET-1"' in html_of(email)
    assert picture.get_content_disposition() == "inline"


# -- the studio's own words ----------------------------------------------------------------------

OWN = {
    "subject": "In! {{ session_name }}",
    "text": "Hey {{ name }}, you are **in**.\n\n[Cannot come]({{ cancel_url }})",
    "sms": "In: {{ session_name }} {{ cancel_url }}",
}
CONFIRMED = {"kind": "confirmed", "language": "en"}


@pytest.mark.rule("M32")
def test_both_promotion_messages_are_edited_each_by_itself(office: Office) -> None:
    office.call.keep_staff(name="Amina", email="amina@example.com", roles=["admin"])
    listed = {one["kind"] for one in office.call.list_templates()}
    assert {"promotion", "promotion_staff"} <= listed
    words = {"text": "{{ rank_name }} is within reach.", "sms": "{{ rank_name }}"}
    for kind in ("promotion", "promotion_staff"):
        found = office.call.get_template(kind=kind, language="en")
        assert "rank_name" in found["placeholders"]

    def earned(name: str) -> None:
        office.tell(
            PromotionEarned,
            name,
            person_name=name,
            next_rank_name="green",
            term_en="Belts",
            studio_language="en",
            tell_client=True,
            tell_admins=True,
        )

    earned("ada")
    office.call.save_template(kind="promotion", language="en", subject="Up you go", **words)
    earned("bob")
    office.call.save_template(kind="promotion_staff", language="en", subject="Do it", **words)
    earned("eva")

    clients = [str(office.mailbox.last(name)["Subject"]) for name in ("ada", "bob", "eva")]
    staff = [str(mail["Subject"]) for one, mail in office.mailbox.taken if one.name == "Amina"]
    assert clients == ["You are ready for green", "Up you go", "Up you go"]
    assert staff == ["Time to promote ada", "Time to promote bob", "Do it"]
    assert "green is within reach." in text_of(office.mailbox.last("eva"))
    assert "green is within reach." in text_of(office.mailbox.last("Amina"))


@pytest.mark.rule("M32", "T8")
def test_the_studio_s_words_are_used_from_then_on_and_the_default_comes_back(
    office: Office,
) -> None:
    for own in (OWN, OWN | {"subject": "Second"}, None):
        if own:
            office.call.save_template(**CONFIRMED, **own)
        else:
            office.call.restore_template(**CONFIRMED)
        office.tell(BookingConfirmed, "ada", booking_id=uuid4())
    office.person("eva", language="it")
    office.tell(BookingConfirmed, "eva", booking_id=uuid4())

    subjects = [str(email["Subject"]) for _, email in office.mailbox.taken]
    assert subjects == ["In! Open day", "Second", "Your place: Open day", "Il tuo posto: Open day"]
    assert "Hey ada, you are in.\n\nCannot come:\nhttp://" in text_of(office.mailbox.taken[0][1])
    assert "<strong>in</strong>" in html_of(office.mailbox.taken[0][1])
    assert [one["version"] for one in reversed(office.messages("ada"))] == [1, 2, 3]
    found = office.call.get_template(**CONFIRMED)
    assert (found["version"], found["is_default"]) == (3, True)
    assert [one["version"] for one in found["versions"]] == [3, 2, 1]
    assert office.call.get_template(**CONFIRMED, version=2)["subject"] == "Second"


@pytest.mark.parametrize(
    ("change", "field", "why"),
    [
        ({"text": "Hello {{ nickname }}"}, "text", "Unknown placeholder nickname; known: .*name"),
        ({"sms": "{{ claim_url }}"}, "sms", "Unknown placeholder claim_url"),
        ({"subject": "{{ name "}, "subject", "Cannot be filled in"),
        ({"text": "{% for x in name %}"}, "text", "Cannot be filled in"),
        ({"text": "{% for x in name %}{{ x }}{% endfor %}"}, "text", "only placeholders"),
        ({"text": "{{ 'x' * 100000000 }}"}, "text", "only placeholders"),
        ({"text": "{{ 9 ** (9 ** 9) }}"}, "text", "only placeholders"),
        ({"text": "{{ '%0900000000d' | format(1) }}"}, "text", "only placeholders"),
        ({"text": "{{ name | center(900000000) }}"}, "text", "only placeholders"),
        ({"text": "{% set a = name ~ name %}"}, "text", "only placeholders"),
        ({"text": "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}"}, "text", "only placeholders"),
        ({"text": "{% if name %}" * 101 + "x" + "{% endif %}" * 101}, "text", "20 conditions"),
        ({"text": "{{" + "(" * 3000 + "name" + ")" * 3000 + "}}"}, "text", "Cannot be filled"),
        ({"text": "{{" + "name ~ " * 1000 + "name }}"}, "text", "placeholders at most"),
        ({"text": "{% if balance > 3 %}x{% endif %}"}, "text", "Cannot be filled in: TypeError"),
        ({"text": "{% if not name %}x{% endif %}"}, "text", "Says nothing"),
        ({"sms": "   "}, "sms", "Says nothing"),
        ({"text": "[Win](javascript:x)"}, "text", "must lead to http"),
        ({"text": "[Win]({{ name }})"}, "text", "must lead to http"),
        ({"text": "{{ name.__class__.__mro__ }}"}, "text", "Cannot be filled in"),
        ({"text": "{{ ''.__class__ }}"}, "text", "Cannot be filled in"),
        ({"text": "{{ name | attr('__class__') }}"}, "text", "only placeholders"),
        ({"text": "{{ cycler.__init__ }}"}, "text", "only placeholders"),
        ({"text": "{{ 'x' * 'y' }}"}, "text", "Cannot be filled in"),
        ({"text": "{% include 'layout.html' %}"}, "text", "Cannot be filled in"),
        ({"sms": "ł" * 700}, "sms", "segments on sample data; 10 at most"),
        ({"subject": "two\nlines"}, "subject", "one line"),
        ({"subject": ""}, "subject", "Length"),
    ],
)
def test_words_that_would_fail_are_refused_when_they_are_saved(
    office: Office, change: dict[str, str], field: str, why: str
) -> None:
    expected = rf"(?s){field}: .*{why}"
    with pytest.raises(InvalidRequest, match=expected):
        office.call.save_template(**CONFIRMED, **(OWN | change))
    with pytest.raises(InvalidRequest, match=expected):
        office.call.preview_template(**CONFIRMED, words=OWN | change)

    assert office.call.get_template(**CONFIRMED)["version"] == 0


@pytest.mark.parametrize(
    ("kind", "needed"),
    [("allocated", "cancel_url"), ("offered", "claim_url"), ("letter", "text"), ("news", "text")],
)
@pytest.mark.rule("Q49")
def test_words_without_what_a_message_is_for_are_refused(
    office: Office, kind: str, needed: str
) -> None:
    own = {"subject": "Hi", "text": f"Hi {{{{ {needed} }}}}", "sms": f"{{{{ {needed} }}}}"}
    office.call.save_template(kind=kind, language="en", **own)

    for part in ("text", "sms"):
        with pytest.raises(InvalidRequest, match=rf"{part}: Has to say \{{\{{ {needed}"):
            office.call.save_template(kind=kind, language="en", **(own | {part: "Hi"}))


def test_who_saves_words_in_the_same_moment_is_told(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.notify.store.next_version", lambda *_: 1)
    office.call.save_template(**CONFIRMED, **OWN)

    with pytest.raises(InvalidRequest, match="save again"):
        office.call.save_template(**CONFIRMED, **OWN)


def test_where_own_words_fail_the_default_ones_are_sent(office: Office) -> None:
    office.call.save_template(**CONFIRMED, **OWN)
    with office.suite.sql("notify") as sql:  # as an older release may have let it be saved
        sql.exec_driver_sql("UPDATE templates SET text = '{{ nothing }}', sms = '{{ nothing }}'")
        sql.commit()

    office.tell(BookingConfirmed, "ada", booking_id=uuid4())

    assert str(office.mailbox.last("ada")["Subject"]) == "Your place: Open day"


def test_brackets_without_end_cost_no_time() -> None:
    words = Words("x", "[" * 20_000, "x")
    began = time.perf_counter()

    show(sample(MessageKind.CONFIRMED, "en", words, name="Ada", at=AT), settings())
    show(
        sample(MessageKind.CONFIRMED, "en", replace(words, text="[a](b" * 4000), name="Ada", at=AT),
        settings(),
    )

    assert time.perf_counter() - began < 2


def test_words_can_be_looked_at_before_they_are_saved(office: Office) -> None:
    shown = office.call.preview_template(**CONFIRMED, words=OWN)
    default = office.call.preview_template(kind="confirmed", language="de")

    assert shown["subject"] == "In! Yoga for beginners"
    assert "Hey Ada Lovelace" in shown["text"]
    assert shown["segments"] == segments(shown["sms"])
    assert "Guten Tag Ada Lovelace" in default["text"]
    assert office.call.get_template(**CONFIRMED)["version"] == 0


def test_every_text_can_be_listed_and_read_with_what_can_be_filled_in(office: Office) -> None:
    office.call.save_template(**CONFIRMED, **OWN)

    listed = office.call.list_templates()

    assert len(listed) == len(EVERY)
    changed = [(one["kind"], one["language"]) for one in listed if one["version"]]
    assert changed == [("confirmed", "en")]
    for one in listed:
        found = office.call.get_template(kind=one["kind"], language=one["language"])
        used = set(re.findall(r"\{\{ (\w+) \}\}", found["text"] + found["sms"]))
        assert used <= set(found["placeholders"])
    with pytest.raises(TemplateNotFound):
        office.call.get_template(**CONFIRMED, version=9)


def test_what_is_filled_in_is_never_words_of_the_studio(office: Office) -> None:
    office.tell(ReferralThanked, "ada", text="{{ 7 * 7 }} {% raw %} [a](http://b) **c**")

    assert "{{ 7 * 7 }} {% raw %} [a](http://b) **c**" in text_of(office.mailbox.last("ada"))
