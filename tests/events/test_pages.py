"""The public pages: an event's, and somebody's own registration."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
from icalendar import Calendar
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request, Response

from services.events.service import Events
from services.waitlist.service import Waitlist
from shared.bus.topology import entrypoints
from shared.contracts.events import REGISTRATION_LINK
from shared.links import sign_link
from shared.pages import read_words
from shared.shapes import LANGUAGES
from shared.web import Page
from tests.events.hall import DAY, Hall

ADA = {"name": "Ada Lovelace", "email": "ada@example.com", "language": "it", "agree": "yes"}


def http(
    hall: Hall, method: str, url: str, form: Mapping[str, Any] | None = None, accept: str = "en"
) -> Response:
    """Open or submit a page of events, or of the waiting list it leads to."""
    path, query = urlsplit(url).path, urlsplit(url).query
    # More parts of its own make a path the better match.
    pages = [(one, *found) for one in (Events, Waitlist) for found in entrypoints(one, Page)]
    for service, name, page in sorted(pages, key=lambda one: one[2].url.count("<")):
        with suppress(HTTPException):
            rules = Map([Rule(page.url, methods=[page.method])])
            _, values = rules.bind("").match(path, method)
            headers = [("Accept-Language", accept)]
            visit = EnvironBuilder(
                path, method=method, query_string=query, data=form, headers=headers
            )
            request = Request(visit.get_environ())
            answer: Response = getattr(hall.suite.worker(service.name), name)(request, **values)
            return answer
    raise LookupError(url)


def text(answer: Response) -> str:
    """Give a page."""
    return answer.get_data(as_text=True)


def form(hall: Hall, **changes: Any) -> dict[str, Any]:
    """Open the event's page and fill in its form."""
    shown = text(http(hall, "GET", f"/events/{hall.event_id}"))
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', shown))
    return hidden | ADA | changes


def submit(hall: Hall, filled: Mapping[str, Any]) -> Response:
    """Submit the form, and follow where it leads."""
    answer = http(hall, "POST", f"/events/{hall.event_id}", filled)
    moved = answer.status_code == 303
    return http(hall, "GET", answer.headers["Location"]) if moved else answer


def own_page(hall: Hall, name: str) -> str:
    """Give the address of somebody's own registration."""
    ids = UUID(hall.registration_id(name))
    token = sign_link(REGISTRATION_LINK, ids, expires_at=DAY + timedelta(days=60))
    return f"/registrations/{token}"


def test_a_stranger_registers_and_booking_makes_them_known(hall: Hall) -> None:
    hall.event(capacity=2)
    hall.suite.mark()

    done = submit(hall, form(hall))
    hall.suite.deliver()

    assert "You are registered" in text(done)
    assert hall.suite.story == ["GuestIntroduced", "RegistrationConfirmed", "PersonRegistered"]
    assert hall.names() == ["Ada Lovelace"]
    (registered,) = hall.said("PersonRegistered")
    known = hall.suite.booking.get_person(person_id=str(registered.person_id))
    assert (known["email"], known["language"]) == ("ada@example.com", "it")


def test_pressing_twice_and_registering_again_changes_nothing_and_tells_nothing(
    hall: Hall,
) -> None:
    hall.event(capacity=5)
    filled = form(hall)

    first, second = submit(hall, filled), submit(hall, filled)
    hall.suite.deliver()
    again = submit(hall, form(hall, name="ada  LOVELACE"))

    assert text(first) == text(second) == text(again)
    assert hall.names() == ["Ada Lovelace"]
    assert hall.seats() == (5, 1)


@pytest.mark.rule("D2", "D5", "D26", "D27", "D28")
def test_an_agenda_is_put_together_on_the_page(hall: Hall) -> None:
    hall.fair(capacity=1)
    hall.register("alan", "ink", "wood")
    hall.events.change_session(session_id=hall.sessions["wood"], waiting_list_size=0)

    shown = text(http(hall, "GET", f"/events/{hall.event_id}"))
    done = submit(hall, form(hall, session=hall.sessions["clay"], wait=hall.sessions["ink"]))

    assert "Put me on the waiting list for ink" in shown
    assert "This session is full. There is no waiting list." in shown
    assert "Attend clay" in shown
    assert "You are registered" in text(done)
    assert "For the sessions that are full you are on the waiting list" in text(done)
    assert hall.names("clay") == ["Ada Lovelace"]
    (wish,) = hall.said("RegistrationRequested")
    assert str(wish.target_id) == hall.sessions["ink"]


def test_what_filled_up_meanwhile_and_what_overlaps_is_shown_and_nothing_taken(hall: Hall) -> None:
    hall.event()
    hall.session("clay", 9, 2, capacity=1, waiting_list_size=3)
    hall.session("ink", 10, 1, capacity=3)
    hall.events.set_own_agenda(event_id=hall.event_id, own_agenda=True)
    both = form(hall, session=[hall.sessions["clay"], hall.sessions["ink"]])
    one = form(hall, session=[hall.sessions["clay"]])

    overlap = submit(hall, both)
    hall.register("alan", "clay")
    full = submit(hall, one)

    assert overlap.status_code == full.status_code == 409
    assert '<p class="error">At the same time: ink</p>' in text(overlap)
    assert '<p class="error">At the same time' not in text(full)
    assert "take place at the same time" in text(overlap)
    assert "has filled up in the meantime" in text(full)
    assert "Put me on the waiting list for clay" in text(full)
    assert not re.search(r'name="wait"[^>]+checked', text(full))  # that they choose themselves
    assert hall.names() == ["alan"]


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"name": ""}, "write your name"),
        ({"email": "nobody"}, "write an email address"),
        ({"agree": ""}, "Without your agreement"),
        ({"session": []}, "choose one session"),
    ],
)
def test_a_form_that_lacks_something_says_what_and_keeps_the_rest(
    hall: Hall, changes: dict[str, Any], word: str
) -> None:
    hall.fair()

    answer = submit(hall, form(hall, **{"session": hall.sessions["clay"], **changes}))

    assert answer.status_code == 422
    assert word in text(answer)
    assert hall.names() == []


def test_a_pass_is_chosen_on_the_page(hall: Hall) -> None:
    hall.event()
    clay = hall.session("clay")
    made = hall.events.define_pass(
        event_id=hall.event_id, name="Clay pass", price_minor=4950, session_ids=[clay], quantity=1
    )

    shown = text(http(hall, "GET", f"/events/{hall.event_id}", accept="de"))
    missing = submit(hall, form(hall))
    done = submit(hall, form(hall, pass_id=made["pass_id"]))
    hall.suite.deliver()

    assert "Clay pass: 49,50" in shown
    assert "Gilt für: clay" in shown
    assert "Please choose a pass" in text(missing)
    assert "You are registered" in text(done)
    assert "sold out" in text(http(hall, "GET", f"/events/{hall.event_id}"))
    mine = text(http(hall, "GET", own_page(hall, "Ada Lovelace")))
    assert "Ancora da pagare: 49,50" in mine


def test_a_full_event_offers_its_list(hall: Hall) -> None:
    hall.event(capacity=1, waiting_list_size=3)
    hall.register("alan")

    done = submit(hall, form(hall))

    assert "You are on the waiting list" in text(done)
    assert len(hall.said("RegistrationRequested")) == 1
    assert hall.names() == ["alan"]


def test_on_the_page_of_a_full_event_a_sold_out_pass_can_be_waited_for(hall: Hall) -> None:
    hall.event(capacity=1, waiting_list_size=3)
    made = hall.events.define_pass(event_id=hall.event_id, name="Day", quantity=1)
    hall.register("alan", pass_id=made["pass_id"])

    assert made["pass_id"] in text(http(hall, "GET", f"/events/{hall.event_id}"))
    done = submit(hall, form(hall, pass_id=made["pass_id"]))

    assert "You are on the waiting list" in text(done)


@pytest.mark.rule("D27")
def test_waiting_again_is_no_registration(hall: Hall) -> None:
    hall.event(capacity=1, waiting_list_size=3)
    hall.register("alan")

    for _ in range(2):
        assert "You are on the waiting list" in text(submit(hall, form(hall)))
        hall.suite.deliver()

    assert hall.names() == ["alan"]
    assert hall.shown["registered"] == 1
    assert len(hall.said("RegistrationRequested")) == 1


@pytest.mark.rule("D27")
def test_whoever_waits_for_one_session_registers_for_another(hall: Hall) -> None:
    hall.fair(capacity=1)
    hall.register("alan", "ink")
    submit(hall, form(hall, wait=hall.sessions["ink"]))
    hall.suite.deliver()
    hall.suite.mark()

    done = submit(hall, form(hall, session=hall.sessions["clay"], wait=hall.sessions["ink"]))

    assert "You are registered" in text(done)
    assert hall.names("clay") == ["Ada Lovelace"]
    assert hall.suite.story == ["RegistrationConfirmed"]


def test_saving_an_agenda_twice_is_the_same_as_once(hall: Hall) -> None:
    hall.fair(capacity=1)
    hall.register("ada", "clay")
    hall.register("alan", "ink")
    wanted = {"session": [hall.sessions["clay"]], "wait": [hall.sessions["ink"]]}

    for _ in range(2):
        assert http(hall, "POST", own_page(hall, "ada"), wanted).status_code == 303

    assert len(hall.said("RegistrationRequested")) == 1


def test_opening_a_registration_changes_nothing_and_shows_the_ticket(hall: Hall) -> None:
    hall.fair(capacity=5)
    hall.register("ada", "clay", "ink")
    hall.suite.mark()
    url = own_page(hall, "ada")

    shown = text(http(hall, "GET", url))
    asked = text(http(hall, "GET", f"{url}/cancel"))

    ticket = hall.events.get_registration(registration_id=hall.registration_id("ada"))["ticket"]
    assert ticket in shown
    assert "<svg" in shown
    assert len(re.findall(r'value="[^"]+" checked', shown)) == 2
    assert "Cancel everything" in asked
    assert hall.suite.story == []


def test_an_agenda_is_changed_and_cancelled_by_the_link(hall: Hall) -> None:
    hall.fair(capacity=5)
    hall.register("ada", "clay", "ink")
    url = own_page(hall, "ada")

    moved = http(hall, "POST", url, {"session": [hall.sessions["wood"], hall.sessions["ink"]]})
    assert moved.status_code == 303
    assert [hall.names(one) for one in ("clay", "ink", "wood")] == [[], ["ada"], ["ada"]]
    nothing = http(hall, "POST", url, {})
    assert (nothing.status_code, hall.names()) == (422, ["ada"])
    for _ in range(2):
        assert http(hall, "POST", f"{url}/cancel").status_code == 303

    assert hall.names() == []
    assert "was cancelled" in text(http(hall, "GET", url))


def test_whoever_cancels_is_told_what_they_still_wait_for(hall: Hall) -> None:
    hall.fair(capacity=1)
    hall.register("alan", "ink")
    hall.register("ada", "clay", "ink", or_wait=["ink"])
    url = own_page(hall, "ada")

    asked = text(http(hall, "GET", f"{url}/cancel"))
    http(hall, "POST", f"{url}/cancel")

    assert "You stay on the waiting list for: ink." in asked
    assert "You are on the waiting list for: ink" in text(http(hall, "GET", url))


def test_no_link_leads_to_a_list_that_has_not_answered_or_is_closed(hall: Hall) -> None:
    hall.fair(capacity=1)
    hall.register("alan", "ink")
    had = hall.register("ada", "clay", "ink", or_wait=["ink"])
    entry_id = next(one["entry_id"] for one in had["places"] if one["status"] == "waiting")
    url = own_page(hall, "ada")

    asked = text(http(hall, "GET", url))
    hall.joined("ada", hall.sessions["ink"], entry_id)
    heard = text(http(hall, "GET", url))
    hall.suite.at = DAY + timedelta(hours=10)
    begun = text(http(hall, "GET", url))

    found = ["See my place in line for ink" in one for one in (asked, heard, begun)]
    assert found == [False, True, False]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_link_to_a_place_in_line_stays_in_the_visitors_language(
    hall: Hall, language: str
) -> None:
    hall.fair(capacity=1)
    hall.register("alan", "ink")
    had = hall.register("ada", "clay", "ink", or_wait=["ink"])
    entry_id = next(one["entry_id"] for one in had["places"] if one["status"] == "waiting")
    hall.joined("ada", hall.sessions["ink"], entry_id)
    words = read_words("services.events", "templates/pages/words.toml")[language]

    shown = text(http(hall, "GET", f"{own_page(hall, 'ada')}?lang={language}"))

    (link,) = re.findall(r'href="([^"]+/waiting/[^"]+)">([^<]+)<', shown)
    assert link[0].endswith(f"?lang={language}")
    assert link[1] == words["place_in_line"].format(name="ink")


def test_what_is_over_is_not_cancelled_by_the_link(hall: Hall) -> None:
    hall.event()
    hall.register("ada")
    url = own_page(hall, "ada")
    hall.suite.at = DAY + timedelta(hours=18)

    assert "Cancel everything" not in text(http(hall, "GET", f"{url}/cancel"))
    assert http(hall, "POST", f"{url}/cancel").status_code == 303

    assert hall.names() == ["ada"]


def test_a_change_to_what_is_full_leaves_the_agenda_as_it_was(hall: Hall) -> None:
    hall.fair(capacity=1)
    hall.register("ada", "clay")
    hall.register("alan", "wood")

    answer = http(hall, "POST", own_page(hall, "ada"), {"session": [hall.sessions["wood"]]})

    assert answer.status_code == 409
    assert "has filled up" in text(answer)
    assert hall.names("clay") == ["ada"]


def test_calendars_get_a_whole_event_or_each_session_of_an_agenda(hall: Hall) -> None:
    hall.fair(capacity=5)
    hall.register("ada", "clay", "wood")

    event = http(hall, "GET", f"/events/{hall.event_id}/event.ics")
    mine = http(hall, "GET", f"{own_page(hall, 'ada')}/agenda.ics")

    whole = list(Calendar.from_ical(event.get_data()).walk("VEVENT"))
    parts = list(Calendar.from_ical(mine.get_data()).walk("VEVENT"))
    assert [str(one["SUMMARY"]) for one in whole] == ["Open house"]
    assert [str(one["SUMMARY"]) for one in parts] == ["Open house: clay", "Open house: wood"]
    assert parts[0].decoded("DTSTART") == DAY + timedelta(hours=9)
    assert len({str(one["UID"]) for one in parts}) == 2


@pytest.mark.rule("D23", "D25")
def test_a_session_that_lacks_its_capacity_is_not_offered_yet(hall: Hall) -> None:
    hall.event()
    hall.session("clay")
    hall.session("ink", 10, capacity=3)
    hall.events.set_own_agenda(event_id=hall.event_id, own_agenda=True)

    shown = text(http(hall, "GET", f"/events/{hall.event_id}"))

    assert "Registration for this session is not open yet." in shown
    assert "Attend ink" in shown
    assert "Attend clay" not in shown


def test_what_is_still_to_come_of_an_agenda_is_changed_while_the_event_goes_on(hall: Hall) -> None:
    hall.fair(capacity=5)
    hall.register("ada", "clay", "ink")
    url = own_page(hall, "ada")
    hall.suite.at = DAY + timedelta(hours=9, minutes=30)

    shown = text(http(hall, "GET", url))
    kept = re.findall(r'type="hidden" name="session" value="([^"]+)"', shown)
    assert kept == [hall.sessions["clay"]]
    answer = http(hall, "POST", url, {"session": [*kept, hall.sessions["wood"]]})

    assert answer.status_code == 303
    assert [hall.names(one) for one in ("clay", "ink", "wood")] == [["ada"], [], ["ada"]]


def test_a_registration_shows_what_its_pass_opens_and_has_it_in_the_calendar(hall: Hall) -> None:
    hall.event()
    clay, _ = hall.session("clay"), hall.session("ink", 10)
    made = hall.events.define_pass(event_id=hall.event_id, name="Clay", session_ids=[clay])
    hall.register("ada", pass_id=made["pass_id"])
    url = own_page(hall, "ada")

    shown = text(http(hall, "GET", url))
    calendar = Calendar.from_ical(http(hall, "GET", f"{url}/agenda.ics").get_data())

    assert "<h3>clay</h3>" in shown
    assert "<h3>ink</h3>" not in shown
    assert [str(one["SUMMARY"]) for one in calendar.walk("VEVENT")] == ["Open house: clay"]


def test_what_is_not_public_or_not_there_is_not_shown(hall: Hall) -> None:
    hall.event(published=False)

    for path in (f"/events/{hall.event_id}", f"/events/{uuid4()}", "/events/none"):
        assert http(hall, "GET", path).status_code == 404
    assert http(hall, "GET", "/registrations/nonsense").status_code == 404
    assert submit(hall, {**ADA, "token": "x"}).status_code == 404


def test_what_people_wrote_is_escaped(hall: Hall) -> None:
    hall.event(description="<script>alert(1)</script>")

    shown = text(http(hall, "GET", f"/events/{hall.event_id}"))

    assert "<script" not in shown
    assert "&lt;script&gt;" in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_word(language: str) -> None:
    words = read_words("services.events", "templates/pages/words.toml")

    assert set(words) == set(LANGUAGES)
    assert words[language].keys() == words["en"].keys()
    for key, said in words[language].items():
        assert re.findall(r"{\w+}", said) == re.findall(r"{\w+}", words["en"][key]), key
