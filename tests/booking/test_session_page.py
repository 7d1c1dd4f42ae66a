"""The page of a session: what everybody sees, and the form by which leads sign up."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event
from werkzeug.wrappers import Response

from shared.config import settings
from shared.shapes import LANGUAGES
from tests.flows.studio import Studio

ADA = {"name": "Ada Lovelace", "email": "ada@example.com", "language": "it", "agree": "yes"}


def address(studio: Studio) -> str:
    """Give the page of the session that is talked of."""
    return f"/sessions/{studio.session_id}"


def text(answer: Response) -> str:
    """Give a page."""
    return answer.get_data(as_text=True)


def heading(answer: Response) -> str:
    """Give the heading of a page."""
    return text(answer).partition("<h1>")[2].partition("</h1>")[0]


def form(studio: Studio, **changes: str) -> dict[str, str]:
    """Open the page and fill in its form."""
    page = text(studio.http("GET", address(studio)))
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
    return hidden | ADA | changes


def submit(studio: Studio, filled: dict[str, str]) -> Response:
    """Submit a form, and follow where it leads."""
    answer = studio.http("POST", address(studio), form=filled)
    return studio.http("GET", answer.headers["Location"]) if answer.status_code == 303 else answer


def rows(studio: Studio, query: str) -> Any:
    """Look into booking's database."""
    with studio.suite.sql("booking") as sql:
        return sql.exec_driver_sql(query).all()


@pytest.mark.rule("B49", "B50")
def test_every_reply_about_a_session_gives_the_address_of_its_page(studio: Studio) -> None:
    studio.session()
    call = studio.suite.booking
    alike = call.get_session(session_id=studio.session_id)
    asked = ("session_type_id", "name", "classification", "time_zone", "staff", "location")
    starts_at = studio.suite.now() + timedelta(days=9)

    made = call.schedule_session(**{name: alike[name] for name in asked}, starts_at=starts_at)
    studio.session_id = made["session_id"]
    ids = {"session_id": studio.session_id}
    replies = [
        made,
        call.get_session(**ids),
        call.change_session(**ids, capacity=4),
        call.get_session_details(**ids)["session"],
        *call.list_sessions(since=made["starts_at"], until=made["ends_at"]),
        call.cancel_session(**ids),
    ]

    assert [one.get("link") for one in replies] == [settings().booking_url + address(studio)] * 6


@pytest.mark.rule("B9", "B49", "Q5")
def test_a_lead_sees_a_marketing_session_and_books_it(studio: Studio) -> None:
    studio.session(capacity=3)

    page = text(studio.http("GET", address(studio)))
    done = submit(studio, form(studio))
    studio.settle()

    assert "<h1>Open day</h1>" in page
    assert "Thursday 6 March 2031, 10:00" in page
    assert "(Rome time)" in page
    assert "Studio 2" in page
    assert "Lea" in page
    assert "3 places are free." in page
    assert heading(done) == "You have a place"
    assert studio.booked == ["Ada Lovelace"]
    assert studio.row("Ada Lovelace")["kind"] == "lead"
    assert studio.mailbox["Ada Lovelace"] == ["confirmed"]


@pytest.mark.rule("Q5", "Q13")
def test_a_regular_session_is_shown_and_cannot_be_booked_by_leads(studio: Studio) -> None:
    filled_for_marketing = (studio.session(name="Open day"), form(studio))[1]
    studio.session(name="Evening class", classification="regular")

    page = text(studio.http("GET", address(studio)))
    forced = studio.http(
        "POST", address(studio), form=filled_for_marketing | {"spot": studio.session_id}
    )

    assert "Evening class" in page
    assert "cannot be booked here" in page
    assert "<form" not in page
    assert "Open day" not in page
    assert forced.status_code == 409
    assert rows(studio, "SELECT * FROM people") == []


def test_a_member_known_by_name_and_address_is_treated_as_anybody(studio: Studio) -> None:
    studio.session(name="Evening class", classification="regular")
    studio.suite.booking.register_person(kind="member", name=ADA["name"], email=ADA["email"])
    filled = ADA | {"spot": studio.session_id, "token": "1"}

    assert studio.http("POST", address(studio), form=filled).status_code == 409
    assert studio.booked == []


@pytest.mark.parametrize("session_id", ["nothing", "1' OR 1=1", str(uuid4())])
def test_an_address_of_nothing_says_so(studio: Studio, session_id: str) -> None:
    answer = studio.http("GET", f"/sessions/{session_id}")

    assert answer.status_code == 404
    assert heading(answer) == "There is nothing at this address"


def test_a_form_counts_once_however_often_it_is_submitted(studio: Studio) -> None:
    studio.session(capacity=3)
    filled = form(studio)

    answers = [submit(studio, filled) for _ in range(3)]

    assert [heading(answer) for answer in answers] == ["You have a place"] * 3
    assert studio.taken == 1
    assert len(rows(studio, "SELECT * FROM people")) == 1


def test_a_form_counts_once_even_when_its_place_was_given_up_since(studio: Studio) -> None:
    studio.session(capacity=3)
    filled = form(studio)
    submit(studio, filled)
    studio.cancel("Ada Lovelace")

    submit(studio, filled)

    assert studio.booked == []


def test_whoever_books_what_is_reserved_for_them_gets_that_place(studio: Studio) -> None:
    studio.session(capacity=3)
    person = ADA | {"kind": "lead", "consent": "by telephone"}
    del person["agree"]
    studio.suite.booking.hold_place(session_id=studio.session_id, person=person)

    done = submit(studio, form(studio))

    assert heading(done) == "You have a place"
    assert studio.booked == ["Ada Lovelace"]
    assert studio.taken == 1
    assert studio.held == {}


def test_whoever_books_again_by_another_form_has_still_one_place(studio: Studio) -> None:
    studio.session(capacity=3)

    submit(studio, form(studio))
    again = submit(studio, form(studio, name="ada  LOVELACE"))

    assert heading(again) == "You have a place"
    assert studio.taken == 1


def test_two_people_of_one_address_are_two(studio: Studio) -> None:
    studio.session(capacity=3)

    submit(studio, form(studio))
    submit(studio, form(studio, name="Byron Lovelace"))

    assert studio.booked == ["Ada Lovelace", "Byron Lovelace"]


def test_the_form_neither_shows_nor_changes_what_is_known_of_a_person(studio: Studio) -> None:
    studio.session(capacity=3)
    known = studio.suite.booking.register_person(
        kind="member", name="Ada Lovelace", email="ada@example.com", phone="+390212345678"
    )

    done = submit(studio, form(studio, phone="+44 20 7946 0000", language="de"))

    kept = studio.suite.booking.get_person(person_id=known["person_id"])
    assert studio.booked == ["Ada Lovelace"]
    assert kept == known
    assert "390212345678" not in text(done)
    assert "member" not in text(done)


@pytest.mark.parametrize("written", ["Ada.L@Example.com", "ADA.L@EXAMPLE.COM"])
def test_whoever_writes_their_address_in_capitals_is_known_nonetheless(
    studio: Studio, written: str
) -> None:
    studio.session(capacity=3)
    for email in ("ada.l@example.com", "adal@example.com", "ada.l@example.com.au"):
        call = studio.suite.booking.register_person
        call(kind="client", name="Ada Lovelace", email=email)

    for email in (written, "ada.l@example.com"):
        submit(studio, form(studio, email=email))

    (row,) = studio.roster["rows"]
    assert (row["name"], row["email"]) == ("Ada Lovelace", "ada.l@example.com")
    assert rows(studio, "SELECT count(*) FROM people")[0][0] == 3


@pytest.mark.parametrize(("ticked", "agreed"), [({}, ["storage"]), ({"marketing": "yes"}, None)])
def test_what_a_lead_agreed_to_is_noted(
    studio: Studio, ticked: dict[str, str], agreed: list[str] | None
) -> None:
    studio.session(capacity=3)

    submit(studio, form(studio, **ticked))

    said = rows(studio, "SELECT purpose, how, given FROM consents ORDER BY purpose")
    assert [row.purpose for row in said] == (agreed or ["marketing", "storage"])
    assert {row.how for row in said} == {"ticked the box on the page to sign up"}
    assert all(row.given for row in said)
    ((marketing,),) = rows(studio, "SELECT marketing FROM people")
    assert bool(marketing) is bool(ticked)


@pytest.mark.rule("Q20")
def test_a_full_session_offers_its_waiting_list_by_the_same_form(studio: Studio) -> None:
    studio.full("grace")

    page = text(studio.http("GET", address(studio)))
    done = submit(studio, form(studio))
    studio.settle()

    assert "No place is free." in page
    assert "Put me on the waiting list" in page
    assert heading(done) == "You are on the waiting list"
    assert [row["name"] for row in studio.roster["rows"]] == ["grace", "Ada Lovelace"]
    assert studio.row("Ada Lovelace", "waitlisted")


def test_who_has_a_place_in_a_full_session_cannot_be_found_out(studio: Studio) -> None:
    studio.full("grace")
    strangers = submit(studio, form(studio))
    known = submit(studio, form(studio, name="grace", email="grace@example.com"))
    again = submit(studio, form(studio))

    assert {heading(strangers), heading(known), heading(again)} == {"You are on the waiting list"}
    assert {strangers.status_code, known.status_code, again.status_code} == {200}


@pytest.mark.rule("Qi3")
def test_a_full_session_with_a_full_list_says_so(studio: Studio) -> None:
    studio.full("grace", waiting=["alan"], size=1)
    filled = form(studio)

    refused = submit(studio, filled)

    assert refused.status_code == 409
    assert "Nothing has been booked for you." in text(refused)
    assert 'value="Ada Lovelace"' in text(refused)


def test_a_full_session_without_a_list_has_no_form(studio: Studio) -> None:
    studio.full("grace", size=0)

    page = text(studio.http("GET", address(studio)))

    assert "No place is free." in page
    assert "<form" not in page


def test_whoever_loses_the_last_place_is_asked_before_they_wait(studio: Studio) -> None:
    studio.session(capacity=1)
    filled = form(studio)
    studio.book("grace")

    lost = submit(studio, filled)

    assert lost.status_code == 409
    assert "The last place has just been taken." in text(lost)
    assert "Put me on the waiting list" in text(lost)
    assert 'value="Ada Lovelace"' in text(lost)
    assert rows(studio, "SELECT name FROM people") == [("grace",)]


def test_a_session_that_has_begun_takes_nobody(studio: Studio) -> None:
    studio.session(capacity=3)
    filled = form(studio)
    studio.suite.advance(days=3)

    assert "This has already begun." in text(studio.http("GET", address(studio)))
    assert submit(studio, filled).status_code == 409
    assert studio.booked == []


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", " ", "Please write your name"),
        ("name", "<b>Ada</b>", "Please write your name"),
        ("name", "A" * 201, "Please write your name"),
        ("email", "ada@", "Please write an email address"),
        ("email", "a@example.com, b@example.com", "Please write an email address"),
        ("phone", "12", "with its country code"),
        ("agree", "", "Without this we may not keep your details"),
    ],
)
def test_what_cannot_be_read_is_named_at_its_field_and_nothing_is_lost(
    studio: Studio, field: str, value: str, said: str
) -> None:
    studio.session(capacity=3)
    filled = form(studio, phone="+39 02 1234567", marketing="yes") | {field: value}

    answer = submit(studio, filled)

    page = text(answer)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in page
    assert said in page
    assert len(re.findall(r'id="\w+-error"', page)) == 1
    for kept in ({"name", "email", "phone"} & filled.keys()) - {field}:
        assert f'value="{filled[kept]}"' in page
    assert '<option value="it" lang="it" selected>' in page
    assert 'name="marketing" value="yes" checked' in page
    assert rows(studio, "SELECT * FROM people") == []


def test_a_number_of_the_studios_country_needs_no_country_code(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATELIER_STUDIO_COUNTRY", "IT")
    settings.cache_clear()
    studio.session(capacity=3)

    assert submit(studio, form(studio, phone="333 1234567")).status_code == 200
    assert rows(studio, "SELECT phone FROM people") == [("+393331234567",)]


def test_a_spot_of_another_session_is_refused(studio: Studio) -> None:
    other = studio.session(capacity=3)
    studio.session(capacity=3)

    assert submit(studio, form(studio) | {"spot": other}).status_code == 422
    assert rows(studio, "SELECT * FROM people") == []


def test_looking_changes_nothing(studio: Studio) -> None:
    studio.session(capacity=3)
    studio.suite.mark()

    for _ in range(5):
        studio.http("GET", address(studio))

    assert studio.suite.story == []
    assert studio.taken == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_speaks_every_language(studio: Studio, language: str) -> None:
    studio.session(capacity=3)
    words = {"en": "Book", "it": "Prenota", "fr": "Réserver", "de": "buchen"}

    page = text(studio.http("GET", address(studio), accept=language))
    asked = text(studio.http("GET", f"{address(studio)}?lang={language}", accept="en"))

    for one in (page, asked):
        assert f'<html lang="{language}">' in one
        assert words[language] in one


def test_the_chosen_language_stays_after_the_form(studio: Studio) -> None:
    studio.session(capacity=3)

    answer = studio.http("POST", f"{address(studio)}?lang=de", form=form(studio))

    assert answer.headers["Location"].endswith("?lang=de")
    assert heading(studio.http("GET", answer.headers["Location"])) == "Sie haben einen Platz"


def test_the_word_of_a_place_cannot_be_forged(studio: Studio) -> None:
    studio.full("grace")
    waiting = studio.http("POST", address(studio), form=form(studio)).headers["Location"]

    forged = studio.http("GET", waiting.replace("/waiting/", "/booked/"))

    assert forged.status_code == 404


def questions(studio: Studio, url: str) -> int:
    """Count what a page asks the database."""
    asked: list[str] = []
    engine = studio.suite.members["booking"].home.engine

    def note(*given: Any) -> None:
        asked.append(given[2])

    event.listen(engine, "before_cursor_execute", note)
    studio.http("GET", url)
    event.remove(engine, "before_cursor_execute", note)
    return len([query for query in asked if query.startswith("SELECT")])


def test_the_page_of_a_session_asks_the_database_few_questions(studio: Studio) -> None:
    studio.session(capacity=3)

    assert questions(studio, address(studio)) == 2


# -- times to choose from -------------------------------------------------------------------------


def spots(studio: Studio, number: int = 3, **details: Any) -> list[dict[str, Any]]:
    """Make a multi session and give its spots."""
    kind = studio.suite.booking.create_session_type(
        name="Portraits", duration_minutes=20, break_minutes=10
    )
    values = {
        "session_type_id": kind["session_type_id"],
        "name": "Portraits in the park",
        "text": "Bring a friend.\nAnd your dog.",
        "photos": [{"url": "https://photos.example/park.jpg", "text": "The park in autumn"}],
        "classification": "marketing",
        "starts_at": studio.suite.now() + timedelta(days=3),
        "time_zone": "Europe/Rome",
        "staff": "Lea",
        "location": "Park",
        "spots": number,
    }
    group = studio.suite.booking.schedule_spots(**(values | details))
    studio.session_id = group["group_id"]
    made: list[dict[str, Any]] = group["spots"]
    return made


def offered(page: str) -> list[str]:
    """Give the times of a page that can be chosen, as they are written."""
    found = re.findall(r'name="spot"[^>]*><span>\s*([\d:]+)', page)
    return [str(one) for one in found]


@pytest.mark.rule("B9", "B49", "Q8", "Q9")
def test_a_multi_session_shows_its_photos_text_and_free_times(studio: Studio) -> None:
    spots(studio)

    page = text(studio.http("GET", address(studio)))

    assert "<h1>Portraits in the park</h1>" in page
    assert "Bring a friend.\nAnd your dog." in page
    assert '<img src="https://photos.example/park.jpg" alt="The park in autumn"' in page
    assert "Thursday 6 March 2031" in page
    assert offered(page) == ["10:00", "10:30", "11:00"]


def test_pictures_may_be_loaded_where_there_are_some(studio: Studio) -> None:
    spots(studio)

    policy = studio.http("GET", address(studio)).headers["Content-Security-Policy"]

    assert "img-src https:;" in policy
    assert "default-src 'none'" in policy


@pytest.mark.rule("B49", "B53")
def test_a_time_that_is_chosen_is_gone_for_the_next(studio: Studio) -> None:
    made = spots(studio)
    group = studio.session_id

    done = submit(studio, form(studio, spot=made[1]["session_id"]))
    page = text(studio.http("GET", address(studio)))

    assert "10:30" in text(done)
    assert offered(page) == ["10:00", "11:00"]
    states = [s["state"] for s in studio.suite.booking.get_spots(group_id=group)["spots"]]
    assert states == ["open", "booked", "open"]


def test_the_page_of_one_spot_has_it_chosen(studio: Studio) -> None:
    made = spots(studio)
    studio.session_id = made[1]["session_id"]

    page = text(studio.http("GET", address(studio)))

    assert "<h1>Portraits in the park</h1>" in page
    assert re.findall(r'value="([^"]*)" required checked', page) == [made[1]["session_id"]]


def test_no_time_chosen_is_named_at_the_times(studio: Studio) -> None:
    spots(studio)

    refused = submit(studio, form(studio))

    assert refused.status_code == 422
    assert 'id="spot-error"' in text(refused)
    assert 'value="Ada Lovelace"' in text(refused)


def test_whoever_loses_their_time_keeps_what_they_wrote_and_chooses_another(
    studio: Studio,
) -> None:
    made = spots(studio)
    filled = form(studio, spot=made[1]["session_id"])
    submit(studio, form(studio, name="Grace", spot=made[1]["session_id"]))

    lost = submit(studio, filled)

    assert lost.status_code == 409
    assert offered(text(lost)) == ["10:00", "11:00"]
    assert 'value="Ada Lovelace"' in text(lost)
    assert not re.search(r'type="radio"[^>]*checked', text(lost))


@pytest.mark.rule("B42", "Bi3")
def test_spots_at_the_same_time_are_one_choice_until_none_is_free(studio: Studio) -> None:
    made = spots(studio, 2, same_time=True)
    filled = form(studio, spot=made[0]["session_id"])

    first = text(studio.http("GET", address(studio)))
    submit(studio, filled | {"name": "Grace"})
    second = submit(studio, filled)
    third = submit(studio, filled | {"name": "Alan"})

    assert offered(first) == ["10:00"]
    assert "2 free" in first
    assert heading(second) == "You have a place"
    assert third.status_code == 409


def test_a_time_that_was_called_off_cannot_be_chosen(studio: Studio) -> None:
    made = spots(studio)
    filled = form(studio, spot=made[0]["session_id"])
    studio.suite.booking.cancel_session(session_id=made[0]["session_id"], reason="rain")

    assert offered(text(studio.http("GET", address(studio)))) == ["10:30", "11:00"]
    assert submit(studio, filled).status_code == 409


def test_a_session_that_was_called_off_says_so(studio: Studio) -> None:
    studio.session()
    studio.suite.booking.cancel_session(session_id=studio.session_id, reason="rain")

    page = text(studio.http("GET", address(studio)))

    assert "This does not take place." in page
    assert "<form" not in page


def test_many_times_take_no_more_questions_than_few(studio: Studio) -> None:
    spots(studio, 2)
    few = questions(studio, address(studio))
    spots(studio, 60)

    assert questions(studio, address(studio)) == few <= 3


# -- packages ----------------------------------------------------------------------------------


def single(studio: Studio, *packages: str, preset: int | None = None) -> list[str]:
    """Make a single session of a type that offers packages; give their ids."""
    call = studio.suite.booking
    kind = call.create_session_type(name="Portrait", arrangement="single", duration_minutes=60)
    kind_id = kind["session_type_id"]
    made = [
        call.add_package(
            session_type_id=kind_id, name=name, price_minor=0, description=f"All of {name}"
        )["package_id"]
        for name in packages
    ]
    chosen = {} if preset is None else {"package_id": made[preset]}
    session = call.schedule_session(
        session_type_id=kind_id,
        name="Your portrait",
        classification="marketing",
        starts_at=studio.suite.now() + timedelta(days=3),
        time_zone="Europe/Rome",
        staff="Lea",
        location="Studio 2",
        **chosen,
    )
    studio.session_id = session["session_id"]
    return [str(package_id) for package_id in made]


@pytest.mark.rule("B15")
def test_of_several_packages_one_is_chosen(studio: Studio) -> None:
    small, large = single(studio, "Small", "Large")
    page = text(studio.http("GET", address(studio)))

    nothing = submit(studio, form(studio))
    foreign = submit(studio, form(studio, package=str(uuid4())))
    submit(studio, form(studio, package=large))

    assert f'value="{small}"' in page
    assert f'value="{large}"' in page
    assert (nothing.status_code, foreign.status_code) == (422, 422)
    assert 'id="package-error"' in text(nothing)
    session = studio.suite.booking.get_session(session_id=studio.session_id)
    assert session["package_id"] == large
    assert studio.booked == ["Ada Lovelace"]


@pytest.mark.rule("B16")
def test_one_package_is_shown_and_not_asked_for(studio: Studio) -> None:
    (only,) = single(studio, "Small")
    page = text(studio.http("GET", address(studio)))

    submit(studio, form(studio))

    assert "All of Small" in page
    assert 'name="package"' not in page
    session = studio.suite.booking.get_session(session_id=studio.session_id)
    assert session["package_id"] == only


@pytest.mark.rule("B13", "B14")
def test_a_package_that_staff_chose_is_shown_and_cannot_be_changed(studio: Studio) -> None:
    small, large = single(studio, "Small", "Large", preset=0)
    page = text(studio.http("GET", address(studio)))

    refused = submit(studio, form(studio, package=large))
    submit(studio, form(studio))

    assert "All of Small" in page
    assert "All of Large" not in page
    assert refused.status_code == 422
    session = studio.suite.booking.get_session(session_id=studio.session_id)
    assert session["package_id"] == small
