"""The shape of calls and replies about the settings."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from services.loyalty.domain import MOST_POINTS, text_fault
from shared.shapes import LANGUAGES, count

LONGEST_TEXT = 480  # three SMS, before names are filled in


class SmsText(fields.String):
    """The thank-you text, with no placeholder but the four."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> str:
        text = super()._deserialize(value, attr, data, **more).strip()
        if fault := text_fault(text):
            raise ValidationError(fault)
        if not (text.replace("\n", "") or " ").isprintable():
            msg = "Must not contain control characters."
            raise ValidationError(msg)
        return text


def _plain(text: str) -> None:
    if not text.isprintable() or "<" in text or ">" in text:
        msg = "Must be one line without control characters, < or >."
        raise ValidationError(msg)


class SaveSettings(Schema):
    """What changes of the settings; a text that is null becomes the default again."""

    points_per_referral = count(1, MOST_POINTS)
    send_sms = fields.Boolean(truthy={True}, falsy={False})
    sms_texts = fields.Dict(
        keys=fields.String(validate=validate.OneOf(LANGUAGES)),
        values=SmsText(validate=validate.Length(1, LONGEST_TEXT), allow_none=True),
    )
    salon_name = fields.String(validate=[validate.Length(max=100), _plain])
    service_points_per_unit = count(0, 1000)
    product_points_per_unit = count(0, 1000)
    points_per_visit = count(0, MOST_POINTS)
    points_expire_days = count(1, 3650, allow_none=True)
    treat_points_per_unit = count(1, 10_000)


class Settings(Schema):
    """The TreatCard's settings."""

    points_per_referral = fields.Integer()
    send_sms = fields.Boolean()
    sms_texts = fields.Dict(keys=fields.String(), values=fields.String())
    salon_name = fields.String()
    service_points_per_unit = fields.Integer()
    product_points_per_unit = fields.Integer()
    points_per_visit = fields.Integer()
    points_expire_days = fields.Integer()
    treat_points_per_unit = fields.Integer()


class Overview(Schema):
    """The TreatCard page."""

    settings = fields.Nested(Settings)
    cards = fields.Integer()
    points = fields.Integer()
    referrals = fields.Dict(keys=fields.String(), values=fields.Integer())
