"""booking's public pages: the one where a link cancels a booking.

Opening the link shows a page and changes nothing, because mail scanners open links too; its
button cancels. Source: Q49, Qi2.
"""

import html
from uuid import UUID

from werkzeug.wrappers import Request, Response

from services.booking import actions, store
from services.booking.domain import BookingState
from shared.clock import Now
from shared.contracts.booking import CANCEL_LINK
from shared.contracts.errors import BookingNotFound
from shared.db import Transactions
from shared.links import LinkExpired, LinkInvalid, open_link
from shared.pages import shown
from shared.web import page


class CancelPages:
    """The pages behind the link that every confirmation and allocation carries."""

    db: Transactions
    now: Now

    @page("GET", "/cancel/<token>")
    def show_cancel_page(self, request: Request, token: str) -> Response:
        """Show what would be cancelled, and the button that does it."""
        del request
        booking_id = self._booking_id(token)
        if isinstance(booking_id, Response):
            return booking_id
        with self.db.read() as sql:
            booking = store.find_booking(sql, booking_id)
            session = store.find_session(sql, booking.session_id) if booking else None
        if booking is None or session is None:
            return shown("This link is not valid", _CONTACT, 404)
        name = html.escape(session.name)
        if booking.state == BookingState.CANCELLED:
            return shown("Already cancelled", f"<p>Your place in {name} was given up.</p>")
        return shown(
            "Cancel your place?",
            f"<p>{name}, {html.escape(session.location)}</p>"
            '<form method="post"><button>Cancel my place</button></form>',
        )

    @page("POST", "/cancel/<token>")
    def cancel_by_link(self, request: Request, token: str) -> Response:
        """Cancel the booking the link names; again and again is the same as once."""
        del request
        booking_id = self._booking_id(token)
        if isinstance(booking_id, Response):
            return booking_id
        try:
            with self.db.begin() as tx:
                actions.cancel_booking(tx, booking_id, by="link", at=self.now())
        except BookingNotFound:
            return shown("This link is not valid", _CONTACT, 404)
        return shown("Your place is cancelled", "<p>Thank you for letting us know.</p>")

    def _booking_id(self, token: str) -> UUID | Response:
        try:
            return open_link(CANCEL_LINK, token, at=self.now())
        except LinkExpired:
            return shown("This link has expired", _CONTACT, 410)
        except LinkInvalid:
            return shown("This link is not valid", _CONTACT, 404)


_CONTACT = "<p>Please contact the studio.</p>"
