"""The shape of calls and replies about what is paid."""

from marshmallow import Schema, fields

from services.events.schemas.venues import text
from shared.payments.shapes import RefundShape
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
    """Money that came in."""

    registration_id = fields.UUID(required=True)
    amount_minor = count(1, 100_000_000, required=True)
    reference = Line(load_default="")
    note = text(1000, load_default="")


class RecordRefund(RecordPayment):
    """Money that was given back; `instead_of` a refund that failed, which it makes good."""

    instead_of = fields.UUID(load_default=None, allow_none=True)


class RefundPayment(Schema):
    """Money that is to go back to its card; without an amount, all that is left of it.

    `instead_of` is a refund of it that failed: this one makes it good, and is as large as that one
    unless it says otherwise.
    """

    payment_id = fields.UUID(required=True)
    amount_minor = count(1, 100_000_000, load_default=None, allow_none=True)
    note = text(1000, load_default="")
    instead_of = fields.UUID(load_default=None, allow_none=True)


class Refund(RefundShape):
    """Money that goes back to its card, or has gone."""

    registration_id = fields.UUID()


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
