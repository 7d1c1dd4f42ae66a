"""A multi session: spots one after the other or all at once, added to, reserved, shared."""

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from services.booking.actions.sessions import LIST_OFF
from shared.contracts.errors import AlreadyBooked, GroupNotFound, InvalidRequest, SessionFull
from tests.booking.test_session_types import PHOTO, a_type
from tests.flows.studio import Studio

ROME = ZoneInfo("Europe/Rome")


def spots_of(studio: Studio, **details: Any) -> Any:
    """Make a multi session of three spots of 20 minutes with breaks of 5."""
    kind = a_type(studio, name="Minis", arrangement="multi", duration_minutes=20, break_minutes=5)
    values = {
        "session_type_id": kind,
        "name": "Spring minis",
        "classification": "marketing",
        "starts_at": "2031-05-10T10:00:00+02:00",
        "spots": 3,
        "time_zone": "Europe/Rome",
        "staff": "Lea",
        "location": "Studio 2",
    }
    return studio.suite.booking.schedule_spots(**(values | details))


def clocks(group: Any) -> list[str]:
    """Give when each spot starts, on the wall."""
    starts = [datetime.fromisoformat(spot["starts_at"]) for spot in group["spots"]]
    return [start.astimezone(ROME).strftime("%d %H:%M") for start in starts]


def states(studio: Studio, group: Any) -> list[str]:
    """Give how each spot stands."""
    again = studio.suite.booking.get_spots(group_id=group["group_id"])
    return [spot["state"] for spot in again["spots"]]


@pytest.mark.rule("B5", "B30", "B31", "B32", "B34", "B36", "B38", "B39", "B40", "B43", "B44", "Bi2")
def test_spots_follow_one_another_from_the_first_date_and_time(studio: Studio) -> None:
    group = spots_of(studio, text="Pick one.", photos=[PHOTO], price_minor=4500)

    assert clocks(group) == ["10 10:00", "10 10:25", "10 10:50"]
    assert group == studio.suite.booking.get_spots(group_id=group["group_id"])
    assert (group["name"], group["text"], group["photos"]) == ("Spring minis", "Pick one.", [PHOTO])
    for spot in group["spots"]:
        assert (spot["capacity"], spot["arrangement"], spot["price_minor"]) == (1, "multi", 4500)
        assert spot["ends_at"][11:16] == (
            datetime.fromisoformat(spot["starts_at"]) + timedelta(minutes=20)
        ).strftime("%H:%M")
    assert studio.suite.story == ["SessionScheduled"] * 3


@pytest.mark.rule("B42", "Bi3")
def test_all_spots_may_be_at_the_same_time(studio: Studio) -> None:
    group = spots_of(studio, same_time=True, spots=4)

    assert clocks(group) == ["10 10:00"] * 4


@pytest.mark.rule("B35", "B37", "B41", "B45")
def test_spots_are_added_at_other_dates_and_times(studio: Studio) -> None:
    group = spots_of(studio, also_on=["2031-05-11"])
    add = studio.suite.booking.add_spots

    add(group_id=group["group_id"], starts_at="2031-05-10T15:00:00+02:00")
    after = add(
        group_id=group["group_id"],
        starts_at="2031-11-02T09:00:00+01:00",
        spots=2,
        also_on=["2031-11-03"],
        capacity=5,
    )

    assert clocks(after) == [
        *("10 10:00", "10 10:25", "10 10:50", "10 15:00"),
        *("11 10:00", "11 10:25", "11 10:50"),
        *("02 09:00", "02 09:25", "03 09:00", "03 09:25"),
    ]
    assert [spot["capacity"] for spot in after["spots"]] == [1] * 7 + [5] * 4
    assert [spot["on"] for spot in after["spots"]][6:8] == ["2031-05-11", "2031-11-02"]
    assert {spot["location"] for spot in after["spots"]} == {"Studio 2"}


@pytest.mark.rule("Bi2")
@pytest.mark.parametrize(
    ("starts_at", "expected"),
    [
        ("2031-03-30T01:35:00+01:00", ["30 01:35", "30 03:00", "30 03:25"]),
        ("2031-10-26T02:35:00+02:00", ["26 02:35", "26 02:00", "26 02:25"]),
        ("2031-05-10T23:30:00+02:00", ["10 23:30", "10 23:55", "11 00:20"]),
    ],
)
def test_spots_lose_no_minute_at_midnight_or_when_the_clock_changes(
    studio: Studio, starts_at: str, expected: list[str]
) -> None:
    group = spots_of(studio, starts_at=starts_at)

    assert clocks(group) == expected
    starts = [datetime.fromisoformat(spot["starts_at"]) for spot in group["spots"]]
    assert [b - a for a, b in pairwise(starts)] == [timedelta(minutes=25)] * 2


@pytest.mark.rule("B49", "B50", "B51")
def test_the_link_is_at_the_top_and_can_be_shared(studio: Studio) -> None:
    group = spots_of(studio)

    assert group["link"] == f"http://127.0.0.1:8600/sessions/{group['group_id']}"
    shared = urlsplit(group["share_link"])
    assert shared.netloc == "www.facebook.com"
    assert parse_qs(shared.query) == {"u": [group["link"]]}
    spot = studio.suite.booking.get_session_details(session_id=group["spots"][0]["session_id"])
    assert spot["link"] == group["link"]


@pytest.mark.rule("B52", "B53", "Bi1")
def test_a_spot_is_open_then_reserved_then_booked(studio: Studio) -> None:
    group = spots_of(studio)
    studio.session_id = group["spots"][1]["session_id"]
    assert states(studio, group) == ["open", "open", "open"]

    hold_id = studio.hold("ada")
    reserved = states(studio, group)
    row = studio.row("ada", "reserved")
    with pytest.raises(SessionFull):
        studio.book("grace", or_wait=False)
    studio.suite.booking.confirm_hold(hold_id=hold_id)

    assert row["hold_id"] == hold_id
    assert reserved == ["open", "reserved", "open"]
    assert states(studio, group) == ["open", "booked", "open"]
    studio.suite.booking.cancel_session(session_id=group["spots"][2]["session_id"])
    assert states(studio, group) == ["open", "booked", "cancelled"]


@pytest.mark.rule("B52", "B53")
def test_one_person_is_reserved_one_place(studio: Studio) -> None:
    studio.session(capacity=3, waiting=0)
    studio.hold("ada")

    with pytest.raises(AlreadyBooked):
        studio.hold("ada")
    assert studio.taken == 1

    studio.book("grace")
    with pytest.raises(AlreadyBooked):
        studio.hold("grace")
    assert studio.taken == 2


@pytest.mark.rule("B44")
def test_a_multi_session_is_adjusted_even_with_bookings(studio: Studio) -> None:
    group = spots_of(studio)
    studio.session_id = group["spots"][0]["session_id"]
    studio.book("ada")

    changed = studio.suite.booking.change_group(
        group_id=group["group_id"], name="Summer minis", text="Sun!", photos=[]
    )
    studio.change(capacity=3, location="Garden")

    assert (changed["name"], changed["text"], changed["photos"]) == ("Summer minis", "Sun!", [])
    assert {spot["name"] for spot in changed["spots"]} == {"Summer minis"}
    page = studio.suite.booking.get_session_details(session_id=studio.session_id)
    assert (page["text"], page["session"]["location"]) == ("Sun!", "Garden")
    studio.settle()
    queue = studio.suite.waitlist.get_queue(target_id=studio.session_id)
    assert queue["name"] == "Summer minis"


@pytest.mark.rule("B44")
def test_all_spots_of_a_multi_session_are_adjusted_at_once(studio: Studio) -> None:
    group = spots_of(studio)
    studio.session_id = group["spots"][1]["session_id"]
    studio.book("ada")
    studio.suite.booking.cancel_session(session_id=group["spots"][2]["session_id"])
    studio.suite.mark()
    change = studio.suite.booking.change_group

    changed = change(group_id=group["group_id"], location="Garden", staff="Ida", capacity=4)
    studio.suite.booking.add_spots(
        group_id=group["group_id"], starts_at="2031-05-12T10:00:00+02:00"
    )

    assert (changed["location"], changed["staff"], changed["capacity"]) == ("Garden", "Ida", 4)
    found = studio.suite.booking.get_spots(group_id=group["group_id"])["spots"]
    assert [spot["location"] for spot in found] == ["Garden", "Garden", "Studio 2", "Garden"]
    assert [spot["capacity"] for spot in found] == [4, 4, 1, 4]
    studio.settle()
    assert studio.mailbox["ada"][-1] == "moved"


@pytest.mark.rule("B44")
def test_another_price_is_that_of_all_spots_to_come_and_of_those_added_later(
    studio: Studio,
) -> None:
    group = spots_of(studio, classification="regular", price_minor=4000)
    ids = {"group_id": group["group_id"]}
    studio.suite.advance(days=67, hours=23, minutes=10)  # the first one has begun
    new = {"price_minor": 4500, "currency": "chf", "credits": 2, "cancellation_minutes": 60}

    changed = studio.suite.booking.change_group(**ids, **new, waiting_list_closes_minutes=10)
    later = studio.suite.booking.add_spots(**ids, starts_at="2031-05-12T10:00:00+02:00")

    assert new.items() <= changed.items()
    first, *others = later["spots"]
    assert (first["price_minor"], first["currency"], first["credits"]) == (4000, "eur", 1)
    assert [new.items() <= spot.items() for spot in others] == [True] * 3
    assert {spot["waiting_list_closes_at"][14:16] for spot in others} == {"15", "40", "50"}


@pytest.mark.rule("B44", "Q11", "Q12")
def test_a_price_takes_the_lists_of_all_spots_away(studio: Studio) -> None:
    group = spots_of(studio, spots=1, waiting_list_size=5)
    ids = {"group_id": group["group_id"]}
    studio.session_id = group["spots"][0]["session_id"]
    for name in ("ada", "grace"):
        studio.book(name)
        studio.settle()
    change = studio.suite.booking.change_group

    with pytest.raises(InvalidRequest, match="price_minor: 1 people wait"):
        change(**ids, price_minor=2000)
    assert studio.suite.booking.get_spots(**ids)["price_minor"] is None
    changed = change(**ids, price_minor=2000, waiting_list_size=7, drop_waiting_list=True)
    with pytest.raises(InvalidRequest, match="waiting_list_size: A marketing session with a price"):
        change(**ids, waiting_list_size=7)
    studio.settle()

    assert changed["notes"] == [LIST_OFF]
    sizes = [changed["waiting_list_size"], changed["spots"][0]["waiting_list_size"]]
    assert sizes == [0, 0]
    assert studio.waiting == []


@pytest.mark.rule("Q10", "Q12")
def test_what_is_over_lends_no_list_to_spots_that_are_added(studio: Studio) -> None:
    group = spots_of(studio, spots=1, price_minor=2000)
    ids = {"group_id": group["group_id"]}
    studio.suite.advance(days=100)

    for field, value in (("waiting_list_size", 5), ("credits", 1)):
        with pytest.raises(InvalidRequest, match=f"^{field}: A marketing session"):
            studio.suite.booking.change_group(**ids, **{field: value})

    again = studio.suite.booking.get_spots(**ids)
    assert (again["waiting_list_size"], again["credits"]) == (0, 0)


@pytest.mark.parametrize("field", ["text", "photos"])
def test_one_spot_has_no_text_that_its_page_would_not_show(studio: Studio, field: str) -> None:
    spot = spots_of(studio)["spots"][0]["session_id"]
    value: Any = {"text": "Only here.", "photos": [PHOTO]}[field]

    with pytest.raises(InvalidRequest, match=f"^{field}: All spots of a multi session"):
        studio.suite.booking.change_session(session_id=spot, **{field: value})


def test_fewer_seats_than_are_taken_need_a_reason_in_a_multi_session_too(studio: Studio) -> None:
    group = spots_of(studio, spots=2, capacity=2)
    studio.session_id = group["spots"][0]["session_id"]
    for name in ("ada", "grace"):
        studio.book(name)
    change = studio.suite.booking.change_group

    with pytest.raises(InvalidRequest, match="capacity: 2 seats are taken"):
        change(group_id=group["group_id"], capacity=1)
    change(group_id=group["group_id"], capacity=1, overrule_reason="The room has a leak.")

    header = studio.roster["header"]
    assert header["session"]["capacity"] == 1
    assert header["overruled"] == "The room has a leak."


def test_spots_are_all_adjusted_or_none(studio: Studio) -> None:
    group = spots_of(studio, capacity=2)
    studio.session_id = group["spots"][1]["session_id"]
    studio.book("ada")
    studio.suite.mark()

    with pytest.raises(InvalidRequest, match="capacity: 1 seats are taken"):
        studio.suite.booking.change_group(group_id=group["group_id"], capacity=0, name="X")

    found = studio.suite.booking.get_spots(group_id=group["group_id"])
    assert [spot["capacity"] for spot in found["spots"]] == [2, 2, 2]
    assert found["name"] != "X"
    assert studio.suite.story == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("spots", 0),
        ("spots", 501),
        ("spots", 1.5),
        ("starts_at", "2001-01-01T10:00:00+00:00"),
        ("also_on", ["2001-01-01"]),
        ("also_on", ["tomorrow"]),
        ("text", "<script>"),
        ("price_minor", -1),
        ("credits", 1),
        ("capacity", -1),
    ],
)
def test_what_cannot_be_a_multi_session_is_refused_by_field(
    studio: Studio, field: str, value: Any
) -> None:
    with pytest.raises(InvalidRequest, match=f"^{field}[.:]"):
        spots_of(studio, **{field: value})

    assert studio.suite.story == []


def test_no_multi_session_grows_beyond_measure(studio: Studio) -> None:
    days = [str(date(2031, 6, 1) + timedelta(days=n)) for n in range(10)]

    with pytest.raises(InvalidRequest, match="spots: A session has at most 1000"):
        spots_of(studio, spots=100, also_on=days)
    group = spots_of(studio)
    with pytest.raises(InvalidRequest, match="would make it 3 and 998 more"):
        studio.suite.booking.add_spots(
            group_id=group["group_id"],
            starts_at="2031-06-01T10:00:00+02:00",
            spots=499,
            also_on=["2031-07-01"],
        )
    with pytest.raises(GroupNotFound):
        studio.suite.booking.get_spots(group_id=str(uuid4()))
    with pytest.raises(GroupNotFound):
        studio.suite.booking.change_group(group_id=str(uuid4()), name="X")
    with pytest.raises(GroupNotFound):
        studio.suite.booking.add_spots(group_id=str(uuid4()), starts_at="2031-06-01T10:00:00+02:00")


@pytest.mark.rule("B33")
def test_a_type_for_single_sessions_makes_no_spots(studio: Studio) -> None:
    with pytest.raises(InvalidRequest, match="session_type_id: Portrait is for single sessions"):
        spots_of(studio, session_type_id=a_type(studio))


NEW = {
    "kind": "lead",
    "name": "Joan Clarke",
    "email": "joan@example.com",
    "consent": "by telephone",
}


@pytest.mark.rule("B52", "B53", "B54")
def test_a_spot_is_reserved_for_somebody_new_with_one_press(studio: Studio) -> None:
    studio.session(waiting=0)

    hold = studio.suite.booking.hold_place(
        session_id=studio.session_id, person=NEW, collection="offline"
    )
    studio.settle()

    assert studio.row("Joan Clarke", "reserved")["hold_id"] == hold["hold_id"]
    assert studio.mailbox["Joan Clarke"] == ["confirmation_requested"]
    assert studio.taken == 1


@pytest.mark.rule("Q20")
def test_a_new_lead_is_booked_or_put_on_the_list_with_one_press(studio: Studio) -> None:
    studio.session(waiting=1)
    book = studio.suite.booking.book

    first = book(session_id=studio.session_id, person=NEW, or_wait=True)
    second = book(
        session_id=studio.session_id,
        person=NEW | {"name": "Alan", "email": "alan@example.com"},
        or_wait=True,
    )
    studio.settle()

    assert (first["status"], second["status"]) == ("booked", "waiting")
    assert studio.booked == ["Joan Clarke"]
    assert studio.row("Alan", "waitlisted")["entry_id"] == second["entry_id"]


def test_somebody_new_is_not_made_known_without_a_place(studio: Studio) -> None:
    studio.full("ada", size=0)
    studio.suite.mark()

    with pytest.raises(SessionFull):
        studio.suite.booking.book(session_id=studio.session_id, person=NEW)
    with pytest.raises(SessionFull):
        studio.suite.booking.hold_place(session_id=studio.session_id, person=NEW)
    with pytest.raises(InvalidRequest, match=r"person\.consent: A lead is kept only"):
        studio.suite.booking.book(session_id=studio.session_id, person=NEW | {"consent": None})
    for whom in ({}, {"person": NEW, "person_id": studio.person("ada")}):
        with pytest.raises(InvalidRequest, match="person_id: Either it or person has to be given"):
            studio.suite.booking.book(session_id=studio.session_id, **whom)

    assert studio.suite.booking.list_people(text="joan")["people"] == []


@pytest.mark.parametrize("merged", [False, True])
def test_booking_somebody_takes_the_place_that_is_reserved_for_them(
    studio: Studio,
    *,
    merged: bool,
) -> None:
    studio.session(waiting=0)
    hold_id = studio.hold("ada")
    who = studio.person("ada")
    if merged:
        who = studio.person("adah")
        studio.suite.booking.merge_people(keep=studio.person("ada"), merge=who)

    booked = studio.suite.booking.book(session_id=studio.session_id, person_id=who)

    assert booked["booking_id"] == hold_id
    assert studio.booked == ["ada"]
    assert studio.taken == 1
    assert studio.held == {}
