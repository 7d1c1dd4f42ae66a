"""What staff do to a list by hand, what becomes of those overtaken, and how it is explained."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.contracts import Trace
from shared.contracts.errors import AlreadyWaiting, EntryEnded, InvalidRequest, NoSeatFree
from shared.contracts.events import EventQueueOpened, EventSpotFreed, RegistrationRequested
from shared.contracts.waitlist import SpotRequested
from shared.outbox import Said
from tests.flows.studio import Studio

WHY: dict[str, Any] = {"reason": "Was promised the place by phone.", "by": "Lea"}


def explain(studio: Studio, entry_id: str) -> Any:
    """Say what was decided about an entry."""
    return studio.suite.waitlist.explain_entry(entry_id=entry_id)


@pytest.mark.rule("Q39", "D43", "D29")
def test_staff_move_somebody_to_attending_beyond_the_capacity(studio: Studio) -> None:
    studio.full("ada", waiting=["grace", "alan"])
    entry_id, first = studio.entry_id("alan"), studio.entry_id("grace")

    studio.suite.waitlist.move_to_attending(entry_id=entry_id, over_capacity=True, **WHY)
    studio.settle()

    assert studio.booked == ["ada", "alan"]
    assert (studio.taken, studio.waiting) == (2, ["grace"])
    (overtook,) = explain(studio, first)["overtaken_by"]
    assert (overtook["action"], overtook["by"], overtook["overtaken"]) == (
        "move_to_attending",
        "Lea",
        1,
    )
    assert explain(studio, entry_id)["overrides"][0]["reason"] == WHY["reason"]


@pytest.mark.rule("Qi1", "D29", "H15")
def test_a_seat_beyond_the_capacity_that_is_given_up_goes_to_nobody(studio: Studio) -> None:
    studio.full("ada", waiting=["grace", "alan"])
    studio.suite.waitlist.move_to_attending(
        entry_id=studio.entry_id("alan"), over_capacity=True, **WHY
    )
    studio.settle()

    first = studio.cancel("ada")
    studio.settle()
    assert (first["spot_id"], studio.booked) == (None, ["alan"])
    studio.cancel("alan")
    studio.settle()

    assert studio.booked == ["grace"]


def test_without_a_free_seat_staff_have_to_say_that_they_overrule(studio: Studio) -> None:
    studio.full("ada", waiting=["grace"])

    with pytest.raises(NoSeatFree, match="over_capacity"):
        studio.suite.waitlist.move_to_attending(entry_id=studio.entry_id("grace"), **WHY)

    assert studio.booked == ["ada"]


def test_a_seat_that_is_with_the_list_is_used_first(studio: Studio) -> None:
    studio.full("ada", waiting=["grace", "alan"])
    studio.set_policy("announce")
    studio.cancel("ada")
    studio.settle()

    studio.suite.waitlist.move_to_attending(entry_id=studio.entry_id("alan"), **WHY)
    studio.settle()

    assert (studio.booked, studio.taken) == (["alan"], 1)


@pytest.mark.rule("D40")
def test_staff_add_somebody_to_a_full_list_at_a_place(studio: Studio) -> None:
    studio.full("ada", waiting=["grace", "alan"], size=2)
    ids = {"target_id": studio.session_id, "person_id": studio.person("edsger")}

    added = studio.suite.waitlist.add_entry(**ids, place=2, **WHY)
    studio.settle()

    assert studio.waiting == ["grace", "edsger", "alan"]
    assert added["place"] == 2
    with pytest.raises(AlreadyWaiting):
        studio.suite.waitlist.add_entry(**ids, **WHY)


@pytest.mark.rule("D41")
def test_staff_take_somebody_off_the_list(studio: Studio) -> None:
    studio.full("ada", waiting=["grace", "alan"])
    entry_id = studio.entry_id("grace")

    for _ in range(2):
        gone = studio.suite.waitlist.remove_entry(entry_id=entry_id, **WHY)
        studio.settle()

    assert (gone["state"], studio.waiting) == ("removed", ["alan"])
    assert len(explain(studio, entry_id)["overrides"]) == 1
    with pytest.raises(EntryEnded):
        studio.suite.waitlist.move_entry(entry_id=entry_id, place=1, **WHY)


@pytest.mark.rule("D42")
def test_staff_invite_somebody_before_their_turn(studio: Studio) -> None:
    studio.full("ada", waiting=["grace", "alan"])
    entry_id = studio.entry_id("alan")

    studio.suite.waitlist.invite_entry(entry_id=entry_id, over_capacity=True, **WHY)
    studio.settle()
    (offer,) = explain(studio, entry_id)["offers"]
    studio.suite.waitlist.accept_offer(offer_id=offer["offer_id"])
    studio.settle()

    assert (studio.booked, studio.waiting) == (["ada", "alan"], ["grace"])


def test_an_invitation_by_hand_that_is_declined_frees_no_seat(studio: Studio) -> None:
    studio.full("ada", waiting=["grace", "alan"])
    entry_id = studio.entry_id("alan")
    studio.suite.waitlist.invite_entry(entry_id=entry_id, over_capacity=True, **WHY)
    (offer,) = explain(studio, entry_id)["offers"]

    studio.suite.waitlist.decline_offer(offer_id=offer["offer_id"])
    studio.settle()

    assert (studio.booked, studio.taken, studio.waiting) == (["ada"], 1, ["grace", "alan"])


@pytest.mark.parametrize(
    ("place", "order"),
    [
        (1, ["edsger", "grace", "alan"]),
        (2, ["grace", "edsger", "alan"]),
        (9, ["grace", "alan", "edsger"]),
    ],
)
def test_staff_give_somebody_another_place_in_line(
    studio: Studio, place: int, order: list[str]
) -> None:
    studio.full("ada", waiting=["grace", "alan", "edsger"])
    entries = {name: studio.entry_id(name) for name in order}

    studio.suite.waitlist.move_entry(entry_id=entries["edsger"], place=place, **WHY)
    studio.settle()

    assert studio.waiting == order
    behind = order[order.index("edsger") + 1 :]
    overtaken = [name for name in order if explain(studio, entries[name])["overtaken_by"]]
    assert overtaken == behind


@pytest.mark.parametrize("call", ["remove_entry", "move_to_attending", "invite_entry"])
def test_nothing_is_done_by_hand_without_a_reason(studio: Studio, call: str) -> None:
    studio.full("ada", waiting=["grace"])

    with pytest.raises(InvalidRequest, match="reason"):
        studio.suite.call("waitlist", call, entry_id=studio.entry_id("grace"))

    assert studio.waiting == ["grace"]


@pytest.mark.rule("D8", "D9")
def test_the_list_of_an_event_asks_events_for_its_seats(studio: Studio) -> None:
    studio.session()
    studio.settle()
    target_id, person_id = uuid4(), UUID(studio.person("grace"))
    at = studio.suite.now()
    limits: dict[str, Any] = {"target_id": target_id, "event_id": uuid4(), "name": "Fair"}
    limits |= {"starts_at": at + timedelta(days=2), "ends_at": at + timedelta(days=3)}
    limits |= {"waiting_list_closes_at": at + timedelta(days=2), "waiting_list_size": 5}
    limits |= {"time_zone": "Europe/Rome", "location": "Hall", "policy": "assign"}
    limits |= {"invitations": 1, "answer_minutes": 60, "cancelled": False, "sequence": 1}
    ids: dict[str, Any] = {"event_id": limits["event_id"], "target_id": target_id}
    wish: dict[str, Any] = {"entry_id": uuid4(), "person_id": person_id, "requested_at": at}
    freed: dict[str, Any] = {"spot_id": uuid4(), "reason": "hold_ended", "freed_at": at}
    facts = [
        ("keep_queue", EventQueueOpened(**limits)),
        ("join_requested", RegistrationRequested(**ids, **wish)),
        ("request_freed_spot", EventSpotFreed(**ids, **freed)),
    ]

    said: list[Said] = []
    home = studio.suite.members["waitlist"].home
    tell, home.on_commit = home.on_commit, said.extend
    for listener, fact in facts:
        heard = fact.said(Trace.begin(at).envelope(at=at))
        getattr(studio.suite.worker("waitlist"), listener)(heard)
    home.on_commit = tell
    studio.settle()

    (asked,) = [one for one in said if one.topic == SpotRequested.topic]
    request = SpotRequested.from_wire(asked.body)
    assert (request.source, request.person_id, request.overruled) == ("events", person_id, False)
    assert (studio.booked, studio.taken) == ([], 0)  # booking is not concerned
