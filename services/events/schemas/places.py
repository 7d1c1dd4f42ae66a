"""The shape of calls and replies about who takes part."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.events.schemas.money import Checkout, Payment, Refund
from services.events.schemas.occasions import OneEvent
from services.events.schemas.venues import text
from shared.shapes import LANGUAGES, Line, count

MOST_SESSIONS = 200
_SESSIONS = validate.Length(max=MOST_SESSIONS)


class _Wish(Schema):
    """What somebody wants; `overrule` is staff's reason to go past the capacity."""

    session_ids = fields.List(fields.UUID(), load_default=list, validate=_SESSIONS)
    or_wait = fields.List(fields.UUID(), load_default=list, validate=_SESSIONS)
    overrule = Line(shortest=0, longest=500, load_default="")


class Register(_Wish):
    """A person to be registered for an event, or for sessions of it.

    `or_wait` names what they would wait for where it is full: sessions, or the event.
    """

    event_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    pass_id = fields.UUID(load_default=None, allow_none=True)


class OneRegistration(Schema):
    """A registration by id."""

    registration_id = fields.UUID(required=True)


class ChangeAgenda(OneRegistration, _Wish):
    """The sessions somebody is to have now."""


class CancelRegistration(OneRegistration):
    """A registration to be cancelled whole, or only some sessions of it."""

    session_ids = fields.List(
        fields.UUID(), load_default=None, allow_none=True, validate=validate.Length(min=1, max=200)
    )


class CheckAgenda(OneEvent):
    """Sessions somebody thinks of, to see what of them is to be had."""

    session_ids = fields.List(fields.UUID(), required=True, validate=_SESSIONS)
    person_id = fields.UUID(load_default=None, allow_none=True)


class AgendaRow(Schema):
    """What is to be had of a session."""

    session_id = fields.UUID()
    name = fields.String()
    status = fields.String()


class CheckedAgenda(Schema):
    """What is to be had of an agenda, and what of it overlaps."""

    sessions = fields.List(fields.Nested(AgendaRow))
    overlaps = fields.List(fields.List(fields.UUID()))


class Had(Schema):
    """Whether somebody is `registered` for something, or `waiting` for it."""

    target_id = fields.UUID()
    status = fields.String()
    entry_id = fields.UUID()


class Registered(Schema):
    """What came of registering; no `registration_id` where they only wait.

    With a `checkout` the seats are kept until it is paid.
    """

    registration_id = fields.UUID()
    places = fields.List(fields.Nested(Had))
    checkout = fields.Nested(Checkout)


class PlaceHeld(Schema):
    """A place of a registration."""

    place_id = fields.UUID()
    target_id = fields.UUID()
    since = fields.AwareDateTime()
    overruled = fields.String()


class Waiting(Schema):
    """Somebody who waits."""

    entry_id = fields.UUID()
    target_id = fields.UUID()
    person_id = fields.UUID()
    name = fields.String()
    email = fields.String()
    phone = fields.String()
    since = fields.AwareDateTime()
    state = fields.String()
    invited = fields.Boolean()


class RegistrationRow(Schema):
    """A line of the list of registrations."""

    registration_id = fields.UUID()
    event_id = fields.UUID()
    person_id = fields.UUID()
    name = fields.String()
    email = fields.String()
    phone = fields.String()
    state = fields.String()
    ticket = fields.String()
    pass_id = fields.UUID()
    pass_name = fields.String()
    price_minor = fields.Integer()
    paid_minor = fields.Integer()
    currency = fields.String()
    registered_at = fields.AwareDateTime()
    registered_by = fields.String()
    held_until = fields.AwareDateTime()
    cancelled_at = fields.AwareDateTime()
    cancelled_by = fields.String()
    session_ids = fields.List(fields.UUID())
    overruled = fields.String()
    checked_in_at = fields.AwareDateTime()
    minutes_late = fields.Integer()


class Registration(RegistrationRow):
    """A registration with all that belongs to it."""

    due_minor = fields.Integer()
    places = fields.List(fields.Nested(PlaceHeld))
    waiting = fields.List(fields.Nested(Waiting))
    payments = fields.List(fields.Nested(Payment))
    refunds = fields.List(fields.Nested(Refund))


class Listed(OneEvent):
    """A list of an event, or of one of its sessions."""

    session_id = fields.UUID(load_default=None, allow_none=True)


class ListRegistrations(Listed):
    """The registrations of an event, or of one session.

    With `nothing_left` only those of whose pass every session was called off.
    """

    cancelled = fields.Boolean(load_default=False)
    nothing_left = fields.Boolean(load_default=False)
    limit = count(1, 1000, load_default=200)
    offset = count(0, 10_000_000, load_default=0)


class Registrations(Schema):
    """The list of registrations, under what there is room for."""

    event_id = fields.UUID()
    session_id = fields.UUID()
    registration_level = fields.String()
    capacity = fields.Integer()
    taken = fields.Integer()
    full = fields.Boolean()
    over_capacity = fields.Boolean()
    waiting = fields.Integer()
    rows = fields.List(fields.Nested(RegistrationRow))


class ListWaiting(Listed):
    """Who waits for an event, or for one session."""

    limit = count(1, 1000, load_default=500)
    offset = count(0, 10_000_000, load_default=0)


class ExportWaiting(Listed):
    """The waiting list of an event, or of one session, as a file."""

    kind = fields.String(load_default="csv", validate=validate.OneOf(["csv", "xlsx", "pdf"]))
    language = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(LANGUAGES))


class ExportRegistrations(ExportWaiting):
    """The list of registrations as a file."""

    cancelled = fields.Boolean(load_default=False)


class File(Schema):
    """A file; its content in base64."""

    file_name = fields.String()
    content_type = fields.String()
    rows = fields.Integer()
    content = fields.String()


class OneSpot(Schema):
    """A spot by id."""

    spot_id = fields.UUID(required=True)


class WriteTo(Listed):
    """A message to one person, or to an audience of an event or session."""

    audience = fields.String(
        required=True, validate=validate.OneOf(["registered", "waiting", "invited", "person"])
    )
    person_id = fields.UUID(load_default=None, allow_none=True)
    channel = fields.String(load_default="email", validate=validate.OneOf(["email", "sms"]))
    subject = Line(load_default="")
    text = text(5000, required=True)
    marketing = fields.Boolean(load_default=False)

    @validates_schema
    def _complete(self, data: dict[str, Any], **more: Any) -> None:
        del more
        if (data.get("audience") == "person") != (data.get("person_id") is not None):
            msg = "Needed for the audience `person`, and for no other."
            raise ValidationError(msg, "person_id")
        if (data.get("channel") == "email") != bool(data.get("subject")):
            msg = "Needed for an email, and for nothing else."
            raise ValidationError(msg, "subject")
        if not data.get("text", "").strip():
            msg = "Must not be empty."
            raise ValidationError(msg, "text")


class Letters(Schema):
    """How many letters were written at once."""

    batch_id = fields.UUID()
    letters = fields.Integer()
