"""What a caller of booking meets on the bus."""

import json
from uuid import uuid4

import eventlet
import kombu
import pytest

from shared.contracts.errors import IdempotencyConflict, InvalidRequest, SessionFull
from tests.studio import Studio

pytestmark = pytest.mark.live


def _places(place: Studio, session_id: str) -> int:
    query = "SELECT count(*) FROM bookings WHERE session_id = :id"
    return int(place.run.scalar("booking", query, id=session_id))


def test_a_call_delivered_twice_is_done_once_and_both_get_the_first_answer(place: Studio) -> None:
    session_id = place.session(seats=5)
    ids = {"session_id": session_id, "person_id": place.person()["person_id"]}
    correlation_id, answers = str(uuid4()), []

    with place.run.channel() as channel:
        reply = kombu.Queue(
            str(uuid4()), kombu.Exchange("nameko-rpc", "topic"), "answers.to.a.test", exclusive=True
        )(channel)
        reply.declare()
        for _ in range(2):
            kombu.Producer(channel).publish(
                json.dumps({"args": [], "kwargs": ids}),
                exchange="nameko-rpc",
                routing_key="booking.book",
                reply_to="answers.to.a.test",
                correlation_id=correlation_id,
                content_type="application/json",
                content_encoding="utf-8",
            )

        def answered() -> bool:
            if message := reply.get(no_ack=True):
                answers.append((message.properties["correlation_id"], json.loads(message.body)))
            return len(answers) == 2

        place.run.until(answered, "both are answered")

    (first_id, first), (second_id, second) = answers
    assert first_id == second_id == correlation_id
    assert first == second
    assert first["error"] is None
    assert _places(place, session_id) == 1


def test_a_call_repeated_under_its_key_gets_the_first_answer(place: Studio) -> None:
    full = place.full_session(waiting=0)
    key = str(uuid4())

    first = full.cancel(idempotency_key=key)
    again = full.cancel(idempotency_key=key)

    assert again == first
    said = [wire["data"]["booking_id"] for wire in place.run.facts("BookingCancelled")]
    assert said.count(full.bookings[0]) == 1


def test_many_calls_at_once_under_one_key_are_one_call(place: Studio) -> None:
    session_id, person = place.session(seats=9), place.person()
    callers = [place.run.new_caller() for _ in range(6)]
    ids = {"session_id": session_id, "person_id": person["person_id"]}
    key = str(uuid4())

    calls = [
        eventlet.spawn(caller.call, "booking", "book", **ids, idempotency_key=key)
        for caller in callers
    ]
    answers = [call.wait() for call in calls]
    for caller in callers:
        caller.close()

    assert all(answer == answers[0] for answer in answers)
    assert _places(place, session_id) == 1


def test_a_key_that_stood_for_other_arguments_is_a_conflict(place: Studio) -> None:
    session_id, key = place.session(seats=5), str(uuid4())
    ids = {"session_id": session_id, "person_id": place.person()["person_id"]}
    place.run.call("booking.book", **ids, idempotency_key=key)

    with pytest.raises(IdempotencyConflict):
        place.run.call(
            "booking.book",
            session_id=session_id,
            person_id=place.person()["person_id"],
            idempotency_key=key,
        )

    assert _places(place, session_id) == 1


def test_a_refused_call_may_be_tried_again_under_its_key(place: Studio) -> None:
    full, key = place.full_session(waiting=0), str(uuid4())
    ids = {"session_id": full.session_id, "person_id": place.person()["person_id"]}
    with pytest.raises(SessionFull):
        place.run.call("booking.book", **ids, idempotency_key=key)
    place.run.call("booking.change_session", session_id=full.session_id, capacity=2)
    place.run.settle()

    answer = place.run.call("booking.book", **ids, idempotency_key=key)

    assert answer["status"] == "booked"


def test_a_call_that_breaks_the_rules_names_each_field_and_does_nothing(place: Studio) -> None:
    sessions = "SELECT count(*) FROM sessions"
    before = place.run.scalar("booking", sessions)

    with pytest.raises(InvalidRequest) as refused:
        place.run.call(
            "booking.schedule_session",
            session_type_id="no id",
            starts_at="2031-01-01T10:00:00",
            time_zone="Mars/Olympus",
            staff="two\nlines",
            location="<b>",
            capacity=-1,
            colour="red",
        )

    faults = {part.partition(": ")[0] for part in str(refused.value).split("; ")}
    assert faults == {
        "session_type_id",
        "name",
        "starts_at",
        "time_zone",
        "staff",
        "location",
        "capacity",
        "colour",
    }
    assert place.run.scalar("booking", sessions) == before


def test_a_caller_whose_connection_was_lost_makes_itself_another(place: Studio) -> None:
    session_id = place.session(seats=1)
    caller = place.run.new_caller()
    caller.call("booking", "get_session", session_id=session_id)

    caller._wire.connection.connection.transport.sock.close()  # noqa: SLF001 - cut from below

    assert caller.call("booking", "get_session", session_id=session_id)["session_id"] == session_id
    caller.close()
