"""The page of somebody's own registration: ticket, agenda, changing and cancelling it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from markupsafe import Markup
from marshmallow import ValidationError
from werkzeug.wrappers import Request, Response

from services.events import actions, schemas, store
from services.events.actions import Wish
from services.events.domain import RegistrationState, WaitingState
from services.events.gateways import Cashier
from services.events.pages.calendar import calendar_entries
from services.events.pages.show import PAGES, clashes, note_of, submitted
from shared.calendars import MEDIA_TYPE, calendar_file
from shared.clock import Now
from shared.config import settings
from shared.contracts import Values
from shared.contracts.errors import (
    Refused,
)
from shared.contracts.event_errors import (
    RegistrationNotFound,
)
from shared.contracts.events import REGISTRATION_LINK, REGISTRATION_PATH
from shared.contracts.waitlist import ENTRY_LINK, ENTRY_PATH
from shared.db import Transactions
from shared.links import LinkInvalid, followed_link, open_link, sign_link
from shared.money import card_fault
from shared.pages import language_of
from shared.payments.entrypoints import leave_for_stripe, with_stripe
from shared.web import page


@dataclass(frozen=True, slots=True)
class Own:
    """A registration, its event, and the language its person reads."""

    registration: Values
    event: Values
    language: str | None

    @property
    def cancelled(self) -> bool:
        """Say whether it stands no longer."""
        return bool(self.registration["state"] == RegistrationState.CANCELLED)

    @property
    def paid_online(self) -> bool:
        """Say whether something is due that its pass lets people pay online."""
        held = [one for one in self.event["passes"] if one.pass_id == self.registration["pass_id"]]
        due, currency = self.registration["due_minor"], self.registration["currency"]
        payable = due and not card_fault(due, currency) and not self.cancelled
        return bool(payable) and any(one.online for one in held)

    @property
    def waiting_for(self) -> list[str]:
        """Name what its person waits for; the end of a registration does not end that."""
        ids = {one.target_id for one in self.registration["waiting"]}
        return [
            one["name"]
            for one in (self.event, *self.event["sessions"])
            if one.get("session_id", one["event_id"]) in ids
        ]

    def lines(self, language: str, message_id: UUID | None, *, at: datetime) -> list[Values]:
        """List the waiting lists its person is on, each with the link to see one's place and leave.

        Args:
            language: the one the page is in.
            message_id: the message whose link has led here; what the next one does is its doing.
            at: now; what has begun cannot be left any more.
        """
        entries = {one.target_id: one for one in self.registration["waiting"]}
        found = []
        for one in (self.event, *self.event["sessions"]):
            entry = entries.get(one.get("session_id", one["event_id"]))
            if entry is None or entry.state != WaitingState.WAITING or one["starts_at"] <= at:
                continue
            token = sign_link(
                ENTRY_LINK, entry.entry_id, expires_at=one["starts_at"], message_id=message_id
            )
            url = settings().public_url("waitlist") + ENTRY_PATH.format(token=token)
            found.append({"name": one["name"], "url": f"{url}?lang={language}"})
        return found

    @property
    def chosen(self) -> frozenset[UUID]:
        """Give the sessions it is for, by their own choice or their pass's; none: all of them."""
        if self.event.get("own_agenda"):
            return frozenset(self.registration["session_ids"])
        held = [one for one in self.event["passes"] if one.pass_id == self.registration["pass_id"]]
        return held[0].session_ids if held else frozenset()

    @property
    def agenda(self) -> list[Values]:
        """List the sessions its person can come to."""
        live = [one for one in self.event["sessions"] if one["cancelled_at"] is None]
        return [one for one in live if not self.chosen or one["session_id"] in self.chosen]


class RegistrationPages:
    """The pages behind the link that every ticket carries; opening it changes nothing."""

    db: Transactions
    now: Now
    cashier: Cashier

    @page("GET", "/registrations/<token>")
    def show_registration(self, request: Request, token: str) -> Response:
        """Show somebody their ticket and their agenda, and the form that changes it."""
        try:
            own = self._opened(token)
        except LinkInvalid as exc:
            return PAGES.sorry(request, exc)
        return self._registration_page(request, token, own)

    @page("POST", "/registrations/<token>")
    def change_by_form(self, request: Request, token: str) -> Response:
        """Give somebody the agenda they ticked: all of it, or nothing changes."""
        try:
            own = self._opened(token)
        except LinkInvalid as exc:
            return PAGES.sorry(request, exc)
        given = submitted(request)
        try:
            chosen = schemas.Chosen().load(given)
        except ValidationError:
            return self._registration_page(
                request, token, own, given=given, note="refused", status=422
            )
        if not (chosen["session"] or chosen["wait"]):
            return self._registration_page(
                request, token, own, given=given, note="nothing", status=422
            )
        wish = Wish(session_ids=[*chosen["session"], *chosen["wait"]], or_wait=chosen["wait"])
        ids = own.registration["registration_id"]
        try:
            with self.db.begin() as tx:
                actions.change_agenda(tx, ids, wish, by="link", at=self.now())
        except Refused as exc:
            fresh = self._opened(token)
            return self._registration_page(
                request, token, fresh, given=given, note=note_of(exc), status=409
            )
        return PAGES.see(request, REGISTRATION_PATH, token=token)

    @page("POST", "/registrations/<token>/pay")
    def pay_by_registration(self, request: Request, token: str) -> Response:
        """Lead to where it is paid; pressed again, to the same page."""
        try:
            own = self._opened(token)
        except LinkInvalid as exc:
            return PAGES.sorry(request, exc)
        ids, more = own.registration["registration_id"], {"online": self.cashier.online}
        try:
            with self.db.begin() as tx:
                checkout = actions.pay_registration(tx, ids, **more, at=self.now())
        except Refused:
            return PAGES.see(request, REGISTRATION_PATH, token=token)
        shown = actions.DESK.opened(self.db, self.cashier, self.now, checkout["payment_id"])
        return leave_for_stripe(request, shown["checkout_url"], own.language, show=PAGES.show)

    @page("GET", "/registrations/<token>/cancel")
    def show_cancel_registration(self, request: Request, token: str) -> Response:
        """Show what would be cancelled, and the button that does it."""
        try:
            own = self._opened(token)
        except LinkInvalid as exc:
            return PAGES.sorry(request, exc)
        if not self._cancellable(own):
            return self._registration_page(request, token, own)
        waits = own.waiting_for
        about: Any = {"own": own, "event": own.event, "token": token, "waiting_for": waits}
        return PAGES.show(request, "registration_cancel", own.language, **about)

    @page("POST", "/registrations/<token>/cancel")
    def cancel_registration_by_link(self, request: Request, token: str) -> Response:
        """Cancel the registration the link names; again and again is the same as once."""
        try:
            own = self._opened(token)
        except LinkInvalid as exc:
            return PAGES.sorry(request, exc)
        ids = own.registration["registration_id"]
        if self._cancellable(own):
            with self.db.begin() as tx:
                actions.cancel_registration(tx, ids, by="link", at=self.now())
        return PAGES.see(request, REGISTRATION_PATH, token=token)

    @page("GET", "/registrations/<token>/agenda.ics")
    def fetch_registration_calendar(self, request: Request, token: str) -> Response:
        """Give the agenda as a file that calendars read."""
        try:
            own = self._opened(token)
        except LinkInvalid as exc:
            return PAGES.sorry(request, exc)
        row = own.registration
        event = own.event
        if own.cancelled:
            event = event | {"cancelled_at": row["cancelled_at"]}
        agenda = own.agenda if own.chosen else []
        entries = calendar_entries(event, agenda, uid=str(row["registration_id"]))
        text = calendar_file("events", entries, sequence=row["sequence"], at=self.now())
        return Response(text, content_type=MEDIA_TYPE)

    def _cancellable(self, own: Own) -> bool:
        """Say whether it can still be given up: what is over cannot."""
        return own.event["ends_at"] > self.now() and not own.cancelled

    def _opened(self, token: str) -> Own:
        """Read what the link is about.

        Raises:
            LinkInvalid: it is about nothing, or no longer good.
        """
        registration_id: UUID = open_link(REGISTRATION_LINK, token, at=self.now())
        with self.db.read() as sql:
            try:
                registration = actions.get_registration(sql, registration_id)
            except RegistrationNotFound as exc:
                msg = "this link is about nothing"
                raise LinkInvalid(msg) from exc
            event = actions.get_event(sql, registration["event_id"], at=self.now())
            person = store.find_person(sql, registration["person_id"])
        return Own(registration, event, person.language if person else None)

    def _registration_page(
        self,
        request: Request,
        token: str,
        own: Own,
        *,
        given: Values | None = None,
        note: str = "",
        status: int = 200,
    ) -> Response:
        have = {str(one) for one in own.registration["session_ids"]}
        waits = {one.target_id for one in own.registration["waiting"]}
        to_come = [one for one in own.event["sessions"] if one["starts_at"] > self.now()]
        ticked = sorted(have) if given is None else list(given.get("session", ()))
        language = language_of(request, own.language)
        image = actions.ticket_image(own.registration["ticket"], "svg").decode()
        about: Any = {
            "event": own.event,
            "own": own,
            "have": have,
            "waits": waits,
            "waiting_for": own.waiting_for,
            "lines": own.lines(language, followed_link(), at=self.now()),
            "changeable": own.event.get("own_agenda", False) and to_come and not own.cancelled,
            "cancellable": self._cancellable(own),
            "payable": own.paid_online and self.cashier.online,
            "clashes": clashes(own.event),
            "now": self.now(),
            "ticked": ticked,
            "waited": list((given or {}).get("wait", ())),
            "wrong": set(),
            "note": note,
            "token": token,
            "qr": Markup(image),  # noqa: S704 - drawn by ourselves, of letters and digits
        }
        return with_stripe(
            PAGES.show(request, "registration", own.language, status=status, **about)
        )
