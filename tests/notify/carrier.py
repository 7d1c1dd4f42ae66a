"""A stand-in for Twilio's API on loopback, in a process of its own; it behaves as the number asks.

    python -m tests.notify.carrier PORT FILE

The last digits of the recipient's number say how: `…21610` (has said STOP), `…21211` (no such
number), `…429`, `…500` (refused for now), `…700` (taken, but the answer comes too late), `…800`
(too late, and not taken); anything else is taken. Every request that creates a message, and every
message taken, is a line of JSON in FILE. What it answers has the fields Twilio documents.
"""

import json
import sys
import threading
import time
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

_REFUSALS = {
    "21610": (400, 21610, "Attempt to send to unsubscribed recipient"),
    "21211": (400, 21211, "The 'To' number is not a valid phone number."),
    "429": (429, 20429, "Too Many Requests"),
    "500": (500, 20500, "Internal Server Error"),
}
_TOO_LATE = 2.5


class Account:
    """What the account has been asked and has sent."""

    def __init__(self, path: Path) -> None:
        """Note at the end of a file."""
        self.file = path.open("a", buffering=1)
        self.lock = threading.Lock()
        self.messages: list[dict[str, Any]] = []

    def note(self, **what: Any) -> None:
        """Write a line."""
        with self.lock:
            self.file.write(json.dumps(what) + "\n")

    def take(self, form: dict[str, str], account: str) -> dict[str, Any]:
        """Take a message."""
        message: dict[str, Any] = {
            "sid": f"SM{len(self.messages):032x}",
            "account_sid": account,
            "to": form["To"],
            "from": form.get("From"),
            "messaging_service_sid": form.get("MessagingServiceSid"),
            "body": form["Body"],
            "status": "accepted",
            "num_segments": "0",
            "num_media": "0",
            "direction": "outbound-api",
            "date_created": formatdate(usegmt=True),
            "date_sent": formatdate(usegmt=True),
            "date_updated": formatdate(usegmt=True),
            "api_version": "2010-04-01",
            "price": None,
            "price_unit": "USD",
            "error_code": None,
            "error_message": None,
            "uri": "",
            "subresource_uris": {},
        }
        self.messages.append(message)
        self.note(taken=form["To"], body=form["Body"])
        return message


class Api(BaseHTTPRequestHandler):
    """Answers requests for one account."""

    account: Account

    def log_message(self, *_: Any) -> None:
        """Keep the test's output free."""

    def do_POST(self) -> None:
        """Create a message, or refuse it as its number asks."""
        length = int(self.headers["Content-Length"])
        form = {k: v[0] for k, v in parse_qs(self.rfile.read(length).decode()).items()}
        path = urlsplit(self.path).path
        self.account.note(asked=form, path=path, auth=self.headers.get("Authorization", ""))
        for end, (status, code, text) in _REFUSALS.items():
            if form["To"].endswith(end):
                self._answer(status, {"code": code, "message": text, "status": status})
                return
        if form["To"].endswith("800"):
            time.sleep(_TOO_LATE)
            return
        made = self.account.take(form, path.split("/")[3])
        if form["To"].endswith("700"):
            time.sleep(_TOO_LATE)
        self._answer(201, made)

    def do_GET(self) -> None:
        """List messages to a number."""
        query = parse_qs(urlsplit(self.path).query)
        self.account.note(listed=query)
        found = [one for one in self.account.messages if one["to"] == query["To"][0]]
        page = {"messages": found, "page": 0, "page_size": 50, "next_page_uri": None, "uri": ""}
        self._answer(200, page)

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        text = json.dumps(body).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)
        except OSError:
            return  # nobody waits for it any more


def main() -> None:
    """Serve until killed."""
    Api.account = Account(Path(sys.argv[2]))
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Api).serve_forever()


if __name__ == "__main__":
    main()
