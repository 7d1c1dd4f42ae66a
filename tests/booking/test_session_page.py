"""The page of a session: what everybody sees, and the form by which leads sign up."""

import re
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event
from werkzeug.wrappers import Response

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


@pytest.mark.rule("B9", "B49", "Q5")
def test_a_lead_sees_a_marketing_session_and_books_it(studio: Studio) -> None:
    studio.session(capacity=3)

    page = text(studio.http("GET", address(studio)))
    done = submit(studio, form(studio))
    studio.settle()

    assert "<h1>Open day</h1>" in page
    assert "Thursday 6 March 2031, 10:00" in page
    assert "Europe/Rome" in page
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


def test_the_page_of_a_session_asks_the_database_few_questions(studio: Studio) -> None:
    studio.session(capacity=3)
    asked: list[str] = []
    engine = studio.suite.members["booking"].home.engine
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))

    studio.http("GET", address(studio))

    assert len([query for query in asked if query.startswith("SELECT")]) == 1
