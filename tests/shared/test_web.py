"""Where pages and health are listened to, and what an address without a page answers."""

import socket
from types import SimpleNamespace
from typing import Any

import pytest
from werkzeug.routing import Map, Rule
from werkzeug.test import Client

from shared.config import SERVICES
from shared.web import AddressInUse, OpsServer, PublicServer


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
