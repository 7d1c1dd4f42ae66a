"""The page of a customer's ranks, in four languages."""

from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request, Response

from shared.links import sign_link
from tests.ranking.dojo import Dojo


def opened(dojo: Dojo, url: str, *, accept: str = "en") -> Response:
    """Open a page of ranking."""
    path = urlsplit(url).path
    headers = [("Accept-Language", accept)]
    request = Request(EnvironBuilder(path, headers=headers).get_environ())
    answer: Response = dojo.suite.worker("ranking").show_ranks_page(
        request, path.removeprefix("/ranks/")
    )
    return answer


def link(dojo: Dojo, name: str) -> str:
    """Give the address of somebody's page."""
    url: str = dojo.call.get_profile(person_id=dojo.person(name))["page_url"]
    return url


@pytest.mark.rule("M27", "M28", "M29")
@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("en", ["Belt Tracking", "Now: ", "since March 3, 2031", "Before", "2 of 3 visits"]),
        ("it", ["Tracciamento Cinture", "Ora: ", "dal 3 marzo 2031", "In precedenza"]),
        ("fr", ["Suivi des ceintures", "depuis le 3 mars 2031", "Auparavant", "2 visites sur 3"]),
        ("de", ["Gürtelübersicht", "Jetzt: ", "seit 3. März 2031", "2 von 3 Besuchen"]),
    ],
)
def test_customers_read_their_ranks_in_their_own_language(
    dojo: Dojo, language: str, texts: list[str]
) -> None:
    dojo.person("ada", language)
    dojo.category()
    dojo.assign("ada", "white")
    dojo.promote("ada")
    dojo.visits("ada", 0, 0)

    answer = opened(dojo, link(dojo, "ada"))

    body = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert f'<html lang="{language}">' in body
    for text in (*texts, "Karate", "<strong>yellow</strong>", "<li>white,", "black", "🥋"):
        assert text in body


def test_what_people_are_called_is_no_markup(dojo: Dojo) -> None:
    dojo.person("<b>ada</b>")
    dojo.category()
    dojo.assign("<b>ada</b>")

    body = opened(dojo, link(dojo, "<b>ada</b>")).get_data(as_text=True)

    assert "<b>ada" not in body
    assert "&lt;b&gt;ada" in body


def test_who_is_ready_reads_so_and_who_is_at_the_top_reads_no_way_on(dojo: Dojo) -> None:
    dojo.category(ranks=[("white", {"visits": 1, "tenure_days": 4}), ("black", {"visits": 5})])
    dojo.assign("ada")
    dojo.visits("ada", 0)
    on_the_way = opened(dojo, link(dojo, "ada")).get_data(as_text=True)

    dojo.suite.advance(days=4)
    ready = opened(dojo, link(dojo, "ada")).get_data(as_text=True)
    dojo.promote("ada")
    at_the_top = opened(dojo, link(dojo, "ada")).get_data(as_text=True)

    assert "On the way to black: 1 of 1 visits, 0 of 4 days" in on_the_way
    assert "Ready for black." in ready
    assert "On the way" not in at_the_top


def test_time_that_counts_in_the_whole_category_is_shown_as_that(dojo: Dojo) -> None:
    in_all = {"tenure_days": 90, "tenure_in": "category"}
    dojo.category(ranks=[("white", {}), ("yellow", in_all), ("black", {})])
    dojo.assign("ada")
    dojo.suite.advance(days=40)
    dojo.promote("ada")

    body = opened(dojo, link(dojo, "ada")).get_data(as_text=True)

    assert "On the way to black: 40 of 90 days" in body


@pytest.mark.rule("M29")
def test_what_was_held_before_says_from_when_to_when(dojo: Dojo) -> None:
    dojo.category()
    dojo.assign("ada")
    dojo.suite.advance(days=9)
    dojo.promote("ada")
    dojo.promote("ada")

    body = opened(dojo, link(dojo, "ada")).get_data(as_text=True)

    assert "<li>yellow, March 12, 2031</li>" in body
    assert "<li>white, March 3, 2031 – March 12, 2031</li>" in body  # noqa: RUF001
    assert "<strong>black</strong>, since March 12, 2031" in body


@pytest.mark.rule("M27")
def test_a_category_that_is_not_shown_is_not_on_the_page(dojo: Dojo) -> None:
    dojo.category(shown_to_clients=False)
    dojo.assign("ada")

    body = opened(dojo, link(dojo, "ada")).get_data(as_text=True)

    assert "Karate" not in body
    assert "There is nothing to show yet." in body


def test_opening_the_page_changes_nothing(dojo: Dojo) -> None:
    dojo.category(automatic=True)
    dojo.assign("ada")
    dojo.suite.mark()

    pages = {opened(dojo, link(dojo, "ada")).get_data() for _ in range(5)}

    assert len(pages) == 1
    assert dojo.suite.story == []


@pytest.mark.parametrize(
    ("accept", "expired", "invalid"),
    [
        ("en", "This link has expired", "This link is not valid"),
        ("it-IT,it;q=0.9", "Questo link è scaduto", "Questo link non è valido"),
        ("fr", "Ce lien a expiré", "Ce lien n&#39;est pas valable"),
        ("de-AT", "Dieser Link ist abgelaufen", "Dieser Link ist nicht gültig"),
        ("nl", "This link has expired", "This link is not valid"),
    ],
)
def test_a_link_that_is_old_or_not_ours_shows_nobodys_ranks(
    dojo: Dojo, accept: str, expired: str, invalid: str
) -> None:
    dojo.category()
    dojo.assign("ada")
    good = link(dojo, "ada")

    tomorrow = dojo.suite.now() + timedelta(days=1)
    token = sign_link("cancel-booking", UUID(dojo.people["ada"]), expires_at=tomorrow)
    for_cancelling = f"{good.rpartition('/')[0]}/{token}"
    forged = opened(dojo, for_cancelling, accept=accept)
    dojo.suite.advance(days=500)
    old = opened(dojo, good, accept=accept)

    assert (forged.status_code, old.status_code) == (404, 410)
    assert invalid in forged.get_data(as_text=True)
    assert expired in old.get_data(as_text=True)
    assert "Karate" not in forged.get_data(as_text=True) + old.get_data(as_text=True)


@pytest.mark.rule("M8")
def test_while_ranking_is_off_there_is_no_page(dojo: Dojo) -> None:
    dojo.category()
    dojo.assign("ada")
    good = link(dojo, "ada")

    dojo.call.deactivate()

    assert opened(dojo, good).status_code == 404
