"""Registering, agendas, cancelling, and staff's exceptions."""

from uuid import uuid4

import pytest

from shared.contracts.errors import (
    InvalidRequest,
    PersonNotFound,
    SessionFull,
    SessionNotFound,
)
from shared.contracts.event_errors import (
    AlreadyRegistered,
    EventCancelled,
    EventFull,
    EventStarted,
    RegistrationCancelledAlready,
    SessionsOverlap,
)
from tests.events.hall import DAY, Hall

NOBODY = "00000000-0000-4000-8000-000000000000"
CHOICES = ((11, "clay"), (12, "ink"), (13, "wood"))  # on the clock in Rome


@pytest.mark.rule("D5")
def test_an_agenda_is_taken_whole_or_not_at_all(hall: Hall) -> None:
    hall.fair(capacity=1, waiting=0)
    hall.register("ada", "ink")
    hall.person("alan")
    hall.suite.mark()

    with pytest.raises(SessionFull, match="ink: all 1 seats are taken, no list is open"):
        hall.register("alan", "clay", "ink", "wood")

    assert [hall.seats(one)[1] for one in ("clay", "ink", "wood")] == [0, 1, 0]
    assert hall.names() == ["ada"]
    assert hall.suite.story == []


@pytest.mark.rule("D27", "D28")
def test_a_partly_full_agenda_offers_the_list_session_by_session(hall: Hall) -> None:
    hall.fair(capacity=1)
    hall.events.change_session(session_id=hall.sessions["wood"], waiting_list_size=0)
    hall.register("ada", "ink", "wood")
    wanted = [hall.sessions[one] for one in ("clay", "ink", "wood")]
    checked = hall.events.check_agenda(event_id=hall.event_id, session_ids=wanted)
    assert [row["status"] for row in checked["sessions"]] == ["free", "may_wait", "full"]
    hall.suite.mark()

    with pytest.raises(SessionFull, match="wood"):
        hall.register("alan", "clay", "ink", "wood", or_wait=["ink", "wood"])
    had = hall.register("alan", "clay", "ink", or_wait=["ink"])

    status = {one["target_id"]: one["status"] for one in had["places"]}
    assert status == {hall.sessions["clay"]: "registered", hall.sessions["ink"]: "waiting"}
    (requested,) = hall.said("RegistrationRequested")
    assert str(requested.target_id) == hall.sessions["ink"]
    assert hall.names("ink") == ["ada"]
    waiting = hall.events.list_waiting(event_id=hall.event_id, session_id=hall.sessions["ink"])
    assert [row["name"] for row in waiting] == ["alan"]


def test_waiting_for_what_is_not_wanted_is_refused(hall: Hall) -> None:
    hall.fair()
    hall.person("ada")

    with pytest.raises(InvalidRequest, match="or_wait"):
        hall.register("ada", "clay", or_wait=["ink"])

    assert hall.names() == []


def test_cancelling_what_is_no_session_of_the_event_is_refused(hall: Hall) -> None:
    hall.fair()
    ada = hall.register("ada", "clay")["registration_id"]
    call = hall.events.cancel_registration

    with pytest.raises(SessionNotFound):
        call(registration_id=ada, session_ids=[hall.sessions["clay"], NOBODY])
    assert hall.names("clay") == ["ada"]
    call(registration_id=ada, session_ids=[hall.sessions["ink"]])  # they never had it

    assert hall.names("clay") == ["ada"]


def test_of_a_cancelled_event_nothing_is_to_be_had(hall: Hall) -> None:
    hall.fair()
    hall.events.cancel_event(event_id=hall.event_id)

    checked = hall.events.check_agenda(event_id=hall.event_id, session_ids=[hall.sessions["clay"]])

    assert [row["status"] for row in checked["sessions"]] == ["cancelled"]


def test_whoever_only_waits_is_not_registered(hall: Hall) -> None:
    hall.event(capacity=1, waiting_list_size=5)
    hall.register("ada")

    had = hall.register("alan", or_wait=[hall.event_id])

    assert had["registration_id"] is None
    assert hall.names() == ["ada"]


def test_sessions_at_the_same_time_are_refused_unless_the_event_allows_it(hall: Hall) -> None:
    hall.event()
    hall.session("clay", 9, 2, capacity=5)
    hall.session("ink", 10, 1, capacity=5)
    hall.session("wood", 11, 1, capacity=5)
    hall.events.set_own_agenda(event_id=hall.event_id, own_agenda=True)

    with pytest.raises(SessionsOverlap, match="clay and ink"):
        hall.register("ada", "clay", "ink")
    hall.register("ada", "clay", "wood")
    hall.events.change_event(event_id=hall.event_id, overlaps_allowed=True)
    hall.register("alan", "clay", "ink")

    assert hall.names("ink") == ["alan"]


def test_nobody_registers_twice_nor_unknown_nor_for_what_has_begun(hall: Hall) -> None:
    hall.event()
    hall.register("ada")

    with pytest.raises(AlreadyRegistered):
        hall.register("ada")
    with pytest.raises(PersonNotFound):
        hall.events.register(event_id=hall.event_id, person_id=NOBODY)
    with pytest.raises(InvalidRequest, match="session_ids"):
        hall.events.register(
            event_id=hall.event_id, person_id=hall.person("alan"), session_ids=[NOBODY]
        )
    hall.person("alan")
    hall.suite.at = DAY.replace(hour=8)
    with pytest.raises(EventStarted):
        hall.register("alan")


@pytest.mark.rule("D29", "D33", "D35", "H15")
def test_staff_go_past_the_capacity_with_a_reason_that_shows(hall: Hall) -> None:
    hall.fair(capacity=1)
    hall.register("ada", "clay")

    with pytest.raises(SessionFull):
        hall.register("grace", "clay")
    hall.register("grace", "clay", overrule="The speaker's guest")

    listed = hall.events.list_registrations(
        event_id=hall.event_id, session_id=hall.sessions["clay"]
    )
    reasons = {row["name"]: row["overruled"] for row in listed["rows"]}
    assert reasons == {"ada": None, "grace": "The speaker's guest"}
    assert (listed["taken"], listed["capacity"], listed["over_capacity"]) == (2, 1, True)


@pytest.mark.rule("D29", "H15")
def test_over_capacity_a_cancellation_frees_no_seat_for_the_list(hall: Hall) -> None:
    hall.event(capacity=1, waiting_list_size=5)
    hall.register("ada")
    hall.register("grace", overrule="The speaker's guest")
    hall.joined("alan", hall.event_id)
    hall.suite.mark()

    hall.cancel("grace")
    assert [one.spot_id for one in hall.said("RegistrationCancelled")] == [None]
    assert hall.seats() == (1, 1)
    hall.cancel("ada")

    assert [bool(one.spot_id) for one in hall.said("RegistrationCancelled")] == [False, True]
    assert hall.seats() == (1, 1)


@pytest.mark.rule("D2", "D33", "D35")
def test_an_agenda_is_changed_whole_or_not_at_all(hall: Hall) -> None:
    hall.fair(capacity=1, waiting=0)
    ada = hall.register("ada", "clay", "ink")["registration_id"]
    hall.register("alan", "wood")
    hall.suite.mark()

    with pytest.raises(SessionFull, match="wood"):
        hall.events.change_agenda(
            registration_id=ada, session_ids=[hall.sessions["clay"], hall.sessions["wood"]]
        )
    assert hall.names("ink") == ["ada"]
    assert hall.suite.story == []
    hall.cancel("alan")
    hall.events.change_agenda(
        registration_id=ada, session_ids=[hall.sessions["clay"], hall.sessions["wood"]]
    )

    assert [hall.names(one) for one in ("clay", "ink", "wood")] == [["ada"], [], ["ada"]]
    assert [hall.seats(one)[1] for one in ("clay", "ink", "wood")] == [1, 0, 1]
    (changed,) = hall.said("RegistrationChanged")
    assert [line.split()[2] for line in changed.agenda.splitlines()] == ["clay", "wood"]


def test_a_cancelled_registration_gets_no_other_agenda(hall: Hall) -> None:
    hall.fair()
    ada = hall.register("ada", "clay")["registration_id"]
    hall.cancel("ada")

    with pytest.raises(RegistrationCancelledAlready):
        hall.events.change_agenda(registration_id=ada, session_ids=[hall.sessions["ink"]])

    assert hall.seats("ink")[1] == 0


def test_a_change_that_would_leave_only_waiting_is_refused(hall: Hall) -> None:
    hall.fair(capacity=1)
    ada = hall.register("ada", "clay")["registration_id"]
    hall.register("alan", "wood")
    wood = hall.sessions["wood"]

    with pytest.raises(SessionFull):
        hall.events.change_agenda(registration_id=ada, session_ids=[wood], or_wait=[wood])

    assert hall.names("clay") == ["ada"]


@pytest.mark.rule("D33", "D35")
def test_one_session_or_all_are_cancelled_and_the_last_ends_the_registration(hall: Hall) -> None:
    hall.fair()
    hall.register("ada", "clay", "ink", "wood")
    hall.suite.mark()

    hall.cancel("ada", "ink")
    assert hall.suite.story == ["RegistrationCancelled", "RegistrationChanged"]
    ids = hall.registration_id("ada")
    hall.cancel("ada")
    again = hall.events.cancel_registration(registration_id=ids)

    assert again["state"] == "cancelled"
    assert hall.suite.story[2:] == ["RegistrationCancelled"] * 2 + ["RegistrationEnded"]
    assert hall.names() == []


def test_cancelling_an_event_ends_every_registration_and_list(hall: Hall) -> None:
    hall.fair()
    hall.register("ada", "clay", "ink")
    hall.register("alan", "wood")
    hall.suite.mark()

    hall.events.cancel_event(event_id=hall.event_id)
    hall.events.cancel_event(event_id=hall.event_id)

    assert [one.event_cancelled for one in hall.said("RegistrationEnded")] == [True, True]
    assert {one.cancelled for one in hall.said("EventQueueChanged")} == {True}
    assert [hall.seats(one)[1] for one in ("clay", "ink", "wood")] == [0, 0, 0]
    with pytest.raises(EventCancelled):
        hall.register("grace", "clay")


def test_cancelling_a_session_leaves_the_rest_of_an_agenda(hall: Hall) -> None:
    hall.fair(capacity=5)
    hall.register("ada", "clay", "ink")
    hall.register("alan", "ink")
    hall.suite.mark()

    hall.events.cancel_session(session_id=hall.sessions["ink"])

    assert hall.names() == ["ada"]
    assert len(hall.said("RegistrationChanged")) == len(hall.said("RegistrationEnded")) == 1
    with pytest.raises(EventCancelled):
        hall.register("grace", "ink")


def test_whoever_loses_sessions_is_told_which_and_in_the_end_all_of_them(hall: Hall) -> None:
    hall.fair(capacity=5)
    hall.register("ada", "clay", "ink", "wood")
    hall.cancel("ada", "wood")
    hall.register("alan", "wood")
    hall.suite.mark()

    hall.events.cancel_session(session_id=hall.sessions["ink"])
    hall.events.cancel_session(session_id=hall.sessions["clay"])
    hall.events.cancel_session(session_id=hall.sessions["wood"])

    (changed,) = hall.said("RegistrationChanged")
    first, second = hall.said("RegistrationEnded")
    clay, ink, wood = (f"2031-04-05 {n}:00-{n + 1}:00 {one}" for n, one in CHOICES)
    assert (changed.called_off, changed.agenda) == (ink, clay)
    assert (first.called_off, second.called_off) == (f"{clay}\n{ink}", wood)
    assert not first.event_cancelled


def test_a_pass_of_which_nothing_is_left_says_so_and_stays(hall: Hall) -> None:
    hall.event()
    clay, ink = hall.session("clay"), hall.session("ink", 10)
    hall.session("wood", 11)
    made = hall.events.define_pass(
        event_id=hall.event_id, name="two of three", session_ids=[clay, ink]
    )
    hall.register("ada", pass_id=made["pass_id"])
    whole = hall.events.define_pass(event_id=hall.event_id, name="all", session_ids=[])
    hall.register("alan", pass_id=whole["pass_id"])
    hall.suite.mark()

    hall.events.cancel_session(session_id=clay)
    hall.events.cancel_session(session_id=ink)

    told = hall.said("RegistrationChanged")
    ada = [one.called_off for one in told if str(one.person_id) == hall.person("ada")]
    alan = [one.called_off for one in told if str(one.person_id) == hall.person("alan")]
    first, second, _ = (f"2031-04-05 {n}:00-{n + 1}:00 {one}" for n, one in CHOICES)
    assert ada == [first, f"{first}\n{second}"]
    assert alan == [first, second]
    assert hall.names() == ["ada", "alan"]


def test_people_are_told_when_their_event_or_session_moves(hall: Hall) -> None:
    hall.fair(capacity=5)
    hall.register("ada", "clay")
    hall.register("alan", "ink")
    hall.suite.mark()

    hall.events.change_session(session_id=hall.sessions["clay"], location="Room 9")
    assert [str(one.person_id) for one in hall.said("RegistrationChanged")] == [hall.person("ada")]
    assert "Room 9" in hall.said("RegistrationChanged")[0].agenda
    hall.suite.mark()
    hall.events.change_event(event_id=hall.event_id, location="City hall")

    assert {one.location for one in hall.said("RegistrationChanged")} == {"City hall"}
    assert len(hall.said("RegistrationChanged")) == 2


def test_only_whose_pass_opens_a_session_is_told_that_it_moves_or_is_called_off(
    hall: Hall,
) -> None:
    hall.event()
    clay, ink = hall.session("clay"), hall.session("ink", 10)
    for name, opened in (("ada", [clay]), ("alan", [ink]), ("grace", [])):
        made = hall.events.define_pass(event_id=hall.event_id, name=name, session_ids=opened)
        hall.register(name, pass_id=made["pass_id"])
    hall.suite.mark()

    hall.events.change_session(session_id=clay, location="Room 9")
    hall.events.cancel_session(session_id=clay)

    told = [str(one.person_id) for one in hall.said("RegistrationChanged")]
    assert sorted(told) == sorted([hall.person("ada"), hall.person("grace")] * 2)
    assert hall.names() == ["ada", "alan", "grace"]


def test_an_event_that_is_full_refuses_and_nothing_is_said(hall: Hall) -> None:
    hall.event(capacity=0)
    hall.person("ada")
    hall.suite.mark()

    with pytest.raises(EventFull, match="all 0 seats are taken, no list is open"):
        hall.register("ada")

    assert hall.suite.story == []


def test_the_short_form_makes_a_whole_event(hall: Hall) -> None:
    made = hall.events.quick_create_event(
        name="Talk", starts_at=DAY, ends_at=DAY.replace(hour=2), capacity=3
    )

    assert (made["format"], made["capacity"], made["time_zone"]) == ("onsite", 3, "UTC")
    listed = hall.events.list_events(since=DAY, until=DAY.replace(hour=1))
    assert [one["name"] for one in listed] == ["Talk"]


def test_events_are_read_a_page_at_a_time(hall: Hall) -> None:
    made = [hall.event(name=name)["event_id"] for name in ("a", "b", "c")]
    part = {"since": DAY, "until": DAY.replace(hour=23), "limit": 2}

    first = hall.events.list_events(**part)
    second = hall.events.list_events(**part, after=first[-1]["event_id"])

    assert (len(first), len(second)) == (2, 1)
    assert [one["event_id"] for one in (*first, *second)] == sorted(made)
    with pytest.raises(InvalidRequest, match="after: No event has this id"):
        hall.events.list_events(**part, after=str(uuid4()))


def test_sessions_have_speakers_and_lie_within_their_event(hall: Hall) -> None:
    hall.event()
    lea = hall.events.add_speaker(name="Lea", about="Potter")["speaker_id"]
    hall.session("clay", speaker_ids=[lea])

    (clay,) = hall.shown["sessions"]

    assert [one["name"] for one in clay["speakers"]] == ["Lea"]
    with pytest.raises(InvalidRequest, match="within the event"):
        hall.session("late", 18)
    with pytest.raises(InvalidRequest, match="outside the event"):
        hall.events.change_event(event_id=hall.event_id, starts_at=DAY.replace(hour=10))
