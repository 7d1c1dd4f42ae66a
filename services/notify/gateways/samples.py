"""What there is to fill into the words of each kind, shown on sample data."""

from collections.abc import Mapping

from services.notify.domain import MessageKind

_ID = "00000000-0000-4000-8000-000000000001"
_OCCASION = {
    "session_name": "Yoga for beginners",
    "starts_at": "2031-03-06T17:30:00+00:00",
    "ends_at": "2031-03-06T18:30:00+00:00",
    "time_zone": "Europe/Rome",
    "location": "Studio 2",
    "staff": "Lea",
}
_PLACE = _OCCASION | {"booking_id": _ID, "registration_id": "", "sequence": "0"}
_MONEY = {
    "session_name": _OCCASION["session_name"],
    "booking_id": _ID,
    "payment_id": _ID,
    "amount_minor": "2500",
    "price_minor": "4000",
    "balance_minor": "1500",
    "currency": "eur",
    "by_card": "yes",
}
_REGISTRATION = _OCCASION | {
    "registration_id": _ID,
    "sequence": "0",
    "agenda": "2031-03-06 18:30-19:00 Opening\n2031-03-06 19:00-19:30 First workshop, Studio 3",
    "ticket": "TICKET-1",
    "balance_minor": "1500",
    "currency": "eur",
}
_CALLED_OFF = {"called_off": "2031-03-06 20:00-21:00 Second workshop, Studio 3"}
_ADVANCE = {
    "person_name": "Ada Lovelace",
    "category_name": "Karate",
    "rank_name": "yellow",
    "term": "Belt Tracking",
    "unit": "belt",
    "visits": "12",
}
_LETTER = {
    "subject": "A word about Thursday",
    "text": "We begin ten minutes later.",
    "session_name": _OCCASION["session_name"],
}

SAMPLES: Mapping[MessageKind, Mapping[str, str]] = {
    MessageKind.CONFIRMED: _PLACE | {"balance_minor": "1500", "currency": "eur"},
    MessageKind.ALLOCATED: _PLACE,
    MessageKind.CONFIRMATION_REQUESTED: _OCCASION
    | {"hold_id": _ID, "amount_minor": "2500", "currency": "eur"}
    | {"until_at": "2031-03-05T17:30:00+00:00"},
    MessageKind.OFFERED: _OCCASION
    | {"offer_id": _ID, "announced": "yes", "until_at": "2031-03-05T17:30:00+00:00"},
    MessageKind.OFFER_CLOSED: _OCCASION | {"reason": "taken"},
    MessageKind.WAITING: _OCCASION | {"entry_id": _ID, "place": "3", "needs_answer": "yes"},
    MessageKind.WAITING_ENDED: _OCCASION | {"reason": "list_closed"},
    MessageKind.MOVED: _PLACE | {"was_at": "2031-03-05T17:30:00+00:00"},
    MessageKind.CANCELLED: _PLACE,
    MessageKind.SESSION_CANCELLED: _PLACE,
    MessageKind.RECEIPT: _MONEY,
    MessageKind.REFUNDED: _MONEY,
    MessageKind.PAYMENT_REMINDER: _OCCASION
    | {"booking_id": _ID, "amount_minor": "2500", "currency": "eur"},
    MessageKind.REMINDER: _PLACE,
    MessageKind.REGISTERED: _REGISTRATION,
    MessageKind.REGISTRATION_CHANGED: _REGISTRATION | _CALLED_OFF,
    MessageKind.REGISTRATION_ENDED: _REGISTRATION,
    MessageKind.EVENT_CANCELLED: _REGISTRATION,
    MessageKind.AGENDA_CANCELLED: _REGISTRATION | _CALLED_OFF,
    MessageKind.RANK_AWARDED: _ADVANCE,
    MessageKind.RANK_AWARDED_STAFF: _ADVANCE,
    MessageKind.PROMOTION: _ADVANCE,
    MessageKind.PROMOTION_STAFF: _ADVANCE,
    MessageKind.REFERRAL_THANKS: {"text": "Thanks for recommending us. You have 100 points more."},
    MessageKind.LETTER: _LETTER,
    MessageKind.NEWS: _LETTER,
}
"""What a message of each kind knows, by the names its context has."""
