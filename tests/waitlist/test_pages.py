"""The pages behind the links that an offer and a place on the list carry."""

from datetime import timedelta
from uuid import UUID

import pytest

from shared.contracts.waitlist import CLAIM_LINK, CLAIM_PATH, ENTRY_LINK, ENTRY_PATH
from shared.links import sign_link
from tests.flows.studio import Studio
from tests.waitlist.test_policies import freed, offers, state_of


def link(studio: Studio, purpose: str, path: str, some_id: str) -> str:
    """Make a link as a message carries it."""
    until = studio.suite.now() + timedelta(days=30)
    return path.format(token=sign_link(purpose, UUID(some_id), expires_at=until))


def claim_link(studio: Studio, name: str) -> str:
    """Make the link of somebody's last offer."""
    return link(studio, CLAIM_LINK, CLAIM_PATH, offers(studio, name)[-1]["offer_id"])


def text_of(studio: Studio, method: str, url: str, **more: object) -> tuple[int, str]:
    """Open or submit a page."""
    answer = studio.http(method, url, **more)  # type: ignore[arg-type]
    return answer.status_code, answer.get_data(as_text=True)


def test_opening_the_link_of_an_offer_changes_nothing(studio: Studio) -> None:
    freed(studio, "offer", "grace")
    url = claim_link(studio, "grace")

    pages = [text_of(studio, "GET", url) for _ in range(5)]
    studio.settle()

    assert all(status == 200 and "Yes, I take it" in text for status, text in pages)
    assert (state_of(studio, "grace"), studio.booked) == (["open"], [])


def test_its_button_takes_the_seat_however_often_it_is_pressed(studio: Studio) -> None:
    freed(studio, "offer", "grace")
    url = claim_link(studio, "grace")

    answers = [text_of(studio, "POST", url, form={"answer": "accept"}) for _ in range(3)]
    studio.settle()

    assert [status for status, _ in answers] == [200, 200, 200]
    assert studio.booked == ["grace"]
    assert studio.suite.story.count("SpotAllocated") == 1


def test_its_other_button_lets_the_next_one_have_it(studio: Studio) -> None:
    freed(studio, "offer", "grace", "alan")
    url = claim_link(studio, "grace")

    status, text = text_of(studio, "POST", url, form={"answer": "decline"})
    studio.settle()

    assert (status, "You keep your place" in text) == (200, True)
    assert state_of(studio, "alan") == ["open"]
    assert text_of(studio, "POST", url, form={"answer": "accept"})[0] == 409


@pytest.mark.rule("Q46")
def test_who_comes_too_late_for_an_announced_seat_is_told_so(studio: Studio) -> None:
    freed(studio, "announce", "grace", "alan")
    late, quick = claim_link(studio, "grace"), claim_link(studio, "alan")

    studio.http("POST", quick, form={"answer": "accept"})
    status, text = text_of(studio, "POST", late, form={"answer": "accept"})

    assert (status, "Somebody was quicker" in text or "time to answer is over" in text) == (
        409,
        True,
    )


def test_who_waits_sees_their_place_and_leaves_by_the_button(studio: Studio) -> None:
    studio.full("ada", waiting=["grace", "alan"])
    url = link(studio, ENTRY_LINK, ENTRY_PATH, studio.entry_id("alan"))

    shown = [text_of(studio, "GET", url) for _ in range(3)]
    assert all("You are number 2 in line." in text for _, text in shown)
    assert "we know too few earlier lists" in shown[0][1]
    left = [text_of(studio, "POST", url) for _ in range(2)]

    assert all("You are not waiting any more." in text for _, text in left)
    assert studio.waiting == ["grace"]


def test_the_pages_say_until_when_it_is_and_by_whose_clock(studio: Studio) -> None:
    freed(studio, "offer", "grace")
    urls = [
        claim_link(studio, "grace"),
        link(studio, ENTRY_LINK, ENTRY_PATH, studio.entry_id("grace")),
    ]

    pages = [text_of(studio, "GET", url)[1] for url in urls]

    for page in pages:
        assert "Thursday 6 March 2031, 10:00 – 11:00 " in page  # noqa: RUF001 - as in print
        assert "(Rome time)</span>" in page


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("it", "Sei al numero 1 della fila."),
        ("fr", "Vous êtes au rang 1."),
        ("de", "Sie stehen an Stelle 1."),
    ],
)
def test_the_pages_speak_the_visitors_language(studio: Studio, language: str, words: str) -> None:
    studio.full("ada", waiting=["grace"])
    url = link(studio, ENTRY_LINK, ENTRY_PATH, studio.entry_id("grace"))

    assert words in text_of(studio, "GET", url, accept=language)[1]


def test_a_link_for_one_thing_opens_no_other(studio: Studio) -> None:
    freed(studio, "offer", "grace")
    entry_id, offer_id = studio.entry_id("grace"), offers(studio, "grace")[0]["offer_id"]

    for purpose, path, some_id in (
        (ENTRY_LINK, CLAIM_PATH, offer_id),
        (CLAIM_LINK, ENTRY_PATH, entry_id),
        (CLAIM_LINK, CLAIM_PATH, entry_id),
    ):
        url = link(studio, purpose, path, some_id)
        assert [text_of(studio, method, url)[0] for method in ("GET", "POST")] == [404, 404]
