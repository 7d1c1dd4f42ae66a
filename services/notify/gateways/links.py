"""The links in messages: each signed for one purpose, about one thing, for a time."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.notify.domain import Channel, Message, MessageKind
from shared.config import Settings
from shared.contracts.booking import (
    CANCEL_LINK,
    CANCEL_PATH,
    CONFIRM_LINK,
    CONFIRM_PATH,
    MANAGE_LINK,
    MANAGE_PATH,
    PAY_LINK,
    PAY_PATH,
)
from shared.contracts.events import REGISTRATION_LINK, REGISTRATION_PATH
from shared.contracts.loyalty import STATEMENT_LINK, STATEMENT_PATH
from shared.contracts.notify import (
    PREFERENCES_LINK,
    PREFERENCES_PATH,
    UNSUBSCRIBE_LINK,
    UNSUBSCRIBE_PATH,
)
from shared.contracts.ranking import RANKS_LINK, RANKS_PATH
from shared.contracts.waitlist import CLAIM_LINK, CLAIM_PATH, ENTRY_LINK, ENTRY_PATH
from shared.links import sign_link, sign_short_link

Link = Callable[[Message, Settings], str]
_LONG = timedelta(days=400)
_TO_PAY = timedelta(days=60)


def _signed(
    message: Message, base: str, path: str, purpose: str, subject: UUID, until: datetime
) -> str:
    """Sign a link that knows its message; a text message pays for every character."""
    sign = sign_short_link if message.channel is Channel.SMS else sign_link
    token = sign(purpose, subject, expires_at=until, message_id=message.message_id)
    return base.rstrip("/") + path.format(token=token)


def _at(message: Message, name: str) -> datetime:
    text = message.context.get(name) or message.context.get("starts_at")
    return datetime.fromisoformat(text) if text else _written(message) + _LONG


def _written(message: Message) -> datetime:
    return message.created_at or message.began_at.astimezone(UTC)


def _id(message: Message, name: str) -> UUID:
    return UUID(message.context[name])


def _registration(message: Message, chosen: Settings) -> str:
    about, until = _id(message, "registration_id"), _at(message, "ends_at")
    return _signed(message, chosen.events_url, REGISTRATION_PATH, REGISTRATION_LINK, about, until)


def _cancel(message: Message, chosen: Settings) -> str:
    if message.context.get("registration_id"):
        return _registration(message, chosen)
    about, until = _id(message, "booking_id"), _at(message, "starts_at")
    return _signed(message, chosen.booking_url, CANCEL_PATH, CANCEL_LINK, about, until)


def _manage(message: Message, chosen: Settings) -> str:
    if not message.context.get("booking_id"):  # a registration's own link shows it already
        return ""
    about, until = _id(message, "booking_id"), _at(message, "ends_at") + _LONG
    return _signed(message, chosen.booking_url, MANAGE_PATH, MANAGE_LINK, about, until)


def _confirm(message: Message, chosen: Settings) -> str:
    # The page says when it is over; a date that only stood in for one may be months too early.
    about, until = _id(message, "hold_id"), _at(message, "starts_at") + _LONG
    return _signed(message, chosen.booking_url, CONFIRM_PATH, CONFIRM_LINK, about, until)


def _pay(message: Message, chosen: Settings) -> str:
    if not message.context.get("booking_id"):
        return ""
    about, until = _id(message, "booking_id"), _at(message, "starts_at") + _TO_PAY
    return _signed(message, chosen.booking_url, PAY_PATH, PAY_LINK, about, until)


def _claim(message: Message, chosen: Settings) -> str:
    about, until = _id(message, "offer_id"), _at(message, "until_at")
    return _signed(message, chosen.waitlist_url, CLAIM_PATH, CLAIM_LINK, about, until)


def _entry(message: Message, chosen: Settings) -> str:
    about, until = _id(message, "entry_id"), _at(message, "starts_at")
    return _signed(message, chosen.waitlist_url, ENTRY_PATH, ENTRY_LINK, about, until)


def _ranks(message: Message, chosen: Settings) -> str:
    until = _written(message) + _LONG
    return _signed(message, chosen.ranking_url, RANKS_PATH, RANKS_LINK, message.person_id, until)


def _points(message: Message, chosen: Settings) -> str:
    until, whose = _written(message) + _LONG, message.person_id
    return _signed(message, chosen.loyalty_url, STATEMENT_PATH, STATEMENT_LINK, whose, until)


def preferences(message: Message, chosen: Settings) -> str:
    """Link to where a person chooses which messages they get."""
    until = _written(message) + _LONG
    return _signed(
        message, chosen.notify_url, PREFERENCES_PATH, PREFERENCES_LINK, message.person_id, until
    )


def unsubscribe(message: Message, chosen: Settings) -> str:
    """Link to where messages that advertise are ended with one click."""
    until = _written(message) + _LONG
    return _signed(
        message, chosen.notify_url, UNSUBSCRIBE_PATH, UNSUBSCRIBE_LINK, message.person_id, until
    )


_TO_CANCEL: Mapping[str, Link] = {"cancel_url": _cancel}
_TO_BOOKING: Mapping[str, Link] = {**_TO_CANCEL, "manage_url": _manage}
_TO_REGISTRATION: Mapping[str, Link] = {"registration_url": _registration}
_TO_RANKS: Mapping[str, Link] = {"ranks_url": _ranks}
LINKS: Mapping[MessageKind, Mapping[str, Link]] = {
    MessageKind.CONFIRMED: {**_TO_BOOKING, "pay_url": _pay},
    MessageKind.ALLOCATED: _TO_BOOKING,
    MessageKind.CONFIRMATION_REQUESTED: {"confirm_url": _confirm},
    MessageKind.OFFERED: {"claim_url": _claim},
    MessageKind.WAITING: {"entry_url": _entry},
    MessageKind.MOVED: _TO_BOOKING,
    MessageKind.RECEIPT: {"manage_url": _manage},
    MessageKind.PAYMENT_REMINDER: {"pay_url": _pay},
    MessageKind.REMINDER: _TO_CANCEL,
    MessageKind.REGISTERED: _TO_REGISTRATION,
    MessageKind.REGISTRATION_CHANGED: _TO_REGISTRATION,
    MessageKind.RANK_AWARDED: _TO_RANKS,
    MessageKind.PROMOTION: _TO_RANKS,
    MessageKind.REFERRAL_THANKS: {"points_url": _points},
    MessageKind.NEWS: {"unsubscribe_url": unsubscribe},
}
"""The links of each kind, by the name they have in its words."""
