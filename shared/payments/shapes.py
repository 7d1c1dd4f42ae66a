"""The shape of calls and replies about refunds."""

from marshmallow import Schema, fields

from shared.payments.states import RefundState
from shared.shapes import count


class RefundShape(Schema):
    """Money given back, or about to be; each service adds what it was paid for."""

    refund_id = fields.UUID()
    payment_id = fields.UUID()
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
