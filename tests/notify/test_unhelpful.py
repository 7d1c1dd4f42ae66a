"""A mail server that wants none of us, goes away, or is slow: no message is to blame for it."""

import socket
import time
from collections.abc import Iterator
from dataclasses import replace

import eventlet
import pytest

from services.notify.domain import Delivery
from services.notify.gateways import SmtpMailer
from shared.config import settings
from tests.notify.office import all_of
from tests.notify.test_gateways import a_message

_FINE = {"EHLO": "250 fine", "MAIL": "250 OK", "RCPT": "250 OK", "DATA": "354 go on", ".": "250 OK"}


class Unhelpful:
    """Answers each command as told; without an answer it closes the connection."""

    def __init__(self, **answers: str) -> None:
        """Listen."""
        self.greeting = answers.pop("greeting", "220 hello")
        self.answers = _FINE | answers
        self.connections = 0
        self.after_message = ""  # said by itself once a message was taken, and then it closes
        self.slow = 0.0  # seconds between the letters of an answer
        self.listening = eventlet.listen(("127.0.0.1", 0))
        self.thread = eventlet.spawn(self._serve)

    @property
    def url(self) -> str:
        """Give where it is."""
        return f"smtp://ada:secret@127.0.0.1:{self.listening.getsockname()[1]}"

    def close(self) -> None:
        """Serve no more."""
        self.thread.kill()
        self.listening.close()

    def _serve(self) -> None:
        while True:
            connection, _ = self.listening.accept()
            self.connections += 1
            eventlet.spawn(self._talk, connection)

    def _talk(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as lines:
            try:
                self._say(connection, self.greeting)
                self._answer(connection, lines)
            except OSError:
                return  # the other end has gone

    def _answer(self, connection: socket.socket, lines: Iterator[bytes]) -> None:
        in_data = False
        for line in lines:
            word = line.strip().decode("latin-1").upper()
            if in_data and word != ".":
                continue
            answer = self.answers.get(word if in_data else word[:4], "250 OK")
            in_data = answer.startswith("354")
            self._say(connection, answer)
            if word == "." and self.after_message:
                self._say(connection, self.after_message)
                return

    def _say(self, connection: socket.socket, answer: str) -> None:
        for part in answer + "\r\n" if self.slow else [answer + "\r\n"]:
            connection.sendall(part.encode())
            time.sleep(self.slow)


@pytest.fixture
def server() -> Iterator[Unhelpful]:
    """Give a server that is not unhelpful yet."""
    made = Unhelpful(EHLO="250-fine\r\n250 AUTH PLAIN", AUTH="235 welcome")
    yield made
    made.close()


@pytest.fixture
def mailer(server: Unhelpful) -> Iterator[SmtpMailer]:
    """Give a mailer for it."""
    made = SmtpMailer(replace(settings(), smtp_url=server.url, smtp_timeout=1.0))
    yield made
    made.close()


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("greeting", "554 5.3.2 No service today"),
        ("AUTH", "535 5.7.8 Authentication credentials invalid"),
        ("MAIL", "530 5.7.0 Must issue a STARTTLS command first"),
        ("MAIL", "550 5.7.1 Sender not allowed"),
    ],
)
def test_a_server_that_wants_none_of_us_fails_no_message_for_good(
    server: Unhelpful, mailer: SmtpMailer, command: str, answer: str
) -> None:
    server.answers[command] = answer
    server.greeting = server.answers.get("greeting", server.greeting)

    (outcome,) = mailer.send([a_message()], all_of)

    assert outcome.delivery is Delivery.LATER
    assert answer in outcome.reply
    assert not outcome.blocks


def test_a_kept_connection_the_server_has_closed_costs_nobody_a_wait(
    server: Unhelpful, mailer: SmtpMailer
) -> None:
    server.after_message = "421 4.4.2 Idle for too long"

    outcomes = [mailer.send([a_message()], all_of)[0].delivery for _ in range(3)]

    assert outcomes == [Delivery.TAKEN] * 3
    assert server.connections == 3


def test_a_server_that_cannot_be_reached_is_tried_once_a_round(
    server: Unhelpful, mailer: SmtpMailer
) -> None:
    server.greeting = "421 Too many connections"

    (outcome,) = mailer.send([a_message()], all_of)

    assert outcome.delivery is Delivery.LATER
    assert server.connections == 1


@pytest.mark.parametrize(
    ("command", "delivery"), [("RCPT", Delivery.LATER), (".", Delivery.LOST)], ids=str
)
def test_who_answers_a_letter_at_a_time_holds_nobody_up(
    server: Unhelpful, mailer: SmtpMailer, command: str, delivery: Delivery
) -> None:
    mailer.patience = 1.5
    assert mailer.send([a_message()], all_of)[0].delivery is Delivery.TAKEN
    server.answers[command] = "250 " + "x" * 400
    server.slow = 0.05
    began = time.monotonic()

    (outcome,) = mailer.send([a_message()], all_of)

    assert outcome.delivery is delivery
    assert time.monotonic() - began < 4


def test_a_message_that_is_no_longer_ours_is_not_handed_over(
    server: Unhelpful, mailer: SmtpMailer
) -> None:
    mine, other = a_message(), a_message()

    outcomes = mailer.send([mine, other], lambda _: {mine.message_id})

    assert [outcome.message for outcome in outcomes] == [mine]
    assert server.connections == 2
