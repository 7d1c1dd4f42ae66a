"""Field types of calls that more than one service takes: text, addresses, numbers, instants."""

import unicodedata
import zoneinfo
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from marshmallow import Schema, ValidationError, fields, validate

from shared.config import settings

_ZONES = zoneinfo.available_timezones()
LANGUAGES = ("en", "it", "fr", "de")
_JOINERS = "\u200c\u200d"
"""What joins letters and parts of emoji, or parts letters: nobody sees it where it is needed."""
_HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Controls, what turns the direction of text, halves of characters, other ends of lines."""
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
"""Further away calendars end, clocks have other rules, and nothing is meant."""


def shaped(schema: type[Schema], value: Any, *, many: bool = False) -> Any:
    """Give a reply the shape of a schema; making the schema costs more, so that is done once."""
    return _made(schema).dump(value, many=many)


@cache
def _made(schema: type[Schema]) -> Schema:
    return schema()


def hides_something(text: str, *, breaks: str = "") -> bool:
    """Say whether a text has characters that nobody sees; those of `breaks` may be there."""
    allowed = _JOINERS + breaks
    return any(unicodedata.category(char) in _HIDDEN and char not in allowed for char in text)


class Words(fields.String):
    """What is looked for: up to `longest` characters, without control characters."""

    def __init__(self, *, longest: int = 200, **more: Any) -> None:
        """Allow up to `longest` characters."""
        super().__init__(validate=validate.Length(max=longest), **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> str:
        text = super()._deserialize(value, attr, data, **more)
        if hides_something(text):
            msg = "Must not contain control characters."
            raise ValidationError(msg)
        return text


class Line(fields.String):
    """One line of text: trimmed, without control characters or markup."""

    def __init__(self, *, longest: int = 200, shortest: int = 1, **more: Any) -> None:
        """Allow from `shortest` to `longest` characters."""
        super().__init__(validate=validate.Length(shortest, longest), **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> str:
        text = super()._deserialize(value, attr, data, **more)
        text = text.strip().strip(_JOINERS).strip()
        if hides_something(text):
            msg = "Must be one line without control characters."
            raise ValidationError(msg)
        if "<" in text or ">" in text:
            msg = "Must not contain < or >."
            raise ValidationError(msg)
        return text


class Text(fields.String):
    """Several lines of text, without control characters and halves of characters."""

    def __init__(self, *, longest: int = 5000, shortest: int = 0, **more: Any) -> None:
        """Allow from `shortest` to `longest` characters."""
        super().__init__(validate=validate.Length(shortest or None, longest), **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> str:
        text = super()._deserialize(value, attr, data, **more)
        if any(
            unicodedata.category(char) in {"Cc", "Cs"} and char not in "\t\r\n" for char in text
        ):
            msg = "Must not contain control characters."
            raise ValidationError(msg)
        return text


class EmailAddress(fields.String):
    """An email address, written as its owner's mail server knows it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> str:
        text = super()._deserialize(value, attr, data, **more)
        try:
            return validate_email(
                text, check_deliverability=False, test_environment=True
            ).normalized
        except EmailNotValidError as exc:
            raise ValidationError(str(exc)) from exc


class PhoneNumber(fields.String):
    """A telephone number, turned into E.164 (`+39…`).

    It has its country code, or is one of the studio's own country where that is set.
    """

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> str:
        text = super()._deserialize(value, attr, data, **more)
        country = settings().studio_country or None
        try:
            number = phonenumbers.parse(text, country)
        except phonenumbers.NumberParseException as exc:
            either = f" of {country}, or one" if country else ""
            msg = f"Must be a telephone number{either} with its country code, like +39 02 1234567."
            raise ValidationError(msg) from exc
        # What can be dialled only from next door (no area code) reaches nobody from here.
        possible = phonenumbers.is_possible_number_with_reason(number)
        if possible != phonenumbers.ValidationResult.IS_POSSIBLE:
            msg = "No telephone number has this many digits in its country."
            raise ValidationError(msg)
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


class Instant(fields.AwareDateTime):
    """An instant with its offset, in ISO 8601; UTC inside."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        given: datetime = super()._deserialize(value, attr, data, **more)
        _within_reach(given)
        return given.astimezone(UTC)


class Day(fields.Date):
    """A date, in ISO 8601."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        given = super()._deserialize(value, attr, data, **more)
        _within_reach(given)
        return given


def _within_reach(given: date) -> None:
    if not _FIRST_YEAR <= given.year <= _LAST_YEAR:
        msg = f"Must be in a year from {_FIRST_YEAR} to {_LAST_YEAR}."
        raise ValidationError(msg)


def count(smallest: int, largest: int, **more: Any) -> fields.Integer:
    """Make the field of a whole number from `smallest` to `largest`."""
    return fields.Integer(strict=True, validate=validate.Range(smallest, largest), **more)


def time_zone(**more: Any) -> fields.String:
    """Make the field of an IANA time zone's name."""
    known = validate.OneOf(_ZONES, error="Must be an IANA time zone.")
    return fields.String(validate=known, **more)
