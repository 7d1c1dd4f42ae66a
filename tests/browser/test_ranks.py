"""The page of a customer's ranks in a browser, on narrow screens and in every language."""

from typing import Any

import pytest

from shared.shapes import LANGUAGES
from tests.browser.desk import CallRefused, Desk
from tests.browser.test_booking import LOOKS
from tests.browser.visitors import Browser

TITLES = {"en": "Challenges", "it": "Sfide", "fr": "Défis", "de": "Herausforderungen"}
LONG = "Fortgeschrittenenselbstverteidigungsstufe"


@pytest.fixture(name="category", scope="module")
def category_of(desk: Desk) -> str:
    """Give a category with ranks of long names, in a studio that calls them challenges."""
    desk.call("ranking.activate", time_zone="Europe/Rome", language="en")
    desk.call("ranking.choose_wording", term="challenges")
    made = desk.call("ranking.add_category", name="Self-defence, Wednesday evenings")
    category_id: str = made["category_id"]
    for name, criteria in (
        ("White", {"visits": 3}),
        (LONG, {"visits": 20, "tenure_days": 90, "tenure_in": "category"}),
        (LONG[::-1].title(), {}),
    ):
        desk.call("ranking.add_rank", category_id=category_id, name=name, **criteria)
    return category_id


def ranked(desk: Desk, category_id: str, language: str) -> str:
    """Have somebody come to their second rank; give the address of their page."""
    who = {"name": "Ada Lovelace", "email": f"ada.{language}@example.com", "language": language}
    person = desk.call("booking.register_person", kind="member", **who)
    move: dict[str, Any] = {"person_id": person["person_id"], "category_id": category_id}

    def assigned() -> bool:
        try:
            return bool(desk.call("ranking.assign", **move))
        except CallRefused:
            return False

    desk.until(assigned, "ranking has heard of somebody")
    desk.call("ranking.promote", **move)
    url: str = desk.call("ranking.get_profile", person_id=person["person_id"])["page_url"]
    return url


@pytest.mark.parametrize(("language", "look"), list(zip(LANGUAGES, LOOKS, strict=True)))
@pytest.mark.rule("M27", "M28", "M29")
def test_customers_look_at_their_ranks(
    desk: Desk, browser: Browser, category: str, language: str, look: dict[str, Any]
) -> None:
    url = ranked(desk, category, language)
    ada = browser.visitor(language="en", **look)

    assert ada.open(url) == 200

    ada.shot(f"ranks-{language}")
    assert ada.heading.endswith(TITLES[language])
    assert LONG in ada.text
    assert ada.faults() == []


def test_a_link_that_is_not_ours_shows_nothing(desk: Desk, browser: Browser) -> None:
    somebody = browser.visitor(language="de")

    assert somebody.open(desk.url("ranking", "/ranks/nothing")) == 404

    assert somebody.heading == "Dieser Link ist nicht gültig"
    assert somebody.faults() == []
