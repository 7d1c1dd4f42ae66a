"""The shape of calls and replies about tickets and who came."""

from marshmallow import Schema, fields

from services.events.schemas.places import Listed, OneRegistration
from shared.shapes import Line, count


class Ticket(Schema):
    """A ticket: its code, and the code as a QR code (PNG in base64, and SVG)."""

    registration_id = fields.UUID()
    ticket = fields.String()
    png = fields.String()
    svg = fields.String()


class ShowTicket(Schema):
    """A ticket shown at the door of an event, or of one of its sessions.

    Without `event_id` the ticket says which event's door it is.
    """

    ticket = Line(required=True, longest=64)
    event_id = fields.UUID(load_default=None, allow_none=True)
    session_id = fields.UUID(load_default=None, allow_none=True)


class UndoCheckIn(OneRegistration):
    """Somebody who has not come after all."""

    session_id = fields.UUID(load_default=None, allow_none=True)


class TicketSession(Schema):
    """A session a ticket is good for."""

    session_id = fields.UUID()
    name = fields.String()


class DoorAnswer(Schema):
    """What the door answers to a ticket."""

    answer = fields.String()
    registration_id = fields.UUID()
    person_id = fields.UUID()
    name = fields.String()
    checked_in_at = fields.AwareDateTime()
    minutes_late = fields.Integer()
    overdue_minor = fields.Integer()
    sessions = fields.List(fields.Nested(TicketSession))


class CheckInRow(Schema):
    """Somebody who is expected, and when they came."""

    registration_id = fields.UUID()
    person_id = fields.UUID()
    name = fields.String()
    ticket = fields.String()
    checked_in_at = fields.AwareDateTime()
    minutes_late = fields.Integer()


class CheckIns(Schema):
    """Who is expected at a door; the counts are of all, however few are listed."""

    expected = fields.Integer()
    came = fields.Integer()
    late = fields.Integer()
    rows = fields.List(fields.Nested(CheckInRow))


class ListCheckIns(Listed):
    """Who is expected at the door of an event, or of one session."""

    limit = count(1, 1000, load_default=500)
    offset = count(0, 10_000_000, load_default=0)
