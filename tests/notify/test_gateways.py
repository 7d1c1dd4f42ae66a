"""What goes over the wire to a real mail server, and what becomes of what comes back."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.notify.domain import Delivery, Message, MessageKind
from services.notify.gateways import FileMailer, SmtpMailer, make_mailer
from shared.config import settings
from tests.notify.office import all_of
from tests.servers import free_port, running

ROOT = Path(__file__).parents[2]
START = datetime(2031, 3, 6, 9, tzinfo=UTC)


@dataclass
class RealServer:
    """A mail server that is running, and what it has noted."""

    port: int
    path: Path

    @property
    def taken(self) -> list[Mapping[str, Any]]:
        """List the messages it has taken."""
        return [json.loads(line) for line in self.path.read_text().splitlines()]

    @property
    def emails(self) -> list[EmailMessage]:
        """List them, read as a mail program would."""
        raw = [one["content"].encode("latin-1") for one in self.taken]
        found = [message_from_bytes(one, policy=policy.default) for one in raw]
        return [one for one in found if isinstance(one, EmailMessage)]


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    """Run one mail server for all these tests."""
    made = RealServer(free_port(), tmp_path_factory.mktemp("mail") / "taken.jsonl")
    made.path.touch()
    with running("tests.notify.server", made.port, str(made.path)):
        yield made


@pytest.fixture
def server(process: RealServer, monkeypatch: pytest.MonkeyPatch) -> RealServer:
    """Give the mail server, with nothing noted yet, as the configured one."""
    process.path.write_text("")
    monkeypatch.setenv("ATELIER_SMTP_URL", f"smtp://127.0.0.1:{process.port}")
    monkeypatch.setenv("ATELIER_SMTP_TIMEOUT", "1.5")
    settings.cache_clear()
    return process


def a_message(address: str = "ada@example.com", **changes: Any) -> Message:
    """Give a message that is to be sent."""
    context = {
        "session_name": "Open day",
        "starts_at": START.isoformat(),
        "time_zone": "Europe/Rome",
        "location": "Studio 2",
        "staff": "Lea",
        "booking_id": str(UUID(int=7)),
    }
    message = Message(
        message_id=uuid4(),
        kind=MessageKind.ALLOCATED,
        person_id=UUID(int=1),
        address=address,
        name="Ada",
        language="en",
        context=context | changes.pop("context", {}),
        attempts=1,
        correlation_id="the-click",
        caused_by=UUID(int=2),
        began_at=START,
    )
    return replace(message, **changes)


_made: list[SmtpMailer | FileMailer] = []


def made_mailer() -> SmtpMailer | FileMailer:
    """Make the configured mailer, whose connections are closed after the test."""
    _made.append(make_mailer())
    return _made[-1]


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Close what a test's mailers keep open."""
    yield
    for mailer in _made:
        for connection in getattr(mailer, "_idle", ()):
            connection.close()
    _made.clear()


def send(*messages: Message, mailer: SmtpMailer | FileMailer | None = None) -> list[Any]:
    """Send messages; give how each ended, and note nothing."""
    mailer = mailer or made_mailer()
    outcomes = mailer.send(messages, all_of)
    by_id = {outcome.message.message_id: outcome.delivery for outcome in outcomes}
    return [by_id[message.message_id] for message in messages]


def test_a_message_arrives_whole_and_at_one_recipient(server: RealServer) -> None:
    assert send(a_message()) == [Delivery.TAKEN]

    (taken,), (email,) = server.taken, server.emails
    assert taken["rcpt"] == ["ada@example.com"]
    assert taken["mail_from"] == "studio@example.com"
    assert email["To"] == "Ada <ada@example.com>"
    assert email["From"] == "Atelier <studio@example.com>"
    assert email["Auto-Submitted"] == "auto-generated"
    text, html = email.get_body(("plain",)), email.get_body(("html",))
    assert text is not None
    assert html is not None
    assert "http://127.0.0.1:8600/cancel/" in text.get_content()
    assert "I cannot come" in html.get_content()


@pytest.mark.parametrize(
    ("address", "delivery"),
    [
        ("busy@example.com", Delivery.LATER),
        ("later@example.com", Delivery.LATER),
        ("refused@example.com", Delivery.REFUSED),
        ("full@example.com", Delivery.REFUSED),
        ("slow@example.com", Delivery.LOST),
        ("gone@example.com", Delivery.LOST),
        ("taken@example.com", Delivery.LOST),
    ],
)
def test_each_answer_is_understood(server: RealServer, address: str, delivery: Delivery) -> None:
    outcomes = send(a_message(address), a_message())

    assert outcomes == [delivery, Delivery.TAKEN]
    assert ["ada@example.com"] in [one["rcpt"] for one in server.taken]


def test_a_server_that_is_not_there_means_later(
    monkeypatch: pytest.MonkeyPatch, server: RealServer
) -> None:
    monkeypatch.setenv("ATELIER_SMTP_URL", f"smtp://127.0.0.1:{free_port()}")
    settings.cache_clear()

    assert send(a_message()) == [Delivery.LATER]
    assert server.taken == []


def test_the_mark_is_made_before_the_dot(server: RealServer) -> None:
    seen = []

    def before_dot(messages: Sequence[Message]) -> set[UUID]:
        seen.append(([one.address for one in messages], len(server.taken)))
        return all_of(messages)

    made_mailer().send([a_message(), a_message("refused@example.com")], before_dot)

    assert seen == [(["ada@example.com"], 0)]
    assert len(server.taken) == 1


def test_nothing_is_handed_over_where_the_mark_cannot_be_made(server: RealServer) -> None:
    def before_dot(messages: Sequence[Message]) -> set[UUID]:
        raise LookupError(messages)

    with pytest.raises(LookupError):
        made_mailer().send([a_message()], before_dot)

    assert server.taken == []


def test_a_connection_is_used_again(server: RealServer) -> None:
    mailer = made_mailer()

    for _ in range(5):
        assert send(a_message(), mailer=mailer) == [Delivery.TAKEN]

    assert len({one["peer"] for one in server.taken}) == 1


def test_after_a_refusal_the_next_message_gets_through(server: RealServer) -> None:
    mailer = made_mailer()
    addresses = ["ada@example.com", "refused@example.com", "busy@example.com", "gone@example.com"]

    for address in addresses * 2:
        send(a_message(address), mailer=mailer)

    assert len(server.taken) == 2


def test_the_message_id_is_the_same_at_every_attempt(server: RealServer) -> None:
    message = a_message("taken@example.com")

    for attempts in (1, 2, 3):
        send(replace(message, attempts=attempts))

    ids = {str(email["Message-ID"]) for email in server.emails}
    assert ids == {f"<{message.message_id}@example.com>"}
    assert len(server.emails) == 3


def test_lines_that_begin_with_dots_arrive_as_they_were(server: RealServer) -> None:
    odd = {"location": ".", "staff": "..", "session_name": ".\u00e9 ."}
    text = "\n.\n..\n.end"

    mailer = made_mailer()

    send(a_message(context={**odd, "location": text}), mailer=mailer)
    send(a_message(), mailer=mailer)

    body = server.emails[0].get_body(("plain",))
    assert len(server.emails) == 2
    assert body is not None
    assert "\n.\n..\n.end\n" in body.get_content().replace("\r\n", "\n")


@pytest.mark.parametrize(
    "name",
    [
        "Ada\r\nBcc: all@example.com",
        "Ada\nBcc: all@example.com",
        "Ada\r\n\r\nA body of my own",
        "Ada\r\n.\r\nMAIL FROM:<x@example.com>",
    ],
)
def test_a_name_with_a_line_break_injects_no_header(server: RealServer, name: str) -> None:
    outcomes = send(a_message(name=name), a_message())

    assert outcomes[1] is Delivery.TAKEN
    for taken, email in zip(server.taken, server.emails, strict=True):
        assert taken["rcpt"] == ["ada@example.com"]
        assert email["Bcc"] is None
    assert outcomes[0] is Delivery.REFUSED


@pytest.mark.parametrize(
    "name", ['Ada "the first" <x@example.com>', "a, b; c: d", "Zoë ☃", "{{7*7}}"]
)
def test_any_other_name_arrives_as_it_is(server: RealServer, name: str) -> None:
    assert send(a_message(name=name)) == [Delivery.TAKEN]

    (email,) = server.emails
    (to,) = email["To"].addresses
    assert to.display_name == name
    assert to.addr_spec == "ada@example.com"


def test_markup_in_a_name_is_text_in_html(server: RealServer) -> None:
    send(a_message(name="<b>Ada</b>"))

    html = server.emails[0].get_body(("html",))
    assert html is not None
    assert "<b>Ada" not in html.get_content()


def test_what_travels_is_plain_ascii(server: RealServer) -> None:
    send(a_message(name="Zoë", context={"location": "Café Zürich"}))

    (taken,) = server.taken
    assert taken["content"].isascii()


@pytest.mark.parametrize("address", ["jörg@example.com", "ada@bücher.example"])
def test_an_address_that_cannot_be_written_to_harms_no_other(
    server: RealServer, address: str
) -> None:
    outcomes = send(a_message(address), a_message("grace@example.com"))

    assert outcomes[1] is Delivery.TAKEN
    assert ["grace@example.com"] in [one["rcpt"] for one in server.taken]


def test_an_international_domain_is_written_to_by_its_ascii_name(server: RealServer) -> None:
    assert send(a_message("ada@bücher.example")) == [Delivery.TAKEN]

    assert server.taken[0]["rcpt"] == ["ada@xn--bcher-kva.example"]


def test_without_a_mail_server_emails_are_files() -> None:
    mailer = made_mailer()
    assert isinstance(mailer, FileMailer)

    assert send(a_message(), a_message(), mailer=mailer) == [Delivery.TAKEN] * 2

    assert len(list(mailer.directory.glob("allocated-*.eml"))) == 2


def test_the_file_of_an_email_can_be_read_as_it_is_and_by_a_mail_program() -> None:
    mailer = made_mailer()
    assert isinstance(mailer, FileMailer)

    send(a_message(context={"session_name": "Übungsstunde"}), mailer=mailer)

    (path,) = mailer.directory.glob("*.eml")
    seen = path.read_text("utf-8")
    assert "Übungsstunde" in seen
    assert "\nhttp://127.0.0.1:8600/cancel/" in seen
    email = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(email, EmailMessage)
    for kind in ("plain", "html"):
        part = email.get_body((kind,))
        assert part is not None
        assert "Übungsstunde" in part.get_content(), kind
    encoded = {part.get_content_type(): part["Content-Transfer-Encoding"] for part in email.walk()}
    assert encoded["text/plain"] == encoded["text/html"] == "8bit"
    assert encoded["text/calendar"] == encoded["application/ics"] == "base64"


def test_a_file_that_cannot_be_written_harms_no_other() -> None:
    mailer = made_mailer()

    outcomes = send(a_message(name="Ada\r\nBcc: x@y.z"), a_message(), mailer=mailer)

    assert outcomes == [Delivery.REFUSED, Delivery.TAKEN]
