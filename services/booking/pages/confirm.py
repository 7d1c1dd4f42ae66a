"""The page where somebody confirms a place that was reserved for them.

The link names the hold, so nobody needs an account. Source: B14, B29, B54.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection
from werkzeug.wrappers import Request, Response

from services.booking import actions, store
from services.booking.actions.packages import packages_shown
from services.booking.domain import Collection, HoldKind, HoldState, Session
from services.booking.gateways import Cashier
from services.booking.pages.pay import open_checkout
from services.booking.pages.show import PAGES, manage_token
from shared.clock import Now
from shared.contracts import Values
from shared.contracts.booking import CONFIRM_LINK, MANAGE_PATH
from shared.contracts.errors import Refused
from shared.db import Transactions
from shared.links import LinkInvalid, open_link
from shared.payments.entrypoints import leave_for_stripe, with_stripe
from shared.web import page


class ConfirmPages:
    """The pages behind the link of a reservation."""

    db: Transactions
    now: Now
    cashier: Cashier

    @page("GET", "/confirm/<token>")
    def show_confirm_page(self, request: Request, token: str) -> Response:
        """Show what is reserved, and the button that confirms it."""
        try:
            reserved = self._reserved(token)
        except LinkInvalid as exc:
            return PAGES.sorry(request, exc)
        return self._confirm_page(request, reserved)

    @page("POST", "/confirm/<token>")
    def confirm_by_link(self, request: Request, token: str) -> Response:
        """Confirm the reservation; again and again is the same as once."""
        chosen = request.form.get("package", "")
        try:
            reserved = self._reserved(token)
            if reserved.open(self.now()):
                if not reserved.may_choose(chosen):
                    return self._confirm_page(request, reserved, wrong=True)
                keep = request.form.get("keep_card") == "yes"
                checkout = self._confirm(reserved, chosen, keep_card=keep)
                if checkout["status"] == "pay":
                    url, language = checkout["checkout_url"], reserved.language
                    return leave_for_stripe(request, url, language, show=PAGES.show)
                reserved = self._reserved(token)
        except LinkInvalid as exc:
            return PAGES.sorry(request, exc)
        except Refused:
            # Something came between: the page says how it stands now.
            reserved = self._reserved(token)
        return self._confirm_page(request, reserved)

    def _confirm(self, reserved: "Reserved", chosen: str, *, keep_card: bool) -> Values:
        more: Any = {"save_card": keep_card, "online": self.cashier.online, "at": self.now()}
        with self.db.begin() as tx:
            if chosen:
                actions.choose_package(tx, reserved.session.session_id, UUID(chosen))
            checkout = actions.start_checkout(tx, reserved.hold.hold_id, **more)
        return open_checkout(self.db, self.cashier, self.now, checkout)

    def _confirm_page(
        self, request: Request, reserved: "Reserved", *, wrong: bool = False
    ) -> Response:
        session, language = reserved.session, reserved.language
        if reserved.hold.state is HoldState.GRANTED:
            token = manage_token(reserved.hold.hold_id, session)
            return PAGES.see(request, MANAGE_PATH, token=token)
        if reserved.has_place:
            return PAGES.show(request, "booked_already", language, session=session)
        if not reserved.open(self.now()):
            return PAGES.show(request, "reservation_over", language, status=410, session=session)
        by_card = self._by_card(reserved)
        about: Any = {"session": session, "reserved": reserved, "wrong": wrong, "by_card": by_card}
        return with_stripe(
            PAGES.show(request, "confirm", language, status=422 if wrong else 200, **about)
        )

    def _by_card(self, reserved: "Reserved") -> bool:
        online = self.cashier.online and reserved.hold.collection is Collection.CARD
        return any(
            actions.paid_by_card(one.price_minor, one.currency, online=online)
            for one in reserved.priced
        )

    def _reserved(self, token: str) -> "Reserved":
        hold_id = open_link(CONFIRM_LINK, token, at=self.now())
        with self.db.read() as sql:
            return _read_reserved(sql, hold_id)


@dataclass(frozen=True, slots=True)
class Reserved:
    """A reservation, what it is of, and the language its person reads."""

    hold: store.Hold
    session: Session
    language: str | None
    has_place: bool  # by another booking
    package: Any  # the one it is with; None: none, or one to choose
    choose_from: Sequence[Any]
    chosen: str  # the id of the one that was chosen so far; empty: none

    def _too_late(self, at: datetime) -> bool:
        return self.session.cancelled or self.session.started(at)

    def may_choose(self, chosen: str) -> bool:
        """Say whether somebody chose what there is to choose, and nothing else."""
        offered = [str(package.package_id) for package in self.choose_from]
        return chosen in offered if offered else not chosen

    @property
    def priced(self) -> Sequence[Any]:
        """List what has the price: its package, those to choose from, or the session."""
        return [self.package] if self.package else self.choose_from or [self.session]

    @property
    def price(self) -> tuple[int, str] | None:
        """Give what the place costs, in minor units and its currency; None: nothing, or it depends.

        What there is to choose has prices of its own.
        """
        priced = self.package or (None if self.choose_from else self.session)
        return (priced.price_minor, priced.currency) if priced and priced.price_minor else None

    def open(self, at: datetime) -> bool:
        """Say whether it can still be confirmed at `at` (UTC)."""
        until = self.hold.held_until
        lapsed = until is not None and until <= at
        return self.hold.state is HoldState.OPEN and not lapsed and not self._too_late(at)


def _read_reserved(sql: Connection, hold_id: UUID) -> Reserved:
    """Read what a link about a reservation shows.

    Raises:
        LinkInvalid: there is no such reservation.
    """
    hold = store.find_hold(sql, hold_id)
    if hold is None or hold.kind is HoldKind.WAITLIST or hold.person_id is None:
        msg = "this link is about nothing"
        raise LinkInvalid(msg)
    session = store.find_session(sql, hold.session_id)
    person = store.find_person(sql, hold.person_id)
    if session is None or person is None:
        msg = "this link is about nothing"
        raise LinkInvalid(msg)
    has_place = store.has_place(sql, hold.session_id, hold.person_id)
    shown = packages_shown(sql, session)
    return Reserved(
        hold=hold,
        session=session,
        language=person.language,
        has_place=has_place,
        package=None if shown["choose_from"] else shown["package"],
        choose_from=shown["choose_from"],
        chosen=str(shown["package"].package_id) if shown["package"] else "",
    )
