"""The shape of calls and replies about sessions."""

from marshmallow import Schema, fields, validate

from services.booking.domain import (
    Arrangement,
    AttendanceMode,
    Classification,
)
from shared.shapes import Instant, Line, count, time_zone


class CreateSessionType(Schema):
    """A template for sessions."""

    name = Line(required=True)
    description = fields.String(load_default="", validate=validate.Length(max=5000))
    arrangement = fields.Enum(Arrangement, by_value=True, load_default=Arrangement.MULTI)
    duration_minutes = count(1, 7 * 24 * 60, required=True)
    attendance = fields.Enum(AttendanceMode, by_value=True, load_default=AttendanceMode.AUTOMATIC)


class SessionType(Schema):
    """A session type."""

    session_type_id = fields.UUID()
    name = fields.String()
    description = fields.String()
    arrangement = fields.String()
    duration_minutes = fields.Integer()
    created_at = fields.AwareDateTime()


class ScheduleSession(Schema):
    """A session to be put on the timetable."""

    session_type_id = fields.UUID(required=True)
    name = Line(required=True)
    classification = fields.Enum(Classification, by_value=True, load_default=Classification.REGULAR)
    starts_at = Instant(required=True)
    time_zone = time_zone(required=True)
    staff = Line(required=True)
    location = Line(required=True)
    capacity = count(0, 100_000, required=True)
    waiting_list_size = count(0, 10_000_000, load_default=0)
    waiting_list_closes_minutes = count(0, 60 * 24 * 60, load_default=0)


class ChangeSession(Schema):
    """What changes of a session; what is left out stays."""

    session_id = fields.UUID(required=True)
    name = Line()
    staff = Line()
    location = Line()
    capacity = count(0, 100_000)
    waiting_list_size = count(0, 10_000_000)


class OneSession(Schema):
    """A session by id."""

    session_id = fields.UUID(required=True)


class ListSessions(Schema):
    """A stretch of the timetable."""

    since = Instant(required=True)
    until = Instant(required=True)
    limit = count(1, 1000, load_default=200)


class Session(Schema):
    """A session and its seats."""

    session_id = fields.UUID()
    name = fields.String()
    classification = fields.Enum(Classification, by_value=True)
    starts_at = fields.AwareDateTime()
    ends_at = fields.AwareDateTime()
    time_zone = fields.String()
    staff = fields.String()
    location = fields.String()
    capacity = fields.Integer()
    taken = fields.Integer()
    free = fields.Integer()
    waiting_list_size = fields.Integer()
    waiting_list_closes_at = fields.AwareDateTime()
