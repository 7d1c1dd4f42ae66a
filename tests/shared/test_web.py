"""Where pages and health are listened to, and what is answered where there is no page."""

import socket
from types import SimpleNamespace
from typing import Any

import pytest
from markupsafe import escape
from werkzeug.routing import Map, Rule
from werkzeug.test import Client, EnvironBuilder
from werkzeug.wrappers import Request

from shared.config import SERVICES
from shared.pages import read_words
from shared.shapes import LANGUAGES
from shared.web import AddressInUse, OpsServer, Page, PublicServer


@pytest.fixture
def taken() -> Any:
    """Give an address another program listens on, one that would share it."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield f"127.0.0.1:{other.getsockname()[1]}"


def test_two_programs_never_answer_for_one_address(taken: str) -> None:
    with pytest.raises(AddressInUse, match=f"^ATELIER_OPS_WEB: .* {taken} already$"):
        OpsServer(taken, dict)


def test_pages_say_which_setting_names_an_address_in_use(
    taken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = PublicServer()
    server.container = SimpleNamespace(service_name="booking")
    chosen = SimpleNamespace(booking_web=taken)
    monkeypatch.setattr("shared.web.settings", lambda: chosen)

    with pytest.raises(AddressInUse, match=r"^ATELIER_BOOKING_WEB: "):
        server.start()


def visitor_of(monkeypatch: pytest.MonkeyPatch, service: str = "booking") -> Client:
    """Visit a server of a service's that has one page, to be seen and not written to."""
    server = PublicServer()
    server.container = SimpleNamespace(service_name=service)
    routes = Map([Rule("/sessions", endpoint=None, methods=["GET"])])
    monkeypatch.setattr(server, "make_url_map", lambda: routes)
    return Client(server.get_wsgi_app())


@pytest.mark.parametrize("service", SERVICES)
def test_an_address_without_a_page_is_answered_in_the_visitors_language(
    monkeypatch: pytest.MonkeyPatch, service: str
) -> None:
    visitor = visitor_of(monkeypatch, service)

    answer = visitor.get("/no-such", headers={"Accept-Language": "it-CH"})

    assert answer.status_code == 404
    assert "Questo link non è valido" in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_method_a_page_does_not_have_is_still_said_to_be_that(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert visitor_of(monkeypatch).delete("/sessions").status_code == 405


def _fail(*_: Any, handle_result: Any, **more: Any) -> None:
    """Have a container's worker fail."""
    del more
    secret = RuntimeError("password=x")
    handle_result(None, None, (RuntimeError, secret, None))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_that_fails_says_so_in_the_visitors_language(language: str) -> None:
    entrypoint: Any = Page("GET", "/ranks/<token>")
    entrypoint.method_name = "show_ranks_page"
    entrypoint.container = SimpleNamespace(service_name="ranking", spawn_worker=_fail)
    entrypoint.server = SimpleNamespace(context_data_from_headers=lambda _: {})
    entrypoint.check_signature = lambda *_: None
    visit = EnvironBuilder("/ranks/x", headers=[("Accept-Language", language)])
    request: Any = Request(visit.get_environ())
    request.path_values = {"token": "x"}

    answer = entrypoint.handle_request(request)

    page = answer.get_data(as_text=True)
    words = read_words("shared", "templates/words.toml")[language]
    assert answer.status_code == 500
    assert f"<h1>{escape(words['failed'])}</h1>" in page
    assert "password" not in page
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
