"""The shape of booking's calls and replies."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.booking.domain import (
    Arrangement,
    Attendance,
    AttendanceMode,
    Classification,
    HoldKind,
    PersonKind,
)
from shared.shapes import LANGUAGES, EmailAddress, Instant, Line, PhoneNumber, count, time_zone


class RegisterPerson(Schema):
    """Who a new person is; an email address or a telephone number is needed."""

    kind = fields.Enum(PersonKind, by_value=True, required=True)
    name = Line(required=True)
    email = EmailAddress(load_default=None, allow_none=True)
    phone = PhoneNumber(load_default=None, allow_none=True)
    language = fields.String(load_default="en", validate=validate.OneOf(LANGUAGES))

    @validates_schema
    def _reachable(self, data: dict[str, Any], **more: Any) -> None:
        del more
        if not (data.get("email") or data.get("phone")):
            msg = "An email address or a telephone number is needed."
            raise ValidationError(msg, "email")


class ChangePerson(Schema):
    """What changes of a person; what is left out stays."""

    person_id = fields.UUID(required=True)
    kind = fields.Enum(PersonKind, by_value=True)
    name = Line()
    email = EmailAddress(allow_none=True)
    phone = PhoneNumber(allow_none=True)
    language = fields.String(validate=validate.OneOf(LANGUAGES))


class OnePerson(Schema):
    """A person by id."""

    person_id = fields.UUID(required=True)


class Person(Schema):
    """A person."""

    person_id = fields.UUID()
    kind = fields.String()
    name = fields.String()
    email = fields.String()
    phone = fields.String()
    language = fields.String()
    registered_at = fields.AwareDateTime()


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


class Book(Schema):
    """A place for a person; `or_wait` takes a place on the list where there is none."""

    session_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    or_wait = fields.Boolean(load_default=False)


class Place(Schema):
    """What came of asking for a place: `booked` or `waiting`."""

    status = fields.String()
    booking_id = fields.UUID()
    entry_id = fields.UUID()
    session_id = fields.UUID()
    person_id = fields.UUID()


class OneBooking(Schema):
    """A booking by id."""

    booking_id = fields.UUID(required=True)


class Booking(Schema):
    """A booking."""

    booking_id = fields.UUID()
    session_id = fields.UUID()
    person_id = fields.UUID()
    state = fields.String()
    booked_at = fields.AwareDateTime()
    cancelled_at = fields.AwareDateTime()
    cancelled_by = fields.String()
    spot_id = fields.UUID()
    attendance = fields.String()


class HoldPlace(Schema):
    """A seat to be kept for a person; without `held_until`, until it is released."""

    session_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    kind = fields.Enum(
        HoldKind,
        by_value=True,
        load_default=HoldKind.STAFF,
        validate=validate.NoneOf([HoldKind.WAITLIST], error="Only the waiting list holds these."),
    )
    held_until = Instant(load_default=None, allow_none=True)


class MarkAttendance(OneBooking):
    """Whether somebody came."""

    attendance = fields.Enum(Attendance, by_value=True, required=True)


class OneHold(Schema):
    """A hold by id."""

    hold_id = fields.UUID(required=True)


class Hold(Schema):
    """A seat kept for a person."""

    hold_id = fields.UUID()
    session_id = fields.UUID()
    person_id = fields.UUID()
    kind = fields.String()
    held_until = fields.AwareDateTime()


class OneSpot(Schema):
    """A spot by id."""

    spot_id = fields.UUID(required=True)


class RosterHeader(Schema):
    """The header of the bookings screen."""

    session = fields.Nested(Session)
    booked = fields.Integer()
    held = fields.Dict(keys=fields.String(), values=fields.Integer())
    waiting = fields.Integer()


class RosterRow(Schema):
    """One person on the bookings screen."""

    booking_id = fields.UUID()
    entry_id = fields.UUID()
    person_id = fields.UUID()
    kind = fields.String()
    name = fields.String()
    email = fields.String()
    phone = fields.String()
    status = fields.String()
    booked_at = fields.AwareDateTime()
    cancelled_at = fields.AwareDateTime()
    since = fields.AwareDateTime()


class Roster(Schema):
    """The bookings screen."""

    header = fields.Nested(RosterHeader)
    rows = fields.List(fields.Nested(RosterRow))
