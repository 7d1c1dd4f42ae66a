"""A call is done once, however often it comes, and gets the first answer each time."""

import json
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import eventlet
import pytest
from marshmallow import Schema, fields
from nameko.exceptions import deserialize
from sqlalchemy import text

from shared import inbox
from shared.bus.calls import Reception, Responder
from shared.contracts.errors import IdempotencyConflict, InvalidRequest, Refused, Unavailable
from shared.db import Home, Transactions, Unit
from tests.shared.conftest import StandingClock
from tests.shared.facts import returned


class Shape(Schema):
    """What the method takes."""

    word = fields.String(required=True)
    times = fields.Integer(load_default=1, strict=True)


class Service:
    """Answers with a new number each time it is really called."""

    def __init__(self, home: Home) -> None:
        """Count from nothing."""
        self.home = home
        self.calls = 0

    def say(self, word: str, times: int) -> None:
        """Have the signature its callers see."""

    def responder(self) -> Responder:
        """Answer calls of `say`."""

        def call(unit: Unit, trace: Any, request: Any) -> Any:
            with Transactions(self.home, unit, trace).begin() as tx:
                tx.emit(returned())
            self.calls += 1
            if request["word"] == "no":
                raise Refused(request["word"])
            return {"number": self.calls, "said": request["word"] * request["times"]}

        return Responder(self.home, "say", Shape(), Service.say, call)


def test_a_call_that_comes_again_gets_the_first_answer(any_home: Home) -> None:
    answer = Service(any_home).responder().answer

    first = answer(["hum"], {"times": 2}, correlation_id="c1")
    again = answer(["hum"], {"times": 2}, correlation_id="c1")
    other = answer(["hum"], {"times": 2}, correlation_id="c2")

    assert first == again == {"number": 1, "said": "humhum"}
    assert other["number"] == 3


def test_the_callers_own_key_counts_over_calls(any_home: Home) -> None:
    answer = Service(any_home).responder().answer

    first = answer([], {"word": "hum", "idempotency_key": "k"}, correlation_id="c1")
    again = answer([], {"word": "hum", "idempotency_key": "k"}, correlation_id="c2")

    assert first == again


def test_a_key_stands_for_one_set_of_arguments(any_home: Home) -> None:
    answer = Service(any_home).responder().answer
    answer([], {"word": "hum", "idempotency_key": "k"}, correlation_id="c1")

    with pytest.raises(IdempotencyConflict, match="'k'"):
        answer([], {"word": "haw", "idempotency_key": "k"}, correlation_id="c2")


@pytest.mark.parametrize("key", ["", 5, "x" * 201, ["k"]])
def test_a_key_is_a_short_text(home: Home, key: object) -> None:
    with pytest.raises(InvalidRequest, match="idempotency_key"):
        Service(home).responder().answer(
            [], {"word": "hum", "idempotency_key": key}, correlation_id="c"
        )


def test_a_refused_call_says_nothing_and_may_be_made_again(any_home: Home) -> None:
    service = Service(any_home)

    for _ in range(2):
        with pytest.raises(Refused):
            service.responder().answer(["no"], {}, correlation_id="c")

    assert service.calls == 2


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({}, "word: "),
        ({"word": 5}, "word: "),
        ({"word": "x", "times": "3"}, "times: "),
        ({"word": "x", "colour": "red"}, "colour: Unknown field."),
    ],
)
def test_each_wrong_argument_is_named(home: Home, kwargs: Any, message: str) -> None:
    service = Service(home)

    with pytest.raises(InvalidRequest, match=message):
        service.responder().answer([], kwargs, correlation_id="c")

    assert service.calls == 0


def test_old_replies_are_forgotten(any_home: Home, clock: StandingClock) -> None:
    Service(any_home).responder().answer(["hum"], {}, correlation_id="c")
    clock.advance(days=30)

    with any_home.plain() as sql:
        assert inbox.forget_replies(sql, before=clock.at, limit=9) == 1
        assert inbox.find_reply(sql, ["call:c"]) is None


@pytest.mark.live
def test_calls_that_come_at_the_same_time_get_one_answer(pg_home: Home) -> None:
    service = Service(pg_home)
    responder = service.responder()
    threads = [eventlet.spawn(responder.answer, ["hum"], {}, correlation_id="c") for _ in range(6)]

    answers = [thread.wait()["number"] for thread in threads]

    assert len(set(answers)) == 1
    with pg_home.connection() as sql:
        kept = sql.exec_driver_sql("SELECT count(*) FROM outbox").scalar()
    assert kept == 1


def test_a_thread_has_the_calls_own_id(any_home: Home) -> None:
    thread = str(uuid4())

    Service(any_home).responder().answer(["hum"], {}, correlation_id=thread)

    with any_home.connection() as sql:
        assert sql.exec_driver_sql("SELECT correlation_id FROM outbox").scalar() == thread


class Line:
    """Keeps the answer to a call."""

    answer: Any = None

    def publish(self, body: str, **more: Any) -> None:
        """Keep it."""
        del more
        self.answer = json.loads(body)

    def ack(self, message: Any) -> None:
        """Ask for nothing more."""


@pytest.mark.live
@pytest.mark.parametrize(
    "statement",
    [
        "SET LOCAL statement_timeout = '50ms'; SELECT pg_sleep(5)",
        "SET LOCAL lock_timeout = '20ms'; LOCK TABLE replies",
        "SELECT pg_terminate_backend(pg_backend_pid())",
    ],
)
def test_a_caller_is_told_to_try_again_where_the_database_did_not_answer_in_time(
    pg_home: Home, statement: str
) -> None:
    def call(unit: Unit, trace: Any, request: Any) -> None:
        del trace, request
        unit.sql.execute(text(statement))

    responder = Responder(pg_home, "say", None, Line.ack, call)
    message: Any = SimpleNamespace(
        properties={"correlation_id": "c", "reply_to": "caller"},
        delivery_info={"routing_key": "booking.say"},
        body=json.dumps({"args": [], "kwargs": {}}),
    )
    line: Any = Line()

    with pg_home.connection() as holder:
        holder.execute(text("LOCK TABLE replies"))
        Reception("booking", {"say": responder}).receive(message, line)

    error = deserialize(line.answer["error"])
    assert isinstance(error, Unavailable)
    assert "try again" in str(error)
