"""The shape of calls and replies about people."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.booking.domain import Likeness, PersonKind
from services.booking.schemas.texts import Text
from shared.shapes import (
    LANGUAGES,
    EmailAddress,
    Instant,
    Line,
    PhoneNumber,
    Words,
    count,
    time_zone,
)

_LONGEST_NOTES = 5000


class RegisterPerson(Schema):
    """Who a new person is; an email address or a telephone number is needed.

    `consent` says how they agreed to be kept ("signed the form at the open day"); a lead is kept
    only with it. `marketing`: they agreed to messages that advertise as well, in the same way.
    """

    kind = fields.Enum(PersonKind, by_value=True, required=True)
    name = Line(required=True)
    email = EmailAddress(load_default=None, allow_none=True)
    phone = PhoneNumber(load_default=None, allow_none=True)
    language = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(LANGUAGES))
    time_zone = time_zone(load_default="")
    consent = Line(load_default=None, allow_none=True)
    consent_at = Instant(load_default=None, allow_none=True)
    marketing = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    notes = Text(longest=_LONGEST_NOTES, load_default="")
    referred_by = fields.UUID(load_default=None, allow_none=True)

    @validates_schema
    def _reachable(self, data: dict[str, Any], **more: Any) -> None:
        del more
        if not (data.get("email") or data.get("phone")):
            msg = "An email address or a telephone number is needed."
            raise ValidationError(msg, "email")

    @validates_schema
    def _agreed(self, data: dict[str, Any], **more: Any) -> None:
        del more
        if data.get("kind") is PersonKind.LEAD and data.get("consent") is None:
            msg = "A lead is kept only if they have agreed to it; say how they did."
            raise ValidationError(msg, "consent")
        if data.get("marketing") and data.get("consent") is None:
            msg = "Say how they agreed."
            raise ValidationError(msg, "consent")


class ChangePerson(Schema):
    """What changes of a person; what is left out stays."""

    person_id = fields.UUID(required=True)
    kind = fields.Enum(PersonKind, by_value=True)
    name = Line()
    email = EmailAddress(allow_none=True)
    phone = PhoneNumber(allow_none=True)
    language = fields.String(validate=validate.OneOf(LANGUAGES))
    time_zone = time_zone()
    notes = Text(longest=_LONGEST_NOTES)
    referred_by = fields.UUID(allow_none=True)


class OnePerson(Schema):
    """A person by id."""

    person_id = fields.UUID(required=True)


class ChangeConsent(OnePerson):
    """Whether a person agrees to messages that advertise, how they said so, and when."""

    given = fields.Boolean(required=True, truthy={True}, falsy={False})
    how = Line(required=True)
    said_at = Instant(load_default=None, allow_none=True)


class ListPeople(Schema):
    """A page of people; `after` is the person the page before it ended with."""

    text = Words(load_default="")
    kind = fields.Enum(PersonKind, by_value=True, load_default=None, allow_none=True)
    after = fields.UUID(load_default=None, allow_none=True)
    limit = count(1, 500, load_default=50)


class FindDuplicates(Schema):
    """Whose doubles are wanted; without `person_id`, anybody's, a page at a time.

    The next page of those who have `because` in common comes `after` somebody of the last group.
    """

    person_id = fields.UUID(load_default=None, allow_none=True)
    because = fields.Enum(Likeness, by_value=True, load_default=None, allow_none=True)
    after = fields.UUID(load_default=None, allow_none=True)
    limit = count(1, 500, load_default=50)


class MergePeople(Schema):
    """Who stays, and whose records become theirs."""

    keep = fields.UUID(required=True)
    merge = fields.UUID(required=True)


class GetProfile(OnePerson):
    """Whose profile, and how many bookings; `after` is the one the page before ended with."""

    limit = count(1, 1000, load_default=100)
    after = fields.UUID(load_default=None, allow_none=True)


class Person(Schema):
    """A person."""

    person_id = fields.UUID()
    kind = fields.String()
    name = fields.String()
    email = fields.String()
    phone = fields.String()
    language = fields.String()
    time_zone = fields.String()
    marketing = fields.Boolean()
    notes = fields.String()
    referred_by = fields.UUID(allow_none=True)
    credits = fields.Integer()
    registered_at = fields.AwareDateTime()


class People(Schema):
    """A page of people; `after` asks for the next one, if there is one."""

    people = fields.List(fields.Nested(Person))
    after = fields.UUID(allow_none=True)


class Alike(Schema):
    """People who may be one, and what they have in common."""

    because = fields.String()
    people = fields.List(fields.Nested(Person))


class Merged(Person):
    """Who two people are now, what moved, and how many double bookings were cancelled."""

    moved = fields.Dict(keys=fields.String(), values=fields.Integer())
    cancelled = fields.Integer()


class Warmth(Schema):
    """How warm somebody is, from 0 to 100, and why."""

    score = fields.Integer()
    band = fields.String()
    because = fields.String()


class Consent(Schema):
    """What somebody said of being kept (`storage`) or of messages that advertise (`marketing`)."""

    purpose = fields.String()
    given = fields.Boolean()
    how = fields.String()
    at = fields.AwareDateTime()


class PastBooking(Schema):
    """A booking in a profile."""

    booking_id = fields.UUID()
    session_id = fields.UUID()
    session_name = fields.String()
    starts_at = fields.AwareDateTime()
    time_zone = fields.String()
    location = fields.String()
    staff = fields.String()
    status = fields.String()
    booked_at = fields.AwareDateTime()
    cancelled_at = fields.AwareDateTime(allow_none=True)
    credits = fields.Integer()


class Expected(Schema):
    """A seat held for somebody, or a list they are on."""

    hold_id = fields.UUID()
    entry_id = fields.UUID()
    session_id = fields.UUID()
    session_name = fields.String()
    starts_at = fields.AwareDateTime()
    kind = fields.String()
    held_until = fields.AwareDateTime(allow_none=True)
    since = fields.AwareDateTime()


class Profile(Schema):
    """All that is known of a person."""

    person = fields.Nested(Person)
    consents = fields.List(fields.Nested(Consent))
    warmth = fields.Nested(Warmth)
    last_contact_at = fields.AwareDateTime()
    counts = fields.Dict(keys=fields.String(), values=fields.Integer())
    credits = fields.Integer()
    bookings = fields.List(fields.Nested(PastBooking))
    holds = fields.List(fields.Nested(Expected))
    waiting = fields.List(fields.Nested(Expected))
    merged_ids = fields.List(fields.UUID())
