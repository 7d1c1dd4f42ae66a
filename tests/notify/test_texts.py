"""What goes to Twilio, what is made of its answers, and what it may tell us afterwards."""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from twilio.request_validator import RequestValidator
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request, Response

from services.notify.domain import Channel, Delivery, Message, MessageKind, Outcome, segments
from services.notify.gateways import BeforeDot, FileTexter, TwilioTexter, make_texter
from shared.config import settings
from shared.contracts.waitlist import SpotAllocated
from tests.notify.office import Office, all_of
from tests.servers import free_port, running

ROOT = Path(__file__).parents[2]
PHONE = "+39021234567"
TOKEN = "a-token-for-tests"  # noqa: S105 - the stand-in's
URL = "https://messages.example.com"


@dataclass
class StandIn:
    """The stand-in, and what it has noted."""

    port: int
    path: Path

    def noted(self, what: str) -> list[Any]:
        """List what was noted of a kind."""
        lines = [json.loads(line) for line in self.path.read_text().splitlines()]
        return [line for line in lines if what in line]


@pytest.fixture(scope="module", name="process")
def run_stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    made = StandIn(free_port(), tmp_path_factory.mktemp("carrier") / "noted.jsonl")
    made.path.touch()
    with running("tests.notify.carrier", made.port, str(made.path)):
        yield made


@pytest.fixture(name="carrier")
def use_stand_in(process: StandIn, account: None) -> StandIn:
    del account
    process.path.write_text("")
    return process


@pytest.fixture
def account(process: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have an account at the stand-in."""
    for name, value in {
        "ACCOUNT": "AC" + "0" * 32,
        "TOKEN": TOKEN,
        "SENDER": "MG" + "1" * 32,
        "URL": f"http://127.0.0.1:{process.port}",
    }.items():
        monkeypatch.setenv(f"ATELIER_TWILIO_{name}", value)
    monkeypatch.setenv("ATELIER_NOTIFY_URL", URL)
    settings.cache_clear()


def a_text(phone: str = PHONE, **changes: Any) -> Message:
    """Give a text message that is to be sent."""
    message = Message(
        message_id=uuid4(),
        kind=MessageKind.LETTER,
        person_id=UUID(int=1),
        address=phone,
        name="Ada",
        language="en",
        context={"subject": "", "text": f"Hello {uuid4()}"},
        attempts=1,
        correlation_id="the-click",
        caused_by=UUID(int=2),
        began_at=datetime.now(UTC),
        channel=Channel.SMS,
        created_at=datetime.now(UTC),
    )
    return replace(message, **changes)


def send(*messages: Message) -> list[Outcome]:
    """Send messages through the SDK, waiting a second for each answer."""
    return TwilioTexter(settings(), seconds=1).send(messages, all_of)


def test_a_text_goes_through_the_messaging_service_with_a_callback(carrier: StandIn) -> None:
    message = a_text()

    (outcome,) = send(message)

    (asked,) = carrier.noted("asked")
    assert outcome.delivery is Delivery.TAKEN
    assert (outcome.provider_id or "").startswith("SM")
    assert outcome.segments == segments(message.context["text"])
    assert asked["asked"] == {
        "To": PHONE,
        "Body": message.context["text"],
        "MessagingServiceSid": "MG" + "1" * 32,
        "StatusCallback": f"{URL}/twilio/status/{message.message_id}",
    }
    account = f"AC{'0' * 32}:{TOKEN}"
    assert asked["auth"] == f"Basic {base64.b64encode(account.encode()).decode()}"


def test_a_plain_number_may_be_the_sender(
    carrier: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATELIER_TWILIO_SENDER", "+390255555555")
    settings.cache_clear()

    send(a_text())

    assert carrier.noted("asked")[0]["asked"]["From"] == "+390255555555"


@pytest.mark.parametrize(
    ("end", "delivery", "blocks"),
    [
        ("21610", Delivery.REFUSED, "said STOP"),
        ("21211", Delivery.REFUSED, ""),
        ("429", Delivery.LATER, ""),
        ("500", Delivery.LOST, ""),
        ("700", Delivery.LOST, ""),
        ("800", Delivery.LOST, ""),
    ],
)
def test_each_answer_is_understood(
    carrier: StandIn, end: str, delivery: Delivery, blocks: str
) -> None:
    odd, plain = send(a_text(f"+3902{end}"), a_text())

    assert (odd.delivery, odd.blocks) == (delivery, blocks)
    assert plain.delivery is Delivery.TAKEN
    assert PHONE in [one["taken"] for one in carrier.noted("taken")]


def test_after_a_time_out_twilio_is_asked_before_the_text_goes_out_again(
    carrier: StandIn,
) -> None:
    taken, lost = a_text("+3902700"), a_text("+3902800")
    send(taken, lost)

    again = send(replace(taken, attempts=2), replace(lost, attempts=2))

    assert [outcome.delivery for outcome in again] == [Delivery.TAKEN, Delivery.LOST]
    assert again[0].reply == "found at Twilio"
    assert len([one for one in carrier.noted("taken") if one["taken"] == "+3902700"]) == 1
    assert len([one for one in carrier.noted("asked") if one["asked"]["To"] == "+3902800"]) == 2


def test_where_twilio_cannot_be_asked_nothing_goes_out_again(
    carrier: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATELIER_TWILIO_URL", f"http://127.0.0.1:{free_port()}")
    settings.cache_clear()

    (outcome,) = send(a_text(attempts=2))

    assert outcome.delivery is Delivery.LOST
    assert carrier.noted("asked") == []


def test_without_an_account_texts_are_files() -> None:
    texter = make_texter()
    assert isinstance(texter, FileTexter)

    (outcome,) = texter.send([a_text()], all_of)

    assert outcome.delivery is Delivery.TAKEN
    (file,) = texter.directory.glob("letter-*.txt")
    assert file.read_text().startswith(f"To: {PHONE}\n\nHello ")


# -- callbacks -----------------------------------------------------------------------------------


def posted(
    office: Office, path: str, form: Mapping[str, str], *, to: str = URL, token: str = TOKEN
) -> Response:
    """Post a form as Twilio would, signed for an address of ours."""
    signature = RequestValidator(token).compute_signature(to + path, dict(form))
    headers = {"X-Twilio-Signature": signature}
    # The address it came in under, which a proxy may have changed, counts for nothing.
    builder = EnvironBuilder(path, "http://10.0.0.7:8602", method="POST", data=dict(form))
    builder.headers.extend(headers)
    request, worker = Request(builder.get_environ()), office.suite.worker("notify")
    if path == "/twilio/incoming":
        heard: Response = worker.hear_text(request)
        return heard
    answer: Response = worker.note_text_status(request, UUID(path.rsplit("/", 1)[1]))
    return answer


def a_sent_text(office: Office) -> str:
    """Have a text message sent; give the path of its callback."""
    office.person("ada", email=None, phone=PHONE)
    office.tell(SpotAllocated, "ada")
    office.person("ada", phone=PHONE)
    return f"/twilio/status/{office.messages('ada')[0]['message_id']}"


@pytest.mark.usefixtures("account")
def test_callbacks_come_in_any_order_and_only_move_forward(office: Office) -> None:
    path = a_sent_text(office)

    seen = []
    for status in ("sent", "queued", "delivered", "sending", "undelivered", "delivered"):
        assert posted(office, path, {"MessageStatus": status}).status_code == 204
        seen.append(office.messages("ada")[0]["receipt"])

    assert seen == ["sent", "sent", "delivered", "delivered", "delivered", "delivered"]
    assert office.messages("ada")[0]["state"] == "sent"


@pytest.mark.usefixtures("account")
def test_a_text_that_did_not_arrive_has_failed_and_an_email_takes_its_place(
    office: Office,
) -> None:
    path = a_sent_text(office)

    for _ in range(2):
        posted(office, path, {"MessageStatus": "undelivered", "ErrorCode": "30005"})
    office.suite.deliver()

    text, email = sorted(office.messages("ada"), key=lambda one: str(one["channel"]), reverse=True)
    assert (text["state"], text["reply"]) == ("failed", "undelivered 30005")
    assert (email["channel"], email["state"]) == ("email", "sent")
    assert office.suite.story.count("SmsFailed") == 1
    assert office.mailbox["ada"] == ["allocated"]


@pytest.mark.usefixtures("account")
def test_what_the_carrier_says_before_we_have_noted_its_answer_counts(office: Office) -> None:
    send = office.phones.send

    def quickly(messages: Sequence[Message], before_dot: BeforeDot) -> list[Outcome]:
        outcomes = send(messages, before_dot)
        path = f"/twilio/status/{messages[0].message_id}"
        posted(office, path, {"MessageStatus": "undelivered", "ErrorCode": "21610"})
        return outcomes

    office.person("ada", phone=PHONE)
    office.call.set_route(kind="allocated", first="sms", falls_back=True)
    office.phones.send = quickly  # type: ignore[method-assign]
    office.tell(SpotAllocated, "ada")

    states = {one["channel"]: one["state"] for one in office.messages("ada")}
    assert states == {"sms": "failed", "email": "sent"}
    assert [one["reason"] for one in office.call.list_suppressions()] == ["said STOP"]


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("lost", [1, 4], ids=["to be sent again", "unknown"])
def test_a_text_of_unknown_fate_is_sent_once_the_carrier_has_said_so(
    office: Office, lost: int
) -> None:
    office.person("ada", email=None, phone=PHONE)
    office.refusing(*[Delivery.LOST] * lost, phone=True)
    office.tell(SpotAllocated, "ada")
    for _ in range(lost - 1):
        office.wait(hours=1)
    (before,) = office.messages("ada")

    posted(office, f"/twilio/status/{before['message_id']}", {"MessageStatus": "sent"})
    office.wait(hours=1)

    (message,) = office.messages("ada")
    assert (before["state"], message["state"]) == ("due" if lost == 1 else "unknown", "sent")
    assert message["segments"] >= 1
    assert office.suite.story.count("SmsSent") == 1
    assert office.phones[PHONE] == []


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(("to", "token"), [("http://10.0.0.7:8602", TOKEN), (URL, "another-token")])
def test_nobody_else_can_say_what_became_of_a_text(office: Office, to: str, token: str) -> None:
    path = a_sent_text(office)

    answer = posted(office, path, {"MessageStatus": "failed"}, to=to, token=token)
    stop = posted(office, "/twilio/incoming", {"From": PHONE, "Body": "STOP"}, to=to, token=token)

    assert (answer.status_code, stop.status_code) == (403, 403)
    assert office.messages("ada")[0]["state"] == "sent"
    assert office.call.list_suppressions() == []


def test_without_an_account_no_callback_is_believed(office: Office) -> None:
    path = a_sent_text(office)

    assert posted(office, path, {"MessageStatus": "failed"}, token="").status_code == 403


@pytest.mark.usefixtures("account")
def test_a_stop_is_heeded_and_a_start_takes_it_back(office: Office) -> None:
    a_sent_text(office)
    office.call.set_route(kind="allocated", first="sms", falls_back=True)

    posted(office, "/twilio/incoming", {"From": PHONE, "Body": " Stop "})
    office.tell(SpotAllocated, "ada")
    stopped = (len(office.phones[PHONE]), office.mailbox["ada"])
    posted(office, "/twilio/incoming", {"From": PHONE, "Body": "START"})
    office.tell(SpotAllocated, "ada")

    assert stopped == (1, ["allocated"])
    assert len(office.phones[PHONE]) == 2


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(
    ("form", "stops"),
    [
        ({"Body": "stop."}, True),
        ({"Body": "ARRET"}, True),
        ({"Body": "Abmelden"}, True),
        ({"Body": "nein danke", "OptOutType": "STOP"}, True),
        ({"Body": "Please do not stop"}, False),
        ({"Body": "INFO", "OptOutType": "HELP"}, False),
        ({}, False),
    ],
)
def test_a_stop_is_heeded_in_any_language_and_only_a_stop(
    office: Office, form: dict[str, str], *, stops: bool
) -> None:
    posted(office, "/twilio/incoming", {"From": PHONE, **form})

    assert [one["reason"] for one in office.call.list_suppressions()] == ["said STOP"] * stops


@pytest.mark.usefixtures("account")
def test_a_start_does_not_take_back_a_complaint(office: Office) -> None:
    a_sent_text(office)
    office.call.suppress_address(address=PHONE, reason="complained")

    posted(office, "/twilio/incoming", {"From": PHONE, "Body": "START"})

    assert len(office.call.list_suppressions(address=PHONE)) == 1
