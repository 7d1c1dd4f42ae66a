"""waitlist as its callers see it."""

from uuid import uuid4

import pytest

from shared.contracts.errors import (
    AlreadyWaiting,
    EntryNotFound,
    InvalidRequest,
    QueueNotFound,
    SpotNotFound,
    WaitlistClosed,
)
from tests.flows.studio import Studio


def test_everybody_knows_their_place_in_line(studio: Studio) -> None:
    studio.full("ada", waiting=["grace", "alan", "edsger"])
    studio.leave("grace")

    entries = {name: studio.entry_id(name) for name in ("alan", "edsger")}
    places = {n: studio.suite.waitlist.get_entry(entry_id=e)["place"] for n, e in entries.items()}

    assert places == {"alan": 1, "edsger": 2}


def test_the_line_can_be_read_in_stretches(studio: Studio) -> None:
    studio.full("ada", waiting=["grace", "alan", "edsger"])
    call, ids = studio.suite.waitlist.list_waiting, {"target_id": studio.session_id}

    first = call(**ids, limit=2)
    rest = call(**ids, after=first[-1]["position"], limit=2)

    assert [len(first), len(rest)] == [2, 1]
    positions = [entry["position"] for entry in [*first, *rest]]
    assert positions == sorted(set(positions))


@pytest.mark.rule("Q16")
def test_the_list_counts_who_waits_and_how_many_may(studio: Studio) -> None:
    studio.full("ada", waiting=["grace", "alan"], size=4)

    queue = studio.suite.waitlist.get_queue(target_id=studio.session_id)

    assert (queue["waiting"], queue["size"]) == (2, 4)


def test_nobody_waits_twice_for_the_same(studio: Studio) -> None:
    studio.full("ada", waiting=["grace"])

    with pytest.raises(AlreadyWaiting):
        studio.join("grace")
    with pytest.raises(AlreadyWaiting):
        studio.book("grace")

    assert studio.waiting == ["grace"]


def test_a_list_of_size_nothing_takes_nobody(studio: Studio) -> None:
    studio.session(waiting=0)
    studio.settle()

    with pytest.raises(WaitlistClosed):
        studio.join("grace")


def test_each_thing_that_is_not_there_is_named(studio: Studio) -> None:
    nobody, call = str(uuid4()), studio.suite.waitlist

    with pytest.raises(QueueNotFound):
        call.join(target_id=nobody, person_id=nobody)
    with pytest.raises(QueueNotFound):
        call.get_queue(target_id=nobody)
    with pytest.raises(QueueNotFound):
        call.review_queue(target_id=nobody)
    with pytest.raises(EntryNotFound):
        call.leave(entry_id=nobody)
    with pytest.raises(EntryNotFound):
        call.get_entry(entry_id=nobody)
    with pytest.raises(SpotNotFound):
        call.explain_decision(spot_id=nobody)
    with pytest.raises(InvalidRequest, match="source: "):
        call.get_queue(target_id=nobody, source="elsewhere")


def test_queues_of_others_are_not_mixed_up(studio: Studio) -> None:
    studio.full("ada", waiting=["grace"])

    with pytest.raises(QueueNotFound):
        studio.suite.waitlist.get_queue(target_id=studio.session_id, source="events")


@pytest.mark.parametrize("after", [2**70, -(2**70), "first", 1.5])
def test_a_stretch_begins_at_a_position_there_can_be(studio: Studio, after: object) -> None:
    studio.full("ada")

    with pytest.raises(InvalidRequest, match="after"):
        studio.suite.waitlist.list_waiting(target_id=studio.session_id, after=after)
