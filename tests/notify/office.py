"""notify alone in a process, told facts as if the other services had said them."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args, get_origin
from uuid import UUID, uuid4

from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request, Response

from services.notify.domain import Delivery, Message, Outcome
from services.notify.gateways import BeforeDot, write_sms
from services.notify.service import Notify
from shared.config import settings
from shared.contracts import Fact, Trace
from shared.contracts.booking import PersonRegistered
from shared.testing import MORNING, Suite
from tests.contracts.samples import hints_of
from tests.flows.studio import Mailbox

OCCASION = {
    "session_name": "Open day",
    "starts_at": MORNING + timedelta(days=3),
    "ends_at": MORNING + timedelta(days=3, hours=1),
    "time_zone": "Europe/Rome",
    "location": "Studio 2",
    "staff": "Lea",
}
_PLAIN: dict[Any, Any] = {UUID: uuid4, int: lambda: 0, bool: lambda: False, str: str}


def all_of(messages: Sequence[Message]) -> set[UUID]:
    """Mark all of them."""
    return {message.message_id for message in messages}


class Phones:
    """Takes the place of the carrier: every text message arrives."""

    def __init__(self) -> None:
        """Begin with none."""
        self.at_once = 20
        self.taken: list[tuple[Message, str]] = []

    def send(self, messages: Sequence[Message], before_dot: BeforeDot) -> list[Outcome]:
        """Take text messages."""
        before_dot(messages)
        outcomes = []
        for message in messages:
            text, count = write_sms(message, settings())
            self.taken.append((message, text))
            sid = f"SM{message.message_id.hex}"
            taken = Delivery.TAKEN
            outcomes.append(Outcome(message, taken, "queued", provider_id=sid, segments=count))
        return outcomes

    def __getitem__(self, phone: str) -> list[str]:
        """Give the texts that came to a number, in order."""
        return [text for message, text in self.taken if message.address == phone]


class Office:
    """The desk where facts come in and letters go out."""

    def __init__(self, suite: Suite, mailbox: Mailbox, phones: Phones) -> None:
        """Begin with nobody known."""
        self.suite = suite
        self.mailbox = mailbox
        self.phones = phones
        self.people: dict[str, UUID] = {}
        self._said: dict[UUID, int] = {}

    @property
    def call(self) -> Any:
        """Give notify, to be called."""
        return self.suite.notify

    def stranger(self, name: str) -> None:
        """Have somebody of whom booking has said nothing yet."""
        self._said[self.people.setdefault(name, uuid4())] = 0

    def person(self, name: str, **details: Any) -> UUID:
        """Give somebody's id; at the first mention, or with details, booking says who they are."""
        known = self.people.setdefault(name, uuid4())
        if details or known not in self._said:
            self._said[known] = self._said.get(known, 0) + 1
            about = {
                "kind": "client",
                "name": name,
                "email": f"{name}@example.com",
                "phone": None,
                "language": "en",
            }
            values = about | details
            self.say(PersonRegistered(person_id=known, sequence=self._said[known], **values))
        return known

    def say(self, fact: Fact, *, times: int = 1, settle: bool = True) -> Fact:
        """Say a fact to notify, and have everything sent that is due, unless told otherwise."""
        if fact.envelope is None:
            fact = fact.said(Trace.begin(self.suite.at).envelope(at=self.suite.at))
        for listener in self.suite.members["notify"].listeners:
            if listener.contract is type(fact):
                for _ in range(times):
                    listener.hear([fact.to_wire().encode()])
        if settle:
            self.suite.deliver()
            self.suite.tick("notify.send_aside")
            self.suite.deliver()
        return fact

    def tell(self, contract: type[Fact], name: str, **values: Any) -> Any:
        """Say a fact about somebody and have everything sent; see `fact`."""
        return self.say(self.fact(contract, name, **values))

    def fact(self, contract: type[Fact], name: str, **values: Any) -> Fact:
        """Make a fact about somebody; what is not given is plain: an id, 0, now, the open day."""
        self.suite.advance(milliseconds=1)
        made: dict[str, Any] = {"person_id": self.person(name)}
        for field, hint in hints_of(contract).items():
            made.setdefault(field, OCCASION.get(field, self._plain(hint)))
        return contract(**(made | values))

    def _plain(self, hint: Any) -> Any:
        if type(None) in get_args(hint):
            return None
        if get_origin(hint) is not None:
            return get_args(hint)[0]
        return _PLAIN[hint]() if hint in _PLAIN else self.suite.at

    def messages(self, name: str) -> list[Any]:
        """List somebody's messages, the newest first."""
        found: list[Any] = self.call.list_messages(person_id=str(self.people[name]))
        return found

    def states(self, name: str) -> list[tuple[str, str]]:
        """Give kind and state of somebody's messages, the oldest first."""
        return [(one["kind"], one["state"]) for one in reversed(self.messages(name))]

    def wait(self, **duration: float) -> None:
        """Let time pass, and every timer run."""
        self.suite.advance(**duration)
        for timer in (
            *("remind_of_sessions", "release_messages", "pace_messages", "send_messages"),
            *("send_aside", "send_bulk_messages", "send_texts", "send_bulk_texts"),
        ):
            self.suite.tick(f"notify.{timer}")
        self.suite.deliver()

    def refusing(self, *deliveries: Delivery, blocks: str = "", phone: bool = False) -> None:
        """Have the next messages end so; those after them arrive."""
        gateway: Any = self.phones if phone else self.mailbox
        send, answers = type(gateway).send, iter(deliveries)

        def answer(messages: Sequence[Message], before_dot: BeforeDot) -> list[Outcome]:
            outcomes = []
            for message in messages:
                how = next(answers, None)
                if how is None:
                    outcomes += send(gateway, [message], before_dot)
                else:
                    before_dot([message])
                    outcomes.append(Outcome(message, how, "as told", blocks))
            return outcomes

        gateway.send = answer

    def http(self, method: str, url: str, form: Any = None) -> Response:
        """Open or submit a page of notify."""
        path = re.sub(r"^https?://[^/]+", "", url)
        builder = EnvironBuilder(path, method=method, data=form)
        request = Request(builder.get_environ())
        worker = self.suite.worker("notify")
        first, token = path.strip("/").split("/", 1)
        answer: Response = {
            ("GET", "preferences"): worker.show_preferences_page,
            ("POST", "preferences"): worker.save_preferences,
            ("GET", "unsubscribe"): worker.show_unsubscribe_page,
            ("POST", "unsubscribe"): worker.unsubscribe,
        }[method, first](request, token)
        return answer

    def link(self, name: str, path: str) -> str:
        """Give the address of a link in the last email somebody got."""
        found = re.search(rf"https?://\S*/{path}/\S+", text_of(self.mailbox.last(name)))
        assert found, f"no link to {path}"
        return found.group()


def text_of(email: EmailMessage) -> str:
    """Give the plain text of an email."""
    body = email.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def later(fact: Any, **changes: Any) -> Any:
    """Give a fact as it might be said again, with changes, in an envelope of its own."""
    return replace(fact, envelope=None, **changes)


@contextmanager
def office_in(database: str | None = None) -> Iterator[Office]:
    """Open an office on SQLite, or on a database of this address, and close it."""
    with TemporaryDirectory(prefix="atelier-") as directory:
        mailbox, phones = Mailbox(unseen=()), Phones()
        where: Any = {"notify": database} if database else Path(directory)
        suite = Suite([Notify], where, {"notify.mail": mailbox, "notify.texts": phones})
        try:
            yield Office(suite, mailbox, phones)
        finally:
            suite.close()
