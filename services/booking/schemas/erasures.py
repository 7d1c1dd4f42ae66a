"""The shape of calls and replies about erasing people."""

from marshmallow import Schema, fields


class ErasePerson(Schema):
    """Who is erased, and whether their places in sessions to come are given up first."""

    person_id = fields.UUID(required=True)
    cancel_bookings = fields.Boolean(load_default=False, truthy={True}, falsy={False})


class OneErasure(Schema):
    """An erasure by id."""

    erasure_id = fields.UUID(required=True)


class ErasedRecords(Schema):
    """What one service removed and kept."""

    service = fields.String()
    removed = fields.String()
    kept = fields.String()
    erased_at = fields.AwareDateTime()


class Receipt(Schema):
    """What became of a person's data, and which services are still to say.

    `cards_at_stripe` counts the cards that were kept, and that Stripe has still to let go of.
    """

    erasure_id = fields.UUID()
    person_id = fields.UUID()
    erased_at = fields.AwareDateTime()
    scrubbed_at = fields.AwareDateTime(allow_none=True)
    cards_at_stripe = fields.Integer()
    services = fields.List(fields.Nested(ErasedRecords))
    waiting_for = fields.List(fields.String())
