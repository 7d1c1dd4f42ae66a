"""The shape of calls and replies about multi sessions and schedules."""

from marshmallow import Schema, fields, validate

from services.booking.domain import MOST_WEEKS_AHEAD, SpotState
from services.booking.schemas.sessions import SEATS, WAITING, Details, Session
from services.booking.schemas.texts import (
    Paragraphs,
    Photo,
    currency,
    photos,
    price,
    reason,
    reminder_template,
)
from services.booking.schemas.types import DAY
from shared.shapes import Day, Instant, Line, count

_DAYS = validate.Length(max=366)


class ScheduleSpots(Details):
    """A multi session; its first spot starts at `starts_at`, and the capacity is each spot's."""

    starts_at = Instant(required=True)
    spots = count(1, 500, required=True)
    same_time = fields.Boolean(load_default=False)
    also_on = fields.List(Day(), load_default=list, validate=_DAYS)
    capacity = count(0, SEATS, load_default=1)


class AddSpots(Schema):
    """More spots of a multi session, at another date or time."""

    group_id = fields.UUID(required=True)
    starts_at = Instant(required=True)
    spots = count(1, 500, load_default=1)
    same_time = fields.Boolean(load_default=False)
    also_on = fields.List(Day(), load_default=list, validate=_DAYS)
    capacity = count(0, SEATS, load_default=None, allow_none=True)


class Changes(Schema):
    """What sessions that belong together have in common; what is left out stays."""

    name = Line()
    text = Paragraphs()
    photos = photos()
    staff = Line()
    location = Line()
    capacity = count(0, SEATS)
    overrule_reason = Line(longest=500)
    waiting_list_size = count(0, WAITING)
    waiting_list_closes_minutes = count(0, 60 * DAY)
    drop_waiting_list = fields.Boolean()
    credits = count(0, 1000)
    price_minor = price(allow_none=True)
    currency = currency()
    cancellation_minutes = count(0, 60 * DAY, allow_none=True)
    reminder_template = reminder_template(allow_none=True)


class ChangeGroup(Changes):
    """What changes of all spots of a multi session."""

    group_id = fields.UUID(required=True)


class OneGroup(Schema):
    """A multi session by id."""

    group_id = fields.UUID(required=True)


class CancelGroup(OneGroup):
    """A multi session that does not take place; the reason is for those concerned."""

    reason = reason()


class Spot(Session):
    """A spot of a multi session; `on` is its day in the session's zone."""

    state = fields.Enum(SpotState, by_value=True)
    booked = fields.Integer()
    on = fields.Date()


class Pattern(Schema):
    """What the sessions of a group or a schedule are made with."""

    session_type_id = fields.UUID()
    name = fields.String()
    text = fields.String()
    photos = fields.List(fields.Nested(Photo))
    classification = fields.String()
    time_zone = fields.String()
    staff = fields.String()
    location = fields.String()
    capacity = fields.Integer()
    waiting_list_size = fields.Integer()
    waiting_list_closes_minutes = fields.Integer()
    credits = fields.Integer()
    price_minor = fields.Integer()
    currency = fields.String()
    cancellation_minutes = fields.Integer()
    reminder_template = fields.String()
    created_at = fields.AwareDateTime()
    notes = fields.List(fields.String())


class Group(Pattern):
    """A multi session, with the link by which clients pick a spot.

    `kept` are spots that stay though the multi session was cancelled: they had begun.
    """

    group_id = fields.UUID()
    link = fields.String()
    share_link = fields.String()
    spots = fields.List(fields.Nested(Spot))
    kept = fields.List(fields.UUID())


class CreateSchedule(Details):
    """A session that recurs by a rule of RFC 5545."""

    starts_at = Instant(required=True)
    rule = Line(required=True, longest=500)
    last_on = Day(load_default=None, allow_none=True)
    weeks_ahead = count(1, MOST_WEEKS_AHEAD, load_default=8)
    capacity = count(0, SEATS, required=True)


class OneSchedule(Schema):
    """A schedule by id."""

    schedule_id = fields.UUID(required=True)


class ChangeSchedule(Changes):
    """What changes of all sessions of a schedule from now on."""

    schedule_id = fields.UUID(required=True)


class MoveSchedule(OneSchedule):
    """Another time or rule of a schedule, from the day of `starts_at` on; without a rule its own.

    `starts_at` is the first session by it. `cancel_booked`: on days that the rule does not have,
    sessions with people in them are cancelled, too.
    """

    starts_at = Instant(required=True)
    rule = Line(load_default=None, allow_none=True, longest=500)
    cancel_booked = fields.Boolean(load_default=False)


class EndSchedule(OneSchedule):
    """A schedule's last day, in its zone."""

    last_on = Day(required=True)
    cancel_booked = fields.Boolean(load_default=False)


class SkipDate(OneSchedule):
    """A day of a schedule to be left out, in its zone."""

    on = Day(required=True)
    cancel_booked = fields.Boolean(load_default=False)


class ListSchedules(Schema):
    """The schedules, the newest first; `after` is the one the page before ended with."""

    after = fields.UUID(load_default=None, allow_none=True)
    limit = count(1, 1000, load_default=200)


class Schedule(Pattern):
    """A schedule, and what of it is on the timetable.

    `moved`, `cancelled` and `kept` say what the call has done with what was made: `kept` stay as
    they are, with people in them though the schedule has not their day any more, or where staff
    have moved them by themselves.
    """

    schedule_id = fields.UUID()
    rule = fields.String()
    first_start = fields.String()
    last_on = fields.Date()
    weeks_ahead = fields.Integer()
    skipped = fields.List(fields.String())
    made_through = fields.Date()
    sessions = fields.List(fields.Nested(Session))
    moved = fields.List(fields.UUID())
    cancelled = fields.List(fields.UUID())
    kept = fields.List(fields.UUID())
