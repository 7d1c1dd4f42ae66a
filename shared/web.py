"""HTTP: public pages of a service, and the address where it says how it is.

Pages run in the container's workers. Health and metrics do not: they answer from a server of
their own, also when every worker is busy.
"""

import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import eventlet
import structlog
from eventlet import wsgi
from nameko.web.handlers import HttpRequestHandler
from nameko.web.server import BindAddress, WebServer
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from shared import metrics
from shared.config import host_and_port, settings
from shared.pages import shown

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


class PublicServer(WebServer):
    """The server of a service's pages, with limits on what a client may cost."""

    @property
    def bind_addr(self) -> BindAddress:
        """Give the address from the service's own setting."""
        address = getattr(settings(), f"{self.container.service_name}_web")
        return BindAddress(*host_and_port(address))

    def get_wsgi_server(self, sock: Any, wsgi_app: Any, **more: Any) -> Any:
        """Make the server with a time-out on every socket and no access log."""
        server = super().get_wsgi_server(sock, wsgi_app, **more)
        server.socket_timeout = _SOCKET_SECONDS
        server.log = _Quiet()
        server.log_output = False
        return server


class Page(HttpRequestHandler):
    """A page: an entrypoint that answers HTTP and never shows what went wrong inside."""

    server = PublicServer()

    def handle_request(self, request: Request) -> Response:
        """Answer, with the headers every page has."""
        request.max_content_length = _BODY_BYTES
        response: Response = super().handle_request(request)
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
        return shown("Something went wrong", f"<p>Please try again. Error {error_id}.</p>", 500)


def page(method: str, path: str) -> Callable[[Handler], Handler]:
    """Have a method answer an HTTP method at a path; `<name>` parts are its arguments."""
    decorate: Callable[[Handler], Handler] = Page.decorator(method, path)
    return decorate


Check = Callable[[], Mapping[str, str]]


class OpsServer:
    """Answers `/health/live`, `/health/ready` and `/metrics` for a whole process.

    `check` gives what is wrong, by part; nothing wrong is ready.
    """

    def __init__(self, address: str, check: Check) -> None:
        """Listen on `host:port`; port 0 takes a free one."""
        self.check = check
        self._socket = eventlet.listen(host_and_port(address))
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
