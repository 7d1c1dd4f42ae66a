"""A studio in one process: its people by name, one session at a time, and their mailbox."""

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request, Response

from services.booking.service import Booking
from services.notify.domain import Delivery, Message, Outcome
from services.notify.gateways import BeforeDot, render
from services.notify.service import Notify
from services.waitlist.service import Waitlist
from shared.bus.topology import entrypoints
from shared.config import settings
from shared.testing import Suite
from shared.web import Page
from tests.servers import own_databases

ALL: tuple[Any, ...] = (Booking, Waitlist, Notify)


class Mailbox:
    """Takes the place of the mail server: every message arrives, as the real one would write it."""

    def __init__(self, unseen: Collection[str] | None = None) -> None:
        """Begin empty; messages of the kinds not to be seen (courtesies) are taken nonetheless."""
        self.at_once = 20
        self.unseen = COURTESIES if unseen is None else unseen
        self.taken: list[tuple[Message, EmailMessage]] = []

    def send(self, messages: Sequence[Message], before_dot: BeforeDot) -> list[Outcome]:
        """Take messages."""
        before_dot(messages)
        self.taken += [(message, _read(bytes(render(message, settings())))) for message in messages]
        return [Outcome(message, Delivery.TAKEN, "250 OK") for message in messages]

    def __getitem__(self, name: str) -> list[str]:
        """Name the messages somebody got, in order, but for those not to be seen."""
        kinds = [message.kind.value for message, _ in self.taken if message.name == name]
        return [kind for kind in kinds if kind not in self.unseen]

    def last(self, name: str) -> EmailMessage:
        """Give the last email somebody got, but for those not to be seen."""
        return [
            email
            for message, email in self.taken
            if message.name == name and message.kind.value not in self.unseen
        ][-1]

    def link(self, name: str, page: str = "") -> str:
        """Give the address of a link in the last email somebody got: the first, or a page's."""
        body = self.last(name).get_body(("plain",))
        wanted = rf"https?://\S*/{page}/\S+" if page else r"https?://\S+"
        found = re.search(wanted, body.get_content() if body else "")
        if found is None:
            msg = f"the last email to {name} has no link {page}"
            raise AssertionError(msg)
        return found.group()


def _read(raw: bytes) -> EmailMessage:
    """Read an email as a mail program would."""
    email = message_from_bytes(raw, policy=policy.default)
    assert isinstance(email, EmailMessage)
    return email


COURTESIES = {"waiting", "waiting_ended", "cancelled"}
"""Messages that tell people what they have just done themselves; no story turns on them."""


class Studio:
    """The studio's staff and visitors, calling its services."""

    def __init__(self, suite: Suite, mailbox: Mailbox) -> None:
        """Open a studio without people or sessions."""
        self.suite = suite
        self.mailbox = mailbox
        self.people: dict[str, str] = {}
        self.session_id = ""

    # -- given ------------------------------------------------------------------------------

    def session(self, *, capacity: int = 1, waiting: int = 9, **details: Any) -> str:
        """Put a marketing session on the timetable and make it the one that is talked of."""
        call = self.suite.booking
        kind = call.create_session_type(name="Open day", duration_minutes=60)
        values = {
            "session_type_id": kind["session_type_id"],
            "name": "Open day",
            "classification": "marketing",
            "starts_at": self.suite.now() + timedelta(days=3),
            "time_zone": "Europe/Rome",
            "staff": "Lea",
            "location": "Studio 2",
            "capacity": capacity,
            "waiting_list_size": waiting,
        }
        made = call.schedule_session(**(values | details))
        self.session_id = made["session_id"]
        return self.session_id

    def person(self, name: str, kind: str = "lead") -> str:
        """Give the id of somebody, who is made known at the first mention."""
        if name not in self.people:
            made = self.suite.booking.register_person(
                kind=kind,
                name=name,
                email=f"{name}@example.com",
                consent="at the desk",
                marketing=True,
            )
            self.people[name] = made["person_id"]
        return self.people[name]

    def full(self, *booked: str, waiting: Sequence[str] = (), size: int = 9) -> None:
        """Have a full session, and people who wait for it in this order; the story begins here."""
        self.session(capacity=len(booked), waiting=size)
        for name in (*booked, *waiting):
            self.book(name)
            self.settle()
        self.begin()

    def begin(self) -> None:
        """Begin the story here: what was said before is not looked at."""
        self.suite.mark()

    # -- when -------------------------------------------------------------------------------

    def book(self, name: str, *, or_wait: bool = True) -> Any:
        """Press `Book Lead` for somebody."""
        ids = {"session_id": self.session_id, "person_id": self.person(name)}
        return self.suite.booking.book(**ids, or_wait=or_wait)

    def cancel(self, name: str) -> Any:
        """Cancel somebody's place, by staff."""
        return self.suite.booking.cancel_booking(booking_id=self.booking_id(name))

    def join(self, name: str, **wish: Any) -> Any:
        """Put somebody on the list."""
        person_id = self.person(name)
        return self.suite.waitlist.join(target_id=self.session_id, person_id=person_id, **wish)

    def set_policy(self, policy: str, **rules: Any) -> Any:
        """Choose how freed seats find new holders."""
        return self.suite.waitlist.set_policy(target_id=self.session_id, policy=policy, **rules)

    def leave(self, name: str) -> Any:
        """Take somebody off the list."""
        return self.suite.waitlist.leave(entry_id=self.entry_id(name))

    def hold(self, name: str, **more: Any) -> str:
        """Reserve a seat for somebody."""
        ids = {"session_id": self.session_id, "person_id": self.person(name)}
        hold_id: str = self.suite.booking.hold_place(**ids, **more)["hold_id"]
        return hold_id

    def change(self, **changes: Any) -> Any:
        """Change the session."""
        return self.suite.booking.change_session(session_id=self.session_id, **changes)

    def on_the_day(self) -> None:
        """Let time go by until half an hour before the session that is talked of."""
        session = self.suite.booking.get_session(session_id=self.session_id)
        left = datetime.fromisoformat(session["starts_at"]) - self.suite.now()
        self.suite.advance(seconds=left.total_seconds() - 1800)

    def settle(self) -> None:
        """Have everything heard, once."""
        self.suite.deliver()

    def http(
        self, method: str, url: str, *, form: Mapping[str, str] | None = None, accept: str = ""
    ) -> Response:
        """Open or submit a public page, with a form, by somebody who reads these languages."""
        path, query = urlsplit(url).path, urlsplit(url).query
        pages = [(one, *found) for one in (Booking, Waitlist) for found in entrypoints(one, Page)]
        for service, name, page in pages:
            with suppress(HTTPException):
                rules = Map([Rule(page.url, methods=[page.method])])
                _, values = rules.bind("").match(path, method)
                headers = [("Accept-Language", accept)] if accept else None
                visit = EnvironBuilder(
                    path, method=method, query_string=query, data=form, headers=headers
                )
                request = Request(visit.get_environ())
                worker = self.suite.worker(service.name)
                answer: Response = getattr(worker, name)(request, **values)
                return answer
        raise LookupError(url)

    # -- then -------------------------------------------------------------------------------

    @property
    def story(self) -> list[str]:
        """Name the facts said since the story began, but for courtesies."""
        return [
            one.topic.partition(".")[0]
            for one in self.suite.said
            if json.loads(one.body)["data"].get("kind") not in COURTESIES
        ]

    @property
    def roster(self) -> Any:
        """Give the bookings screen."""
        return self.suite.booking.get_roster(session_id=self.session_id)

    def row(self, name: str, status: str = "booked") -> Any:
        """Give somebody's newest row of a status on the bookings screen."""
        return [r for r in self.roster["rows"] if (r["name"], r["status"]) == (name, status)][-1]

    def booking_id(self, name: str) -> str:
        """Give somebody's live booking."""
        booking_id: str = self.row(name)["booking_id"]
        return booking_id

    def entry_id(self, name: str) -> str:
        """Give somebody's place on the list."""
        entry_id: str = self.row(name, "waitlisted")["entry_id"]
        return entry_id

    @property
    def booked(self) -> list[str]:
        """Name who has a place."""
        return sorted(r["name"] for r in self.roster["rows"] if r["status"] == "booked")

    @property
    def waiting(self) -> list[str]:
        """Name who waits, longest first, as waitlist has it."""
        names = {person_id: name for name, person_id in self.people.items()}
        entries = self.suite.waitlist.list_waiting(target_id=self.session_id)
        return [names[entry["person_id"]] for entry in entries]

    @property
    def taken(self) -> int:
        """Count the seats that are taken or held."""
        taken: int = self.suite.booking.get_session(session_id=self.session_id)["taken"]
        return taken

    @property
    def held(self) -> dict[str, int]:
        """Count the seats held, by kind."""
        held: dict[str, int] = self.roster["header"]["held"]
        return held


@contextmanager
def studio_in(databases: Mapping[str, str] | None = None) -> Iterator[Studio]:
    """Open a studio on SQLite, or on databases of these addresses, and close it."""
    with TemporaryDirectory(prefix="atelier-") as directory:
        mailbox = Mailbox()
        suite = Suite(ALL, databases or Path(directory), {"notify.mail": mailbox})
        try:
            yield Studio(suite, mailbox)
        finally:
            suite.close()


@contextmanager
def real_studio() -> Iterator[Studio]:
    """Open a studio whose services have a database each on the real server, and close it."""
    databases = own_databases("booking", "waitlist", "notify")
    with databases as made, studio_in(databases=made) as studio:
        yield studio
