"""waitlist's public pages: taking an offered seat, and one's own place in line.

Both are behind signed links. Opening one shows a page and changes nothing, because mail scanners
open links too; its buttons act. A token is all that lets somebody in, and it travels in the
address alone, so another site can make nobody's browser do what its owner could not.

Source: Q46, D27, D42.
"""

from typing import Any
from uuid import UUID

from werkzeug.wrappers import Request, Response

from services.waitlist import actions
from shared.clock import Now
from shared.contracts import Values
from shared.contracts.errors import EntryNotFound, OfferGone, OfferNotFound
from shared.contracts.waitlist import CLAIM_LINK, ENTRY_LINK
from shared.db import Transactions
from shared.links import LinkInvalid, open_link
from shared.pages import Pages
from shared.web import page

_PAGES = Pages("waitlist")


class ClaimPages:
    """The page where somebody takes or declines an offered seat."""

    db: Transactions
    now: Now

    @page("GET", "/claim/<token>")
    def show_claim_page(self, request: Request, token: str) -> Response:
        """Show what is offered and until when, and the buttons that answer."""
        try:
            made = self._offer(open_link(CLAIM_LINK, token, at=self.now()))
        except LinkInvalid as exc:
            return _PAGES.sorry(request, exc)
        if made["can_be_taken"]:
            return _PAGES.show(request, "claim", offer=made)
        return _PAGES.show(request, "answered", offer=made)

    @page("POST", "/claim/<token>")
    def answer_by_link(self, request: Request, token: str) -> Response:
        """Take the seat, or decline it; again and again is the same as once."""
        try:
            offer_id = open_link(CLAIM_LINK, token, at=self.now())
            self._offer(offer_id)
        except LinkInvalid as exc:
            return _PAGES.sorry(request, exc)
        declines = request.form.get("answer") == "decline"
        answer = actions.decline_offer if declines else actions.accept_offer
        try:
            with self.db.begin() as tx:
                answer(tx, offer_id, at=self.now())
        except OfferGone:
            return _PAGES.show(request, "answered", status=409, offer=self._offer(offer_id))
        return _PAGES.show(request, "answered", offer=self._offer(offer_id))

    def _offer(self, offer_id: UUID) -> Values:
        try:
            with self.db.read() as sql:
                return actions.get_offer(sql, offer_id, at=self.now())
        except OfferNotFound as exc:
            raise LinkInvalid(str(exc)) from exc


class EntryPages:
    """The page where somebody sees their place in line, and leaves."""

    db: Transactions
    now: Now

    @page("GET", "/waiting/<token>")
    def show_entry_page(self, request: Request, token: str) -> Response:
        """Show somebody their place in line and their odds, and the button to leave."""
        return self._entry_page(request, token, press=False)

    @page("POST", "/waiting/<token>")
    def leave_by_link(self, request: Request, token: str) -> Response:
        """Take somebody off the list; again and again is the same as once."""
        return self._entry_page(request, token, press=True)

    def _entry_page(self, request: Request, token: str, *, press: bool) -> Response:
        try:
            entry_id = open_link(ENTRY_LINK, token, at=self.now())
            self._entry(entry_id)
        except LinkInvalid as exc:
            return _PAGES.sorry(request, exc)
        if press:
            with self.db.begin() as tx:
                actions.leave(tx, entry_id, at=self.now())
        entry: Any = self._entry(entry_id)
        return _PAGES.show(request, "waiting" if entry["waits"] else "over", entry=entry)

    def _entry(self, entry_id: UUID) -> Values:
        try:
            with self.db.read() as sql:
                return actions.show_entry(sql, entry_id, at=self.now())
        except EntryNotFound as exc:
            raise LinkInvalid(str(exc)) from exc


class PublicPages(ClaimPages, EntryPages):
    """All pages of waitlist."""
