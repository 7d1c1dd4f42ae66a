"""The shape of notify's calls."""

from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate, validates_schema

from services.notify.domain import Channel, MessageKind, Topic, Words
from shared.shapes import LANGUAGES, EmailAddress, Instant, Line, PhoneNumber, Text, count

_LANGUAGE = validate.OneOf(LANGUAGES)
_LONGEST = 20_000


class OneMessage(Schema):
    """A message by id."""

    message_id = fields.UUID(required=True)


class ListMessages(Schema):
    """The messages of a person, the newest first; `after` is the one the page before ended with."""

    person_id = fields.UUID(required=True)
    limit = fields.Integer(strict=True, load_default=50, validate=validate.Range(1, 500))
    after = fields.UUID(load_default=None, allow_none=True)


class OneBatch(Schema):
    """Messages that were written at once, by their id."""

    batch_id = fields.UUID(required=True)


def _kind() -> fields.Enum[MessageKind]:
    return fields.Enum(MessageKind, by_value=True, required=True)


_LONGEST_NAME = 60


class _Template(Schema):
    """The words of a kind, in a language."""

    kind = _kind()
    language = fields.String(required=True, validate=_LANGUAGE)


class OneTemplate(_Template):
    """The same, the usual ones or those under a name."""

    name = Line(shortest=0, longest=_LONGEST_NAME, load_default="")


class RemoveTemplate(Schema):
    """A template with a name, in all its languages."""

    kind = _kind()
    name = Line(longest=_LONGEST_NAME, required=True)


class GetTemplate(OneTemplate):
    """The same, of today or of a version."""

    version = count(1, 1_000_000, load_default=None, allow_none=True)


class _Words(Schema):
    """Words as they are saved."""

    subject = Text(required=True, shortest=1, longest=300)
    text = Text(required=True, shortest=1, longest=_LONGEST)
    sms = Text(required=True, shortest=1, longest=2_000)

    @validates_schema
    def _on_one_line(self, data: dict[str, Any], **more: Any) -> None:
        del more
        if any(char in data["subject"] for char in "\r\n"):
            msg = "Must be one line."
            raise ValidationError(msg, "subject")


class SaveTemplate(OneTemplate, _Words):
    """The studio's own words."""


class PreviewTemplate(_Template):
    """Words to be shown on sample data; without any: the default ones."""

    words = fields.Nested(_Words, load_default=None, allow_none=True)


def own_words(given: Mapping[str, str]) -> Words:
    """Make words of what was given."""
    return Words(given["subject"], given["text"], given["sms"])


class SetRoute(Schema):
    """By which channel a kind goes first."""

    kind = _kind()
    first = fields.Enum(Channel, by_value=True, required=True)
    falls_back = fields.Boolean(required=True)


class ChangeSettings(Schema):
    """What changes of the settings; what is left out stays, None switches off."""

    reminder_hours = count(1, 24 * 14, allow_none=True)
    quiet_from = fields.Time(format="%H:%M")
    quiet_until = fields.Time(format="%H:%M")
    email_per_minute = count(1, 1_000_000, allow_none=True)
    sms_per_minute = count(1, 1_000_000, allow_none=True)


class KeepStaff(Schema):
    """Somebody of the staff; with an id: how they are from now on."""

    staff_id = fields.UUID(load_default=None, allow_none=True)
    name = Line(required=True)
    email = EmailAddress(load_default=None, allow_none=True)
    phone = PhoneNumber(load_default=None, allow_none=True)
    language = fields.String(load_default=None, allow_none=True, validate=_LANGUAGE)
    roles = fields.List(
        fields.String(validate=validate.OneOf(["admin", "operator"])),
        required=True,
        validate=validate.Length(1, 2),
    )

    @validates_schema
    def _reachable(self, data: dict[str, Any], **more: Any) -> None:
        del more
        if not data["email"] and not data["phone"]:
            msg = "An email address or a telephone number is needed."
            raise ValidationError(msg, "email")


class OneStaff(Schema):
    """Somebody of the staff, by id."""

    staff_id = fields.UUID(required=True)


class OnePerson(Schema):
    """A person by id."""

    person_id = fields.UUID(required=True)


class Choice(Schema):
    """A topic on a channel."""

    topic = fields.Enum(Topic, by_value=True, required=True)
    channel = fields.Enum(Channel, by_value=True, required=True)


class SetPreferences(OnePerson):
    """All a person wants to get, of what can be chosen."""

    wanted = fields.List(fields.Nested(Choice), required=True)


class _Address(fields.String):
    """An email address or a telephone number, written as contacts are, so that they are found."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> str:
        text = super()._deserialize(value, attr, data, **more).strip()
        shape: fields.Field[Any] = EmailAddress() if "@" in text else PhoneNumber()
        found: str = shape.deserialize(text)
        return found


class OneAddress(Schema):
    """An email address or a telephone number."""

    address = _Address(required=True, validate=validate.Length(3, 320))


class SuppressAddress(OneAddress):
    """An address that nothing is to be sent to any more."""

    reason = fields.String(
        required=True, validate=validate.OneOf(["bounced", "complained", "asked"])
    )
    detail = Text(load_default="", longest=150)


class ReturnedMail(Schema):
    """A report about a message, as the mail server wrote it."""

    mail = fields.String(required=True, validate=validate.Length(1, 1_000_000))


class OneSuppression(Schema):
    """An entry of the suppression list, as a page of it ended with it."""

    class Meta:
        """What else is known of it may be given, and does not matter."""

        unknown = EXCLUDE

    at = Instant(required=True)
    address = Line(required=True, shortest=3, longest=320)
    scope = fields.String(required=True, validate=validate.OneOf(["all", "news"]))


class ListSuppressions(Schema):
    """The suppression list, the newest first, or what is on it of one address.

    `after` is the entry the page before ended with, whether or not it is on the list any more.
    """

    address = _Address(load_default=None, allow_none=True, validate=validate.Length(3, 320))
    limit = count(1, 1000, load_default=100)
    after = fields.Nested(OneSuppression(), load_default=None, allow_none=True)
