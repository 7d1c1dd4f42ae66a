"""Messages nobody can read, and one that kills whoever takes it."""

import json
import re
from collections.abc import Mapping
from typing import Any

import kombu
import pytest

from tests.faults.promises import Seen, everything_said_was_handled, shown, violations
from tests.faults.scenarios import KILLED
from tests.studio import Studio

pytestmark = pytest.mark.live


def _put(place: Studio, body: str | bytes, **headers: Any) -> None:
    """Put a message before waitlist as if booking had said it."""
    with place.run.channel() as channel:
        kombu.Producer(channel).publish(
            body,
            exchange="booking.events",
            routing_key="BookingCancelled.v1",
            content_type="application/json",
            content_encoding="utf-8",
            headers=headers,
            delivery_mode=2,
        )


def _parked(place: Studio) -> int:
    parked = "SELECT count(*) FROM deferred WHERE parked_at IS NOT NULL"
    return int(place.run.scalar("waitlist", parked))


def _a_fact(place: Studio) -> Mapping[str, Any]:
    return place.run.facts("BookingCancelled")[-1]


def test_what_cannot_be_read_is_parked_and_what_comes_behind_it_goes_on(place: Studio) -> None:
    run = place.run
    first, second = place.full_session(), place.full_session()
    run.settle()
    run.stop("waitlist")
    first.cancel()
    good = _a_fact(place)
    unreadable = (
        "{ this is no JSON",
        json.dumps({**good, "data": {**good["data"], "booking_id": None}}),
        json.dumps({key: good[key] for key in good if key != "fact_id"}),
        json.dumps([good]),
        '{"fact":' * 5000,
    )
    for body in unreadable:
        _put(place, body)
    _put(place, b"\x00\xff not what the header says", compression="application/x-bz2")
    _put(place, json.dumps(good), **{"nameko.call_id_stack": 5})
    second.cancel()

    run.start("waitlist")
    run.until(lambda: _parked(place) == len(unreadable) + 1, "the unreadable ones are parked")
    run.settle()

    for full in (first, second):
        assert full.allocations() == full.entries
    assert not run.ended("waitlist")
    listed = run.atelier("parked", "list")
    parked = 2 * (len(unreadable) + 1)  # notify hears of a cancellation, too
    assert listed.count("FactUnreadable") == parked
    assert "request_freed_spot" in listed
    faults = violations(run, place.mailbox)
    assert len(faults) == parked, shown(faults)


def test_what_is_parked_can_be_shown_tried_again_and_dropped(place: Studio) -> None:
    run = place.run
    before = _parked(place)
    _put(place, '{"fact": "BookingCancelled.v1", "note": "a marker"}')
    run.until(lambda: _parked(place) == before + 1, "it is parked")
    newest = "SELECT deferred_id FROM deferred ORDER BY first_failed_at DESC LIMIT 1"
    parked_id = str(run.scalar("waitlist", newest))

    shown_whole = run.atelier("parked", "show", parked_id)
    tried = run.atelier("parked", "retry", parked_id)
    run.until(
        lambda: run.scalar(
            "waitlist",
            "SELECT attempts >= 1 AND parked_at IS NULL FROM deferred WHERE deferred_id = :id",
            id=parked_id,
        ),
        "it was tried again",
    )
    dropped = run.atelier("parked", "drop", parked_id, "--reason", "made by a test")
    code, unknown = run.try_atelier("parked", "show", parked_id)

    assert "a marker" in shown_whole
    assert "Missing data for required field" in shown_whole
    assert "tries BookingCancelled.v1 again" in tried
    assert "has dropped BookingCancelled.v1" in dropped
    assert "made by a test" in dropped  # in the log, on standard error
    assert code == 1
    assert parked_id in unknown


def test_a_message_that_kills_its_process_each_time_is_given_up_and_can_be_tried_again(
    place: Studio,
) -> None:
    run = place.run
    if not run.own_host:
        pytest.skip("needs a virtual host of its own: rabbitmqctl is not on this machine")
    full = place.full_session()
    run.settle()
    before = _parked(place)
    # Fewer deliveries than the topology's limit, so that it takes a few deaths and not fifty.
    limit = json.dumps({"delivery-limit": 1})
    run.control("set_policy", "few", "^evt-", limit, "--apply-to", "queues")
    run.kill("waitlist")
    deadly = "lane.handling:request_freed_spot=kill"

    deaths = 0
    run.start("waitlist", ATELIER_FAILPOINTS=deadly)
    full.cancel()
    while _parked(place) == before:
        if run.ended("waitlist"):
            assert run.processes["waitlist"].returncode == KILLED
            deaths += 1
            run.start("waitlist", ATELIER_FAILPOINTS=deadly)
    assert deaths == 2
    assert not run.ended("waitlist")
    assert "given up by the broker" in run.atelier("parked", "list")
    held = "SELECT count(*) FROM holds WHERE state = 'open' AND kind = 'waitlist'"
    assert run.scalar("booking", held) == 1
    run.kill("waitlist")
    run.start("waitlist")
    (parked_id,) = re.findall(
        r"([0-9a-f-]{36}).*given up by the broker", run.atelier("parked", "list")
    )

    heard = "SELECT fact_id FROM deferred WHERE deferred_id = :id"
    fact_id = run.scalar("waitlist", heard, id=parked_id)
    assert f'"fact_id":"{fact_id}"' in run.atelier("parked", "show", str(fact_id))

    run.atelier("parked", "retry", parked_id)

    run.settle()
    assert full.allocations() == full.entries
    assert len(place.mails(full.waiters[0])) == 1
    run.control("clear_policy", "few")
    assert _parked(place) == before
    faults = set(violations(run, place.mailbox))
    left = set(everything_said_was_handled(Seen(run, place.mailbox)))
    assert faults == left, shown(faults - left)
