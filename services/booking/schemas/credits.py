"""The shape of calls and replies about credits."""

from marshmallow import Schema, fields

from services.booking.schemas.people import OnePerson
from shared.shapes import Line, count


class ChangeCredits(OnePerson):
    """How many credits somebody gets or gives up, and why."""

    credits = count(1, 10_000, required=True)
    reason = Line(required=True)


class GetCredits(OnePerson):
    """Whose credits, and how many entries; `after` is the one the page before ended with."""

    limit = count(1, 1000, load_default=100)
    after = fields.UUID(load_default=None, allow_none=True)


class CreditEntry(Schema):
    """An entry of the ledger; `balance` is what there was after it."""

    entry_id = fields.UUID()
    kind = fields.String()
    credits = fields.Integer()
    balance = fields.Integer()
    booking_id = fields.UUID(allow_none=True)
    reason = fields.String()
    at = fields.AwareDateTime()


class Balance(Schema):
    """How many credits somebody has."""

    person_id = fields.UUID()
    balance = fields.Integer()


class Credits(Balance):
    """How many credits somebody has, and how it came about, the latest first."""

    entries = fields.List(fields.Nested(CreditEntry))
