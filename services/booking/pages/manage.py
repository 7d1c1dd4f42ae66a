"""The page that shows somebody their own booking, its receipt, and their calendar's entry of it.

Whoever has paid comes back here from Stripe, perhaps before Stripe has told us.
"""

from contextlib import suppress
from datetime import datetime, time
from typing import Any, cast
from uuid import UUID

from werkzeug.wrappers import Request, Response

from services.booking import actions, store
from services.booking.domain import STILL_PAID, from_the_wall
from services.booking.gateways import Cashier
from services.booking.pages.show import PAGES, Booked, read_booked
from shared.calendars import MEDIA_TYPE, Entry, calendar_file
from shared.clock import Now
from shared.contracts import Values
from shared.contracts.booking import (
    CANCEL_LINK,
    CANCEL_PATH,
    MANAGE_LINK,
    MANAGE_PATH,
    PAY_LINK,
    PAY_PATH,
)
from shared.contracts.errors import BookingNotFound, PersonNotFound
from shared.db import Transactions
from shared.links import LinkInvalid, followed_link, open_link, sign_link
from shared.payments.jobs import JobKind
from shared.payments.states import PaymentState, RefundState
from shared.web import page

_UNDER_WAY = (PaymentState.DUE, PaymentState.OPENED)


class ManagePages:
    """The pages behind the link that shows a booking."""

    db: Transactions
    now: Now
    cashier: Cashier

    @page("GET", "/manage/<token>")
    def show_manage_page(self, request: Request, token: str) -> Response:
        """Show a booking: what, when, where, its receipt, and what can be done about it."""
        try:
            booked, money = self._opened(token)
        except LinkInvalid as exc:
            return PAGES.sorry(request, exc)
        about: Any = {"session": booked.session, "package": booked.package, "token": token}
        about |= _receipt(money, booked.session.time_zone)
        if booked.booking is None:
            return PAGES.show(
                request, "manage_paying", booked.language, **about, standing=_way(money)
            )
        live = booked.live and not booked.session.started(self.now())
        about |= {"cancelled": not booked.live, "stands": booked.live, "live": live}
        about |= {"card": self._card(booked.booking.person_id), "other": booked.other_url}
        return PAGES.show(request, "manage", booked.language, **about, **self._links(booked, money))

    @page("POST", "/manage/<token>")
    def look_for_payment(self, request: Request, token: str) -> Response:
        """Ask Stripe at once about a payment that we have not heard of yet."""
        try:
            _, money = self._opened(token)
        except LinkInvalid as exc:
            return PAGES.sorry(request, exc)
        for payment in money["payments"]:
            if payment.state == PaymentState.OPENED:
                self._look(payment.payment_id)
        return PAGES.see(request, MANAGE_PATH, token=token)

    @page("POST", "/manage/<token>/card")
    def forget_card_by_link(self, request: Request, token: str) -> Response:
        """Charge their kept card no more; again and again is the same as once."""
        try:
            booked, _ = self._opened(token)
        except LinkInvalid as exc:
            return PAGES.sorry(request, exc)
        if booked.booking is not None:
            # Whoever was erased has no card any more.
            with suppress(PersonNotFound), self.db.begin() as tx:
                actions.forget_kept_card(tx, booked.booking.person_id, at=self.now())
        return PAGES.see(request, MANAGE_PATH, token=token)

    @page("GET", "/manage/<token>/booking.ics")
    def fetch_calendar_file(self, request: Request, token: str) -> Response:
        """Give the booking as a file that calendars read."""
        try:
            booked, _ = self._opened(token)
            if booked.booking is None:
                return PAGES.show(request, "link_invalid", booked.language, status=404)
        except LinkInvalid as exc:
            return PAGES.sorry(request, exc)
        text = calendar_file(
            "booking", [_entry(booked)], sequence=booked.booking.sequence, at=self.now()
        )
        response = Response(text, content_type=MEDIA_TYPE)
        response.headers["Content-Disposition"] = 'attachment; filename="booking.ics"'
        return response

    def _card(self, person_id: UUID) -> str:
        with self.db.read() as sql:
            card = store.find_card(sql, person_id)
        return f"{card.brand.title()} ···· {card.last4}" if card else ""

    def _look(self, payment_id: UUID) -> None:
        with self.db.begin() as tx:
            actions.look_at_payment(tx, payment_id, at=self.now())
        actions.DESK.ask_stripe(self.db, self.cashier, self.now, only=(JobKind.LOOK, payment_id))

    def _links(self, booked: Booked, money: Values) -> Values:
        ids, session = booked.booking.booking_id, booked.session
        message_id, until = followed_link(), session.ends_at + STILL_PAID
        cancel = sign_link(CANCEL_LINK, ids, expires_at=session.starts_at, message_id=message_id)
        pay = sign_link(PAY_LINK, ids, expires_at=until, message_id=message_id)
        due: Any = {"currency": money["currency"], "online": self.cashier.online}
        by_card = actions.paid_by_card(money["balance_minor"], **due)
        return {
            "cancel_path": CANCEL_PATH.format(token=cancel),
            "pay_path": PAY_PATH.format(token=pay) if by_card else "",
        }

    def _opened(self, token: str) -> tuple[Booked, Values]:
        booking_id = open_link(MANAGE_LINK, token, at=self.now())
        with self.db.read() as sql:
            booked = read_booked(sql, booking_id, or_held=True)
            try:
                return booked, actions.get_payments(sql, booking_id)
            except BookingNotFound as exc:
                raise LinkInvalid(str(exc)) from exc


def _entry(booked: Booked) -> Entry:
    session = booked.session
    return Entry(
        uid=str(booked.booking.booking_id),
        name=session.name,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        location=session.location,
        cancelled=not booked.live,
    )


def _receipt(money: Values, zone: str) -> dict[str, Any]:
    """Give what has come and gone, in the order it did, each in its own currency."""
    paid = [one for one in money["payments"] if one.state == PaymentState.PAID]
    came = [(_came_at(one, zone), one.amount_minor, one.currency) for one in paid]
    back = [one for one in money["refunds"] if one.state == RefundState.DONE]
    went = [(one.refunded_at, -one.amount_minor, one.currency) for one in back]
    return {"money": money, "lines": sorted(came + went)}


def _came_at(payment: Any, zone: str) -> datetime:
    """Give when money came: what staff have noted, at noon of the day they say."""
    if payment.received_on is None:
        return cast("datetime", payment.paid_at)
    return from_the_wall(datetime.combine(payment.received_on, time(12)), zone)


def _way(money: Values) -> str:
    """Say how far a payment for a held place has come that is no booking yet."""
    states = {payment.state for payment in money["payments"]}
    if PaymentState.PAID in states:
        return "given_back"
    return "under_way" if states & set(_UNDER_WAY) else "over"
