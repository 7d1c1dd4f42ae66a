"""What booking does for people who sign up by themselves on a public page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.booking import store
from services.booking.actions.holds import confirm_hold, keep_place
from services.booking.actions.money import paid_by_card
from services.booking.actions.packages import choose_package, packages_shown
from services.booking.actions.people import register_person
from services.booking.actions.places import take_place
from services.booking.domain import (
    HoldKind,
    PersonKind,
    Session,
    folded,
    may_attend,
    open_to_visitors,
)
from shared.contracts import Values
from shared.contracts.errors import AlreadyBooked, AlreadyWaiting, NotForLeads, SessionNotFound
from shared.db import Tx

_CONSENT = "ticked the box on the page to sign up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody at a public page, who may be anybody: what they say of themselves."""

    name: str
    email: str
    phone: str | None  # E.164
    language: str  # ISO 639-1
    marketing: bool = False  # whether they want messages that advertise


def sign_up(
    tx: Tx,
    spots: Sequence[UUID],
    visitor: Visitor,
    *,
    package_id: UUID | None,
    or_wait: bool,
    online: bool,
    at: datetime,
) -> Values:
    """Give a visitor a place in the first of these sessions that has one, or one on its list.

    Nobody has proved who they are, so a visitor is treated as a lead whatever the person of that
    name and address is to the studio; where leads may not come, as a client, who pays. Somebody
    who has a place, or waits, is answered as if they had got it now: whoever knows a name and an
    address learns nothing from the page, and the email that says more goes to the address alone.

    Args:
        tx: the transaction.
        spots: sessions that are alike to the visitor, the one they chose first.
        visitor: what they say of themselves.
        package_id: what they chose of a single session's packages.
        or_wait: whether they want to wait where no place is free.
        online: whether cards are taken; then a place that costs something is theirs when paid.
        at: now, UTC.

    Returns:
        `status`, `booked`, `waiting` or `held` (to be confirmed by paying), and `session_id`, of
        which; with `held`, the `hold_id`.

    Source: Q5, B15, B49.
    """
    sessions = [_for_visitors(tx, session_id, cards=online) for session_id in spots]
    session = next((one for one in sessions if one.free), sessions[0])
    ids = {"session_id": session.session_id}
    person_id = _known_or_new(tx, visitor, session, at=at)
    if package_id is not None and session.free:
        choose_package(tx, session.session_id, package_id)
    if _by_card(tx, session.session_id, online=online):
        return _hold(tx, session, person_id, visitor, at=at)
    held = store.find_reserved(tx.sql, session.session_id, person_id, at=at)
    if held is not None and session.free:
        # Theirs already; another one beside it would leave a seat that nobody sits on.
        return {"status": confirm_hold(tx, held, at=at)["status"], **ids}
    try:
        place = take_place(tx, session.session_id, person_id, or_wait=or_wait, at=at)
    except AlreadyBooked:
        # Whether the session is full is there for all to see; whether they have a place is not.
        return {"status": "booked" if session.free else "waiting", **ids}
    except AlreadyWaiting:
        return {"status": "waiting", **ids}
    return {"status": place["status"], **ids}


def _hold(tx: Tx, session: Session, person_id: UUID, visitor: Visitor, *, at: datetime) -> Values:
    """Keep a seat for a visitor who is about to pay.

    Where the person of this name and address has a place, it is kept for a new record of theirs:
    anything else would tell whoever asks that they have one.
    """
    if store.has_place(tx.sql, session.session_id, person_id):
        person_id = _new(tx, visitor, session, at=at)
    kind: Values = {"kind": HoldKind.CHECKOUT, "until": None}
    hold = keep_place(tx, session.session_id, person_id, **kind, at=at)
    ids = {"session_id": session.session_id, "hold_id": hold["hold_id"]}
    return {"status": "held", **ids}


def _by_card(tx: Tx, session_id: UUID, *, online: bool) -> bool:
    """Say whether a place is paid for by card, with what the visitor chose or the only package."""
    session = store.find_session(tx.sql, session_id)
    if session is None:
        return False
    priced = packages_shown(tx.sql, session)["package"] or session
    return paid_by_card(priced.price_minor, priced.currency, online=online)


def _for_visitors(tx: Tx, session_id: UUID, *, cards: bool) -> Session:
    session = store.find_session(tx.sql, session_id)
    if session is None:
        raise SessionNotFound(str(session_id))
    by_card = paid_by_card(session.price_minor, session.currency, online=cards)
    if not open_to_visitors(session, cards=by_card):
        msg = f"{session.name} is not classified as marketing"
        raise NotForLeads(msg)
    return session


def _known_or_new(tx: Tx, visitor: Visitor, session: Session, *, at: datetime) -> UUID:
    """Find the person of this name and address who may come to a session, or make one of them.

    What is known of a person is not changed, for anybody can fill in the form.
    """
    for row in store.people_at(tx.sql, visitor.email):
        may = may_attend(PersonKind(row.kind), session.classification)
        if may and folded(row.name) == folded(visitor.name):
            person_id: UUID = row.person_id
            return person_id
    return _new(tx, visitor, session, at=at)


def _new(tx: Tx, visitor: Visitor, session: Session, *, at: datetime) -> UUID:
    """Make a lead of a visitor, or a client where leads may not come."""
    as_lead = may_attend(PersonKind.LEAD, session.classification)
    made = register_person(
        tx,
        kind=PersonKind.LEAD if as_lead else PersonKind.CLIENT,
        name=visitor.name,
        email=visitor.email,
        phone=visitor.phone,
        language=visitor.language,
        consent=_CONSENT,
        marketing=visitor.marketing,
        at=at,
    )
    return UUID(str(made["person_id"]))
