"""Seats of events on their way to whoever waits, told across booking, events and waitlist."""

from collections.abc import Iterator
from typing import Any

import pytest

from services.booking.service import Booking
from services.events.service import Events
from services.waitlist.service import Waitlist
from tests.events.hall import Hall, hall_in


@pytest.fixture
def hall() -> Iterator[Hall]:
    """Give a hall with a waiting list that is really there."""
    with hall_in(classes=(Booking, Waitlist, Events)) as made:
        yield made


def waiting(hall: Hall, target_id: str) -> list[str]:
    """Name who waits, longest first, as waitlist has it."""
    names = {person_id: name for name, person_id in hall.people.items()}
    found = hall.suite.waitlist.list_waiting(target_id=target_id, source="events")
    entries: list[Any] = found["entries"] if isinstance(found, dict) else found
    return [names[one["person_id"]] for one in entries]


def full(hall: Hall, *names: str) -> None:
    """Have ada in the only seat of the event, and others wait; the story begins here."""
    hall.event(capacity=1, waiting_list_size=9)
    hall.suite.deliver()
    for name in ("ada", *names):
        hall.register(name, or_wait=[hall.event_id])
        hall.suite.deliver()
    hall.suite.mark()


@pytest.mark.rule("D8", "D36", "D43", "Di1")
@pytest.mark.parametrize("order", [list, reversed])
def test_a_cancelled_registration_goes_to_whoever_waited_longest(hall: Hall, order: Any) -> None:
    full(hall, "alan", "grace")

    hall.cancel("ada")
    hall.suite.deliver(times=2, order=order)

    assert hall.names() == ["alan"]
    assert waiting(hall, hall.event_id) == ["grace"]
    assert hall.seats() == (1, 1)
    assert [one for one in hall.suite.story if one != "RegistrationEnded"] == [
        "RegistrationCancelled",
        "SpotRequested",
        "EventSpotGranted",
        "SpotAllocated",
    ]


def test_a_seat_nobody_waits_for_is_free_again(hall: Hall) -> None:
    full(hall)

    hall.cancel("ada")
    hall.suite.deliver(times=2)

    assert hall.seats() == (1, 0)
    assert hall.suite.story[-1] == "SpotReturned"


@pytest.mark.rule("D9", "D36", "D39")
def test_each_session_has_a_list_of_its_own(hall: Hall) -> None:
    hall.fair(capacity=1)
    hall.suite.deliver()
    hall.register("ada", "clay", "ink")
    hall.register("alan", "wood", "clay", or_wait=["clay"])
    hall.register("grace", "ink", or_wait=["ink"])
    hall.suite.deliver()

    assert waiting(hall, hall.sessions["clay"]) == ["alan"]
    assert waiting(hall, hall.sessions["ink"]) == ["grace"]
    hall.cancel("ada")
    hall.suite.deliver(times=2)

    assert hall.names("clay") == ["alan"]
    assert hall.names("ink") == ["grace"]
    assert hall.names() == ["alan", "grace"]


def test_a_raised_capacity_serves_the_list(hall: Hall) -> None:
    full(hall, "alan", "grace", "edsger")

    hall.events.change_event(event_id=hall.event_id, capacity=3)
    hall.suite.deliver(times=2)

    assert hall.names() == ["ada", "alan", "grace"]
    assert waiting(hall, hall.event_id) == ["edsger"]


def test_defining_a_pass_ends_the_lists_of_sessions(hall: Hall) -> None:
    hall.fair(capacity=1)
    hall.suite.deliver()
    hall.register("ada", "clay")
    hall.register("alan", "clay", or_wait=["clay"])
    hall.suite.deliver()

    hall.events.define_pass(event_id=hall.event_id, name="Day")
    hall.suite.deliver(times=2)
    hall.cancel("ada")
    hall.suite.deliver(times=2)

    assert hall.names() == []
    assert hall.seats("clay")[1] == 0


@pytest.mark.rule("D42", "D44")
def test_with_passes_whoever_is_next_is_invited_and_takes_the_seat(hall: Hall) -> None:
    hall.event(capacity=1, waiting_list_size=9)
    day = hall.events.define_pass(event_id=hall.event_id, name="Day", price_minor=100)["pass_id"]
    hall.suite.deliver()
    for name in ("ada", "alan"):
        hall.register(name, or_wait=[hall.event_id], pass_id=day)
        hall.suite.deliver()
    hall.suite.mark()
    hall.cancel("ada")
    hall.suite.deliver()

    (offered,) = hall.said("SpotOffered")
    listed = hall.events.list_waiting(event_id=hall.event_id)
    assert [(row["name"], row["invited"]) for row in listed] == [("alan", True)]
    assert hall.seats() == (1, 1)
    hall.suite.waitlist.accept_offer(offer_id=str(offered.offer_id))
    hall.suite.deliver(times=2)

    (row,) = hall.events.list_registrations(event_id=hall.event_id)["rows"]
    assert (row["name"], row["pass_id"], row["price_minor"]) == ("alan", day, 100)
    assert hall.events.list_waiting(event_id=hall.event_id) == []


@pytest.mark.rule("D29", "D40", "D41", "D43")
def test_staff_add_remove_and_register_people_of_a_list_by_hand(hall: Hall) -> None:
    full(hall, "alan")
    listing = hall.suite.waitlist
    ids = {"target_id": hall.event_id, "source": "events"}
    added = listing.add_entry(**ids, person_id=hall.person("grace"), reason="She called")
    hall.suite.deliver()
    assert waiting(hall, hall.event_id) == ["alan", "grace"]

    listing.move_to_attending(
        entry_id=added["entry_id"], over_capacity=True, reason="A speaker after all"
    )
    hall.suite.deliver(times=2)

    assert hall.names() == ["ada", "grace"]
    assert hall.seats() == (1, 2)
    listed = hall.events.list_registrations(event_id=hall.event_id)
    assert [bool(row["overruled"]) for row in listed["rows"]] == [False, True]
    hall.cancel("ada")
    hall.suite.deliver(times=2)
    assert (hall.names(), hall.seats()) == (["grace"], (1, 1))
    (entry,) = hall.events.list_waiting(event_id=hall.event_id)
    listing.remove_entry(entry_id=entry["entry_id"], reason="Moved away")
    hall.suite.deliver()
    assert hall.events.list_waiting(event_id=hall.event_id) == []


@pytest.mark.rule("D39", "D40", "D41", "D42", "D43")
def test_from_a_session_staff_add_remove_invite_and_register_who_waits(hall: Hall) -> None:
    hall.fair(capacity=1)
    hall.suite.deliver()
    hall.register("ada", "clay", "ink")
    listing, clay = hall.suite.waitlist, hall.sessions["clay"]
    ids = {"target_id": clay, "source": "events", "reason": "At the desk"}

    entries = {
        name: listing.add_entry(**ids, person_id=hall.person(name))["entry_id"]
        for name in ("alan", "grace", "edsger")
    }
    hall.suite.deliver()
    assert waiting(hall, clay) == ["alan", "grace", "edsger"]
    assert waiting(hall, hall.sessions["ink"]) == []
    of_session = hall.events.list_waiting(event_id=hall.event_id, session_id=clay)
    assert [row["name"] for row in of_session] == ["alan", "grace", "edsger"]
    listing.remove_entry(entry_id=entries["alan"], reason="Moved away")
    listing.move_to_attending(entry_id=entries["grace"], over_capacity=True, reason="A helper")
    hall.suite.deliver(times=2)
    assert hall.names("clay") == ["ada", "grace"]
    listing.invite_entry(entry_id=entries["edsger"], over_capacity=True, reason="A friend")
    hall.suite.deliver(times=2)
    (invited,) = hall.events.list_waiting(event_id=hall.event_id, session_id=clay)
    assert (invited["name"], invited["invited"]) == ("edsger", True)
    (offered,) = hall.said("SpotOffered")
    letter = {"session_id": clay, "audience": "invited", "subject": "Soon", "text": "Do come."}
    assert hall.events.write_to(event_id=hall.event_id, **letter)["letters"] == 1
    listing.accept_offer(offer_id=str(offered.offer_id))
    hall.suite.deliver(times=2)

    assert hall.names("clay") == ["ada", "edsger", "grace"]
    assert hall.seats("clay") == (1, 3)
    assert hall.names("ink") == ["ada"]
    assert waiting(hall, clay) == []
