"""The shape of the bookings screen."""

from marshmallow import Schema, fields

from services.booking.schemas.people import Warmth
from services.booking.schemas.sessions import OneSession, Session
from shared.shapes import count


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
    balance_minor = fields.Integer()
    currency = fields.String()
    warmth = fields.Nested(Warmth)
    actions = fields.List(fields.String())


class GetRoster(OneSession):
    """A session's bookings screen, and how many of those who wait it names, longest first."""

    waiting_rows = count(1, 1000, load_default=500)


class Roster(Schema):
    """The bookings screen; where more wait than it names, list_waiting has the others.

    It goes on after `waiting_after`.
    """

    header = fields.Nested(RosterHeader)
    rows = fields.List(fields.Nested(RosterRow))
    waiting_after = fields.UUID(allow_none=True)


class ListWaiting(OneSession):
    """Who waits for a session, longest first; `after` is the entry the page before ended with."""

    after = fields.UUID(load_default=None, allow_none=True)
    limit = count(1, 1000, load_default=200)


class Waiting(Schema):
    """A page of those who wait; `after` asks for the next one, if there is one."""

    rows = fields.List(fields.Nested(RosterRow))
    after = fields.UUID(allow_none=True)


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
