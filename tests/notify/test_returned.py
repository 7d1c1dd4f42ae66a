"""Mail that comes back hours later: what could not be delivered, and what was called spam."""

from contextlib import nullcontext
from datetime import timedelta
from email.message import EmailMessage
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner

import services.__main__ as command
from shared.config import settings
from shared.contracts.booking import BookingConfirmed, MessageRequested
from shared.contracts.errors import InvalidRequest, MessageNotFound
from shared.contracts.loyalty import ReferralThanked
from shared.contracts.waitlist import SpotAllocated
from tests.notify.office import Office

PHONE = "+39021234567"
DSN = """\
From: MAILER-DAEMON@mx.example.net
To: studio@example.com
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I am sorry to have to inform you.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; ada@example.com
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status}
    User unknown

--b
Content-Type: {original}

{headers}

--b--
"""
ARF = """\
From: fbl@mail.example.net
To: studio@example.com
Subject: FW: Sale
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: text/plain

This is an abuse report.

--b
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: Some/1.0
Version: 1

--b
Content-Type: message/rfc822

{headers}

Sale
--b--
"""


def headers_of(email: EmailMessage) -> str:
    """Give what a report quotes of an email."""
    return f"From: {email['From']}\nMessage-ID: {email['Message-ID']}\nSubject: {email['Subject']}"


def dsn(office: Office, action: str = "failed", status: str = "5.1.1", **more: str) -> str:
    """Write the report of a mail server about the last email to somebody."""
    email = office.mailbox.last("ada")
    values = {"action": action, "status": status, "original": "message/rfc822"} | more
    return DSN.format(headers=headers_of(email), **values)


@pytest.mark.parametrize("original", ["message/rfc822", "text/rfc822-headers"])
def test_who_does_not_exist_gets_nothing_more_and_the_message_has_failed(
    office: Office, original: str
) -> None:
    office.tell(BookingConfirmed, "ada", booking_id=uuid4())

    for _ in range(2):
        answer = office.call.take_returned_mail(mail=dsn(office, original=original))
    office.tell(BookingConfirmed, "ada", booking_id=uuid4())

    assert (answer["state"], answer["reply"]) == (
        "failed",
        "bounced: 5.1.1 550 5.1.1 User unknown",
    )
    assert office.states("ada") == [("confirmed", "failed"), ("confirmed", "suppressed")]
    assert office.suite.story.count("EmailFailed") == 1
    (listed,) = office.call.list_suppressions(address="ada@example.com")
    assert (listed["scope"], listed["reason"][:7]) == ("all", "bounced")


def test_what_came_back_goes_by_the_other_channel_where_its_kind_does(office: Office) -> None:
    office.person("ada", phone=PHONE)
    office.tell(SpotAllocated, "ada")

    office.call.take_returned_mail(mail=dsn(office))
    office.suite.deliver()

    assert len(office.phones[PHONE]) == 1


def test_a_full_mailbox_is_written_to_again_another_time(office: Office) -> None:
    office.tell(BookingConfirmed, "ada", booking_id=uuid4())

    answer = office.call.take_returned_mail(mail=dsn(office, status="5.2.2"))

    assert answer["state"] == "failed"
    assert office.call.list_suppressions() == []


@pytest.mark.parametrize("status", ["4.4.7", "4.2.2", "4.1.1"])
def test_what_a_server_has_given_up_has_failed_and_the_address_stays_good(
    office: Office, status: str
) -> None:
    office.person("ada", phone=PHONE)
    office.tell(SpotAllocated, "ada", booking_id=uuid4())

    for _ in range(2):
        answer = office.call.take_returned_mail(mail=dsn(office, status=status))
    office.suite.deliver()

    assert answer["state"] == "failed"
    assert answer["reply"].startswith(f"bounced: {status} ")
    assert office.suite.story.count("EmailFailed") == 1
    assert office.call.list_suppressions() == []
    assert len(office.phones[PHONE]) == 1


def test_what_came_back_when_it_had_begun_goes_no_other_way(office: Office) -> None:
    office.person("ada", phone=PHONE)
    begins = office.suite.at + timedelta(days=1)
    office.tell(SpotAllocated, "ada", booking_id=uuid4(), starts_at=begins)
    mail = dsn(office, status="4.4.7")
    office.wait(days=5)

    answer = office.call.take_returned_mail(mail=mail)
    office.suite.deliver()

    assert answer["state"] == "failed"
    assert office.phones[PHONE] == []


@pytest.mark.parametrize(("action", "status"), [("delayed", "4.4.1"), ("relayed", "2.0.0")])
def test_a_message_that_is_only_late_has_not_failed(
    office: Office, action: str, status: str
) -> None:
    office.tell(BookingConfirmed, "ada", booking_id=uuid4())

    answer = office.call.take_returned_mail(mail=dsn(office, action, status))

    assert answer["state"] == "sent"
    assert office.states("ada") == [("confirmed", "sent")]


def test_who_calls_a_message_spam_gets_no_other(office: Office) -> None:
    office.person("ada", marketing=True)
    office.tell(MessageRequested, "ada", marketing=True, subject="Sale", text="20 % off")
    headers = headers_of(office.mailbox.last("ada"))

    office.call.take_returned_mail(mail=ARF.format(kind="abuse", headers=headers))
    office.person("ada", marketing=True)  # the next import says yes again
    office.tell(BookingConfirmed, "ada", booking_id=uuid4())

    assert office.states("ada") == [("news", "sent"), ("confirmed", "suppressed")]
    (listed,) = office.call.list_suppressions(address="ada@example.com")
    assert listed["reason"] == "complained: abuse"


def test_nobody_is_suppressed_by_who_has_not_read_a_message_of_ours(office: Office) -> None:
    office.tell(BookingConfirmed, "ada", booking_id=uuid4())
    stranger = f"Message-ID: <{uuid4()}@example.com>"
    reports = {
        "about another message": DSN.format(
            action="failed", status="5.1.1", original="message/rfc822", headers=stranger
        ),
        "about none": DSN.format(
            action="failed", status="5.1.1", original="message/rfc822", headers="Subject: x"
        ),
        "no report": f"From: ada@example.com\nSubject: Re: yes\n\n{office.mailbox.last('ada')}",
        "no mail": "\x00\udcff" * 1000,
        "not from a person's words": "From: ada@example.com\nMessage-ID: <x@y>\n\nStop it!",
    }

    for name, report in reports.items():
        with pytest.raises((InvalidRequest, MessageNotFound)):
            office.call.take_returned_mail(mail=report)
        assert office.states("ada") == [("confirmed", "sent")], name

    assert office.call.list_suppressions() == []


def test_a_report_of_an_email_is_none_of_a_text_message(office: Office) -> None:
    office.person("ada", phone=PHONE)
    office.tell(ReferralThanked, "ada", text="Thanks")
    (message,) = office.messages("ada")
    headers = f"Message-ID: <{message['message_id']}@example.com>"
    values = {"action": "failed", "status": "5.1.1", "original": "message/rfc822"}

    with pytest.raises(MessageNotFound):
        office.call.take_returned_mail(mail=DSN.format(headers=headers, **values))

    assert office.states("ada") == [("referral_thanks", "sent")]
    assert office.call.list_suppressions() == []


def returned(mail: str) -> int:
    """Pipe a mail to the command as a mail server does; give the exit code it heeds."""
    return CliRunner().invoke(command.atelier, ["returned"], input=mail).exit_code


def test_the_mail_server_is_told_what_to_do_with_a_report(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Local:
        def __init__(self, *, timeout: float) -> None:
            self.timeout = timeout

        def call(self, service: str, method: str, /, **arguments: Any) -> Any:
            return office.suite.call(service, method, **arguments)

        def close(self) -> None:
            """Leave nothing open."""

    monkeypatch.setattr(command, "_answering", nullcontext)
    monkeypatch.setattr(command, "Caller", Local)
    office.tell(BookingConfirmed, "ada", booking_id=uuid4())
    ours = dsn(office)
    values = {"action": "failed", "status": "5.1.1", "original": "message/rfc822"}
    others = [f"Message-ID: <{uuid4()}@example.com>", "Message-ID: <x@example.com>"]

    assert returned(dsn(office, "delayed", "4.4.1")) == 0
    assert returned(ours) == 0
    assert [returned(DSN.format(headers=other, **values)) for other in others] == [0, 0]
    assert [returned("Subject: Re: yes\n\nI come."), returned("")] == [65, 65]
    assert office.states("ada") == [("confirmed", "failed")]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ATELIER_BUS_URL", "amqp://guest:guest@127.0.0.1:1/none"),
        ("ATELIER_DB_URL", "postgresql://atelier:none@127.0.0.1:1/none"),
        ("ATELIER_SMTP_URL", "nonsense"),
    ],
)
def test_the_mail_server_keeps_a_report_while_nobody_can_take_it(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    settings.cache_clear()

    code = returned("Subject: x\n\n")

    monkeypatch.undo()
    settings.cache_clear()
    assert code == 75
