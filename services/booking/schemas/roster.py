"""The shape of the bookings screen."""

from marshmallow import Schema, fields

from services.booking.schemas.people import Warmth
from services.booking.schemas.sessions import Session


class RosterHeader(Schema):
    """The header of the bookings screen."""

    session = fields.Nested(Session)
    booked = fields.Integer()
    held = fields.Dict(keys=fields.String(), values=fields.Integer())
    waiting = fields.Integer()
    overruled = fields.String()
    roll_call_at = fields.AwareDateTime()


class RosterRow(Schema):
    """One person on the bookings screen."""

    booking_id = fields.UUID()
    hold_id = fields.UUID()
    entry_id = fields.UUID()
    person_id = fields.UUID()
    kind = fields.String()
    name = fields.String()
    email = fields.String()
    phone = fields.String()
    status = fields.String()
    booked_at = fields.AwareDateTime()
    cancelled_at = fields.AwareDateTime()
    cancelled_by = fields.String()
    held_until = fields.AwareDateTime()
    since = fields.AwareDateTime()
    due_minor = fields.Integer()
    currency = fields.String()
    warmth = fields.Nested(Warmth)
    actions = fields.List(fields.String())


class Roster(Schema):
    """The bookings screen."""

    header = fields.Nested(RosterHeader)
    rows = fields.List(fields.Nested(RosterRow))


class RollCallRow(Schema):
    """One person on the sheet of a roll call."""

    booking_id = fields.UUID()
    person_id = fields.UUID()
    kind = fields.String()
    name = fields.String()
    phone = fields.String()
    attendance = fields.String()


class RollCall(Schema):
    """The sheet of a roll call."""

    session = fields.Nested(Session)
    launched_at = fields.AwareDateTime()
    rows = fields.List(fields.Nested(RollCallRow))
