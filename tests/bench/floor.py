"""The floor: the chain written by hand on psycopg2 and py-amqp, with nothing else.

    python -m tests.bench.floor ROLE

The same topology, tables, statements, hops, confirms and emails as the suite, one statement at a
time, batches as large; without nameko, eventlet, SQLAlchemy, marshmallow, templates or checks.
It knows no errors: what goes wrong ends the process. Settings come from the suite's variables.
"""

import json
import os
import socket
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import amqp
import psycopg2  # type: ignore[import-untyped]  # it has no types
from psycopg2.extras import execute_values  # type: ignore[import-untyped]

from tests.bench.client import connect

BATCH = 32
ROLES = {
    "booking.answer": 2,
    "booking.grant_spot": 1,
    "waitlist.request_freed_spot": 1,
    "waitlist.allocate_spot": 1,
    "notify.email": 1,
}
"""The processes, each role with its number of copies."""

Wire = dict[str, Any]


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _new() -> str:
    return str(uuid4())


def _fact(topic: str, about: str, cause: Wire | None, data: Wire) -> Wire:
    """Give a fact as it travels, and `about` for the journal."""
    wire: Wire = {
        "fact": topic,
        "fact_id": _new(),
        "correlation_id": cause["correlation_id"] if cause else _new(),
        "caused_by": cause.get("fact_id") if cause else None,
        "began_at": cause["began_at"] if cause else _now(),
        "said_at": _now(),
        "data": data,
    }
    return {"wire": wire, "about": about, "body": json.dumps(wire, separators=(",", ":"))}


class Post:
    """A connection to the database and one to the broker, and what every role does with them."""

    def __init__(self, service: str, exchange: str) -> None:
        """Connect."""
        url = os.environ["ATELIER_DB_URL"].replace("{service}", service)
        self.sql = psycopg2.connect(url)
        self.connection = connect(os.environ["ATELIER_BUS_URL"])
        self.channel = self.connection.channel()
        self.channel.confirm_select()
        self.channel.events["basic_ack"].add(self._on_ack)
        self.exchange = exchange
        self.arrived: deque[amqp.Message] = deque()
        self._tag = 0
        self._sent: dict[int, str] = {}
        self._confirmed: list[str] = []

    # -- the database -----------------------------------------------------------------------

    def ask(self, statement: str, values: Sequence[Any]) -> tuple[Any, ...] | None:
        """Run one statement and give its first row."""
        with self.sql.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchone() if cursor.description else None

    def ask_all(self, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Run one statement and give its rows."""
        with self.sql.cursor() as cursor:
            cursor.execute(statement, values)
            return list(cursor.fetchall())

    def receive(self, ids: list[str], entrypoint: str) -> set[str]:
        """Record facts in the inbox; give the new ones."""
        with self.sql.cursor() as cursor:
            rows = [(fact_id, entrypoint, _now()) for fact_id in ids]
            found = execute_values(cursor, _INBOX, rows, fetch=True)
            return {row[0] for row in found}

    def record(self, facts: list[Wire]) -> None:
        """Write facts to the journal."""
        rows = [
            (
                fact["wire"]["fact_id"],
                fact["wire"]["fact"],
                fact["about"],
                fact["wire"]["correlation_id"],
                fact["wire"]["caused_by"],
                fact["wire"]["said_at"],
                fact["body"],
            )
            for fact in facts
        ]
        with self.sql.cursor() as cursor:
            execute_values(cursor, _OUTBOX, rows)

    # -- the broker -------------------------------------------------------------------------

    def consume(self, queue: str, prefetch: int) -> None:
        """Take in what comes to a queue."""
        self.channel.basic_qos(0, prefetch, a_global=False)
        self.channel.basic_consume(queue, callback=self.arrived.append)

    def drain(self, seconds: float | None = None) -> bool:
        """Take in one frame from the broker; False if none came in time."""
        try:
            self.connection.drain_events(timeout=seconds)
        except TimeoutError:
            return False
        return True

    def take(self, most: int) -> list[amqp.Message]:
        """Wait for messages and give what is there."""
        while not self.arrived:
            self.drain()
        while len(self.arrived) < most and self.drain(0.0001):
            pass
        return [self.arrived.popleft() for _ in range(min(most, len(self.arrived)))]

    def say(self, facts: list[Wire], *, mandatory: bool = True) -> None:
        """Publish facts; their confirmations come later."""
        for fact in facts:
            wire = fact["wire"]
            message = amqp.Message(
                fact["body"],
                content_type="application/json",
                content_encoding="utf-8",
                delivery_mode=2,
                message_id=wire["fact_id"],
                correlation_id=wire["correlation_id"],
                type=wire["fact"],
            )
            self._tag += 1
            self._sent[self._tag] = wire["fact_id"]
            self.channel.basic_publish(message, self.exchange, wire["fact"], mandatory)

    def answer(self, call: amqp.Message, reply: amqp.Message) -> None:
        """Answer a call and acknowledge it; the broker confirms answers too, and nobody asks."""
        self._tag += 1
        self.channel.basic_publish(reply, "nameko-rpc", call.properties["reply_to"])
        self.channel.basic_ack(call.delivery_tag)

    def _on_ack(self, tag: int, multiple: bool) -> None:  # noqa: FBT001 - AMQP's own words
        for done in [t for t in self._sent if t <= tag] if multiple else [tag]:
            fact_id = self._sent.pop(done, None)
            if fact_id is not None:  # else it was an answer to a call
                self._confirmed.append(fact_id)

    def note(self) -> None:
        """Mark what is confirmed, when nothing is more urgent or a batch has come together."""
        while self._sent and not self.arrived:
            self.drain()
        if self._confirmed and (not self.arrived or len(self._confirmed) >= BATCH):
            with self.sql:
                self.ask("SET LOCAL synchronous_commit TO off", ())
                self.ask(_NOTE, (_now(), self._confirmed))
            self._confirmed.clear()


_INBOX = """
    INSERT INTO inbox (fact_id, entrypoint, handled_at) VALUES %s
    ON CONFLICT (fact_id, entrypoint) DO NOTHING RETURNING fact_id::text"""
_OUTBOX = """
    INSERT INTO outbox (fact_id, topic, about, correlation_id, caused_by, said_at, body)
    VALUES %s"""
_NOTE = "UPDATE outbox SET confirmed_at = %s WHERE fact_id = ANY(%s::uuid[])"
_REPLY = "INSERT INTO replies (key, fingerprint, reply, stored_at) VALUES (%s, %s, %s, %s)"

_SESSION_FOR_UPDATE = """
    SELECT session_id::text, name, classification, starts_at, ends_at, time_zone, staff, location,
        capacity, taken, waiting_list_size, waiting_list_closes_at, demand, cleared, sequence
    FROM sessions WHERE session_id = %s FOR NO KEY UPDATE"""
_SESSION_AND_PERSON = """
    SELECT session_id::text, name, classification, starts_at, ends_at, time_zone, staff, location,
        capacity, taken, waiting_list_size, waiting_list_closes_at, demand, cleared, sequence,
        (SELECT kind FROM people WHERE person_id = %s)
    FROM sessions WHERE session_id = %s"""


# -- booking ------------------------------------------------------------------------------------


def _cancel(post: Post, booking_id: str) -> tuple[Wire, Wire]:
    booking = post.ask(
        "SELECT booking_id::text, session_id::text, person_id::text, state, booked_at,"
        " cancelled_at, cancelled_by, spot_id FROM bookings WHERE booking_id = %s FOR UPDATE",
        (booking_id,),
    )
    assert booking is not None
    session_id, person_id, at, spot_id = booking[1], booking[2], _now(), _new()
    session = post.ask(_SESSION_FOR_UPDATE, (session_id,))
    assert session is not None
    post.ask(
        "UPDATE bookings SET state = 'cancelled', cancelled_at = %s, cancelled_by = %s,"
        " spot_id = %s WHERE booking_id = %s",
        (at, "staff", spot_id, booking_id),
    )
    post.ask(
        "INSERT INTO holds (hold_id, session_id, kind, state, person_id, made_at, held_until)"
        " VALUES (%s, %s, 'waitlist', 'open', NULL, %s, %s)",
        (spot_id, session_id, at, session[3]),
    )
    ids = {"booking_id": booking_id, "session_id": session_id, "person_id": person_id}
    said = {**ids, "spot_id": spot_id, "cancelled_at": at, "cancelled_by": "staff"}
    answer = {**said, "state": "cancelled", "booked_at": booking[4].isoformat()}
    return _fact("BookingCancelled.v1", session_id, None, said), answer


def _book(post: Post, session_id: str, person_id: str) -> tuple[Wire, Wire]:
    session = post.ask(_SESSION_AND_PERSON, (person_id, session_id))
    assert session is not None
    at, booking_id = _now(), _new()
    post.ask(
        "INSERT INTO bookings (booking_id, session_id, person_id, state, booked_at)"
        " VALUES (%s, %s, %s, 'confirmed', %s) ON CONFLICT DO NOTHING RETURNING booking_id",
        (booking_id, session_id, person_id, at),
    )
    post.ask(
        "UPDATE sessions SET taken = taken + 1"
        " WHERE session_id = %s AND taken < capacity AND starts_at > %s",
        (session_id, at),
    )
    ids = {"booking_id": booking_id, "session_id": session_id, "person_id": person_id}
    said = {**ids, "booked_at": at, **_occasion(session)}
    answer = {"status": "booked", "entry_id": None, **ids}
    return _fact("BookingConfirmed.v1", session_id, None, said), answer


def _occasion(session: tuple[Any, ...]) -> Wire:
    return {
        "session_name": session[1],
        "starts_at": session[3].isoformat(),
        "time_zone": session[5],
        "location": session[7],
        "staff": session[6],
    }


def answer_calls() -> None:
    """Answer `cancel_booking` and `book`."""
    post = Post("booking", "booking.events")
    post.consume("rpc-booking", 8)
    while True:
        (message,) = post.take(1)
        kwargs = json.loads(message.body)["kwargs"]
        key = message.properties["correlation_id"]
        with post.sql:
            if "booking_id" in kwargs:
                fact, result = _cancel(post, kwargs["booking_id"])
            else:
                fact, result = _book(post, kwargs["session_id"], kwargs["person_id"])
            post.record([fact])
            reply = json.dumps({"result": result, "error": None})
            post.ask(_REPLY, (f"call:{key}", "0" * 64, reply, _now()))
        post.say([fact])
        answer = amqp.Message(
            reply, content_type="application/json", correlation_id=key, delivery_mode=1
        )
        post.answer(message, answer)
        post.note()


def _grant(post: Post, asked: Wire) -> Wire:
    data = asked["data"]
    entry_id, spot_id, person_id = data["entry_id"], data["spot_id"], data["person_id"]
    post.ask(
        "SELECT hold_id::text, session_id::text, kind, state, person_id, entry_id, made_at,"
        " held_until, ended_at FROM holds WHERE hold_id = %s FOR UPDATE",
        (spot_id,),
    )
    session = post.ask(_SESSION_AND_PERSON, (person_id, data["target_id"]))
    assert session is not None
    at = _now()
    post.ask(
        "INSERT INTO bookings (booking_id, session_id, person_id, state, booked_at)"
        " VALUES (%s, %s, %s, 'confirmed', %s) ON CONFLICT DO NOTHING RETURNING booking_id",
        (entry_id, data["target_id"], person_id, at),
    )
    post.ask(
        "UPDATE holds SET state = 'granted', ended_at = %s,"
        " entry_id = coalesce(%s::uuid, entry_id) WHERE hold_id = %s",
        (at, entry_id, spot_id),
    )
    post.ask(
        "INSERT INTO waiting AS w (entry_id, session_id, person_id, state, since)"
        " VALUES (%s, %s, %s, 'gone', %s) ON CONFLICT (entry_id) DO UPDATE"
        " SET state = CASE WHEN w.state = 'gone' THEN w.state ELSE excluded.state END",
        (entry_id, data["target_id"], person_id, at),
    )
    said = {
        "spot_id": spot_id,
        "entry_id": entry_id,
        "booking_id": entry_id,
        "session_id": data["target_id"],
        "person_id": person_id,
        "granted_at": at,
        **_occasion(session),
    }
    return _fact("SpotGranted.v1", data["target_id"], asked, said)


# -- waitlist -------------------------------------------------------------------------------------

_DECIDE = """
    INSERT INTO decisions (spot_id, queue_id, entry_id, outcome, reason, decided_at)
    VALUES (%s, %s, %s, %s, %s, %s)"""
HEAD = """
    SELECT entry_id::text, person_id::text, joined_at FROM entries
    WHERE queue_id = %s AND state = 'waiting' ORDER BY position LIMIT 1"""
"""Who is next in a queue, as waitlist asks it."""


def _request(post: Post, freed: Wire) -> Wire:
    data, at = freed["data"], _now()
    spot_id, target_id = data["spot_id"], data["session_id"]
    queue = post.ask(
        "SELECT queue_id::text, source, target_id, name, policy, size, closes_at, version,"
        " waiting, sequence, EXISTS (SELECT FROM spots WHERE spot_id = %s) FROM queues"
        " WHERE source = 'booking' AND target_id = %s FOR NO KEY UPDATE OF queues",
        (spot_id, target_id),
    )
    assert queue is not None
    head = post.ask(HEAD, (queue[0],))
    assert head is not None
    post.ask("UPDATE entries SET state = 'claiming', ended_at = NULL WHERE entry_id = %s", head[:1])
    post.ask(
        "UPDATE queues SET version = version + %s, waiting = waiting + %s WHERE queue_id = %s",
        (0, -1, queue[0]),
    )
    post.ask(
        "INSERT INTO spots (spot_id, queue_id, entry_id, state, seen_at)"
        " VALUES (%s, %s, %s, 'claiming', %s) ON CONFLICT (spot_id)"
        " DO UPDATE SET entry_id = excluded.entry_id, state = excluded.state",
        (spot_id, queue[0], head[0], at),
    )
    decision = (spot_id, queue[0], head[0], "requested", "first_come_first_served", at)
    post.ask(_DECIDE, decision)
    said = {
        "spot_id": spot_id,
        "entry_id": head[0],
        "source": "booking",
        "target_id": target_id,
        "person_id": head[1],
        "requested_at": at,
    }
    return _fact("SpotRequested.v1", target_id, freed, said)


def _allocate(post: Post, granted: Wire) -> Wire:
    data, at = granted["data"], _now()
    entry = post.ask(
        "SELECT entry_id, queue_id::text, person_id, position, joined_at, state, ended_at"
        " FROM entries WHERE entry_id = %s FOR UPDATE",
        (data["entry_id"],),
    )
    assert entry is not None
    post.ask(
        "UPDATE entries SET state = 'allocated', ended_at = %s WHERE entry_id = %s",
        (at, data["entry_id"]),
    )
    post.ask("UPDATE spots SET state = 'allocated' WHERE spot_id = %s", (data["spot_id"],))
    decision = (data["spot_id"], entry[1], data["entry_id"], "allocated", "granted", at)
    post.ask(_DECIDE, decision)
    said = {key: value for key, value in data.items() if key not in {"session_id", "granted_at"}}
    said |= {"source": "booking", "target_id": data["session_id"], "allocated_at": at}
    return _fact("SpotAllocated.v1", data["session_id"], granted, said)


def hear(
    service: str, entrypoint: str, queue: str, handle: Callable[[Post, Wire], Wire | None]
) -> None:
    """Hear facts in batches, and say what comes of them."""
    post = Post(service, f"{service}.events")
    post.consume(queue, 2 * BATCH)
    while True:
        messages = post.take(BATCH)
        heard = [json.loads(message.body) for message in messages]
        with post.sql:
            new = post.receive([wire["fact_id"] for wire in heard], entrypoint)
            said = [handle(post, wire) for wire in heard if wire["fact_id"] in new]
            facts = [fact for fact in said if fact is not None]
            if facts:
                post.record(facts)
        post.say(facts)
        for message in messages:
            post.channel.basic_ack(message.delivery_tag)
        post.note()
        if service == "notify":
            _due.set()


# -- notify -------------------------------------------------------------------------------------

_due = threading.Event()
_TEXT = """Hello {name},

a place came free, and you were next: you now have a place in {session_name}.

When:  {starts_at} ({time_zone})
Where: {location}
With:  {staff}

If you can no longer come, please give your place to the next person in line:
{booking_id}
"""
_EMAIL = """From: Atelier <studio@example.com>\r
To: {name} <{address}>\r
Subject: You have a place: {session_name}\r
Message-ID: <{message_id}@example.com>\r
MIME-Version: 1.0\r
Content-Type: multipart/alternative; boundary="=="\r
\r
--==\r
Content-Type: text/plain; charset="utf-8"\r
\r
{text}\r
--==\r
Content-Type: text/html; charset="utf-8"\r
\r
<html><body><p>{text}</p></body></html>\r
--==--\r
"""


def _compose(post: Post, fact: Wire) -> None:
    data, at = fact["data"], _now()
    contact = post.ask(
        "SELECT name, email, language FROM contacts WHERE person_id = %s", (data["person_id"],)
    )
    assert contact is not None
    post.ask(
        "INSERT INTO messages (message_id, dedupe, kind, person_id, address, name, language,"
        " context, state, attempts, due_at, reply, correlation_id, caused_by, began_at,"
        " created_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 'due', 0, %s, NULL, %s, %s, %s, %s)"
        " ON CONFLICT (dedupe) DO NOTHING RETURNING message_id",
        (
            _new(),
            f"{fact['fact']}:{data['booking_id']}:{data.get('spot_id')}",
            "allocated" if "spot_id" in data else "confirmed",
            data["person_id"],
            contact[1],
            contact[0],
            contact[2],
            json.dumps(data),
            at,
            fact["correlation_id"],
            fact["fact_id"],
            fact["began_at"],
            at,
        ),
    )


_CLAIM = """
    UPDATE messages SET state = 'claimed', attempts = attempts + 1, due_at = %s
    WHERE message_id IN (
        SELECT message_id FROM messages WHERE state = 'due' AND due_at <= %s
        ORDER BY due_at LIMIT %s FOR UPDATE SKIP LOCKED)
    RETURNING message_id::text, kind, person_id::text, address, name, language, context, attempts,
        correlation_id, caused_by::text, began_at"""
_SETTLE = """
    UPDATE messages SET state = 'sent', due_at = NULL, reply = %s, sent_at = %s
    WHERE message_id = %s"""


class Smtp:
    """One connection to the mail server."""

    def __init__(self, url: str) -> None:
        """Connect and greet."""
        parts = urlsplit(url)
        self.socket = socket.create_connection((parts.hostname, parts.port or 25))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.recv(1000)
        self.socket.sendall(b"EHLO floor\r\n")
        self.socket.recv(1000)

    def expect(self, code: bytes) -> None:
        """Wait for an answer, which is short enough to come in one piece."""
        answer = self.socket.recv(1000)
        assert answer.startswith(code), answer


def send_messages() -> None:
    """Send what is due, a round over all connections at a time."""
    post = Post("notify", "notify.events")
    width = int(os.environ["ATELIER_SMTP_CONNECTIONS"])
    lines = [Smtp(os.environ["ATELIER_SMTP_URL"]) for _ in range(width)]
    while True:
        with post.sql:
            now = datetime.now(UTC)
            due = post.ask_all(_CLAIM, (now + timedelta(seconds=60), now, width))
        if not due:
            _due.wait(timeout=1)
            _due.clear()
            continue
        used = list(zip(lines, due, strict=False))
        for command, code in (
            ("MAIL FROM:<studio@example.com>\r\n", b"250"),
            ("RCPT TO:<{}>\r\n", b"250"),
            ("DATA\r\n", b"354"),
        ):
            for line, row in used:
                line.socket.sendall(command.format(row[3]).encode())
            for line, _ in used:
                line.expect(code)
        for line, row in used:
            text = _TEXT.format(name=row[4], **row[6])
            words = {"name": row[4], "address": row[3], "message_id": row[0], "text": text}
            email = _EMAIL.format(session_name=row[6]["session_name"], **words)
            line.socket.sendall(email.encode())
        with post.sql:
            ids = [row[0] for row in due]
            post.ask(
                "UPDATE messages SET state = 'sending' WHERE message_id = ANY(%s::uuid[])", (ids,)
            )
        for line, _ in used:
            line.socket.sendall(b".\r\n")
        for line, _ in used:
            line.expect(b"250")
        facts = []
        with post.sql:
            for row in due:
                at = _now()
                post.ask(_SETTLE, ("2.0.0 taken", at, row[0]))
                cause = {
                    "correlation_id": row[8],
                    "fact_id": row[9],
                    "began_at": row[10].isoformat(),
                }
                said = {"message_id": row[0], "kind": row[1], "person_id": row[2], "sent_at": at}
                facts.append(_fact("EmailSent.v1", row[2], cause, said))
            post.record(facts)
        post.say(facts, mandatory=False)
        post.note()


def email() -> None:
    """Compose and send."""
    threading.Thread(target=send_messages, daemon=True).start()
    confirmed = "evt-booking-BookingConfirmed.v1--notify.email_confirmation"
    allocated = "evt-waitlist-SpotAllocated.v1--notify.email_allocation"
    threading.Thread(
        target=hear, args=("notify", "email_confirmation", confirmed, _compose), daemon=True
    ).start()
    hear("notify", "email_allocation", allocated, _compose)


def _end_all(failed: Any) -> None:
    """End the process when a thread fails: half a floor would measure nothing."""
    sys.__excepthook__(failed.exc_type, failed.exc_value, failed.exc_traceback)
    os._exit(1)


def main(role: str) -> None:
    """Play a role for ever."""
    play: dict[str, Callable[[], None]] = {
        "booking.answer": answer_calls,
        "booking.grant_spot": lambda: hear(
            "booking",
            "grant_spot",
            "evt-waitlist-SpotRequested.v1--booking.grant_spot",
            _grant,
        ),
        "waitlist.request_freed_spot": lambda: hear(
            "waitlist",
            "request_freed_spot",
            "evt-booking-BookingCancelled.v1--waitlist.request_freed_spot",
            _request,
        ),
        "waitlist.allocate_spot": lambda: hear(
            "waitlist",
            "allocate_spot",
            "evt-booking-SpotGranted.v1--waitlist.allocate_spot",
            _allocate,
        ),
        "notify.email": email,
    }
    threading.excepthook = _end_all
    play[role]()


if __name__ == "__main__":
    main(sys.argv[1])
