"""The page of a client's points in a browser, on narrow screens and in every language."""

from typing import Any

import pytest

from shared.pages import read_words
from shared.shapes import LANGUAGES
from tests.browser.desk import CallRefused, Desk
from tests.browser.test_booking import LOOKS
from tests.browser.visitors import Browser

LONG = "Ganzkörperentspannungsmassage mit Lavendel"


@pytest.mark.parametrize(("language", "look"), list(zip(LANGUAGES, LOOKS, strict=True)))
def test_clients_look_at_their_points(
    desk: Desk, browser: Browser, language: str, look: dict[str, Any]
) -> None:
    who = {"name": "Ada Lovelace", "email": f"ada.{language}@example.com", "language": language}
    person = desk.call("booking.register_person", kind="client", **who)["person_id"]
    desk.call("loyalty.offer_treat", treat=LONG, price_minor=9000, currency="eur", points=1260)

    def has_card() -> bool:
        try:
            return bool(desk.call("loyalty.issue_card", person_id=person))
        except CallRefused:
            return False

    desk.until(has_card, "loyalty has heard of somebody")
    desk.call("loyalty.adjust_points", person_id=person, points=1300, reason="a birthday")
    desk.call("loyalty.adjust_points", person_id=person, points=-50, reason="typed twice")
    url = desk.call("loyalty.get_account", person_id=person)["page_url"]
    ada = browser.visitor(language="en", **look)

    assert ada.open(url) == 200

    ada.shot(f"points-{language}")
    assert (
        ada.heading
        == read_words("services.loyalty", "templates/pages/words.toml")[language]["title"]
    )
    assert LONG in ada.text
    assert ada.faults() == []
