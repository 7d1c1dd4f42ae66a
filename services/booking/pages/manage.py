"""The page that shows somebody their own booking, and their calendar's entry of it."""

from datetime import timedelta
from uuid import UUID

from werkzeug.wrappers import Request, Response

from services.booking.domain import BookingState, Session
from services.booking.pages.calendar import calendar_file
from services.booking.pages.show import Booked, read_booked, show, sorry
from shared.clock import Now
from shared.contracts.booking import CANCEL_LINK, CANCEL_PATH, MANAGE_LINK
from shared.db import Transactions
from shared.links import LinkInvalid, open_link, sign_link
from shared.web import page

_LONG = timedelta(days=60)
"""How long after a session the page still shows its booking."""


def manage_token(booking_id: UUID, session: Session) -> str:
    """Make the token of the page that shows a booking."""
    return sign_link(MANAGE_LINK, booking_id, expires_at=session.ends_at + _LONG)


class ManagePages:
    """The pages behind the link that shows a booking; they only show."""

    db: Transactions
    now: Now

    @page("GET", "/manage/<token>")
    def show_manage_page(self, request: Request, token: str) -> Response:
        """Show a booking: what, when, where, and what can be done about it."""
        try:
            booked = self._opened(token)
        except LinkInvalid as exc:
            return sorry(request, exc)
        session, booking = booked.session, booked.booking
        live = booking.state != BookingState.CANCELLED and not session.started(self.now())
        cancel = sign_link(CANCEL_LINK, booking.booking_id, expires_at=session.starts_at)
        about = {
            "session": session,
            "cancelled": booking.state == BookingState.CANCELLED,
            "live": live,
            "cancel_path": CANCEL_PATH.format(token=cancel),
            "token": token,
        }
        return show(request, "manage", booked.language, **about)

    @page("GET", "/manage/<token>/booking.ics")
    def fetch_calendar_file(self, request: Request, token: str) -> Response:
        """Give the booking as a file that calendars read."""
        try:
            booked = self._opened(token)
        except LinkInvalid as exc:
            return sorry(request, exc)
        return Response(
            calendar_file(booked.booking, booked.session, at=self.now()),
            content_type="text/calendar; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="booking.ics"'},
        )

    def _opened(self, token: str) -> Booked:
        booking_id = open_link(MANAGE_LINK, token, at=self.now())
        with self.db.read() as sql:
            return read_booked(sql, booking_id)
