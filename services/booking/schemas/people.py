"""The shape of calls and replies about people."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.booking.domain import (
    PersonKind,
)
from shared.shapes import LANGUAGES, EmailAddress, Line, PhoneNumber


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
