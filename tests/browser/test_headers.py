"""What booking's pages answer beside their text, and what they keep to themselves."""

import urllib.request
from urllib.error import HTTPError
from urllib.parse import urlencode

import pytest

from shared.contracts.booking import CANCEL_LINK, CANCEL_PATH, MANAGE_LINK, MANAGE_PATH
from tests.browser.desk import Desk
from tests.browser.test_booking import a_booking, a_session, link, page_of


def answer(url: str, body: bytes | None = None) -> tuple[int, dict[str, str], str]:
    """Send a request; give the status, the headers and the text of the answer."""
    request = urllib.request.Request(url, data=body)  # noqa: S310 - of our own making
    try:
        with urllib.request.urlopen(request, timeout=20) as came:  # noqa: S310 - the same
            return came.status, dict(came.headers), came.read().decode()
    except HTTPError as exc:
        with exc:
            return exc.code, dict(exc.headers), exc.read().decode()


def test_every_page_says_what_browsers_may_do_with_it(desk: Desk) -> None:
    session = a_session(desk)
    pages = [
        page_of(desk, session),
        desk.url("booking", "/sessions/nothing"),
        desk.url("booking", "/manage/nothing"),
        link(desk, MANAGE_LINK, MANAGE_PATH, a_booking(desk, session)),
    ]

    for url in pages:
        _, headers, _ = answer(url)

        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none';"), url
        assert "script" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in headers


def test_a_body_without_end_is_not_read(desk: Desk) -> None:
    url = page_of(desk, a_session(desk))

    status, _, _ = answer(url, urlencode({"name": "A" * 100_000}).encode())

    assert status == 413


@pytest.mark.parametrize("body", [b"\xff\xfe=%zz&&&", b"spot=1&token=", b"name[]=1&spot=%00"])
def test_a_form_nobody_made_is_refused_and_nothing_goes_wrong(desk: Desk, body: bytes) -> None:
    status, _, text = answer(page_of(desk, a_session(desk)), body)

    assert status == 422
    assert "Traceback" not in text


def test_a_page_sends_nobody_to_another_site(desk: Desk) -> None:
    session = a_session(desk)
    form = {
        "token": "1",
        "spot": session["session_id"],
        "name": "Ada",
        "email": "ada.elsewhere@example.com",
        "language": "en",
        "agree": "yes",
        "next": "https://evil.example/",
    }

    url = (
        page_of(desk, session) + "?" + urlencode({"lang": "//evil.example", "next": "//e.example"})
    )
    status, _, text = answer(url, urlencode(form).encode())

    assert status == 200  # after the redirect, which stayed here
    assert "You have a place" in text
    assert "evil.example" not in text


def test_no_token_is_in_the_log(desk: Desk) -> None:
    url = link(desk, CANCEL_LINK, CANCEL_PATH, a_booking(desk, a_session(desk)))

    answer(url)
    answer(url, b"")

    token = url.rpartition("/")[2]
    assert token not in (desk.directory / "log").read_text()
