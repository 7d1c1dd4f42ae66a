"""The shape of calls and replies about sessions."""

from marshmallow import Schema, fields

from services.booking.domain import Arrangement, Audience, Classification
from services.booking.schemas.people import RegisterPerson
from services.booking.schemas.texts import (
    Paragraphs,
    Photo,
    currency,
    photos,
    price,
    reason,
    reminder_template,
)
from services.booking.schemas.types import DAY, Package, SessionType
from shared.shapes import Instant, Line, count, time_zone

SEATS = 100_000
"""The most seats a session has."""
WAITING = 10_000_000
"""The most people that wait for one."""


class Details(Schema):
    """What a session, a group's spots and a schedule's sessions have in common.

    Price, currency, credits, text, photos and cancellation deadline that are left out are the
    type's; a marketing session takes no credits and has only a price of its own. Without a
    `reminder_template` of its own, payments are reminded of in the text that the type names.
    """

    session_type_id = fields.UUID(required=True)
    name = Line(required=True)
    text = Paragraphs()
    photos = photos()
    classification = fields.Enum(Classification, by_value=True, load_default=Classification.REGULAR)
    time_zone = time_zone(required=True)
    staff = Line(required=True)
    location = Line(required=True)
    waiting_list_size = count(0, WAITING, load_default=0)
    waiting_list_closes_minutes = count(0, 60 * DAY, load_default=0)
    credits = count(0, 1000)
    price_minor = price(allow_none=True)
    currency = currency()
    cancellation_minutes = count(0, 60 * DAY, allow_none=True)
    reminder_template = reminder_template(load_default=None, allow_none=True)


class ScheduleSession(Details):
    """A session to be put on the timetable; of a single one also its package and its client."""

    arrangement = fields.Enum(Arrangement, by_value=True)
    starts_at = Instant(required=True)
    placeholder = fields.Boolean()
    capacity = count(0, SEATS, load_default=1)
    package_id = fields.UUID(allow_none=True)
    client_id = fields.UUID(allow_none=True)
    client = fields.Nested(RegisterPerson, allow_none=True)


class ChangeSession(Schema):
    """What changes of a session; what is left out stays."""

    session_id = fields.UUID(required=True)
    name = Line()
    text = Paragraphs()
    photos = photos()
    starts_at = Instant()
    time_zone = time_zone()
    placeholder = fields.Boolean()
    staff = Line()
    location = Line()
    capacity = count(0, SEATS)
    overrule_reason = Line(longest=500)
    waiting_list_size = count(0, WAITING)
    waiting_list_closes_minutes = count(0, 60 * DAY)
    credits = count(0, 1000)
    price_minor = price(allow_none=True)
    currency = currency()
    drop_waiting_list = fields.Boolean()
    cancellation_minutes = count(0, 60 * DAY, allow_none=True)
    reminder_template = reminder_template(allow_none=True)
    package_id = fields.UUID(allow_none=True)


class OneSession(Schema):
    """A session by id."""

    session_id = fields.UUID(required=True)


class CancelSession(OneSession):
    """A session that does not take place; the reason is for those concerned."""

    reason = reason()


class AssignClient(OneSession):
    """For whom a single session is: a person by id, or somebody who is made known now."""

    person_id = fields.UUID(load_default=None, allow_none=True)
    client = fields.Nested(RegisterPerson, load_default=None, allow_none=True)


class ChoosePackage(OneSession):
    """What the client of a single session has chosen."""

    package_id = fields.UUID(required=True)


class ListSessions(Schema):
    """A stretch of the timetable; `after` is the session the page before ended with."""

    since = Instant(required=True)
    until = Instant(required=True)
    after = fields.UUID(load_default=None, allow_none=True)
    audience = fields.Enum(Audience, by_value=True, load_default=Audience.STAFF)
    limit = count(1, 1000, load_default=200)


class Client(Schema):
    """Whom a single session is for; the hold is what a request to confirm is about."""

    session_id = fields.UUID()
    person_id = fields.UUID()
    hold_id = fields.UUID()
    booking_id = fields.UUID()
    kind = fields.String()
    name = fields.String()
    email = fields.String()
    phone = fields.String()
    confirmed = fields.Boolean()


class Session(Schema):
    """A session and its seats; `notes` say what was decided beside what was asked for.

    `link` is its public page; that of a spot shows all spots of its multi session.
    """

    session_id = fields.UUID()
    session_type_id = fields.UUID()
    name = fields.String()
    classification = fields.Enum(Classification, by_value=True)
    arrangement = fields.Enum(Arrangement, by_value=True)
    starts_at = fields.AwareDateTime()
    ends_at = fields.AwareDateTime()
    placeholder = fields.Boolean()
    time_zone = fields.String()
    staff = fields.String()
    location = fields.String()
    capacity = fields.Integer()
    taken = fields.Integer()
    free = fields.Integer()
    waiting_list_size = fields.Integer()
    waiting_list_closes_at = fields.AwareDateTime()
    credits = fields.Integer()
    price_minor = fields.Integer()
    currency = fields.String()
    cancellation_minutes = fields.Integer()
    reminder_template = fields.String()
    package_id = fields.UUID()
    group_id = fields.UUID()
    schedule_id = fields.UUID()
    cancelled_at = fields.AwareDateTime()
    link = fields.String()
    client = fields.Nested(Client)
    notes = fields.List(fields.String())


class SessionDetails(Schema):
    """The details page of a session."""

    session = fields.Nested(Session)
    session_type = fields.Nested(SessionType)
    text = fields.String()
    photos = fields.List(fields.Nested(Photo))
    overruled = fields.String()
    roll_call_at = fields.AwareDateTime()
    cancel_reason = fields.String()
    link = fields.String()
    share_link = fields.String()
    package = fields.Nested(Package)
    choose_from = fields.List(fields.Nested(Package))
    client = fields.Nested(Client)
    may_request_confirmation = fields.Boolean()
    may_send_reminder = fields.Boolean()
    booked = fields.Integer()
    waiting = fields.Integer()


class PackagesShown(Schema):
    """What a client is shown of the packages."""

    package = fields.Nested(Package)
    choose_from = fields.List(fields.Nested(Package))
