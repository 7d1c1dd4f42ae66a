"""The mail server, and the files that stand in for one when embedded."""

import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.header import Header
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime as rfc5322_date
from email.utils import formataddr, getaddresses, parseaddr
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import UUID

import eventlet
import structlog
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from services.notify.domain import Delivery, Message, Outcome
from shared.config import Settings, settings
from shared.contracts.booking import CANCEL_LINK, CANCEL_PATH
from shared.failpoints import failpoint
from shared.language import spoken_moment
from shared.links import sign_link

log = structlog.get_logger()
BeforeDot = Callable[[Sequence[Message]], None]
_WIRE = compat32.clone(linesep="\r\n", max_line_length=998)
_BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
_DATA_FOLLOWS = 354
_DONE = 250
_FORWARDED = 251
_IDLE_CONNECTIONS = 50


def make_mailer() -> "SmtpMailer | FileMailer":
    """Make the gateway the settings ask for."""
    chosen = settings()
    return SmtpMailer(chosen) if chosen.smtp_url else FileMailer(chosen)


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("services.notify"),
        autoescape=select_autoescape(["html"]),  # and not the plain text beside it
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def render(message: Message, chosen: Settings) -> bytes:
    """Write the email of a message: text and HTML, in its language, times in the studio's zone.

    Raises:
        ValueError: a name or an address would add a header or a recipient.
    """
    context = message.context
    starts_at = datetime.fromisoformat(context["starts_at"])
    booking_id = UUID(context["booking_id"])
    token = sign_link(CANCEL_LINK, booking_id, expires_at=starts_at)
    words = {
        **context,
        "name": message.name,
        "when": spoken_moment(starts_at, context["time_zone"], message.language),
        "cancel_url": chosen.booking_url + CANCEL_PATH.format(token=token),
    }

    def written(part: str) -> str:
        """Fill a template in the person's language, or in English where there is none."""
        names = [f"{language}/{message.kind.value}.{part}" for language in (message.language, "en")]
        return _templates().select_template(names).render(words)

    # Not EmailMessage, which parses every header it writes and takes five times as long.
    sender_name, sender = parseaddr(chosen.mail_from)
    email = MIMEMultipart("alternative")
    for name, value in {
        "From": formataddr((sender_name, sender)),
        "To": formataddr((message.name, wire_address(message.address))),
        "Subject": written("subject.txt").strip(),
        "Date": rfc5322_date(datetime.now(UTC)),
        "Message-ID": f"<{message.message_id}@{sender.rpartition('@')[2]}>",
        "Auto-Submitted": "auto-generated",
    }.items():
        email[name] = _one_line(name, value)
    email.attach(MIMEText(written("txt"), "plain", "utf-8"))
    email.attach(MIMEText(written("html"), "html", "utf-8"))
    return email.as_bytes(policy=_WIRE)


def wire_address(address: str) -> str:
    """Write an address as every mail server takes it: an international domain by its ASCII name.

    Raises:
        UnicodeError: the part before the @ is not ASCII, which most servers refuse.
    """
    if address.isascii():
        return address
    local, _, domain = address.rpartition("@")
    return f"{local.encode('ascii').decode()}@{domain.encode('idna').decode()}"


def _one_line(name: str, value: str) -> str:
    """Refuse a header that would go on as another one, or name a second recipient."""
    if _BREAKS.search(value) or (name == "To" and len(getaddresses([value])) != 1):
        msg = f"the header {name} holds more than one thing"
        raise ValueError(msg)
    return value if value.isascii() else Header(value, "utf-8").encode(linesep="\r\n")


class FileMailer:
    """Writes every email as a file below the data directory, where a person can open it."""

    def __init__(self, chosen: Settings) -> None:
        """Write below `data_dir/mail`."""
        self.chosen = chosen
        self.at_once = 20
        self.directory = Path(chosen.data_dir) / "mail"

    def send(self, messages: Sequence[Message], before_dot: BeforeDot) -> list[Outcome]:
        """Write the files; give what came of each."""
        self.directory.mkdir(parents=True, exist_ok=True)
        before_dot(messages)
        return [self._write(message) for message in messages]

    def _write(self, message: Message) -> Outcome:
        path = self.directory / f"{message.kind.value}-{message.message_id}.eml"
        try:
            path.write_bytes(render(message, self.chosen))
        except Exception as exc:
            log.exception("mail.unwritable", message=str(message.message_id))
            return Outcome(message, Delivery.REFUSED, f"cannot be written: {type(exc).__name__}")
        return Outcome(message, Delivery.TAKEN, f"written to {path.name}")


class SmtpMailer:
    """Hands email to a mail server over connections that are kept open.

    A round of messages goes up to the dot side by side, is marked as sending in one transaction,
    and is then handed over: what happened before the dot is certain, and only the answer to the
    dot can get lost.
    """

    def __init__(self, chosen: Settings) -> None:
        """Send through the configured mail server; it is not contacted yet."""
        self.chosen = chosen
        self.at_once = chosen.smtp_connections
        self._idle: list[smtplib.SMTP] = []
        self.sender = parseaddr(chosen.mail_from)[1]  # bounces go there, too

    def send(self, messages: Sequence[Message], before_dot: BeforeDot) -> list[Outcome]:
        """Send a round; give what came of each message."""
        dialogs = [_Dialog(self, message) for message in messages]
        _side_by_side([dialog.prepare for dialog in dialogs])
        ready = [dialog for dialog in dialogs if dialog.outcome is None]
        if ready:
            before_dot([dialog.message for dialog in ready])
            failpoint("mail.before_dot")
            _side_by_side([dialog.hand_over for dialog in ready])
            failpoint("mail.after_dot")
        return [dialog.outcome for dialog in dialogs if dialog.outcome is not None]

    def connection(self, *, fresh: bool = False) -> smtplib.SMTP:
        """Lend a connection, one that was used before unless it has to be fresh."""
        if self._idle and not fresh:
            return self._idle.pop()
        url, timeout = urlsplit(self.chosen.smtp_url), self.chosen.smtp_timeout
        host, port = url.hostname or "localhost", url.port or (465 if url.scheme == "smtps" else 25)
        own_name = self.sender.rpartition("@")[2]
        if url.scheme == "smtps":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                host, port, own_name, timeout=timeout, context=ssl.create_default_context()
            )
        else:
            smtp = smtplib.SMTP(host, port, own_name, timeout=timeout)
        # The dot goes out by itself, and must not wait for the answer to what went before it.
        if smtp.sock is not None:
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            if url.scheme == "smtp+starttls":
                smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo_or_helo_if_needed()
            if url.username:
                smtp.login(unquote(url.username), unquote(url.password or ""))
        except BaseException:
            smtp.close()
            raise
        return smtp

    def give_back(self, smtp: smtplib.SMTP) -> None:
        """Keep a connection in good order for the next message."""
        if len(self._idle) < _IDLE_CONNECTIONS:
            self._idle.append(smtp)
        else:
            smtp.close()


class _Dialog:
    """The way of one message over one connection."""

    def __init__(self, mailer: SmtpMailer, message: Message) -> None:
        self.mailer = mailer
        self.message = message
        self.outcome: Outcome | None = None
        self._smtp: smtplib.SMTP | None = None

    def prepare(self) -> None:
        """Go up to the dot; an outcome means that it did not come to that."""
        try:
            body = render(self.message, self.mailer.chosen)
        except Exception as exc:
            log.exception("mail.unwritable", message=str(self.message.message_id))
            self._end(Delivery.REFUSED, f"cannot be written: {type(exc).__name__}")
            return
        for fresh in (False, True):
            try:
                self._smtp = self.mailer.connection(fresh=fresh)
                self._up_to_the_dot(self._smtp, body)
            except smtplib.SMTPResponseException as exc:
                self._refused(exc.smtp_code, exc.smtp_error)
            except (OSError, smtplib.SMTPException) as exc:
                # A kept connection may have been closed at the other end: try a fresh one once.
                self._drop()
                if fresh:
                    self._end(Delivery.LATER, str(exc) or type(exc).__name__)
                continue
            return

    def _up_to_the_dot(self, smtp: smtplib.SMTP, body: bytes) -> None:
        commands = (
            f"MAIL FROM:<{self.mailer.sender}>",
            f"RCPT TO:<{wire_address(self.message.address)}>",
            "DATA",
        )
        if smtp.has_extn("pipelining"):
            smtp.send("".join(f"{command}\r\n" for command in commands))
            answers = (smtp.getreply() for _ in commands)
        else:
            answers = (smtp.docmd(command) for command in commands)
        for code, text in answers:
            if code not in {_DONE, _FORWARDED, _DATA_FOLLOWS}:
                raise smtplib.SMTPResponseException(code, text)
        smtp.send(re.sub(rb"(?m)^\.", b"..", body.rstrip(b"\r\n") + b"\r\n"))

    def hand_over(self) -> None:
        """Send the dot and hear what becomes of the message."""
        smtp = self._smtp
        if smtp is None:
            return
        try:
            smtp.send(b".\r\n")
            code, text = smtp.getreply()
        except (OSError, smtplib.SMTPException) as exc:
            self._drop()
            self._end(Delivery.LOST, str(exc) or type(exc).__name__)
            return
        if code == _DONE:
            self.mailer.give_back(smtp)
            self._end(Delivery.TAKEN, _text(text))
        else:
            self._refused(code, text)

    def _refused(self, code: int, text: bytes | str) -> None:
        self._drop()
        permanent = 500 <= code < 600  # noqa: PLR2004 - SMTP's classes of answers
        self._end(Delivery.REFUSED if permanent else Delivery.LATER, f"{code} {_text(text)}")

    def _end(self, delivery: Delivery, reply: str) -> None:
        self.outcome = Outcome(self.message, delivery, reply[:500])

    def _drop(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()


def _side_by_side(calls: Sequence[Callable[[], None]]) -> None:
    threads = [eventlet.spawn(call) for call in calls]
    for thread in threads:
        thread.wait()


def _text(said: bytes | str) -> str:
    return said.decode(errors="replace") if isinstance(said, bytes) else said
