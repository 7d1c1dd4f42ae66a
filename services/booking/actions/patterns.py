"""What the sessions of a group or a schedule are made with, and how that changes."""

from typing import Any

from services.booking.actions.sessions import LIST_OFF, currency_of
from services.booking.domain import Classification
from shared.contracts import Values
from shared.contracts.errors import InvalidRequest

_OF_THOSE_MADE = frozenset({"drop_waiting_list", "overrule_reason"})


def changed_pattern(pattern: Any, changes: Values) -> tuple[Values, list[str]]:
    """Give the columns that change of what later sessions are made with, and what to say of it.

    It follows the rules of a session by itself; whether one that is made already can have the
    change is for that one to say.

    Args:
        pattern: the row of a group or a schedule, as it was.
        changes: the fields of a session that are to be otherwise.

    Raises:
        InvalidRequest: a marketing session cannot be so.

    Source: Q2, Q3, Q10 to Q12, B44.
    """
    columns = {key: value for key, value in changes.items() if key not in _OF_THOSE_MADE}
    if columns.keys() & {"price_minor", "currency"}:
        price = columns.get("price_minor", pattern.price_minor)
        named = columns.get("currency") or pattern.currency
        columns |= {"price_minor": price, "currency": currency_of(price, named)}
    if pattern.classification != Classification.MARKETING:
        return columns, []
    if columns.get("credits"):
        msg = "credits: A marketing session takes none."
        raise InvalidRequest(msg)
    return _without_list(pattern, columns)


def _without_list(pattern: Any, columns: Values) -> tuple[Values, list[str]]:
    if not columns.get("price_minor", pattern.price_minor):
        return columns, []
    if not pattern.price_minor:
        return columns | {"waiting_list_size": 0}, [LIST_OFF]
    if columns.get("waiting_list_size"):
        msg = "waiting_list_size: A marketing session with a price has no waiting list."
        raise InvalidRequest(msg)
    return columns, []
