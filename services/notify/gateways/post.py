"""The mail server, spoken to over connections that are kept open."""

import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Collection, Sequence
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit
from uuid import UUID

import eventlet
import structlog

from services.notify.domain import Delivery, Message, Outcome, lease
from services.notify.gateways.writing import render, wire_address
from shared.config import Settings
from shared.failpoints import failpoint

log = structlog.get_logger()
BeforeDot = Callable[[Sequence[Message]], Collection[UUID]]
"""Notes that messages are about to be handed over; gives those that are still ours to send."""
_DATA_FOLLOWS = 354
_DONE = 250
_FORWARDED = 251
_CLOSING = 421
_IDLE_CONNECTIONS = 50
_NO_SUCH_MAILBOX = {550, 551, 553}
_ENHANCED = re.compile(r"^\s*5\.(\d{1,3})\.\d{1,3}\b")


class _TooLong(Exception):
    """The server answers, but so slowly that the claim would end first."""


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
        # Either half of the way, up to the dot and from it, ends well before the claim does.
        self.patience = lease(chosen.smtp_timeout).total_seconds() / 2
        self._idle: list[smtplib.SMTP] = []
        self.sender = parseaddr(chosen.mail_from)[1]  # bounces go there, too

    def send(self, messages: Sequence[Message], before_dot: BeforeDot) -> list[Outcome]:
        """Send a round; give what came of each message."""
        dialogs = [_Dialog(self, message) for message in messages]
        _side_by_side([dialog.prepare for dialog in dialogs])
        ready = [dialog for dialog in dialogs if dialog.outcome is None]
        if ready:
            self._hand_over(ready, before_dot)
        return [dialog.outcome for dialog in dialogs if dialog.outcome is not None]

    @staticmethod
    def _hand_over(ready: Sequence["_Dialog"], before_dot: BeforeDot) -> None:
        try:
            ours = before_dot([dialog.message for dialog in ready])
            failpoint("mail.before_dot")
            handed = [dialog for dialog in ready if dialog.message.message_id in ours]
            _side_by_side([dialog.hand_over for dialog in handed])
            failpoint("mail.after_dot")
        finally:
            for dialog in ready:
                dialog.leave()

    def kept(self) -> smtplib.SMTP | None:
        """Lend a connection that was used before, if there is one."""
        return self._idle.pop() if self._idle else None

    def connect(self) -> smtplib.SMTP:
        """Make a connection, ready for a message.

        Raises:
            SMTPException: the server wants none of us now; no message is to blame for that.
            OSError: it cannot be reached, or not over TLS that can be trusted.
        """
        try:
            return self._connected()
        except smtplib.SMTPResponseException as exc:
            msg = f"not let in: {exc.smtp_code} {_text(exc.smtp_error)}"
            raise smtplib.SMTPException(msg) from exc

    def _connected(self) -> smtplib.SMTP:
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

    def close(self) -> None:
        """Close the connections that are kept."""
        while self._idle:
            self._idle.pop().close()


class _Dialog:
    """The way of one message over one connection."""

    def __init__(self, mailer: SmtpMailer, message: Message) -> None:
        self.mailer = mailer
        self.message = message
        self.outcome: Outcome | None = None
        self._smtp: smtplib.SMTP | None = None
        self._at_recipient = False  # whether it was the recipient that was refused

    def prepare(self) -> None:
        """Go up to the dot; an outcome means that it did not come to that."""
        try:
            body = render(self.message, self.mailer.chosen)
        except Exception as exc:
            log.exception("mail.unwritable", message=str(self.message.message_id))
            self._end(Delivery.REFUSED, f"cannot be written: {type(exc).__name__}")
            return
        try:
            with eventlet.Timeout(self.mailer.patience, _TooLong("took too long")):
                self._go(body)
        except smtplib.SMTPResponseException as exc:
            self._refused(exc.smtp_code, exc.smtp_error)
        except (OSError, smtplib.SMTPException, _TooLong) as exc:
            self._drop()
            log.warning("mail.not_handed_over", reason=str(exc))
            self._end(Delivery.LATER, str(exc) or type(exc).__name__)

    def _go(self, body: bytes) -> None:
        """Go up to the dot, over a kept connection unless the other end has closed it meanwhile."""
        self._smtp = self.mailer.kept()
        if self._smtp is not None:
            try:
                self._up_to_the_dot(self._smtp, body)
            except smtplib.SMTPResponseException as exc:
                if exc.smtp_code != _CLOSING:
                    raise
            except (OSError, smtplib.SMTPException):
                pass
            else:
                return
            self._drop()
        self._smtp = self.mailer.connect()
        self._up_to_the_dot(self._smtp, body)

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
        for number, (code, text) in enumerate(answers):
            if code not in {_DONE, _FORWARDED, _DATA_FOLLOWS}:
                if number == 0 and code != _CLOSING:  # that is about us, and no recipient's fault
                    msg = f"sender refused: {code} {_text(text)}"
                    raise smtplib.SMTPException(msg)
                self._at_recipient = number == 1
                raise smtplib.SMTPResponseException(code, text)
        smtp.send(re.sub(rb"(?m)^\.", b"..", body.rstrip(b"\r\n") + b"\r\n"))

    def hand_over(self) -> None:
        """Send the dot and hear what becomes of the message."""
        smtp = self._smtp
        if smtp is None:
            return
        try:
            with eventlet.Timeout(self.mailer.patience, _TooLong("took too long")):
                smtp.send(b".\r\n")
                code, text = smtp.getreply()
        except (OSError, smtplib.SMTPException, _TooLong) as exc:
            self._drop()
            self._end(Delivery.LOST, str(exc) or type(exc).__name__)
            return
        if code == _DONE:
            self._smtp = None
            self.mailer.give_back(smtp)
            self._end(Delivery.TAKEN, _text(text))
        else:
            self._refused(code, text)

    def _refused(self, code: int, text: bytes | str) -> None:
        self._drop()
        permanent = 500 <= code < 600  # noqa: PLR2004 - SMTP's classes of answers
        reply = f"{code} {_text(text)}"
        gone = permanent and self._at_recipient and is_no_mailbox(code, _text(text))
        blocks = f"bounced: {reply}"[:200] if gone else ""
        self._end(Delivery.REFUSED if permanent else Delivery.LATER, reply, blocks)

    def _end(self, delivery: Delivery, reply: str, blocks: str = "") -> None:
        self.outcome = Outcome(self.message, delivery, reply[:500], blocks)

    def leave(self) -> None:
        """Close the connection of a message without its dot, which makes it none."""
        self._drop()

    def _drop(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()


def is_no_mailbox(code: int, text: str) -> bool:
    """Say whether a refusal means that there is no such mailbox, and not a policy of the server's.

    Args:
        code: the answer to RCPT, 500 to 599.
        text: what came with it; an enhanced code (RFC 3463) in it decides: 5.1.x is the address.
    """
    found = _ENHANCED.match(text)
    return found[1] == "1" if found else code in _NO_SUCH_MAILBOX


def _side_by_side(calls: Sequence[Callable[[], None]]) -> None:
    threads = [eventlet.spawn(call) for call in calls]
    for thread in threads:
        thread.wait()


def _text(said: bytes | str) -> str:
    return said.decode(errors="replace") if isinstance(said, bytes) else said
