"""Registering for the whole event, or for its sessions; passes; capacities."""

from datetime import timedelta
from typing import Any

import pytest

from shared.contracts.errors import (
    InvalidRequest,
)
from shared.contracts.event_errors import (
    CapacityMissing,
    EventFull,
    OnSiteOnly,
    PassesDefined,
    PassRequired,
    PassSoldOut,
    RegistrationsExist,
)
from tests.events.hall import DAY, Hall


@pytest.mark.rule("D3", "D6", "D15", "D22")
def test_at_event_level_the_event_has_the_seats_and_the_list(hall: Hall) -> None:
    hall.event(capacity=2)
    hall.session("clay", capacity=1)

    hall.register("ada")
    hall.register("alan")

    assert hall.seats() == (2, 2)
    assert hall.seats("clay") == (1, 0)
    assert hall.names() == ["ada", "alan"]
    assert hall.names("clay") == []
    with pytest.raises(EventFull):
        hall.register("grace")


@pytest.mark.rule("D2", "D5", "D7", "D16", "D17", "D22", "D32", "D34")
def test_at_session_level_each_session_has_its_seats_and_its_list(hall: Hall) -> None:
    hall.fair(capacity=5)

    hall.register("ada", "clay", "ink")
    hall.register("alan", "ink")

    assert [hall.seats(one)[1] for one in ("clay", "ink", "wood")] == [1, 2, 0]
    assert hall.seats() == (None, 0)
    assert hall.names() == ["ada", "alan"]
    assert (hall.names("clay"), hall.names("ink")) == (["ada"], ["ada", "alan"])


@pytest.mark.rule("D1", "D18", "D20")
def test_the_agenda_setting_is_shown_until_a_pass_is_defined(hall: Hall) -> None:
    shown = hall.event()
    assert (shown["own_agenda"], shown["registration_level"]) == (False, "event")

    hall.events.set_own_agenda(event_id=hall.event_id, own_agenda=True)
    assert hall.shown["own_agenda"] is True
    hall.events.define_pass(event_id=hall.event_id, name="Day pass")

    assert "own_agenda" not in hall.shown


@pytest.mark.rule("D12", "D19")
def test_with_passes_registrants_cannot_create_their_own_agenda(hall: Hall) -> None:
    hall.event()
    hall.events.define_pass(event_id=hall.event_id, name="Day pass")

    with pytest.raises(PassesDefined):
        hall.events.set_own_agenda(event_id=hall.event_id, own_agenda=True)

    assert hall.shown["registration_level"] == "event"


@pytest.mark.rule("D21", "Di2")
def test_defining_a_pass_switches_agendas_off_and_says_so(hall: Hall) -> None:
    hall.fair(capacity=5)
    hall.register("ada", "clay", "ink")
    hall.suite.mark()

    made = hall.events.define_pass(event_id=hall.event_id, name="Day pass", price_minor=5000)

    assert made["session_registration_disabled"] is True
    assert [one.pass_id.hex for one in hall.said("SessionRegistrationDisabled")] == [
        made["pass_id"].replace("-", "")
    ]
    assert hall.shown["registration_level"] == "event"
    assert hall.names() == ["ada"]
    assert hall.seats() == (None, 1)
    assert hall.seats("clay")[1] == 0
    assert [one.agenda for one in hall.said("RegistrationChanged")] == [""]
    again = hall.events.define_pass(event_id=hall.event_id, name="Second")
    assert again["session_registration_disabled"] is False


def test_agendas_are_not_switched_on_while_people_are_registered_for_the_whole(hall: Hall) -> None:
    hall.event()
    hall.register("ada")

    with pytest.raises(RegistrationsExist):
        hall.events.set_own_agenda(event_id=hall.event_id, own_agenda=True)


@pytest.mark.rule("D21", "Di1")
def test_an_event_that_registered_automatically_can_be_changed_once_it_has_passes(
    hall: Hall,
) -> None:
    hall.event(capacity=3, auto_register=True)
    hall.events.define_pass(event_id=hall.event_id, name="Day pass")

    changed = hall.events.change_event(event_id=hall.event_id, name="Crafts")

    assert (changed["name"], changed["policy"]) == ("Crafts", "offer")
    with pytest.raises(InvalidRequest, match="auto_register"):
        hall.events.change_event(event_id=hall.event_id, auto_register=True)


@pytest.mark.rule("D23", "D24")
def test_at_session_level_no_session_is_added_without_a_capacity(hall: Hall) -> None:
    hall.fair()
    times = {"starts_at": DAY + timedelta(hours=14), "ends_at": DAY + timedelta(hours=15)}

    with pytest.raises(CapacityMissing, match="capacity"):
        hall.session("glass", 14)
    with pytest.raises(CapacityMissing):
        hall.events.quick_add_session(event_id=hall.event_id, name="glass", **times)
    quick = hall.events.quick_add_session(event_id=hall.event_id, name="glass", capacity=4, **times)

    assert quick["capacity"] == 4
    with pytest.raises(CapacityMissing):
        hall.events.change_session(session_id=quick["session_id"], capacity=None)


@pytest.mark.rule("D25")
def test_sessions_from_before_the_switch_are_listed_until_they_have_a_capacity(hall: Hall) -> None:
    hall.event()
    clay = hall.session("clay")
    hall.session("ink", 10, capacity=3)

    shown = hall.events.set_own_agenda(event_id=hall.event_id, own_agenda=True)

    assert shown["lacking_capacity"] == [clay]
    with pytest.raises(CapacityMissing):
        hall.register("ada", "clay")
    hall.events.change_session(session_id=clay, capacity=2)
    assert hall.shown["lacking_capacity"] == []
    hall.register("ada", "clay")


@pytest.mark.rule("D10", "D26", "H14")
@pytest.mark.parametrize("kind", ["webinar", "hybrid"])
def test_only_on_site_events_have_capacities_and_waiting_lists(hall: Hall, kind: str) -> None:
    for limit in ({"capacity": 5}, {"waiting_list_size": 5}):
        with pytest.raises(OnSiteOnly, match="no seat runs out"):
            hall.event(format=kind, **limit)
    hall.event(format=kind)
    clay = hall.session("clay")

    with pytest.raises(OnSiteOnly):
        hall.events.change_event(event_id=hall.event_id, capacity=5)
    with pytest.raises(OnSiteOnly):
        hall.events.change_session(session_id=clay, waiting_list_size=5)
    hall.events.set_own_agenda(event_id=hall.event_id, own_agenda=True)
    hall.register("ada", "clay")

    assert hall.seats("clay") == (None, 1)
    assert hall.said("EventQueueOpened") == []


def test_an_event_with_seats_is_not_moved_online(hall: Hall) -> None:
    hall.event(capacity=5)
    clay = hall.session("clay", capacity=2)

    with pytest.raises(OnSiteOnly):
        hall.events.change_event(event_id=hall.event_id, format="webinar")
    with pytest.raises(OnSiteOnly):
        hall.events.change_event(event_id=hall.event_id, format="webinar", capacity=None)
    hall.events.change_session(session_id=clay, capacity=None)
    moved = hall.events.change_event(event_id=hall.event_id, format="webinar", capacity=None)

    assert moved["format"] == "webinar"


@pytest.mark.rule("D31")
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (("building",), 100),
        (("building", "room"), 40),
        (("building", "room", "layout"), 40),
        (("layout",), 40),
        (("room",), 40),
        (("room", "theatre"), 60),
    ],
)
def test_a_session_starts_with_the_capacity_of_its_most_specific_venue_that_has_one(
    hall: Hall, given: tuple[str, ...], expected: int | None
) -> None:
    add = hall.events.add_venue
    building = add(kind="building", name="Town hall", capacity=100)["venue_id"]
    room = add(kind="room", name="Blue room", parent_id=building, capacity=40)["venue_id"]
    bare = add(kind="layout", name="Circle", parent_id=room)["venue_id"]
    theatre = add(kind="layout", name="Theatre", parent_id=room, capacity=60)["venue_id"]
    ids = {
        "building": {"building_id": building},
        "room": {"room_id": room},
        "layout": {"layout_id": bare},
        "theatre": {"layout_id": theatre},
    }
    hall.event()
    where: dict[str, Any] = {}
    for one in given:
        where |= ids[one]

    hall.session("clay", **where)

    assert hall.seats("clay")[0] == expected
    assert hall.shown["sessions"][0]["location"].startswith("Town hall")
    hall.session("ink", capacity=7, **where)
    assert hall.seats("ink")[0] == 7


def test_venues_have_to_fit_together(hall: Hall) -> None:
    add = hall.events.add_venue
    one = add(kind="building", name="One")["venue_id"]
    two = add(kind="building", name="Two")["venue_id"]
    room = add(kind="room", name="Room", parent_id=one)["venue_id"]
    hall.event()

    with pytest.raises(InvalidRequest, match="room_id"):
        hall.session("clay", building_id=two, room_id=room)
    layout = add(kind="layout", name="Circle", parent_id=room)["venue_id"]
    with pytest.raises(InvalidRequest, match="layout_id: Circle is not in Two"):
        hall.session("clay", building_id=two, layout_id=layout)
    with pytest.raises(InvalidRequest, match="building_id"):
        hall.session("clay", building_id=room)
    with pytest.raises(InvalidRequest, match="parent_id"):
        add(kind="layout", name="Layout", parent_id=one)
    with pytest.raises(InvalidRequest, match="parent_id"):
        add(kind="room", name="Room")


def test_a_location_is_taken_away_again_and_what_no_database_keeps_is_refused(hall: Hall) -> None:
    hall.event(location="Town hall")

    changed = hall.events.change_event(event_id=hall.event_id, location="")

    assert changed["location"] == ""
    for text in ("nul \0", "half \ud83d", "bell \a"):
        for name in ("name", "description"):
            with pytest.raises(InvalidRequest, match=f"{name}: Must .*control characters"):
                hall.events.change_event(event_id=hall.event_id, **{name: text})
    text = "One line.\r\nAnother,\twith 👩‍🎨 whole characters."
    changed = hall.events.change_event(event_id=hall.event_id, description=text)
    assert changed["description"] == text


@pytest.mark.rule("D30")
def test_a_sessions_capacity_is_set_and_changed_but_not_below_what_is_taken(hall: Hall) -> None:
    hall.fair(capacity=3)
    hall.register("ada", "clay")
    hall.register("alan", "clay")
    clay = hall.sessions["clay"]

    with pytest.raises(InvalidRequest, match="capacity: 2 seats are taken"):
        hall.events.change_session(session_id=clay, capacity=1)
    hall.events.change_session(session_id=clay, capacity=2)

    assert hall.seats("clay") == (2, 2)
    assert next(s for s in hall.shown["sessions"] if s["name"] == "clay")["full"] is True


@pytest.mark.rule("D4")
def test_a_pass_opens_a_choice_of_sessions_at_a_price_and_runs_out(hall: Hall) -> None:
    hall.event()
    clay, _ = hall.session("clay"), hall.session("ink", 10)
    made = hall.events.define_pass(
        event_id=hall.event_id, name="Clay", session_ids=[clay], price_minor=4900, quantity=1
    )
    hall.suite.mark()

    with pytest.raises(PassRequired):
        hall.register("ada")
    ada = hall.register("ada", pass_id=made["pass_id"])["registration_id"]
    with pytest.raises(PassSoldOut):
        hall.register("alan", pass_id=made["pass_id"])

    row = hall.events.get_registration(registration_id=ada)
    assert (row["price_minor"], row["due_minor"], row["currency"]) == (4900, 4900, "eur")
    assert "clay" in hall.said("RegistrationConfirmed")[0].agenda
    assert "ink" not in hall.said("RegistrationConfirmed")[0].agenda
    hall.cancel("ada")
    hall.register("alan", pass_id=made["pass_id"])


def test_whose_pass_has_nothing_left_is_found_at_once(hall: Hall) -> None:
    hall.event()
    clay, ink = hall.session("clay"), hall.session("ink", 10)
    ids = {"event_id": hall.event_id, "price_minor": 1000}
    passes = [
        hall.events.define_pass(**ids, name=name, session_ids=opened)["pass_id"]
        for name, opened in (("Clay", [clay]), ("Both", [clay, ink]), ("All", []))
    ]
    for name, pass_id in zip(("ada", "alan", "grace"), passes, strict=True):
        hall.register(name, pass_id=pass_id)
    hall.register("edsger", pass_id=passes[0])
    hall.cancel("edsger")

    def found(**more: Any) -> list[str]:
        part = {"event_id": hall.event_id, "nothing_left": True}
        return [row["name"] for row in hall.events.list_registrations(**part, **more)["rows"]]

    assert found() == []
    hall.events.cancel_session(session_id=clay)
    assert (found(), found(cancelled=True)) == (["ada"], ["ada", "edsger"])
    hall.events.cancel_session(session_id=ink)
    assert found() == ["ada", "alan"]
    assert (found(limit=1), found(limit=1, offset=1)) == (["ada"], ["alan"])


def test_a_pass_that_was_withdrawn_is_neither_had_nor_needed(hall: Hall) -> None:
    hall.event(capacity=1, waiting_list_size=5)
    gone = hall.events.define_pass(event_id=hall.event_id, name="Early")["pass_id"]
    hall.events.withdraw_pass(pass_id=gone)

    hall.register("ada")

    assert hall.names() == ["ada"]
    with pytest.raises(PassSoldOut):
        hall.register("alan", pass_id=gone, or_wait=[hall.event_id])


@pytest.mark.rule("D4")
def test_whoever_holds_a_pass_is_told_when_it_opens_other_sessions(hall: Hall) -> None:
    hall.event()
    clay, ink = hall.session("clay"), hall.session("ink", 10)
    ids = {"event_id": hall.event_id, "session_ids": [clay]}
    one, two = [hall.events.define_pass(**ids, name=name)["pass_id"] for name in ("One", "Two")]
    hall.register("ada", pass_id=one)
    hall.register("alan", pass_id=two)
    hall.suite.mark()

    hall.events.change_pass(pass_id=one, session_ids=[clay], name="First")
    assert hall.suite.story == []
    hall.events.change_pass(pass_id=one, session_ids=[ink])

    (told,) = hall.said("RegistrationChanged")
    assert str(told.person_id) == hall.person("ada")
    assert [line.split()[2] for line in told.agenda.splitlines()] == ["ink"]


def test_money_is_noted_and_never_more_than_is_due(hall: Hall) -> None:
    hall.event()
    made = hall.events.define_pass(event_id=hall.event_id, name="Day", price_minor=1000)
    ids = {"registration_id": hall.register("ada", pass_id=made["pass_id"])["registration_id"]}

    first = hall.events.record_payment(**ids, amount_minor=600, reference="Till 1")
    assert (first["paid_minor"], first["due_minor"]) == (600, 400)
    with pytest.raises(InvalidRequest, match="400 are due"):
        hall.events.record_payment(**ids, amount_minor=401)
    hall.cancel("ada")
    with pytest.raises(InvalidRequest, match="600 were paid"):
        hall.events.record_refund(**ids, amount_minor=601)
    hall.events.record_refund(**ids, amount_minor=600, note="Cancelled in time")

    row = hall.events.get_registration(**ids)
    assert row["paid_minor"] == 0
    assert [one["amount_minor"] for one in row["payments"]] == [600, -600]
