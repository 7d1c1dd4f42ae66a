"""The shape of calls and replies about session types and packages."""

from marshmallow import Schema, fields

from services.booking.domain import Arrangement, AttendanceMode, Refund
from services.booking.schemas.texts import (
    Paragraphs,
    Photo,
    colour,
    currency,
    photos,
    price,
    reminder_template,
)
from shared.shapes import Line, count

DAY = 24 * 60
_LONGEST = 7 * DAY


class CreateSessionType(Schema):
    """A template for sessions."""

    name = Line(required=True)
    description = Paragraphs(load_default="")
    text = Paragraphs(load_default="")
    photos = photos(load_default=list)
    colour = colour(load_default="")
    arrangement = fields.Enum(Arrangement, by_value=True, load_default=Arrangement.MULTI)
    duration_minutes = count(1, _LONGEST, required=True)
    break_minutes = count(0, _LONGEST, load_default=0)
    attendance = fields.Enum(AttendanceMode, by_value=True, load_default=AttendanceMode.AUTOMATIC)
    credits = count(0, 1000, load_default=1)
    price_minor = price(load_default=None, allow_none=True)
    currency = currency(load_default="")
    cancellation_minutes = count(0, 60 * DAY, load_default=None, allow_none=True)
    refund = fields.Enum(Refund, by_value=True, load_default=Refund.NEVER)
    first_reminder_days = count(0, 45, load_default=7, allow_none=True)
    second_reminder_days = count(0, 45, load_default=3, allow_none=True)
    reminder_template = reminder_template(load_default="")


class ChangeSessionType(Schema):
    """What changes of a template; what is left out stays."""

    session_type_id = fields.UUID(required=True)
    name = Line()
    description = Paragraphs()
    text = Paragraphs()
    photos = photos()
    colour = colour()
    arrangement = fields.Enum(Arrangement, by_value=True)
    duration_minutes = count(1, _LONGEST)
    break_minutes = count(0, _LONGEST)
    attendance = fields.Enum(AttendanceMode, by_value=True)
    credits = count(0, 1000)
    price_minor = price(allow_none=True)
    currency = currency()
    cancellation_minutes = count(0, 60 * DAY, allow_none=True)
    refund = fields.Enum(Refund, by_value=True)
    first_reminder_days = count(0, 45, allow_none=True)
    second_reminder_days = count(0, 45, allow_none=True)
    reminder_template = reminder_template()


class OneSessionType(Schema):
    """A session type by id."""

    session_type_id = fields.UUID(required=True)


class ListSessionTypes(Schema):
    """The session types, or those for single or for multi sessions."""

    arrangement = fields.Enum(Arrangement, by_value=True, load_default=None, allow_none=True)


class SessionType(Schema):
    """A session type."""

    session_type_id = fields.UUID()
    name = fields.String()
    description = fields.String()
    text = fields.String()
    photos = fields.List(fields.Nested(Photo))
    colour = fields.String()
    arrangement = fields.String()
    duration_minutes = fields.Integer()
    break_minutes = fields.Integer()
    attendance = fields.String()
    credits = fields.Integer()
    price_minor = fields.Integer()
    currency = fields.String()
    cancellation_minutes = fields.Integer()
    refund = fields.String()
    first_reminder_days = fields.Integer()
    second_reminder_days = fields.Integer()
    reminder_template = fields.String()
    created_at = fields.AwareDateTime()


class AddPackage(Schema):
    """One thing more a session type offers."""

    session_type_id = fields.UUID(required=True)
    name = Line(required=True)
    description = Paragraphs(load_default="")
    price_minor = price(required=True)
    currency = currency(load_default=None, allow_none=True)
    duration_minutes = count(1, _LONGEST, load_default=None, allow_none=True)


class ChangePackage(Schema):
    """What changes of a package; one that is no longer offered stays where it was chosen."""

    package_id = fields.UUID(required=True)
    name = Line()
    description = Paragraphs()
    price_minor = price()
    currency = currency()
    duration_minutes = count(1, _LONGEST, allow_none=True)
    offered = fields.Boolean()


class ListPackages(OneSessionType):
    """The packages of a session type; `all` are also those no longer offered."""

    all = fields.Boolean(load_default=False)


class Package(Schema):
    """A package."""

    package_id = fields.UUID()
    session_type_id = fields.UUID()
    name = fields.String()
    description = fields.String()
    price_minor = fields.Integer()
    currency = fields.String()
    duration_minutes = fields.Integer()
    offered = fields.Boolean()
    added_at = fields.AwareDateTime()
