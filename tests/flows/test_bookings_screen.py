"""The bookings screen: one call gives all it shows, and every entry of its menus works."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.errors import InvalidRequest, SessionNotFound
from tests.flows.studio import Studio

LETTER = {"channel": "email", "subject": "On Thursday", "text": "We begin ten minutes later."}
TEXT = {"channel": "sms", "text": "We begin ten minutes later."}

ENDING = ("move_to_attending", "remove_from_list", "release_place", "cancel_booking")
"""What takes a row off the screen, or makes another one of it."""
CONFIRMING = "confirm_place"
"""What does as well, and leaves nothing to release."""


def a_full_screen(studio: Studio, classification: str = "marketing") -> None:
    """Have a session with a row of every status."""
    studio.session(capacity=5, classification=classification)
    if classification == "regular":
        for name in ("ada", "alan", "barbara", "edsger", "kurt", "tony", "grace", "donald"):
            person_id = studio.person(name, "member")
            studio.suite.booking.grant_credits(person_id=person_id, credits=1, reason="trial")
    for name in ("ada", "alan", "barbara", "edsger"):
        studio.book(name)
    studio.hold("kurt", kind="staff")
    studio.suite.booking.change_person(person_id=studio.person("ada"), phone="+39 333 1234567")
    studio.on_the_day()
    mark = studio.suite.booking.mark_attendance
    mark(booking_id=studio.booking_id("alan"), attendance="attended")
    mark(booking_id=studio.booking_id("barbara"), attendance="no_show")
    studio.cancel("edsger")
    studio.settle()
    for name in ("tony", "grace", "donald"):
        studio.book(name)
        studio.settle()


def menus(studio: Studio) -> dict[tuple[str, str], list[str]]:
    """Give the menu of each row, by its person and status."""
    return {(row["name"], row["status"]): row["actions"] for row in studio.roster["rows"]}


def done(studio: Studio, row: Mapping[str, Any], action: str) -> Any:
    """Choose an entry of a row's menu, as the screen would: with what the row says."""
    booking, waitlist = studio.suite.booking, studio.suite.waitlist
    staff = {"reason": "Asked at the desk.", "by": "Lea"}
    this = {"booking_id": row.get("booking_id")}
    ways: dict[str, Callable[[], Any]] = {
        "move_to_attending": lambda: waitlist.move_to_attending(
            entry_id=row["entry_id"], over_capacity=True, **staff
        ),
        "remove_from_list": lambda: waitlist.remove_entry(entry_id=row["entry_id"], **staff),
        "confirm_place": lambda: booking.confirm_hold(hold_id=row["hold_id"]),
        "request_confirmation": lambda: booking.request_confirmation(hold_id=row["hold_id"]),
        "release_place": lambda: booking.release_hold(hold_id=row["hold_id"]),
        "cancel_booking": lambda: booking.cancel_booking(**this),
        "send_email": lambda: booking.message_person(person_id=row["person_id"], **LETTER),
        "send_sms": lambda: booking.message_person(person_id=row["person_id"], **TEXT),
        "open_profile": lambda: booking.get_profile(person_id=row["person_id"]),
        "mark_attended": lambda: booking.mark_attendance(**this, attendance="attended"),
        "mark_no_show": lambda: booking.mark_attendance(**this, attendance="no_show"),
    }
    answer = ways[action]()
    studio.settle()
    return answer


@pytest.mark.rule("Q14", "Q36", "Q38", "Qi5")
@pytest.mark.parametrize("classification", ["marketing", "regular"])
def test_every_row_offers_the_actions_its_status_allows(
    studio: Studio, classification: str
) -> None:
    a_full_screen(studio, classification)
    reached = ["send_email", "open_profile"]
    marks = ["mark_attended", "mark_no_show"]
    assert menus(studio) == {
        ("ada", "booked"): [*marks, "cancel_booking", "send_email", "send_sms", "open_profile"],
        ("tony", "booked"): [*marks, "cancel_booking", *reached],
        ("alan", "attended"): ["mark_no_show", "cancel_booking", *reached],
        ("barbara", "no_show"): ["mark_attended", "cancel_booking", *reached],
        ("edsger", "cancelled"): reached,
        ("kurt", "reserved"): [CONFIRMING, "request_confirmation", "release_place", *reached],
        ("grace", "waitlisted"): ["move_to_attending", "remove_from_list", *reached],
        ("donald", "waitlisted"): ["move_to_attending", "remove_from_list", *reached],
    }


@pytest.mark.rule("Q14", "Q38", "Q39", "Q40", "Q41", "Q42", "Q43", "Q44", "Q45")
@pytest.mark.parametrize("classification", ["marketing", "regular"])
def test_whatever_a_row_offers_can_be_done_with_what_the_row_says(
    studio: Studio, classification: str
) -> None:
    a_full_screen(studio, classification)
    rows = {row["name"]: row for row in studio.roster["rows"]}

    for row in rows.values():
        for action in row["actions"]:
            if action not in (*ENDING, CONFIRMING):
                done(studio, row, action)
    for name, action in (("grace", "move_to_attending"), ("donald", "remove_from_list")):
        done(studio, rows[name], action)
    for row in rows.values():
        for action in ENDING:
            if action in row["actions"] and row["status"] != "waitlisted":
                done(studio, row, action)

    assert studio.booked == ["grace"]
    assert studio.waiting == []
    assert studio.mailbox["donald"].count("letter") == 1


@pytest.mark.rule("B29")
def test_a_reserved_row_is_asked_to_confirm_or_confirmed_at_the_desk(studio: Studio) -> None:
    studio.session(waiting=0)
    studio.hold("kurt", kind="staff")
    row = studio.row("kurt", "reserved")

    done(studio, row, "request_confirmation")
    asked = studio.mailbox["kurt"]
    done(studio, row, CONFIRMING)

    assert asked == ["confirmation_requested"]
    assert studio.booked == ["kurt"]


@pytest.mark.rule("Q31")
def test_the_screen_can_be_closed_at_any_time_for_looking_leaves_nothing_behind(
    studio: Studio,
) -> None:
    a_full_screen(studio)
    studio.begin()

    seen = [studio.roster for _ in range(3)]
    studio.settle()

    assert seen[0] == seen[1] == seen[2] == studio.roster
    assert studio.story == []


FIVE = ("grace", "alan", "barbara", "edsger", "kurt")


def screen(studio: Studio, *, waiting_rows: int) -> Any:
    """Look at the screen, on which so many of those who wait are named."""
    ids = {"session_id": studio.session_id}
    return studio.suite.booking.get_roster(**ids, waiting_rows=waiting_rows)


@pytest.mark.rule("Q32", "Q35", "Q38")
@pytest.mark.parametrize("limit", [1, 2, 3, 200])
def test_whoever_the_screen_does_not_name_is_listed_a_page_at_a_time(
    studio: Studio, limit: int
) -> None:
    studio.full("ada", waiting=FIVE)
    shown = screen(studio, waiting_rows=2)
    rows, after = shown["rows"], shown["waiting_after"]

    while after is not None:
        part = {"after": after, "limit": limit}
        page = studio.suite.booking.list_waiting(session_id=studio.session_id, **part)
        assert len(page["rows"]) <= limit
        rows, after = [*rows, *page["rows"]], page["after"]

    assert (len(shown["rows"]), shown["header"]["waiting"]) == (1 + 2, 5)
    assert [row["name"] for row in rows] == ["ada", *FIVE]
    assert rows == studio.roster["rows"]
    assert studio.roster["waiting_after"] is None


def test_a_list_goes_on_after_somebody_who_waits_no_longer(studio: Studio) -> None:
    studio.full("ada", waiting=FIVE)
    after = screen(studio, waiting_rows=2)["waiting_after"]

    studio.leave("alan")  # whom the screen named last
    studio.settle()
    page = studio.suite.booking.list_waiting(session_id=studio.session_id, after=after)

    assert [row["name"] for row in page["rows"]] == ["barbara", "edsger", "kurt"]


def test_a_list_goes_on_only_after_one_of_its_own_entries(studio: Studio) -> None:
    studio.full("ada", waiting=["grace"])
    entry_id = studio.entry_id("grace")
    studio.full("alan")
    listed = studio.suite.booking.list_waiting

    with pytest.raises(InvalidRequest, match="after: No entry of the session's list has this id"):
        listed(session_id=studio.session_id, after=entry_id)
    with pytest.raises(SessionNotFound):
        listed(session_id=uuid4())

    assert listed(session_id=studio.session_id) == {"rows": [], "after": None}
