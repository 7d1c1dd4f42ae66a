"""How somebody comes to pay for a registration on Stripe's page, and how such a page is closed."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.events import store
from services.events.domain import CHECKOUT_OPEN, Event
from shared.config import settings
from shared.contracts import Values
from shared.contracts.events import EVENT_PATH, REGISTRATION_LINK, REGISTRATION_PATH
from shared.db import Tx
from shared.links import sign_link
from shared.payments.jobs import JobKind
from shared.payments.states import PaymentState

REGISTERED_LINK = "registered"
"""The purpose of a link that names an event and says that its visitor is registered."""
REGISTERED_PATH = "/events/done/registered/{token}"
_KEPT = timedelta(hours=12)
_ALMOST_OVER = timedelta(minutes=5)
_CALLERS_TURN = timedelta(seconds=5)


ask_stripe = store.CARD_JOBS.ask


def open_checkout(tx: Tx, event: Event, registration: Any, *, at: datetime) -> Values:
    """Give the page where what is due of a registration is paid, or have one opened.

    Whoever registered on the event's page comes back to a page that names the event alone, for
    nobody has proved who they are; everybody else to the registration.

    Args:
        tx: the transaction.
        event: the registration's.
        registration: as it is now, locked; something of it is due.
        at: now (UTC).
    """
    due = registration.price_minor - registration.paid_minor
    for checkout in store.unpaid_checkouts(tx.sql, registration.registration_id):
        if checkout.expires_at > at + _ALMOST_OVER and checkout.amount_minor == due:
            return checkout_shown(checkout)
        close_checkout(tx, checkout, at=at)
    person = store.find_person(tx.sql, registration.person_id)
    payment_id, ids = uuid4(), registration.registration_id
    success, back = _ways_back(event, registration, at=at)
    values: Values = {
        "payment_id": payment_id,
        "registration_id": ids,
        "amount_minor": due,
        "currency": registration.currency,
        "made_at": at,
        "description": event.name,
        "expires_at": at + CHECKOUT_OPEN,
        "success_url": success,
        "cancel_url": back,
        "language": person.language if person else "en",
    }
    store.add_checkout(tx.sql, values)
    # Whoever wants the page asks for it right away; the timer comes where they could not.
    ask_stripe(tx, JobKind.OPEN, payment_id, due_at=at + _CALLERS_TURN)
    return checkout_shown(store.find_checkout(tx.sql, payment_id))


def _ways_back(event: Event, registration: Any, *, at: datetime) -> tuple[str, str]:
    root = settings().public_url("events")
    if registration.registered_by == "page" and registration.held_until is not None:
        token = sign_link(REGISTERED_LINK, event.event_id, expires_at=at + _KEPT)
        done = REGISTERED_PATH.format(token=token)
        return root + done, root + EVENT_PATH.format(event_id=event.event_id)
    until, ids = max(event.ends_at, at + _KEPT), registration.registration_id
    own = root + REGISTRATION_PATH.format(token=sign_link(REGISTRATION_LINK, ids, expires_at=until))
    return own, own


def checkout_shown(checkout: Any) -> Values:
    """Give what a caller is to know of a page where somebody pays."""
    return {
        "payment_id": checkout.payment_id,
        "registration_id": checkout.registration_id,
        "state": checkout.state,
        "checkout_url": checkout.checkout_url,
        "amount_minor": checkout.amount_minor,
        "currency": checkout.currency,
        "error": checkout.error,
    }


def close_checkouts(tx: Tx, registration_id: UUID, *, at: datetime) -> None:
    """Have nobody pay for this any more; what Stripe shows already is expired there.

    Whether somebody paid in the last moment is known when Stripe has answered.
    """
    for checkout in store.unpaid_checkouts(tx.sql, registration_id):
        close_checkout(tx, checkout, at=at)


def close_checkout(tx: Tx, checkout: Any, *, at: datetime) -> None:
    """Have nobody pay on this page any more."""
    if checkout.state == PaymentState.OPENED:
        ask_stripe(tx, JobKind.EXPIRE, checkout.payment_id, due_at=at)
    else:
        ended = {"state": PaymentState.EXPIRED.value, "ended_at": at}
        store.change_checkout(tx.sql, checkout.payment_id, **ended)
