"""notify's public pages: which messages somebody gets, and where Twilio says what became of texts.

Opening a link shows a page and changes nothing, because mail scanners open links too; its button
does, and so does the one click of a mail program (RFC 8058), which is a POST as well.
"""

from collections.abc import Callable
from datetime import timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from werkzeug.wrappers import Request, Response

from services.notify import actions, gateways
from services.notify.domain import Channel
from shared.clock import Now
from shared.config import settings
from shared.contracts.errors import PersonNotFound
from shared.contracts.notify import PREFERENCES_LINK, PREFERENCES_PATH, UNSUBSCRIBE_LINK
from shared.db import Transactions, Tx
from shared.links import LinkExpired, LinkInvalid, open_link, sign_link
from shared.pages import Pages
from shared.web import page

_PAGES = Pages("notify")
_GOOD_FOR = timedelta(days=400)
_EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


class NotifyPages:
    """The pages behind the links below every message, and Twilio's webhooks."""

    db: Transactions
    now: Now

    @page("GET", "/preferences/<token>")
    def show_preferences_page(self, request: Request, token: str) -> Response:
        """Show somebody which messages they get, to choose."""

        def show(tx: Tx, person_id: UUID) -> Response:
            found = actions.get_preferences(tx.sql, person_id)
            return _preferences(request, found, saved=False)

        return self._behind(request, PREFERENCES_LINK, token, show)

    @page("POST", "/preferences/<token>")
    def save_preferences(self, request: Request, token: str) -> Response:
        """Keep which messages somebody wants to get."""
        wanted = [
            (topic, channel)
            for topic in actions.CHOSEN
            for channel in Channel
            if f"{topic.value}-{channel.value}" in request.form
        ]

        def save(tx: Tx, person_id: UUID) -> Response:
            found = actions.set_preferences(tx, person_id, wanted, by="link", at=self.now())
            return _preferences(request, found, saved=True)

        return self._behind(request, PREFERENCES_LINK, token, save)

    @page("GET", "/unsubscribe/<token>")
    def show_unsubscribe_page(self, request: Request, token: str) -> Response:
        """Show the button that ends messages that advertise."""

        def show(tx: Tx, person_id: UUID) -> Response:
            found = actions.get_preferences(tx.sql, person_id)
            return _PAGES.show(request, "unsubscribe", found["language"])

        return self._behind(request, UNSUBSCRIBE_LINK, token, show)

    @page("POST", "/unsubscribe/<token>")
    def unsubscribe(self, request: Request, token: str) -> Response:
        """End messages that advertise, by the button or a mail program's one click."""

        def end(tx: Tx, person_id: UUID) -> Response:
            found = actions.unsubscribe(tx, person_id, at=self.now())
            token = sign_link(
                PREFERENCES_LINK,
                found["person_id"],
                expires_at=self.now() + _GOOD_FOR,
                message_id=tx.trace.caused_by,
            )
            url = settings().public_url("notify") + PREFERENCES_PATH.format(token=token)
            return _PAGES.show(request, "unsubscribed", found["language"], preferences_url=url)

        return self._behind(request, UNSUBSCRIBE_LINK, token, end)

    def _behind(
        self, request: Request, purpose: str, token: str, answer: Callable[[Tx, UUID], Response]
    ) -> Response:
        """Answer behind a link about a person, in one transaction, or say what is wrong with it."""
        try:
            person_id = open_link(purpose, token, at=self.now())
            with self.db.begin() as tx:
                return answer(tx, person_id)
        except (LinkExpired, LinkInvalid) as exc:
            return _PAGES.sorry(request, exc)
        except PersonNotFound:
            return _PAGES.show(request, "link_invalid", status=404)

    # -- Twilio -------------------------------------------------------------------------------

    @page("POST", "/twilio/status/<uuid:message_id>")
    def note_text_status(self, request: Request, message_id: UUID) -> Response:
        """Note what has become of a text message, if it is Twilio who says so."""
        path = gateways.STATUS_PATH.format(message_id=message_id)
        if not _signed(request, path):
            return Response("not signed by Twilio\n", 403)
        status, code = request.form.get("MessageStatus", ""), request.form.get("ErrorCode", "")
        with self.db.begin() as tx:
            known = actions.note_status(tx, message_id, status, code, at=self.now())
        return Response(status=204 if known else 404)

    @page("POST", "/twilio/incoming")
    def hear_text(self, request: Request) -> Response:
        """Heed a STOP or START that somebody has texted back."""
        if not _signed(request, gateways.INCOMING_PATH):
            return Response("not signed by Twilio\n", 403)
        phone, word = request.form.get("From", ""), request.form.get("Body", "")
        meaning = request.form.get("OptOutType", "")
        if phone:
            with self.db.begin() as tx:
                actions.hear_word(tx, phone, word, meaning, at=self.now())
        return Response(_EMPTY_TWIML, content_type="text/xml")


def _preferences(request: Request, found: Any, *, saved: bool) -> Response:
    topics = [
        (topic, list(choices))
        for topic, choices in groupby(found["choices"], key=lambda one: one["topic"])
    ]
    return _PAGES.show(request, "preferences", found["language"], topics=topics, saved=saved)


def _signed(request: Request, path: str) -> bool:
    form, signature = request.form.to_dict(), request.headers.get("X-Twilio-Signature")
    return gateways.is_from_twilio(settings(), path, form, signature)
