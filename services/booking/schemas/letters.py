"""The shape of calls and replies about letters and downloads."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.booking.domain import Channel, DownloadKind, Recipients
from services.booking.schemas.texts import Text
from shared.shapes import LANGUAGES, Line

_LONGEST_EMAIL = 20_000
_LONGEST_SMS = 1_000


class Letter(Schema):
    """What is written, and how it is sent; an email has a subject, a text message none."""

    channel = fields.Enum(Channel, by_value=True, required=True)
    subject = Line(load_default="")
    text = Text(shortest=1, longest=_LONGEST_EMAIL, required=True)
    marketing = fields.Boolean(load_default=False, truthy={True}, falsy={False})

    @validates_schema
    def _fits(self, data: dict[str, Any], **more: Any) -> None:
        del more
        by_email = data.get("channel") is Channel.EMAIL
        if by_email and not data.get("subject"):
            msg = "An email needs one."
            raise ValidationError(msg, "subject")
        if not by_email and data.get("subject"):
            msg = "A text message has none."
            raise ValidationError(msg, "subject")
        if not by_email and len(data.get("text", "")) > _LONGEST_SMS:
            msg = f"A text message has {_LONGEST_SMS} characters at most."
            raise ValidationError(msg, "text")


class MessagePerson(Letter):
    """A letter to one person, about a session or none."""

    person_id = fields.UUID(required=True)
    session_id = fields.UUID(load_default=None, allow_none=True)


class MessageSession(Letter):
    """A letter to the people of a session."""

    session_id = fields.UUID(required=True)
    to = fields.Enum(Recipients, by_value=True, load_default=Recipients.BOOKED)


class LetterBatch(Schema):
    """To how many a letter goes, and how many could not be written to."""

    batch_id = fields.UUID()
    count = fields.Integer()
    left_out = fields.Integer()


class RequestDownload(Schema):
    """Which session's people are wanted as a file, of what kind, in which language."""

    session_id = fields.UUID(required=True)
    format = fields.Enum(DownloadKind, by_value=True, load_default=DownloadKind.CSV)
    language = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(LANGUAGES))


class OneDownload(Schema):
    """A download by id."""

    download_id = fields.UUID(required=True)


class Download(Schema):
    """A file that was asked for: how far it is, and where to fetch it once it is ready."""

    download_id = fields.UUID()
    session_id = fields.UUID()
    format = fields.String(attribute="kind")
    state = fields.String()
    progress = fields.Integer()
    requested_at = fields.AwareDateTime()
    finished_at = fields.AwareDateTime(allow_none=True)
    expires_at = fields.AwareDateTime(allow_none=True)
    rows = fields.Integer()
    file_name = fields.String()
    error = fields.String()
    url = fields.String(allow_none=True)
