"""The page where a link cancels a booking.

Opening the link shows a page and changes nothing, because mail scanners open links too; its
button cancels. Source: Q49, Qi2.
"""

from typing import Any

from werkzeug.wrappers import Request, Response

from services.booking import actions
from services.booking.pages.show import PAGES, read_booked
from shared.clock import Now
from shared.contracts.booking import CANCEL_LINK
from shared.contracts.errors import SessionStarted
from shared.db import Transactions
from shared.links import LinkInvalid, open_link
from shared.web import page


class CancelPages:
    """The pages behind the link that every confirmation and allocation carries."""

    db: Transactions
    now: Now

    @page("GET", "/cancel/<token>")
    def show_cancel_page(self, request: Request, token: str) -> Response:
        """Show what would be cancelled, and the button that does it."""
        return self._cancel_page(request, token, press=False)

    @page("POST", "/cancel/<token>")
    def cancel_by_link(self, request: Request, token: str) -> Response:
        """Cancel the booking the link names; again and again is the same as once."""
        return self._cancel_page(request, token, press=True)

    def _cancel_page(self, request: Request, token: str, *, press: bool) -> Response:
        try:
            booking_id = open_link(CANCEL_LINK, token, at=self.now())
            with self.db.read() as sql:
                booked = read_booked(sql, booking_id)
        except LinkInvalid as exc:
            return PAGES.sorry(request, exc)
        about: Any = {"session": booked.session}
        if press:
            try:
                with self.db.begin() as tx:
                    actions.cancel_booking(tx, booking_id, by="link", at=self.now())
            except SessionStarted:
                return PAGES.show(request, "cancel_too_late", booked.language, status=410, **about)
            return PAGES.show(request, "cancelled", booked.language, **about)
        if not booked.live:
            about |= {"other": booked.other_url}
            return PAGES.show(request, "cancelled_already", booked.language, **about)
        if booked.session.started(self.now()):
            return PAGES.show(request, "cancel_too_late", booked.language, status=410, **about)
        return PAGES.show(request, "cancel", booked.language, **about)
