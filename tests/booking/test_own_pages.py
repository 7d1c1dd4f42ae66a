"""The pages behind links about one's own place: confirm it, look at it, put it in a calendar."""

import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from icalendar import Calendar
from werkzeug.wrappers import Response

from shared.contracts.booking import (
    CANCEL_LINK,
    CANCEL_PATH,
    CONFIRM_LINK,
    CONFIRM_PATH,
    MANAGE_LINK,
    MANAGE_PATH,
    PAY_LINK,
    PAY_PATH,
)
from shared.links import sign_link
from shared.shapes import LANGUAGES
from tests.flows.studio import Studio


def link(studio: Studio, path: str, purpose: str, subject: str) -> str:
    """Make a link to a page about something."""
    expires_at = studio.suite.now() + timedelta(days=30)
    return path.format(token=sign_link(purpose, UUID(subject), expires_at=expires_at))


def to_confirm(studio: Studio, hold_id: str) -> str:
    """Make the link that asks somebody to confirm."""
    return link(studio, CONFIRM_PATH, CONFIRM_LINK, hold_id)


def to_manage(studio: Studio, booking_id: str) -> str:
    """Make the link that shows a booking."""
    return link(studio, MANAGE_PATH, MANAGE_LINK, booking_id)


def heading(answer: Response) -> str:
    """Give the heading of a page."""
    return answer.get_data(as_text=True).partition("<h1>")[2].partition("</h1>")[0]


def press(studio: Studio, url: str) -> Response:
    """Press the button of a page, and follow where it leads."""
    answer = studio.http("POST", url)
    return studio.http("GET", answer.headers["Location"]) if answer.status_code == 303 else answer


def entry(studio: Studio, url: str) -> dict[str, str]:
    """Fetch the calendar's entry of a booking."""
    answer = studio.http("GET", f"{url}/booking.ics")
    assert answer.content_type == "text/calendar; charset=utf-8"
    (found,) = Calendar.from_ical(answer.get_data()).events
    lines = found.to_ical().decode().replace("\r\n ", "").splitlines()
    return dict(line.split(":", 1) for line in lines)


@pytest.mark.rule("B14", "B54")
def test_a_reserved_place_is_shown_and_confirmed(studio: Studio) -> None:
    studio.session(capacity=1)
    url = to_confirm(studio, studio.hold("ada"))

    page = studio.http("GET", url)
    before = studio.booked
    done = press(studio, url)

    assert "Open day" in page.get_data(as_text=True)
    assert before == []
    assert heading(done) == "Your booking"
    assert studio.booked == ["ada"]


def test_confirming_again_shows_the_booking(studio: Studio) -> None:
    studio.session(capacity=1)
    url = to_confirm(studio, studio.hold("ada"))
    studio.suite.mark()

    assert [heading(press(studio, url)) for _ in range(3)] == ["Your booking"] * 3
    assert studio.http("GET", url).status_code == 303
    assert studio.suite.story == ["BookingConfirmed"]
    assert studio.taken == 1


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_reservation_that_was_released_has_ended(studio: Studio, method: str) -> None:
    studio.session(capacity=1, waiting=0)
    hold_id = studio.hold("ada")
    studio.suite.booking.release_hold(hold_id=hold_id)

    answer = studio.http(method, to_confirm(studio, hold_id))

    assert (answer.status_code, heading(answer)) == (410, "This reservation has ended")
    assert studio.taken == 0


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_reservation_whose_time_is_over_has_ended(studio: Studio, method: str) -> None:
    studio.session(capacity=1)
    hold_id = studio.hold("ada", held_until=studio.suite.now() + timedelta(minutes=15))
    page = studio.http("GET", to_confirm(studio, hold_id)).get_data(as_text=True)
    studio.suite.advance(minutes=15)

    answer = studio.http(method, to_confirm(studio, hold_id))

    assert "It is kept for you until Monday 3 March 2031, 10:15." in page
    assert (answer.status_code, heading(answer)) == (410, "This reservation has ended")
    assert studio.booked == []


def test_nobody_confirms_once_the_session_has_begun(studio: Studio) -> None:
    studio.session(capacity=1)
    url = to_confirm(studio, studio.hold("ada"))
    studio.suite.advance(days=3)

    assert studio.http("GET", url).status_code == 410
    assert studio.http("POST", url).status_code == 410
    assert studio.booked == []


def test_whoever_staff_have_booked_meanwhile_is_led_to_their_booking(studio: Studio) -> None:
    studio.session(capacity=2)
    url = to_confirm(studio, studio.hold("ada"))
    studio.book("ada")

    answer = studio.http("POST", url)

    assert answer.status_code == 303
    assert heading(studio.http("GET", answer.headers["Location"])) == "Your booking"
    assert studio.taken == 1


def test_whoever_has_a_place_already_has_nothing_to_confirm(studio: Studio) -> None:
    studio.session(capacity=2)
    url = to_confirm(studio, studio.hold("ada", kind="checkout"))
    studio.book("ada")

    assert heading(studio.http("POST", url)) == "You have a place already"
    assert studio.booked == ["ada"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_of_another_purpose_confirms_nothing(studio: Studio, method: str) -> None:
    studio.session(capacity=1)
    url = link(studio, CONFIRM_PATH, MANAGE_LINK, studio.hold("ada"))

    assert studio.http(method, url).status_code == 404
    assert studio.booked == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_spot_of_the_waiting_list_is_not_confirmed_by_a_link(studio: Studio, method: str) -> None:
    studio.full("ada", waiting=["grace"])
    spot_id = studio.cancel("ada")["spot_id"]

    assert studio.http(method, to_confirm(studio, spot_id)).status_code == 404


def test_a_booking_is_shown_with_what_can_be_done(studio: Studio) -> None:
    studio.full("ada")
    url = to_manage(studio, studio.booking_id("ada"))

    page = studio.http("GET", url).get_data(as_text=True)
    cancel = page.partition('class="button stop" href="')[2].partition('"')[0]

    assert "Open day" in page
    assert "Thursday 6 March 2031, 10:00" in page
    assert "can move your booking" in page
    assert heading(studio.http("GET", cancel)) == "Cancel your place?"
    assert studio.booked == ["ada"]


def test_the_cancel_button_of_the_page_is_the_cancel_link(studio: Studio) -> None:
    studio.full("ada")
    url = to_manage(studio, studio.booking_id("ada"))
    page = studio.http("GET", url).get_data(as_text=True)
    studio.http("POST", page.partition('class="button stop" href="')[2].partition('"')[0])

    after = studio.http("GET", url).get_data(as_text=True)

    assert studio.booked == []
    assert "This booking is cancelled." in after
    assert "button stop" not in after


def test_once_a_session_has_begun_its_booking_is_only_shown(studio: Studio) -> None:
    studio.full("ada")
    url = to_manage(studio, studio.booking_id("ada"))
    studio.suite.advance(days=3)

    page = studio.http("GET", url).get_data(as_text=True)

    assert "Open day" in page
    assert "button stop" not in page


@pytest.mark.parametrize("path", ["", "/booking.ics"])
def test_a_link_to_no_booking_shows_none(studio: Studio, path: str) -> None:
    studio.full("ada")
    booking_id = studio.booking_id("ada")

    for url in (to_manage(studio, str(uuid4())), link(studio, MANAGE_PATH, "x", booking_id)):
        assert studio.http("GET", url + path).status_code == 404


def test_a_calendar_takes_the_moved_booking_for_the_newer_one(studio: Studio) -> None:
    studio.session()
    studio.book("ada")
    url = to_manage(studio, studio.booking_id("ada"))
    before = entry(studio, url)

    studio.change(starts_at=studio.suite.now() + timedelta(days=4))
    after = entry(studio, url)

    assert after["UID"] == before["UID"]
    assert int(after["SEQUENCE"]) > int(before["SEQUENCE"])
    assert after["DTSTART"] != before["DTSTART"]


def test_the_calendar_gets_the_session_as_it_is(studio: Studio) -> None:
    studio.session(name="Yoga; with Léa, and more")
    studio.book("ada")
    booking_id = studio.booking_id("ada")

    found = entry(studio, to_manage(studio, booking_id))

    assert found["UID"] == f"{booking_id}@example.com"
    assert found["DTSTART"] == "20310306T090000Z"
    assert found["DTEND"] == "20310306T100000Z"
    assert found["SUMMARY"] == "Yoga\\; with Léa\\, and more"
    assert found["LOCATION"] == "Studio 2"
    assert found["STATUS"] == "CONFIRMED"


def test_the_calendar_hears_of_a_cancelled_booking(studio: Studio) -> None:
    studio.full("ada")
    url = to_manage(studio, studio.booking_id("ada"))
    before = entry(studio, url)
    studio.cancel("ada")

    after = entry(studio, url)

    assert after["STATUS"] == "CANCELLED"
    assert after["UID"] == before["UID"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_own_pages_speak_their_persons_language(studio: Studio, language: str) -> None:
    studio.session(capacity=2)
    made = studio.suite.booking.register_person(
        kind="client", name="ada", email="ada@example.com", language=language
    )
    studio.people["ada"] = made["person_id"]
    hold_url = to_confirm(studio, studio.hold("ada"))
    confirm = studio.http("GET", hold_url, accept="en")

    manage = press(studio, hold_url)

    for page in (confirm, manage):
        assert f'<html lang="{language}">' in page.get_data(as_text=True)


@pytest.mark.rule("B14", "B15", "B16")
def test_the_client_sees_and_confirms_the_package(studio: Studio) -> None:
    call = studio.suite.booking
    kind = call.create_session_type(name="Portrait", arrangement="single", duration_minutes=60)
    ids = [
        call.add_package(
            session_type_id=kind["session_type_id"],
            name=name,
            description=f"All of {name}",
            price_minor=price,
        )["package_id"]
        for name, price in (("Small", 5000), ("Large", 9000))
    ]
    session = call.schedule_session(
        session_type_id=kind["session_type_id"],
        name="Your portrait",
        starts_at=studio.suite.now() + timedelta(days=3),
        time_zone="Europe/Rome",
        staff="Lea",
        location="Studio 2",
    )
    studio.session_id = session["session_id"]
    person_id = studio.person("ada", "client")
    client = call.assign_client(session_id=studio.session_id, person_id=person_id)
    url = to_confirm(studio, client["hold_id"])

    page = studio.http("GET", url).get_data(as_text=True)
    nothing = studio.http("POST", url, form={})
    foreign = studio.http("POST", url, form={"package": str(uuid4())})
    before = studio.booked
    call.choose_package(session_id=studio.session_id, package_id=ids[0])
    again = studio.http("GET", url).get_data(as_text=True)
    done = studio.http("POST", url, form={"package": ids[1]})

    ticked = re.findall(r'value="([^"]+)" required checked', page + again)
    assert ticked == [ids[0]]
    assert again.count('type="radio"') == 2
    assert "€50.00" in page
    assert "All of Large" in page
    assert (nothing.status_code, foreign.status_code) == (422, 422)
    assert before == []
    assert done.status_code == 303
    own = studio.http("GET", done.headers["Location"]).get_data(as_text=True)
    assert "All of Large" in own
    assert studio.booked == ["ada"]
    assert call.get_session(session_id=studio.session_id)["package_id"] == ids[1]


def test_the_page_of_a_booking_is_there_for_who_was_erased(studio: Studio) -> None:
    studio.session(capacity=1)
    url = to_manage(studio, studio.book("ada")["booking_id"])
    studio.suite.booking.erase_person(person_id=studio.people["ada"], cancel_bookings=True)

    page = studio.http("GET", url)

    assert page.status_code == 200
    assert "ada" not in page.get_data(as_text=True)
    assert studio.http("POST", f"{url}/card").status_code == 303
    assert entry(studio, url)["STATUS"] == "CANCELLED"


def test_who_has_a_place_by_another_booking_is_led_to_it(studio: Studio) -> None:
    studio.session(capacity=2)
    kept, ended = (studio.book(name)["booking_id"] for name in ("ada", "double"))
    ids = {"keep": studio.people["ada"], "merge": studio.people["double"]}
    studio.suite.booking.merge_people(**ids)
    to_cancel = link(studio, CANCEL_PATH, CANCEL_LINK, ended)

    for url in (to_manage(studio, ended), to_cancel):
        page = studio.http("GET", url).get_data(as_text=True)
        there = re.search(r'by another booking: <a href="([^"]+)"', page)
        assert there is not None
        answer = studio.http("GET", there[1]).get_data(as_text=True)
        assert "You have a place." in answer
        assert "by another booking" not in answer
    own = studio.http("GET", to_manage(studio, kept)).get_data(as_text=True)
    assert "by another booking" not in own


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("path", "purpose"),
    [
        (CANCEL_PATH, CANCEL_LINK),
        (CONFIRM_PATH, CONFIRM_LINK),
        (MANAGE_PATH, MANAGE_LINK),
        (PAY_PATH, PAY_LINK),
    ],
)
def test_a_link_of_ours_about_nothing_says_so(
    studio: Studio, path: str, purpose: str, method: str
) -> None:
    answer = studio.http(method, link(studio, path, purpose, str(uuid4())))

    assert (answer.status_code, heading(answer)) == (404, "This link is not valid")
