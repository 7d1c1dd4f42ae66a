"""What booking does with session types."""

from datetime import datetime
from uuid import UUID, uuid4

from services.booking import store
from services.booking.actions.money import check_price
from services.booking.actions.reminder_texts import check_reminder_template
from shared.config import settings
from shared.contracts import Values
from shared.contracts.errors import InvalidRequest, SessionTypeNotFound
from shared.db import Tx


def create_session_type(tx: Tx, *, at: datetime, **details: object) -> Values:
    """Make a template for sessions.

    Source: B2, B3, B47 (which text reminds of a payment).
    """
    values: Values = {"session_type_id": uuid4(), "created_at": at, **_plain(details)}
    if values.get("price_minor") is not None and not values.get("currency"):
        values["currency"] = settings().currency
    check_price(values.get("price_minor"), values.get("currency") or "")
    check_reminder_template(tx.sql, values)
    store.add_session_type(tx.sql, values)
    return values


def change_session_type(tx: Tx, session_type_id: UUID, changes: Values) -> Values:
    """Change a template; sessions made from it before keep their times, price and credits.

    Refunds and reminders are the type's to say at all times, for sessions made before, too.
    """
    kind = store.find_session_type(tx.sql, session_type_id, lock=True)
    if kind is None:
        raise SessionTypeNotFound(str(session_type_id))
    plain = _plain(changes)
    arrangement = plain.get("arrangement", kind.arrangement)
    if arrangement != kind.arrangement and store.has_sessions(tx.sql, session_type_id):
        msg = f"arrangement: There are sessions of this type; it stays {kind.arrangement}."
        raise InvalidRequest(msg)
    if plain.get("price_minor") is not None and not (plain.get("currency") or kind.currency):
        plain["currency"] = settings().currency
    if plain.keys() & {"price_minor", "currency"}:
        now = kind._asdict() | plain
        check_price(now["price_minor"], now["currency"])
    check_reminder_template(tx.sql, plain)
    if plain:
        store.change_session_type(tx.sql, session_type_id, plain)
    return kind._asdict() | plain


def _plain(details: Values) -> Values:
    """Write the values of enums as the columns keep them."""
    return {key: getattr(value, "value", value) for key, value in details.items()}
