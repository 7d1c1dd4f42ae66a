"""The shape of calls and replies about what is paid."""

from marshmallow import Schema, fields

from services.booking.domain import Collection
from services.booking.schemas.places import OneBooking, OneHold
from shared.payments.shapes import RefundShape
from shared.shapes import Day, Line, count

MOST_MINOR = 99_999_999
"""The largest amount a card can be charged, in minor units."""


class RequestConfirmation(OneHold):
    """A reserved place, and how it is to be paid when its client confirms it."""

    collection = fields.Enum(Collection, by_value=True, load_default=Collection.CARD)


class KeptCard(Schema):
    """A card its holder has agreed to be charged again, as far as anybody here knows it."""

    brand = fields.String()
    last4 = fields.String()
    agreed_at = fields.AwareDateTime()


class Forgotten(Schema):
    """Whether there was a card to forget."""

    forgotten = fields.Boolean()


class Requested(Schema):
    """What was asked for."""

    hold_id = fields.UUID()
    amount_minor = fields.Integer()
    currency = fields.String()


class StartCheckout(OneHold):
    """A held place that is to be confirmed; `save_card`: its person agrees to be charged again."""

    save_card = fields.Boolean(load_default=False)


class PayBalance(OneBooking):
    """A booking of which something is due."""

    save_card = fields.Boolean(load_default=False)


class Checkout(Schema):
    """Where somebody pays; `booked` where nothing is to be paid now."""

    status = fields.String()
    booking_id = fields.UUID()
    payment_id = fields.UUID()
    state = fields.String()
    checkout_url = fields.String()
    amount_minor = fields.Integer()
    currency = fields.String()
    error = fields.String()


class RecordPayment(OneBooking):
    """Money that came another way than by card."""

    amount_minor = count(1, MOST_MINOR, required=True)
    note = Line(longest=500, load_default=None, allow_none=True)
    received_on = Day(load_default=None, allow_none=True)


class RefundPayment(Schema):
    """What is given back of a payment; without an amount, all that is left.

    `instead_of` is a refund of it that failed: this one makes it good, and is as large as that one
    unless it says otherwise.
    """

    payment_id = fields.UUID(required=True)
    amount_minor = count(1, MOST_MINOR, load_default=None, allow_none=True)
    note = Line(longest=500, load_default=None, allow_none=True)
    instead_of = fields.UUID(load_default=None, allow_none=True)


class Payment(Schema):
    """A payment."""

    payment_id = fields.UUID()
    booking_id = fields.UUID()
    person_id = fields.UUID()
    purpose = fields.String()
    method = fields.String()
    state = fields.String()
    amount_minor = fields.Integer()
    currency = fields.String()
    made_at = fields.AwareDateTime()
    paid_at = fields.AwareDateTime()
    ended_at = fields.AwareDateTime()
    checkout_url = fields.String()
    error = fields.String()
    note = fields.String()
    received_on = fields.Date()


class Refund(RefundShape):
    """Money given back, or about to be."""

    booking_id = fields.UUID()


class GivenBack(Refund):
    """A refund, and whose it is: by that it is blanked where it names somebody who is erased."""

    person_id = fields.UUID()


class Refunds(Schema):
    """A page of refunds; `after` asks for the next one, if there is one."""

    refunds = fields.List(fields.Nested(Refund))
    after = fields.UUID(allow_none=True)


class Reminder(Schema):
    """A reminder that was asked for."""

    number = fields.Integer()
    kind = fields.String()
    requested_at = fields.AwareDateTime()


class Reminded(Schema):
    """What a person is reminded of."""

    booking_id = fields.UUID()
    due_minor = fields.Integer()
    currency = fields.String()
    number = fields.Integer()
    requested_at = fields.AwareDateTime()
    template = fields.String()


class Payments(Schema):
    """Everything about the money of a booking."""

    booking_id = fields.UUID()
    booked = fields.Boolean()
    price_minor = fields.Integer()
    paid_minor = fields.Integer()
    refunded_minor = fields.Integer()
    balance_minor = fields.Integer()
    currency = fields.String()
    payments = fields.List(fields.Nested(Payment))
    refunds = fields.List(fields.Nested(Refund))
    reminders = fields.List(fields.Nested(Reminder))
