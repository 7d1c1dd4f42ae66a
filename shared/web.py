"""HTTP: public pages of a service, and the address where it says how it is.

Pages run in the container's workers. Health and metrics do not: they answer from a server of
their own, also when every worker is busy.
"""

import errno
import uuid
from collections.abc import Callable, Iterable, Mapping
from functools import partial, wraps
from typing import Any, TypeVar, cast

import eventlet
import structlog
from eventlet import wsgi
from nameko.web.handlers import HttpRequestHandler
from nameko.web.server import WebServer, WsgiApp
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.wrappers import Request, Response

from shared import metrics
from shared.config import PREFIX, host_and_port, settings
from shared.engine import in_spite_of_clashes
from shared.links import LinkInvalid
from shared.pages import Pages

log = structlog.get_logger()
_SOCKET_SECONDS = 15
_BODY_BYTES = 64 * 1024
_CONNECTIONS = 500


def content_policy(*, images: str = "", forms: str = "") -> str:
    """Say what a page may load and where its forms may lead, as browsers read it.

    Args:
        images: sources of pictures besides none, with a space between two (`https:`).
        forms: where a form may lead besides here, redirects counted (`https://pay.example`).
    """
    pictures = images or "'none'"
    return (
        f"default-src 'none'; img-src {pictures}; style-src 'unsafe-inline'; "
        f"form-action 'self' {forms}".rstrip()
        + "; frame-ancestors 'none'; base-uri 'none'"
    )


_SECURITY = {
    "Content-Security-Policy": content_policy(),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


Handler = TypeVar("Handler", bound=Callable[..., Any])


class _Quiet:
    """Takes the server's access lines, which would hold the tokens of links."""

    def write(self, text: str) -> None:
        """Keep nothing."""

    debug = info = write


class AddressInUse(OSError):
    """Another program listens there; the text names the setting."""


def listen(setting: str, address: str) -> Any:
    """Listen on `host:port`, alone; port 0 takes a free one.

    Raises:
        AddressInUse: another program does already. eventlet by itself would share the port with
            it, and each of the two would answer some of the requests meant for the other.
    """
    try:
        return eventlet.listen(host_and_port(address), reuse_port=False)
    except OSError as exc:
        if exc.errno != errno.EADDRINUSE:
            raise
        msg = f"{PREFIX}{setting.upper()}: another program listens on {address} already"
        raise AddressInUse(msg) from exc


class PublicServer(WebServer):
    """The server of a service's pages, with limits on what a client may cost."""

    _serv: Any

    def start(self) -> None:
        """Listen where nobody else does; otherwise as nameko's own."""
        if self._serv is not None:
            return
        name = f"{self.container.service_name}_web"
        sock = listen(name, getattr(settings(), name))
        sock.settimeout(None)
        self._sock = sock
        self._serv = self.get_wsgi_server(sock, self.get_wsgi_app())
        self._gt = self.container.spawn_managed_thread(self.run)

    def get_wsgi_server(self, sock: Any, wsgi_app: Any, **more: Any) -> Any:
        """Make the server with a time-out on every socket and no access log."""
        server = super().get_wsgi_server(sock, wsgi_app, **more)
        server.socket_timeout = _SOCKET_SECONDS
        server.log = _Quiet()
        server.log_output = False
        return server

    def get_wsgi_app(self) -> Any:
        """Route to the pages, and answer in the visitor's language where there is none."""
        return _Routed(self)


class _Routed(WsgiApp):
    """Routes to pages; an address that no page has is answered as an unreadable link is."""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        try:
            self.url_map.bind_to_environ(environ).match()
        except NotFound:
            pages = Pages(self.server.container.service_name)
            response = pages.sorry(Request(environ), LinkInvalid())
            response.headers.extend(_SECURITY)
            answered: Iterable[bytes] = response(environ, start_response)
            return answered
        except HTTPException:
            pass  # a redirect, or a method the page does not have: nameko answers those
        passed_on: Iterable[bytes] = super().__call__(environ, start_response)
        return passed_on


class _Failed(Response):
    """What becomes the page that says so, in the language of whoever is told."""

    def __init__(self, error_id: str) -> None:
        super().__init__(status=500)
        self.error_id = error_id


class Page(HttpRequestHandler):
    """A page: an entrypoint that answers HTTP and never shows what went wrong inside."""

    server = PublicServer()

    def handle_request(self, request: Request) -> Response:
        """Answer, with the headers every page has."""
        request.max_content_length = _BODY_BYTES
        response: Response = super().handle_request(request)
        if isinstance(response, _Failed):
            pages, number = Pages(self.container.service_name), response.error_id
            response = pages.show(request, "failed", status=500, number=number)
        for name, value in _SECURITY.items():
            response.headers.setdefault(name, value)
        counter = metrics.PAGES.labels(
            self.container.service_name, self.method_name, str(response.status_code)
        )
        counter.inc()
        return response

    def response_from_exception(self, exc: Exception) -> Response:
        """Answer an error: those of HTTP as they are, others by an id the log knows."""
        if isinstance(exc, HTTPException):
            return exc.get_response()
        error_id = str(uuid.uuid4())
        log.error("page.failed", page=self.method_name, error_id=error_id, exc_info=exc)
        return _Failed(error_id)


def page(method: str, path: str) -> Callable[[Handler], Handler]:
    """Have a method answer an HTTP method at a path; `<name>` parts are its arguments.

    Where another transaction is in its way it is begun anew: what a page does is safe to repeat.
    """
    decorate: Callable[[Handler], Handler] = Page.decorator(method, path)

    def patient(handler: Handler) -> Handler:
        @wraps(handler)
        def answer(*args: Any, **values: Any) -> Any:
            return in_spite_of_clashes(partial(handler, *args, **values))

        return decorate(cast("Handler", answer))

    return patient


Check = Callable[[], Mapping[str, str]]


class OpsServer:
    """Answers `/health/live`, `/health/ready` and `/metrics` for a whole process.

    `check` gives what is wrong, by part; nothing wrong is ready.
    """

    def __init__(self, address: str, check: Check) -> None:
        """Listen on `host:port`; port 0 takes a free one."""
        self.check = check
        self._socket = listen("ops_web", address)
        host, port = self._socket.getsockname()[:2]
        self.address = f"{host}:{port}"
        self._thread = eventlet.spawn(
            wsgi.server,
            self._socket,
            self._answer,
            log=_Quiet(),
            log_output=False,
            socket_timeout=_SOCKET_SECONDS,
            max_size=_CONNECTIONS,
        )

    def close(self) -> None:
        """Answer nothing more."""
        self._thread.kill()
        self._socket.close()

    def _answer(self, environ: Mapping[str, Any], start: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/metrics":
            status, kind, body = "200 OK", "text/plain; version=0.0.4", metrics.page()
        elif path == "/health/live":
            status, kind, body = "200 OK", "text/plain", b"live\n"
        elif path == "/health/ready":
            wrong = self.check()
            status, kind = ("503 Service Unavailable" if wrong else "200 OK"), "text/plain"
            lines = [f"{part}: {what}" for part, what in sorted(wrong.items())] or ["ready"]
            body = "\n".join([*lines, ""]).encode()
        else:
            status, kind, body = "404 Not Found", "text/plain", b"not found\n"
        start(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
        return [body]
