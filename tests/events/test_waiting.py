"""A freed seat between events and the waiting list, played by hand."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.contracts.errors import (
    AlreadyWaiting,
    WaitlistFull,
)
from shared.contracts.waitlist import OfferClosed, SpotOffered, WaitlistLeft
from tests.events.hall import DAY, Hall


def full(hall: Hall) -> str:
    """Have ada in the only seat of the event, and alan wait; give his entry."""
    hall.event(capacity=1, waiting_list_size=5)
    hall.register("ada")
    had = hall.register("alan", or_wait=[hall.event_id])
    entry: str = had["places"][0]["entry_id"]
    hall.joined("alan", hall.event_id, entry)
    hall.suite.mark()
    return entry


@pytest.mark.rule("D43")
def test_a_freed_seat_is_granted_once_to_whom_the_list_names(hall: Hall) -> None:
    entry = full(hall)

    hall.cancel("ada")
    spot = hall.spot()
    assert hall.seats() == (1, 1)  # held for the list
    hall.ask(spot, entry, "alan", hall.event_id, times=2)

    (granted,) = hall.said("EventSpotGranted")
    assert (str(granted.entry_id), granted.session_name) == (entry, "Open house")
    assert hall.names() == ["alan"]
    assert hall.seats() == (1, 1)
    assert hall.events.list_waiting(event_id=hall.event_id) == []
    assert "RegistrationConfirmed" not in hall.suite.story


@pytest.mark.rule("D9")
def test_each_session_has_its_own_list_and_a_grant_joins_the_agenda(hall: Hall) -> None:
    hall.fair(capacity=1)
    hall.register("ada", "clay")
    alan = hall.register("alan", "ink", "clay", or_wait=["clay"])
    entry = next(one["entry_id"] for one in alan["places"] if one["entry_id"])
    hall.joined("alan", hall.sessions["clay"], entry)
    hall.cancel("ada")

    hall.ask(hall.spot(), entry, "alan", hall.sessions["clay"])

    (granted,) = hall.said("EventSpotGranted")
    assert str(granted.registration_id) == alan["registration_id"]
    assert granted.session_name == "Open house: clay"
    assert (hall.names("clay"), hall.names("ink")) == (["alan"], ["alan"])


def test_a_grant_that_would_overlap_is_refused(hall: Hall) -> None:
    hall.event()
    hall.session("clay", 9, 2, capacity=1, waiting_list_size=5)
    hall.session("ink", 10, 1, capacity=5)
    hall.events.set_own_agenda(event_id=hall.event_id, own_agenda=True)
    hall.register("ada", "clay")
    hall.register("alan", "ink")
    entry = hall.joined("alan", hall.sessions["clay"])
    hall.cancel("ada")

    hall.ask(hall.spot(), entry, "alan", hall.sessions["clay"])

    (refused,) = hall.said("EventSpotRefused")
    assert (refused.reason, refused.still_open) == ("not_eligible", True)


def test_a_returned_seat_is_free_unless_somebody_has_joined_meanwhile(hall: Hall) -> None:
    full(hall)
    hall.cancel("ada")
    spot = hall.spot()
    hall.joined("grace", hall.event_id)

    hall.returned(spot, hall.event_id, version=1)
    (again,) = hall.said("EventSpotFreed")
    assert again.reason == "list_asked_again"
    assert hall.seats() == (1, 1)
    hall.returned(str(again.spot_id), hall.event_id)

    assert hall.seats() == (1, 0)


def test_a_free_seat_is_held_when_somebody_joins(hall: Hall) -> None:
    hall.event(capacity=1, waiting_list_size=5)

    hall.joined("alan", hall.event_id)

    (freed,) = hall.said("EventSpotFreed")
    assert (freed.reason, hall.seats()) == ("seat_was_free", (1, 1))


def test_raised_capacity_goes_to_the_list_first(hall: Hall) -> None:
    full(hall)

    hall.events.change_event(event_id=hall.event_id, capacity=3)

    assert [one.reason for one in hall.said("EventSpotFreed")] == ["capacity_raised"] * 2
    assert hall.seats() == (3, 3)


def test_a_declined_seat_is_taken_back_without_a_word_to_its_person(hall: Hall) -> None:
    entry = full(hall)
    hall.cancel("ada")
    spot = hall.spot()
    hall.ask(spot, entry, "alan", hall.event_id)
    granted = hall.said("EventSpotGranted")[0]
    hall.suite.mark()

    for _ in range(2):
        hall.declined(spot, entry, hall.event_id, str(granted.registration_id))

    assert hall.suite.story == ["RegistrationCancelled"]
    assert hall.names() == []


@pytest.mark.parametrize(
    ("arrange", "reason", "open_"),
    [
        ("nothing", "spot_closed", False),
        ("booked", "already_booked", True),
        ("started", "session_started", False),
        ("erased", "not_eligible", True),
    ],
)
def test_a_request_that_cannot_be_granted_says_why(
    hall: Hall, arrange: str, reason: str, open_: Any
) -> None:
    entry = full(hall)
    hall.cancel("ada")
    spot = hall.spot()
    if arrange == "nothing":
        spot = str(uuid4())
    elif arrange == "booked":
        hall.register("alan", overrule="Early")
    elif arrange == "started":
        hall.suite.at = DAY.replace(hour=9)
    else:
        hall.suite.booking.erase_person(person_id=hall.people["alan"])
        hall.suite.deliver()
    hall.suite.mark()

    hall.ask(spot, entry, "alan", hall.event_id)

    (refused,) = hall.said("EventSpotRefused")
    assert (refused.reason, refused.still_open) == (reason, open_)


def test_a_seat_asked_for_in_the_name_of_somebody_not_heard_of_yet_waits_for_them(
    hall: Hall,
) -> None:
    full(hall)
    made = hall.suite.booking.register_person(kind="client", name="grace", email="g@example.com")
    hall.people["grace"] = made["person_id"]
    late = hall.suite.take_out()
    entry = hall.joined("grace", hall.event_id)
    hall.cancel("ada")

    hall.ask(hall.spot(), entry, "grace", hall.event_id)
    assert hall.said("EventSpotRefused") == []
    assert hall.seats() == (1, 1)  # the seat is still kept for them
    hall.suite.hear(late)
    hall.suite.deliver()

    assert hall.names() == ["grace"]
    assert len(hall.said("EventSpotGranted")) == 1


def test_a_seat_asked_for_in_a_name_that_stands_for_nobody_can_be_taken_back(hall: Hall) -> None:
    full(hall)
    hall.people["nobody"] = str(uuid4())
    hall.cancel("ada")
    spot = hall.spot()
    hall.ask(spot, str(uuid4()), "nobody", hall.event_id)

    hall.events.close_spot(spot_id=spot)
    hall.suite.deliver()

    # It is had again for who has joined, and the old request is at last told that it is closed.
    (freed,) = hall.said("EventSpotFreed")
    assert (freed.reason, hall.seats()) == ("list_asked_again", (1, 1))
    (refused,) = hall.said("EventSpotRefused")
    assert (refused.reason, refused.still_open) == ("spot_closed", False)


def test_a_spot_lapses_at_the_start(hall: Hall) -> None:
    full(hall)
    hall.cancel("ada")

    hall.suite.tick("events.end_lapsed_spots")
    assert hall.seats() == (1, 1)
    hall.suite.at = DAY.replace(hour=9)
    hall.suite.tick("events.end_lapsed_spots")

    assert hall.seats() == (1, 0)


def test_a_full_or_known_list_is_refused_at_once(hall: Hall) -> None:
    full(hall)
    hall.events.change_event(event_id=hall.event_id, waiting_list_size=1)

    with pytest.raises(AlreadyWaiting):
        hall.register("alan", or_wait=[hall.event_id])
    with pytest.raises(WaitlistFull):
        hall.register("grace", or_wait=[hall.event_id])


@pytest.mark.rule("D8", "D36", "D37", "Di1", "H13")
def test_the_list_is_told_how_to_find_the_next(hall: Hall) -> None:
    hall.event(capacity=1, waiting_list_size=5, invitations=3, answer_minutes=90)
    (opened,) = hall.said("EventQueueOpened")
    assert (opened.policy, opened.invitations, opened.answer_minutes) == ("assign", 3, 90)

    made = hall.events.define_pass(event_id=hall.event_id, name="Day", price_minor=100)
    hall.events.withdraw_pass(pass_id=made["pass_id"])
    hall.events.change_event(event_id=hall.event_id, auto_register=False)

    told = hall.said("EventQueueChanged")
    assert [one.policy for one in told] == ["offer", "assign", "offer"]
    assert [one.sequence for one in told] == [2, 3, 4]


@pytest.mark.rule("D37", "D38", "D42", "Di1", "H13")
def test_what_an_event_does_not_say_of_its_list_is_as_decided(hall: Hall) -> None:
    hall.event(capacity=1, waiting_list_size=5)
    hall.events.define_pass(event_id=hall.event_id, name="Day", price_minor=100)

    told = [*hall.said("EventQueueOpened"), *hall.said("EventQueueChanged")]

    assert [(one.policy, one.invitations, one.answer_minutes) for one in told] == [
        ("assign", 1, 24 * 60),
        ("offer", 1, 24 * 60),
    ]


@pytest.mark.rule("D9", "D36", "D39")
def test_switching_levels_ends_one_kind_of_list_and_opens_the_other(hall: Hall) -> None:
    hall.event(capacity=5, waiting_list_size=5)
    clay = hall.session("clay", capacity=1, waiting_list_size=2)
    hall.suite.mark()

    hall.events.set_own_agenda(event_id=hall.event_id, own_agenda=True)

    assert [(str(q.target_id), q.cancelled) for q in hall.said("EventQueueChanged")] == [
        (hall.event_id, True)
    ]
    assert [(str(q.target_id), q.waiting_list_size) for q in hall.said("EventQueueOpened")] == [
        (clay, 2)
    ]
    hall.events.set_own_agenda(event_id=hall.event_id, own_agenda=False)
    states = {str(q.target_id): q.cancelled for q in hall.said("EventQueueChanged")}
    assert states == {hall.event_id: False, clay: True}


def test_with_passes_a_place_from_the_list_has_the_pass_that_was_wanted(hall: Hall) -> None:
    hall.event(capacity=1, waiting_list_size=5)
    passes = [
        hall.events.define_pass(event_id=hall.event_id, name=name, price_minor=price)["pass_id"]
        for name, price in (("Day", 100), ("Gold", 900))
    ]
    hall.register("ada", pass_id=passes[0])
    had = hall.register("alan", pass_id=passes[1], or_wait=[hall.event_id])
    entry = had["places"][0]["entry_id"]
    hall.joined("alan", hall.event_id, entry)
    hall.cancel("ada")

    hall.ask(hall.spot(), entry, "alan", hall.event_id)

    (row,) = hall.events.list_registrations(event_id=hall.event_id)["rows"]
    assert (row["name"], row["pass_name"], row["price_minor"]) == ("alan", "Gold", 900)


def test_nobody_gets_another_pass_than_the_one_they_waited_for(hall: Hall) -> None:
    hall.event(capacity=2, waiting_list_size=5)
    day = hall.events.define_pass(event_id=hall.event_id, name="Day", quantity=1)["pass_id"]
    gold = hall.events.define_pass(event_id=hall.event_id, name="Gold", price_minor=90_00)
    hall.register("ada", pass_id=day)
    hall.register("grace", pass_id=gold["pass_id"])
    had = hall.register("alan", pass_id=day, or_wait=[hall.event_id])  # sold out, as seats are
    entry = had["places"][0]["entry_id"]
    hall.joined("alan", hall.event_id, entry)

    hall.cancel("grace")
    hall.ask(hall.spot(), entry, "alan", hall.event_id)
    (refused,) = hall.said("EventSpotRefused")
    assert (refused.reason, refused.still_open) == ("not_eligible", True)
    hall.returned(hall.spot(), hall.event_id)
    hall.cancel("ada")
    hall.ask(hall.spot(), entry, "alan", hall.event_id)

    (row,) = hall.events.list_registrations(event_id=hall.event_id)["rows"]
    assert (row["name"], row["pass_name"]) == ("alan", "Day")


def test_asking_again_for_who_gave_a_place_up_uses_up_no_pass(hall: Hall) -> None:
    hall.event(capacity=1, waiting_list_size=5)
    day = hall.events.define_pass(event_id=hall.event_id, name="Day", quantity=9)["pass_id"]
    hall.register("ada", pass_id=day)
    had = hall.register("alan", pass_id=day, or_wait=[hall.event_id])
    entry = had["places"][0]["entry_id"]
    hall.joined("alan", hall.event_id, entry)
    for name in ("ada", "alan"):
        hall.cancel(name)
        hall.ask(hall.spot(), entry, "alan", hall.event_id)

    (refused,) = hall.said("EventSpotRefused")
    assert refused.reason == "not_eligible"
    assert [one["sold"] for one in hall.events.list_passes(event_id=hall.event_id)] == [0]


@pytest.mark.rule("D38", "D44")
def test_segments_of_waiting_and_invited_people_are_chosen_by_session(hall: Hall) -> None:
    hall.fair(capacity=1)
    hall.register("ada", "clay", "ink")
    clay = hall.sessions["clay"]
    entries = {name: hall.joined(name, clay) for name in ("alan", "grace")}
    hall.joined("edsger", hall.sessions["ink"])
    offer = SpotOffered(
        session_name="clay",
        starts_at=DAY,
        time_zone="UTC",
        location="",
        staff="",
        offer_id=uuid4(),
        spot_id=uuid4(),
        entry_id=UUID(entries["grace"]),
        source="events",
        target_id=UUID(clay),
        person_id=UUID(hall.person("grace")),
        announced=False,
        seats=1,
        answer_by=DAY,
        offered_at=hall.suite.now(),
    )
    hall.say(offer)

    def written(audience: str, session: str | None) -> list[str]:
        hall.suite.mark()
        ids = {"session_id": hall.sessions[session]} if session else {}
        hall.events.write_to(
            event_id=hall.event_id, **ids, audience=audience, subject="News", text="Soon."
        )
        names = {person: name for name, person in hall.people.items()}
        return sorted(names[str(one.person_id)] for one in hall.said("EventMessageRequested"))

    assert written("waiting", "clay") == ["alan", "grace"]
    assert written("invited", "clay") == ["grace"]
    assert written("waiting", None) == ["alan", "edsger", "grace"]
    assert written("registered", "ink") == ["ada"]
    hall.say(
        OfferClosed(
            offer_id=offer.offer_id,
            spot_id=offer.spot_id,
            entry_id=offer.entry_id,
            source="events",
            target_id=offer.target_id,
            person_id=offer.person_id,
            reason="expired",
            closed_at=hall.suite.now(),
        )
    )
    hall.say(
        WaitlistLeft(
            entry_id=UUID(entries["alan"]),
            source="events",
            target_id=UUID(clay),
            person_id=UUID(hall.person("alan")),
            reason="left",
            left_at=hall.suite.now(),
        )
    )
    assert written("invited", "clay") == []
    assert written("waiting", "clay") == ["grace"]


def test_what_the_list_says_of_bookings_is_none_of_events_business(hall: Hall) -> None:
    full(hall)

    hall.say(
        WaitlistLeft(
            entry_id=uuid4(),
            source="booking",
            target_id=uuid4(),
            person_id=uuid4(),
            reason="left",
            left_at=hall.suite.now(),
        )
    )

    assert hall.suite.story == []
