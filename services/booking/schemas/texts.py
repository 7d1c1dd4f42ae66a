"""Field types of booking's calls: texts of several lines, photos, prices, colours."""

import unicodedata
from typing import Any

from babel.numbers import list_currencies
from marshmallow import Schema, ValidationError, fields, validate

from shared.shapes import Line, count, hides_something

_CURRENCIES = sorted(code.lower() for code in list_currencies())
_BREAKS = "\n\t"


class Text(fields.String):
    """Lines of text: trimmed, without control characters other than line ends and tabs."""

    def __init__(self, *, longest: int, shortest: int = 0, **more: Any) -> None:
        """Allow from `shortest` to `longest` characters."""
        super().__init__(validate=validate.Length(shortest, longest), **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> str:
        text = super()._deserialize(value, attr, data, **more)
        text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
        if any(unicodedata.category(char) in {"Cc", "Cs"} and char not in _BREAKS for char in text):
            msg = "Must not contain control characters."
            raise ValidationError(msg)
        return text


class Paragraphs(Text):
    """Lines of text as pages show them: without markup, and with nothing that nobody sees."""

    def __init__(self, *, longest: int = 5000, **more: Any) -> None:
        """Allow up to `longest` characters."""
        super().__init__(longest=longest, **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> str:
        text = super()._deserialize(value, attr, data, **more)
        if hides_something(text, breaks=_BREAKS):
            msg = "Must not contain control characters."
            raise ValidationError(msg)
        if "<" in text or ">" in text:
            msg = "Must not contain < or >."
            raise ValidationError(msg)
        return text


class Photo(Schema):
    """A photo: where it is, and what is to be seen on it for who cannot see it."""

    url = fields.Url(
        schemes={"https"}, require_tld=False, required=True, validate=validate.Length(max=2000)
    )
    text = Line(required=True, longest=300)


def photos(**more: Any) -> fields.Field[Any]:
    """Make the field of up to 20 photos."""
    return fields.List(fields.Nested(Photo), validate=validate.Length(max=20), **more)


def price(**more: Any) -> fields.Integer:
    """Make the field of a price in minor units of its currency; 0 costs nothing."""
    return count(0, 100_000_000, **more)


def currency(**more: Any) -> fields.String:
    """Make the field of a currency (ISO 4217, lower case)."""
    known = validate.OneOf(_CURRENCIES, error="Must be a currency of ISO 4217 in lower case.")
    return fields.String(validate=known, **more)


def reminder_template(**more: Any) -> Line:
    """Make a field for the name of a text of payment reminders; empty: the usual one."""
    return Line(shortest=0, longest=60, **more)


def reason() -> Line:
    """Make a field for why something does not take place, for those concerned."""
    return Line(shortest=0, longest=500, load_default="")


def colour(**more: Any) -> fields.String:
    """Make the field of a colour, `#rrggbb`, or none at all."""
    rule = validate.Regexp(r"(#[0-9a-fA-F]{6})?\Z", error="Must be a colour like #1f6feb.")
    return fields.String(validate=rule, **more)
