"""The page of a client's points, in four languages."""

import re
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request, Response

from shared.config import settings
from shared.contracts.loyalty import STATEMENT_LINK
from shared.contracts.ranking import RANKS_LINK
from shared.links import sign_link
from tests.loyalty.desk import Desk


def opened(desk: Desk, url: str, *, accept: str = "en") -> Response:
    """Open a page of loyalty."""
    path, query = urlsplit(url).path, urlsplit(url).query
    builder = EnvironBuilder(path, query_string=query, headers=[("Accept-Language", accept)])
    answer: Response = desk.suite.worker("loyalty").show_points_page(
        Request(builder.get_environ()), path.removeprefix("/points/")
    )
    return answer


def link(desk: Desk, name: str) -> str:
    """Give the address of somebody's page."""
    url: str = desk.call.get_account(person_id=desk.id(name))["page_url"]
    return url


def rows_of(body: str) -> list[tuple[str, ...]]:
    """Give the cells of the statement's rows."""
    rows = re.findall(r"<tr>(<td.*?)</tr>", body)
    return [tuple(re.findall(r"<td[^>]*>(.*?)</td>", row)) for row in rows]


def treats_of(body: str) -> list[str]:
    """Name the treats on offer."""
    return re.findall(r"<h3>(.*?)</h3>", body)


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("en", ["My Treat Points", "Statement of your", "Still to go: 60.", "Monday 3 March 2031"]),
        ("it", ["I miei Treat Points", "Estratto conto", "ne mancano 60.", "3 marzo 2031"]),
        ("fr", ["Mes Treat Points", "Relevé de vos", "Il vous en manque 60.", "3 mars 2031"]),
        ("de", ["Meine Treat Points", "Auszug Ihrer", "Es fehlen noch 60.", "3. März 2031"]),
    ],
)
def test_clients_read_their_points_in_their_own_language(
    desk: Desk, language: str, texts: list[str]
) -> None:
    number = desk.card("ada")
    desk.speaks("ada", language)
    desk.award("bob", by="ada")
    desk.add("ada", -60, "typed twice, she says")
    for treat, points in (("Massage", 100), ("Cut & dry", 40)):
        desk.call.offer_treat(treat=treat, price_minor=1000, currency="eur", points=points)

    answer = opened(desk, link(desk, "ada"))

    body = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert f'<html lang="{language}">' in body
    assert [text for text in (*texts, number, "<strong>40</strong>") if text not in body] == []
    removed, referred = rows_of(body)
    assert treats_of(body) == ["Cut &amp; dry", "Massage"]
    assert (removed[1:], referred[1:]) == (("-60", "40"), ("+100", "100"))
    assert "she" not in body  # what staff noted is for staff


def test_a_visitor_may_read_it_in_another_language(desk: Desk) -> None:
    desk.speaks("ada", "it")

    body = opened(desk, f"{link(desk, 'ada')}?lang=de", accept="fr").get_data(as_text=True)

    assert '<html lang="de">' in body
    assert "Hier gibt es noch nichts." in body
    assert "Sie haben zurzeit keine TreatCard." in body


def test_a_long_statement_is_read_a_page_at_a_time(desk: Desk) -> None:
    desk.card("ada")
    for points in range(1, 121):
        desk.add("ada", points)
    url, seen = link(desk, "ada"), list[list[int]]()

    page = url
    while page:
        body = opened(desk, page).get_data(as_text=True)
        seen.append([int(cells[1]) for cells in rows_of(body)])
        found = re.search(r'href="(\?before=[^"]+)"', body)
        page = url + found[1].replace("&amp;", "&") if found else ""

    assert [len(one) for one in seen] == [50, 50, 20]
    assert [points for one in seen for points in one] == list(range(120, 0, -1))
    for odd in ("0", "-5", "x", "99999999999999999999"):
        assert opened(desk, f"{url}?before={odd}").status_code == 200


def test_what_expires_next_is_on_the_page(desk: Desk) -> None:
    desk.card("ada")
    desk.call.save_settings(points_expire_days=30)
    desk.add("ada", 70)

    body = opened(desk, link(desk, "ada")).get_data(as_text=True)

    assert "70 on Wednesday 2 April 2031" in body


def test_a_treat_for_those_who_never_had_it_is_not_shown_to_who_has(desk: Desk) -> None:
    desk.card("ada")
    desk.add("ada", 100)
    for treat, whom in (("Massage", "first_time"), ("Cut", "anytime")):
        offer = {"price_minor": 1000, "currency": "eur", "points": 50, "availability": whom}
        desk.call.offer_treat(treat=treat, **offer)
    desk.treat("ada", desk.books("ada"), treat="Massage")

    body = opened(desk, link(desk, "ada")).get_data(as_text=True)

    assert treats_of(body) == ["Cut"]
    assert "Points: 50. You have enough." in body


def test_a_link_to_a_record_that_became_another_shows_the_other(desk: Desk) -> None:
    desk.card("old")
    desk.card("ada")
    desk.add("old", 30)
    desk.add("ada", 10)
    url = link(desk, "old")

    desk.merge("old", into="ada")

    body = opened(desk, url).get_data(as_text=True)
    assert ("<p>Ada</p>" in body, "<strong>40</strong>" in body) == (True, True)


def test_who_was_erased_has_no_page(desk: Desk) -> None:
    desk.card("ada")
    desk.add("ada", 30)
    url = link(desk, "ada")

    desk.erase("ada")

    assert opened(desk, url).status_code == 404


def test_only_a_link_made_for_it_opens_a_page(desk: Desk) -> None:
    url = urlsplit(link(desk, "ada"))
    assert f"{url.scheme}://{url.netloc}" == settings().public_url("loyalty")
    ada, at = UUID(desk.id("ada")), desk.suite.now()
    other = sign_link(RANKS_LINK, ada, expires_at=at + timedelta(days=1))
    late = sign_link(STATEMENT_LINK, ada, expires_at=at)
    nobody = sign_link(STATEMENT_LINK, UUID(int=5), expires_at=at + timedelta(days=1))

    answers = [opened(desk, f"/points/{token}", accept="it") for token in (other, late, nobody)]

    assert [one.status_code for one in answers] == [404, 410, 404]
    assert all('<html lang="it">' in one.get_data(as_text=True) for one in answers)
