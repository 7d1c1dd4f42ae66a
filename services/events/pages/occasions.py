"""An event's own page, where people register; its address is no secret."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from marshmallow import ValidationError
from werkzeug.wrappers import Request, Response

from services.events import actions, schemas
from services.events.actions import Visitor, Wish
from services.events.actions.checkouts import REGISTERED_LINK
from services.events.gateways import Cashier
from services.events.pages.calendar import calendar_entries
from services.events.pages.show import PAGES, clashes, note_of, submitted
from shared.calendars import MEDIA_TYPE, calendar_file
from shared.clock import Now
from shared.contracts import Values
from shared.contracts.errors import (
    Refused,
)
from shared.contracts.event_errors import (
    EventNotFound,
)
from shared.db import Transactions, Tx
from shared.forms import form_token, submit_once
from shared.links import LinkInvalid, open_link, sign_link
from shared.payments.entrypoints import leave_for_stripe, with_stripe
from shared.web import page

WAITING_LINK = "registered-to-wait"
"""The purpose of a link that names an event and says that its visitor waits."""
_DONE = {"registered": REGISTERED_LINK, "both": REGISTERED_LINK, "waiting": WAITING_LINK}
_KEPT = timedelta(hours=12)
_FIELDS = ("name", "email", "language", "agree", "pass_id")


class EventPages:
    """The page everybody sees, and the form on it."""

    db: Transactions
    now: Now
    cashier: Cashier

    @page("GET", "/events/<event_id>")
    def show_event_page(self, request: Request, event_id: str) -> Response:
        """Show an event with its schedule, and the form by which people register."""
        return self._event_page(request, self._event(event_id), {}, {})

    @page("POST", "/events/<event_id>")
    def register_by_form(self, request: Request, event_id: str) -> Response:
        """Register whoever submits the form; the same form again registers nobody again."""
        given = submitted(request)
        event = self._event(event_id)
        try:
            wish = schemas.SignUp().load(given)
        except ValidationError as exc:
            return self._event_page(request, event, given, exc.messages_dict, status=422)
        if event is None:
            return self._event_page(request, None, given, {})
        missing = self._missing(event, wish)
        if missing:
            return self._event_page(request, event, given, {missing: []}, status=422)
        try:
            came = self._submit(event, wish)
        except Refused as exc:
            fresh = self._event(event_id)  # as it is now, which is why it was refused
            note = note_of(exc)
            return self._event_page(request, fresh, given, {}, note=note, status=409)
        if came["status"] == "pay":
            ids = UUID(came["payment_id"])
            shown = actions.DESK.opened(self.db, self.cashier, self.now, ids)
            url, language = shown["checkout_url"], wish["language"]
            return leave_for_stripe(request, url, language, show=PAGES.show)
        word = came["status"]
        # By what was asked for, not by what came of it: whoever is known already learns nothing.
        if word == "registered" and wish["wait"] and event.get("own_agenda"):
            word = "both"
        token = sign_link(_DONE[word], event["event_id"], expires_at=self.now() + _KEPT)
        return PAGES.see(request, "/events/done/{word}/{token}", word=word, token=token)

    @page("GET", "/events/done/registered/<token>")
    def show_registered(self, request: Request, token: str) -> Response:
        """Say that they are registered, and that an email with the ticket is on its way."""
        return self._done_page(request, REGISTERED_LINK, "registered", token)

    @page("GET", "/events/done/both/<token>")
    def show_registered_and_waiting(self, request: Request, token: str) -> Response:
        """Say that they are registered, and wait for what of their agenda was full."""
        return self._done_page(request, REGISTERED_LINK, "registered", token, waits=True)

    @page("GET", "/events/done/waiting/<token>")
    def show_waiting(self, request: Request, token: str) -> Response:
        """Say that they wait, and how they will hear."""
        return self._done_page(request, WAITING_LINK, "registered_to_wait", token)

    @page("GET", "/events/<event_id>/event.ics")
    def fetch_event_calendar(self, request: Request, event_id: str) -> Response:
        """Give the event as a file that calendars read."""
        event = self._event(event_id)
        if event is None:
            return PAGES.show(request, "event_unknown", status=404)
        uid = f"event-{event['event_id']}"
        entries = calendar_entries(event, [], uid=uid)
        text = calendar_file("events", entries, sequence=0, at=self.now())
        return Response(text, content_type=MEDIA_TYPE)

    @staticmethod
    def _missing(event: Values, wish: Values) -> str:
        """Name the field that this event needs and the form lacks."""
        if event.get("own_agenda"):
            return "" if wish["session"] or wish["wait"] else "session"
        choices = [one for one in event["passes"] if one.withdrawn_at is None]
        return "pass_id" if choices and wish["pass_id"] is None else ""

    def _submit(self, event: Values, wish: Values) -> Values:
        event_id: UUID = event["event_id"]
        visitor = Visitor(name=wish["name"], email=wish["email"], language=wish["language"])
        wanted = Wish(
            session_ids=[*wish["session"], *wish["wait"]] if event.get("own_agenda") else [],
            or_wait=wish["wait"],
            pass_id=wish["pass_id"],
        )

        def sign_up(tx: Tx) -> Values:
            online = self.cashier.online
            return actions.sign_up(tx, event_id, visitor, wanted, online=online, at=self.now())

        content = {name: wish[name] for name in ("session", "wait", "pass_id", "name", "email")}
        return submit_once(
            self.db, wish["token"], content | {"event": event_id}, sign_up, at=self.now()
        )

    def _event(self, event_id: str) -> Values | None:
        try:
            with self.db.read() as sql:
                event = actions.get_event(sql, UUID(event_id), at=self.now())
        except (ValueError, EventNotFound):
            return None
        return event if event["published"] else None

    def _event_page(
        self,
        request: Request,
        event: Values | None,
        given: Values,
        wrong: Values,
        *,
        note: str = "",
        status: int = 200,
    ) -> Response:
        if event is None:
            return PAGES.show(request, "event_unknown", status=404)
        about: Any = {
            "event": event,
            "own_agenda": event.get("own_agenda", False),
            "passes": [one for one in event["passes"] if one.withdrawn_at is None],
            "online": self.cashier.online,
            "clashes": clashes(event),
            "now": self.now(),
            "given": {name: given.get(name, "") for name in _FIELDS},
            "ticked": list(given.get("session", ())),
            "waited": list(given.get("wait", ())),
            "wrong": set(wrong),
            "note": note,
            "token": form_token(),
        }
        return with_stripe(PAGES.show(request, "event", status=status, **about))

    def _done_page(
        self, request: Request, purpose: str, template: str, token: str, *, waits: bool = False
    ) -> Response:
        try:
            event_id = open_link(purpose, token, at=self.now())
        except LinkInvalid as exc:
            return PAGES.sorry(request, exc)
        event = self._event(str(event_id))
        if event is None:
            return PAGES.show(request, "event_unknown", status=404)
        return PAGES.show(request, template, event=event, waits=waits)
