"""The shape of calls and replies about what is paid."""

from marshmallow import Schema, fields

from services.events.domain import RefundState
from services.events.schemas.venues import text
from shared.shapes import Line, count


class Payment(Schema):
    """Money that came in, or went back."""

    payment_id = fields.UUID()
    registration_id = fields.UUID()
    amount_minor = fields.Integer()
    currency = fields.String()
    method = fields.String()
    reference = fields.String()
    note = fields.String()
    paid_at = fields.AwareDateTime()
    paid_minor = fields.Integer()
    due_minor = fields.Integer()


class RecordPayment(Schema):
    """Money that came in, or that was given back."""

    registration_id = fields.UUID(required=True)
    amount_minor = count(1, 100_000_000, required=True)
    reference = Line(load_default="")
    note = text(1000, load_default="")


class RefundPayment(Schema):
    """Money that is to go back to its card; without an amount, all that is left of it."""

    payment_id = fields.UUID(required=True)
    amount_minor = count(1, 100_000_000, load_default=None, allow_none=True)
    note = text(1000, load_default="")


class Refund(Schema):
    """Money that goes back to its card, or has gone."""

    refund_id = fields.UUID()
    payment_id = fields.UUID()
    registration_id = fields.UUID()
    amount_minor = fields.Integer()
    currency = fields.String()
    reason = fields.String()
    note = fields.String()
    state = fields.String()
    made_at = fields.AwareDateTime()
    refunded_at = fields.AwareDateTime()
    error = fields.String()


class ListRefunds(Schema):
    """Refunds of a state, the newest first; `after` is the refund the page before ended with."""

    state = fields.Enum(RefundState, by_value=True, load_default=RefundState.FAILED)
    after = fields.UUID(load_default=None, allow_none=True)
    limit = count(1, 500, load_default=50)


class Refunds(Schema):
    """A page of refunds; `after` asks for the next one, if there is one."""

    refunds = fields.List(fields.Nested(Refund))
    after = fields.UUID(allow_none=True)


class Checkout(Schema):
    """A page where somebody pays; its address follows when Stripe has given it."""

    payment_id = fields.UUID()
    registration_id = fields.UUID()
    state = fields.String()
    checkout_url = fields.String()
    amount_minor = fields.Integer()
    currency = fields.String()
    error = fields.String()
