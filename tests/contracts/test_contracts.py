"""How facts travel: nothing is lost, and what cannot be read is said to be so."""

import json
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts import FACTS, FactUnreadable, Trace
from tests.contracts.samples import any_fact, envelopes, sample

EVERY = sorted(FACTS)
some_fact = st.sampled_from(EVERY).flatmap(lambda topic: any_fact(FACTS[topic]))


@given(some_fact)
def test_every_fact_arrives_as_it_left(fact: Any) -> None:
    arrived = type(fact).from_wire(fact.to_wire())

    assert arrived == fact
    assert arrived.envelope == fact.envelope
    assert arrived.about == fact.about


def wire_of(topic: str) -> dict[str, Any]:
    """Give a fact's message, taken apart."""
    wire: dict[str, Any] = json.loads(sample(FACTS[topic]).to_wire())
    return wire


@pytest.mark.parametrize("topic", EVERY)
def test_a_field_of_a_newer_speaker_is_ignored(topic: str) -> None:
    wire = wire_of(topic)
    wire["data"]["said_by_a_newer_speaker"] = wire["newer_still"] = [1, 2]

    assert FACTS[topic].from_wire(json.dumps(wire)) == sample(FACTS[topic])


@pytest.mark.parametrize("topic", EVERY)
def test_each_missing_field_is_named(topic: str) -> None:
    declared = FACTS[topic].schema().fields
    for name in (name for name, field in declared.items() if field.required):
        wire = wire_of(topic)
        del wire["data"][name]

        with pytest.raises(FactUnreadable, match=f"{name}: "):
            FACTS[topic].from_wire(json.dumps(wire))


@pytest.mark.parametrize("topic", EVERY)
def test_a_field_that_came_later_may_be_missing(topic: str) -> None:
    fact, wire = FACTS[topic], wire_of(topic)
    later = {name for name, field in fact.schema().fields.items() if not field.required}

    wire["data"] = {name: value for name, value in wire["data"].items() if name not in later}

    read = fact.from_wire(json.dumps(wire))
    assert all(getattr(read, f.name) == f.default for f in fields(fact) if f.name in later)


@pytest.mark.parametrize("topic", EVERY)
def test_each_field_of_a_wrong_type_is_named(topic: str) -> None:
    for name in wire_of(topic)["data"]:
        wire = wire_of(topic)
        wire["data"][name] = {"no": "such thing"}

        with pytest.raises(FactUnreadable, match=f"{name}: "):
            FACTS[topic].from_wire(json.dumps(wire))


@pytest.mark.parametrize(
    "name", ["fact", "fact_id", "correlation_id", "caused_by", "began_at", "said_at", "data"]
)
def test_the_envelope_is_needed_whole(name: str) -> None:
    wire = wire_of("BookingCancelled.v1")
    del wire[name]

    with pytest.raises(FactUnreadable, match=name):
        FACTS["BookingCancelled.v1"].from_wire(json.dumps(wire))


def test_one_fact_is_not_taken_for_another() -> None:
    wire = json.dumps(wire_of("BookingConfirmed.v1"))

    with pytest.raises(FactUnreadable, match=r"expected BookingCancelled\.v1"):
        FACTS["BookingCancelled.v1"].from_wire(wire)


@given(st.binary(max_size=200))
def test_bytes_are_a_fact_or_unreadable(body: bytes) -> None:
    with pytest.raises(FactUnreadable):
        FACTS["BookingCancelled.v1"].from_wire(body)


@pytest.mark.parametrize(
    "body", [b"[]", b"null", b"5", b'"x"', b"{}", b"[" * 100_000, b"\xff\xfe", b'{"fact":NaN}']
)
def test_json_of_another_shape_is_unreadable(body: bytes) -> None:
    with pytest.raises(FactUnreadable):
        FACTS["BookingCancelled.v1"].from_wire(body)


def test_what_nobody_could_read_back_does_not_leave() -> None:
    fact = sample(FACTS["BookingCancelled.v1"])
    object.__setattr__(fact, "cancelled_by", "the cat")

    with pytest.raises(FactUnreadable, match="cancelled_by"):
        fact.to_wire()


@pytest.mark.parametrize("topic", EVERY)
def test_a_fact_is_about_one_of_its_ids(topic: str) -> None:
    fact = sample(FACTS[topic])

    assert fact.about == getattr(fact, FACTS[topic].about_field)
    assert topic == f"{FACTS[topic].name}.v{FACTS[topic].version}"


@given(envelopes(), some_fact)
def test_a_thread_goes_on_from_fact_to_fact(envelope: Any, fact: Any) -> None:
    heard = fact.said(envelope)

    said = Trace.after(heard).envelope(at=envelope.said_at)

    assert said.correlation_id == envelope.correlation_id
    assert said.began_at == envelope.began_at
    assert said.caused_by == envelope.fact_id
    assert said.fact_id != envelope.fact_id
