"""The shape of calls and replies about passes."""

from marshmallow import Schema, fields, validate

from services.events.schemas.venues import MOST_SEATS
from shared.shapes import Line, count

LARGEST_PRICE = 100_000_000


class DefinePass(Schema):
    """A pass of an event: what it opens, its price, and how many there are."""

    event_id = fields.UUID(required=True)
    name = Line(required=True)
    session_ids = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=500))
    price_minor = count(0, LARGEST_PRICE, load_default=0)
    currency = fields.String(
        load_default=None, allow_none=True, validate=validate.Regexp(r"[a-z]{3}\Z")
    )
    online = fields.Boolean(load_default=False)  # paid for on Stripe's page, to be registered
    quantity = count(0, MOST_SEATS, load_default=None, allow_none=True)


class ChangePass(Schema):
    """What changes of a pass; what is left out stays."""

    pass_id = fields.UUID(required=True)
    name = Line()
    session_ids = fields.List(fields.UUID(), validate=validate.Length(max=500))
    price_minor = count(0, LARGEST_PRICE)
    online = fields.Boolean()
    quantity = count(0, MOST_SEATS, allow_none=True)


class OnePass(Schema):
    """A pass by id."""

    pass_id = fields.UUID(required=True)


class Pass(Schema):
    """A pass; `session_registration_disabled` says what defining it has switched off."""

    pass_id = fields.UUID()
    event_id = fields.UUID()
    name = fields.String()
    session_ids = fields.List(fields.UUID())
    price_minor = fields.Integer()
    currency = fields.String()
    online = fields.Boolean()
    quantity = fields.Integer()
    sold = fields.Integer()
    available = fields.Boolean()
    withdrawn_at = fields.AwareDateTime()
    session_registration_disabled = fields.Boolean()
