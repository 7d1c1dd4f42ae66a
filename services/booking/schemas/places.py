"""The shape of calls and replies about who has a seat."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.booking.domain import Attendance, Collection, HoldKind
from services.booking.schemas.people import RegisterPerson
from shared.shapes import Instant


class ForSomebody(Schema):
    """Whom a place is for: a person by id, or somebody who is made known with it."""

    session_id = fields.UUID(required=True)
    person_id = fields.UUID(load_default=None, allow_none=True)
    person = fields.Nested(RegisterPerson, load_default=None, allow_none=True)

    @validates_schema
    def _is_for_one(self, data: dict[str, Any], **more: Any) -> None:
        del more
        if (data.get("person_id") is None) is (data.get("person") is None):
            msg = "Either it or person has to be given, and not both."
            raise ValidationError(msg, "person_id")


class Book(ForSomebody):
    """A place for a person; `or_wait` takes a place on the list where there is none.

    `unpaid` lets a member in who lacks the credits it takes.
    """

    or_wait = fields.Boolean(load_default=False)
    unpaid = fields.Boolean(load_default=False, truthy={True}, falsy={False})


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
    sequence = fields.Integer()
    credits = fields.Integer()


class MoveBooking(OneBooking):
    """Where a booking goes: to another session, or with its single session to another time."""

    session_id = fields.UUID(load_default=None, allow_none=True)
    starts_at = Instant(load_default=None, allow_none=True)


class HoldPlace(ForSomebody):
    """A seat to be kept for a person; without `held_until`, until it is released.

    With `collection`, how it is to be paid, they are asked at once to confirm it.
    """

    kind = fields.Enum(
        HoldKind,
        by_value=True,
        load_default=HoldKind.STAFF,
        validate=validate.NoneOf([HoldKind.WAITLIST], error="Only the waiting list holds these."),
    )
    held_until = Instant(load_default=None, allow_none=True)
    collection = fields.Enum(Collection, by_value=True, load_default=None, allow_none=True)


class MarkAttendance(OneBooking):
    """Whether somebody came."""

    attendance = fields.Enum(Attendance, by_value=True, required=True)


class MarkAttendances(Schema):
    """Whether many of a session's people came; no booking is named twice."""

    session_id = fields.UUID(required=True)
    marks = fields.Dict(
        keys=fields.UUID(),
        values=fields.Enum(Attendance, by_value=True),
        required=True,
        validate=validate.Length(1, 1000),
    )


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
