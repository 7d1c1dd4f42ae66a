"""A session's own page, where leads and clients pick a place; its address is no secret."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from marshmallow import ValidationError
from werkzeug.wrappers import Request, Response

from services.booking import actions, schemas, store
from services.booking.gateways import Cashier
from services.booking.pages.offers import Choice, Offer, Standing, by_day, read_offer
from services.booking.pages.show import PAGES, with_pictures
from shared.clock import Now
from shared.contracts import Values
from shared.contracts.booking import CONFIRM_LINK, CONFIRM_PATH
from shared.contracts.errors import Refused, SessionFull, WaitlistFull
from shared.db import Transactions, Tx
from shared.forms import form_token, submit_once
from shared.links import LinkInvalid, open_link, sign_link
from shared.web import page

BOOKED_LINK = "signed-up"
"""The purpose of a link that names a session and says that its visitor has a place there."""
WAITING_LINK = "signed-up-to-wait"
"""The purpose of a link that names a session and says that its visitor is on its list."""
_DONE = {"booked": (BOOKED_LINK, "booked"), "waiting": (WAITING_LINK, "waiting")}
_KEPT = timedelta(hours=12)
_FIELDS = ("name", "email", "phone", "language", "agree", "marketing", "package")


class SessionPages:
    """The page everybody sees, and the form on it."""

    db: Transactions
    now: Now
    cashier: Cashier

    @page("GET", "/sessions/<session_id>")
    def show_session_page(self, request: Request, session_id: str) -> Response:
        """Show a session, and the form by which people sign up for it."""
        offer = self._offer(session_id)
        return self._session_page(request, offer, {"spot": session_id}, {})

    @page("POST", "/sessions/<session_id>")
    def sign_up_by_form(self, request: Request, session_id: str) -> Response:
        """Give whoever submits the form a place; the same form again gives the same one."""
        offer = self._offer(session_id)
        given = request.form.to_dict()
        try:
            wish = schemas.SignUp().load(given)
        except ValidationError as exc:
            return self._session_page(request, offer, given, exc.messages_dict, status=422)
        spots = offer.alike(wish["spot"], self.now()) if offer else []
        if offer is None or not spots:
            return self._session_page(request, offer, given, {"spot": []}, status=422)
        if not _package_is_offered(offer, wish["package"]):
            return self._session_page(request, offer, given, {"package": []}, status=422)
        try:
            came = self._submit(wish, spots)
        except Refused as exc:
            note = "taken" if isinstance(exc, SessionFull | WaitlistFull) else "refused"
            fresh = self._offer(session_id)  # as it is now, which is why it was refused
            return self._session_page(request, fresh, given, {}, note=note, status=409)
        if came["status"] == "held":
            ends_at = self.now() + _KEPT
            token = sign_link(CONFIRM_LINK, UUID(came["hold_id"]), expires_at=ends_at)
            return PAGES.see(request, CONFIRM_PATH, token=token)
        purpose, word = _DONE[came["status"]]
        token = sign_link(purpose, UUID(came["session_id"]), expires_at=self.now() + _KEPT)
        return PAGES.see(request, "/sessions/{word}/{token}", word=word, token=token)

    @page("GET", "/sessions/booked/<token>")
    def show_signed_up(self, request: Request, token: str) -> Response:
        """Say that the place is theirs, and that an email with the rest is on its way."""
        return self._done_page(request, BOOKED_LINK, "signed_up", token)

    @page("GET", "/sessions/waiting/<token>")
    def show_waiting(self, request: Request, token: str) -> Response:
        """Say that they wait, and how they will hear."""
        return self._done_page(request, WAITING_LINK, "signed_up_to_wait", token)

    def _submit(self, wish: Values, spots: Sequence[UUID]) -> Values:
        visitor = actions.Visitor(
            name=wish["name"],
            email=wish["email"],
            phone=wish["phone"],
            language=wish["language"],
            marketing=wish["marketing"],
        )
        more = {"package_id": wish["package"], "or_wait": wish["wait"]}
        online = self.cashier.online

        def sign_up(tx: Tx) -> Values:
            return actions.sign_up(tx, spots, visitor, **more, online=online, at=self.now())

        content = {name: wish[name] for name in ("spot", "package", "name", "email")}
        return submit_once(self.db, wish["token"], content, sign_up, at=self.now())

    def _offer(self, session_id: str) -> Offer | None:
        try:
            about = UUID(session_id)
        except ValueError:
            return None
        with self.db.read() as sql:
            return read_offer(sql, about, cards=self.cashier.online)

    def _session_page(
        self,
        request: Request,
        offer: Offer | None,
        given: Values,
        wrong: Values,
        *,
        note: str = "",
        status: int = 200,
    ) -> Response:
        if offer is None:
            return PAGES.show(request, "session_unknown", status=404)
        choices = offer.choices(self.now())
        about: Any = {
            "offer": offer,
            "standing": offer.standing(self.now()),
            "choices": choices,
            "days": by_day(choices),
            "chosen": _chosen(choices, given.get("spot", "")),
            "Standing": Standing,
            "given": {name: given.get(name, "") for name in _FIELDS},
            "wrong": set(wrong),
            "note": note,
            "token": form_token(),
        }
        return with_pictures(PAGES.show(request, "session", status=status, **about))

    def _done_page(self, request: Request, purpose: str, template: str, token: str) -> Response:
        try:
            session_id = open_link(purpose, token, at=self.now())
        except LinkInvalid as exc:
            return PAGES.sorry(request, exc)
        with self.db.read() as sql:
            session = store.find_session(sql, session_id)
        if session is None:
            return PAGES.show(request, "session_unknown", status=404)
        return PAGES.show(request, template, session=session)


def _package_is_offered(offer: Offer, package_id: UUID | None) -> bool:
    """Say whether a visitor chose what there is to choose, and nothing else."""
    offered = [package.package_id for package in offer.choose_from]
    return package_id in offered if offered else package_id is None


def _chosen(choices: Sequence[Choice], spot: str) -> str:
    """Give the time that is ticked: the one that was asked for, or the only one."""
    for choice in choices:
        if spot in [str(one.session_id) for one in choice.spots] or len(choices) == 1:
            return str(choice.spot.session_id)
    return ""
