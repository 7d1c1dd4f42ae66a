"""The shape of calls and replies about events and their sessions."""

from marshmallow import Schema, fields, validate

from services.events.domain import Format
from services.events.schemas.passes import Pass
from services.events.schemas.venues import MOST_SEATS, Speaker, text
from shared.shapes import Instant, Line, count, time_zone

MOST_WAITING = 10_000_000
LONGEST_CLOSING = 60 * 24 * 60  # minutes; 60 days


class _Seats(Schema):
    """How many may come and wait; without a capacity, that of the venue, if it has one."""

    capacity = count(0, MOST_SEATS, allow_none=True)
    waiting_list_size = count(0, MOST_WAITING)
    waiting_list_closes_minutes = count(0, LONGEST_CLOSING)


class _Where(Schema):
    """Where it takes place."""

    location = Line(shortest=0, longest=700)
    building_id = fields.UUID(allow_none=True)
    room_id = fields.UUID(allow_none=True)
    layout_id = fields.UUID(allow_none=True)


class CreateEvent(Schema):
    """An event to be set up."""

    name = Line(required=True)
    description = text(load_default="")
    format = fields.Enum(Format, by_value=True, load_default=Format.ONSITE)
    starts_at = Instant(required=True)
    ends_at = Instant(required=True)
    time_zone = time_zone(load_default=None, allow_none=True)
    location = Line(shortest=0, longest=700, load_default="")
    building_id = fields.UUID(load_default=None, allow_none=True)
    room_id = fields.UUID(load_default=None, allow_none=True)
    layout_id = fields.UUID(load_default=None, allow_none=True)
    capacity = count(0, MOST_SEATS, allow_none=True)
    waiting_list_size = count(0, MOST_WAITING, load_default=0)
    waiting_list_closes_minutes = count(0, LONGEST_CLOSING, load_default=0)
    overlaps_allowed = fields.Boolean(load_default=False)
    auto_register = fields.Boolean(load_default=None, allow_none=True)
    invitations = count(1, 100, load_default=1)
    answer_minutes = count(1, 60 * 24 * 30, load_default=24 * 60)
    published = fields.Boolean(load_default=True)


class QuickCreateEvent(Schema):
    """The short form of an event: what it cannot do without."""

    name = Line(required=True)
    starts_at = Instant(required=True)
    ends_at = Instant(required=True)
    capacity = count(0, MOST_SEATS, load_default=None, allow_none=True)


class ChangeEvent(_Seats, _Where):
    """What changes of an event; what is left out stays."""

    event_id = fields.UUID(required=True)
    name = Line()
    description = text()
    format = fields.Enum(Format, by_value=True)
    starts_at = Instant()
    ends_at = Instant()
    time_zone = time_zone()
    overlaps_allowed = fields.Boolean()
    auto_register = fields.Boolean(allow_none=True)
    invitations = count(1, 100)
    answer_minutes = count(1, 60 * 24 * 30)
    published = fields.Boolean()


class OneEvent(Schema):
    """An event by id."""

    event_id = fields.UUID(required=True)


class SetOwnAgenda(OneEvent):
    """Whether registrants create their own agenda."""

    own_agenda = fields.Boolean(required=True)


class ListEvents(Schema):
    """Events that start in a time; `after` is the event the page before ended with."""

    since = Instant(required=True)
    until = Instant(required=True)
    after = fields.UUID(load_default=None, allow_none=True)
    published = fields.Boolean(load_default=None, allow_none=True)
    limit = count(1, 1000, load_default=200)


class AddSession(OneEvent):
    """A session to be put on an event's schedule."""

    name = Line(required=True)
    description = text(load_default="")
    starts_at = Instant(required=True)
    ends_at = Instant(required=True)
    location = Line(shortest=0, longest=700, load_default="")
    building_id = fields.UUID(load_default=None, allow_none=True)
    room_id = fields.UUID(load_default=None, allow_none=True)
    layout_id = fields.UUID(load_default=None, allow_none=True)
    speaker_ids = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=100))
    capacity = count(0, MOST_SEATS, allow_none=True)
    waiting_list_size = count(0, MOST_WAITING, load_default=0)
    waiting_list_closes_minutes = count(0, LONGEST_CLOSING, load_default=0)


class QuickAddSession(OneEvent):
    """The short form of a session; the capacity is needed where registrants choose sessions."""

    name = Line(required=True)
    starts_at = Instant(required=True)
    ends_at = Instant(required=True)
    capacity = count(0, MOST_SEATS, load_default=None, allow_none=True)


class ChangeSession(_Seats, _Where):
    """What changes of a session; what is left out stays."""

    session_id = fields.UUID(required=True)
    name = Line()
    description = text()
    starts_at = Instant()
    ends_at = Instant()
    speaker_ids = fields.List(fields.UUID(), validate=validate.Length(max=100))


class OneSession(Schema):
    """A session by id."""

    session_id = fields.UUID(required=True)


class Limits(Schema):
    """The seats of an event or session."""

    capacity = fields.Integer()
    taken = fields.Integer()
    free = fields.Integer()
    full = fields.Boolean()
    counts = fields.Boolean()
    waiting_list_size = fields.Integer()
    waiting_list_closes_at = fields.AwareDateTime()
    may_wait = fields.Boolean()


class Session(Limits):
    """A session of an event."""

    session_id = fields.UUID()
    event_id = fields.UUID()
    name = fields.String()
    description = fields.String()
    starts_at = fields.AwareDateTime()
    ends_at = fields.AwareDateTime()
    location = fields.String()
    building_id = fields.UUID()
    room_id = fields.UUID()
    layout_id = fields.UUID()
    cancelled_at = fields.AwareDateTime()
    speakers = fields.List(fields.Nested(Speaker))


class ListedEvent(Schema):
    """An event in a list."""

    event_id = fields.UUID()
    name = fields.String()
    format = fields.Enum(Format, by_value=True)
    starts_at = fields.AwareDateTime()
    ends_at = fields.AwareDateTime()
    time_zone = fields.String()
    location = fields.String()
    published = fields.Boolean()
    cancelled_at = fields.AwareDateTime()


class Event(ListedEvent, Limits):
    """An event with its schedule and passes; `own_agenda` only where it has no passes."""

    description = fields.String()
    building_id = fields.UUID()
    room_id = fields.UUID()
    layout_id = fields.UUID()
    own_agenda = fields.Boolean()
    registration_level = fields.String()
    overlaps_allowed = fields.Boolean()
    auto_register = fields.Boolean()
    policy = fields.String()
    invitations = fields.Integer()
    answer_minutes = fields.Integer()
    registered = fields.Integer()
    sessions = fields.List(fields.Nested(Session))
    passes = fields.List(fields.Nested(Pass))
    lacking_capacity = fields.List(fields.UUID())
