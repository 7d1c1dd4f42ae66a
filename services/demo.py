"""The story `atelier demo` plays: a full session, a waiting list, and a place that changes hands.

It is told through the same calls a studio's staff and its visitors make: RPC over the bus, and
the link in an email over HTTP. What does not go as told makes it fail.
"""

import os
import re
import socket
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import eventlet
from kombu import Queue
from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from shared.bus import serve
from shared.bus.caller import Caller
from shared.bus.topology import fact_exchange
from shared.bus.wire import Wire
from shared.config import WITH_PAGES, settings
from shared.contracts import FACTS
from shared.logs import configure_logs
from shared.migrate import migrate

_PATIENCE = 10.0
_COLOURS = {"booking": "cyan", "waitlist": "magenta", "notify": "green"}
out = Console(highlight=False)


class WentDifferently(Exception):
    """The story did not go as it should."""


def play(suite: Mapping[str, Any], *, quiet: bool = False) -> int:
    """Play the story; give the exit code: 0, or 1 if it went differently."""
    out.quiet = quiet
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="atelier-demo-") as directory:
        _set_up(Path(directory))
        for service in suite:
            migrate(service)
        serve.declare(serve.suite_topology(suite.values()))
        with serve.running(suite.values()):
            caller = Caller()
            story = Story(caller, Path(directory) / "mail")
            out.print(f"{len(suite)} services run in this process: {', '.join(suite)}.\n")
            try:
                story.tell()
            except WentDifferently as exc:
                out.quiet = False
                out.print(f"[bold red]The story went differently:[/] {exc}")
                return 1
            finally:
                story.close()
    out.quiet = False
    out.print(f"[bold green]As promised.[/] {time.monotonic() - began:.1f} s in all.")
    return 0


def _set_up(directory: Path) -> None:
    """Run embedded in a directory of our own, whatever the environment says."""
    for name in [name for name in os.environ if name.startswith("ATELIER_")]:
        del os.environ[name]
    for name, port in zip(WITH_PAGES, _free_ports(len(WITH_PAGES)), strict=True):
        address = f"127.0.0.1:{port}"
        os.environ[f"ATELIER_{name.upper()}_WEB"] = address
        os.environ[f"ATELIER_{name.upper()}_URL"] = f"http://{address}"
    os.environ |= {"ATELIER_DATA_DIR": str(directory), "ATELIER_LOG_LEVEL": "ERROR"}
    settings.cache_clear()
    configure_logs()


def _free_ports(count: int) -> list[int]:
    """Find ports that are free, all at once: one alone might be found twice."""
    with ExitStack() as probes:
        found = [probes.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [probe.getsockname()[1] for probe in found]


class Story:
    """A marketing session with two seats: two leads have them, two more wait."""

    def __init__(self, caller: Any, mail: Path) -> None:
        """Prepare to call, and to overhear what the services tell one another."""
        self.call = caller.call
        self.caller = caller
        self.mail = mail
        self.heard: list[Any] = []
        self.people: dict[str, str] = {}
        self.session_id = ""
        self._cancelled = 0
        self._clicked = 0.0
        self._stop: Callable[[], None] = self._overhear()

    def close(self) -> None:
        """Stop listening and calling."""
        self._stop()
        self.caller.close()

    # -- the story --------------------------------------------------------------------------

    def tell(self) -> None:
        """Tell it from the beginning to the end."""
        self._prepare()
        self._chapter("Ada cannot come. She opens the link in her email and presses the button.")
        self._cancel_by_link("ada", "confirmed")
        self._handed_over("grace", waiting=1)
        self._chapter("Grace cannot come either. Her email has a link of its own.")
        self._cancel_by_link("grace", "allocated")
        self._handed_over("edsger", waiting=0)
        self._chapter("Alan cancels, too. Nobody waits any more, so his place is simply free.")
        self._cancel_by_link("alan", "confirmed")
        self._wait(lambda: self._session()["taken"] == 1, "the seat is free again")
        self._header(booked=1, waiting=0)
        self._nobody_twice()

    def _prepare(self) -> None:
        kind = self.call("booking", "create_session_type", name="Open day", duration_minutes=60)
        session = self.call(
            "booking",
            "schedule_session",
            session_type_id=kind["session_type_id"],
            name="Open day: first steps on the rings",
            classification="marketing",
            starts_at=datetime.now(UTC) + timedelta(days=3),
            time_zone="Europe/Rome",
            staff="Lea",
            location="Studio 2",
            capacity=2,
            waiting_list_size=2,
        )
        self.session_id = session["session_id"]
        for name in ("ada", "alan", "grace", "edsger"):
            person = self.call(
                "booking",
                "register_person",
                kind="lead",
                name=name.capitalize(),
                email=f"{name}@example.com",
                consent="by the form on the web",
            )
            self.people[name] = person["person_id"]
        self._chapter("Four leads want to come; the session has two seats and a waiting list.")
        for name, expected in zip(
            self.people, ("booked", "booked", "waiting", "waiting"), strict=True
        ):
            place = self._book(name)
            out.print(f"  {name.capitalize():7} {place['status']}")
            _expect(place["status"] == expected, f"{name} is {place['status']}, not {expected}")
            self._wait(self._is_quiet, "the list knows")
        self._header(booked=2, waiting=2)

    def _book(self, name: str) -> Any:
        ids = {"session_id": self.session_id, "person_id": self.people[name]}
        return self.call("booking", "book", **ids, or_wait=True)

    def _is_quiet(self) -> bool:
        queue = self.call("waitlist", "get_queue", target_id=self.session_id)
        rows = self.call("booking", "get_roster", session_id=self.session_id)["rows"]
        return bool(queue["waiting"] == sum(row["status"] == "waitlisted" for row in rows))

    def _handed_over(self, name: str, *, waiting: int) -> None:
        self._wait(lambda: self._email(name, "allocated") is not None, f"{name} has an email")
        self._wait(lambda: self._said("EmailSent"), "the email is noted as sent")
        self._header(booked=2, waiting=waiting)
        names = {row["name"].lower() for row in self._rows("booked")}
        _expect(name in names, f"{name} has no place; {sorted(names)} have")

    def _nobody_twice(self) -> None:
        mails = list(self.mail.glob("allocated-*.eml"))
        _expect(len(mails) == len(("grace", "edsger")), f"{len(mails)} allocation emails")

    # -- what the people do -----------------------------------------------------------------

    def _cancel_by_link(self, name: str, kind: str) -> None:
        self._wait(lambda: self._email(name, kind) is not None, f"{name} has an email")
        email = self._email(name, kind)
        if email is None:
            raise WentDifferently(name)
        self._show(email)
        url, *others = re.findall(r"http://\S+", _plain_text(email)) or [""]
        _expect(url, f"the email to {name} has no link")
        for other in others:
            _http(other)
        out.print(f"  GET  {urlsplit(url).path[:24]}…  {_http(url)}")
        _expect(len(self._rows("cancelled")) == self._cancelled, "opening the link cancelled")
        self._cancelled += 1
        self.heard.clear()
        self._clicked = time.time()
        out.print(f"  POST {urlsplit(url).path[:24]}…  {_http(url, 'POST')}")

    # -- what is seen -----------------------------------------------------------------------

    def _session(self) -> Any:
        return self.call("booking", "get_session", session_id=self.session_id)

    def _rows(self, status: str) -> list[Any]:
        rows = self.call("booking", "get_roster", session_id=self.session_id)["rows"]
        return [row for row in rows if row["status"] == status]

    def _header(self, *, booked: int, waiting: int) -> None:
        header = self.call("booking", "get_roster", session_id=self.session_id)["header"]
        session = header["session"]
        seen = (
            f"{header['booked']}/{session['capacity']} booked, "
            f"{header['waiting']}/{session['waiting_list_size']} waiting"
        )
        out.print(f"  [bold]{seen}[/]\n")
        _expect(header["booked"] == booked, f"{seen}; {booked} should be booked")
        _expect(header["waiting"] == waiting, f"{seen}; {waiting} should wait")

    def _email(self, name: str, kind: str) -> EmailMessage | None:
        for path in sorted(self.mail.glob(f"{kind}-*.eml")):
            email = message_from_bytes(path.read_bytes(), policy=policy.default)
            if f"{name}@example.com" in str(email["To"]) and isinstance(email, EmailMessage):
                return email
        return None

    def _show(self, email: EmailMessage) -> None:
        text = Text(f"To: {email['To']}\nSubject: {email['Subject']}\n\n{_plain_text(email)}")
        out.print(Panel(text, title="email", title_align="left", width=92))

    def _said(self, name: str) -> bool:
        return any(fact.name == name for fact in self.heard)

    def _overhear(self) -> Callable[[], None]:
        """Bind a queue of our own to every service's facts and show what comes."""
        wire = Wire()
        for owner in sorted({fact.owner for fact in FACTS.values()}):
            queue = Queue("demo", exchange=fact_exchange(owner), routing_key="#")(wire.channel)
            queue.declare()
        queue.consume(callback=self._on_fact, no_ack=True)

        def drain() -> None:
            with suppress(*wire.errors):
                while True:
                    wire.drain()

        kill: Callable[[], None] = eventlet.spawn(drain).kill
        return kill

    def _on_fact(self, message: Any) -> None:
        fact = FACTS[message.delivery_info["routing_key"]].from_wire(message.body)
        self.heard.append(fact)
        envelope = fact.envelope
        if envelope is None or not self._clicked:
            return
        since = (envelope.said_at.timestamp() - self._clicked) * 1000
        colour = _COLOURS.get(fact.owner, "white")
        out.print(
            f"  {since:7.1f} ms  [{colour}]{fact.owner:9}[/] {fact.name:17} "
            f"[dim]{envelope.correlation_id}[/]"
        )

    def _chapter(self, title: str) -> None:
        self._clicked = 0.0
        out.print(f"[bold]{title}[/]")

    def _wait(self, happened: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not happened():
            if time.monotonic() > deadline:
                msg = f"waited {_PATIENCE:g} s in vain: {what}"
                raise WentDifferently(msg)
            eventlet.sleep(0.01)


def _expect(fine: object, otherwise: str) -> None:
    if not fine:
        raise WentDifferently(otherwise)


def _plain_text(email: EmailMessage) -> str:
    part = email.get_body(("plain",))
    return str(part.get_content()) if part else ""


def _http(url: str, method: str = "GET") -> str:
    _expect(url.startswith("http://127.0.0.1:"), f"{url} leads elsewhere")
    asked = Request(url, method=method)  # noqa: S310 - checked
    try:
        with urlopen(asked, timeout=_PATIENCE) as answer:  # noqa: S310 - checked
            page = answer.read().decode()
    except OSError as exc:
        msg = f"{url} does not answer: {exc}"
        raise WentDifferently(msg) from exc
    title = re.search(r"<h1>(.*?)</h1>", page)
    return f"{answer.status} “{title.group(1) if title else ''}”"
