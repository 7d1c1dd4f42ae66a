"""How a setting is declared, and the rules that settings obey."""

from collections.abc import Callable
from dataclasses import field
from typing import Any
from zoneinfo import available_timezones

import phonenumbers
from environs import ValidationError, validate

_SHORTEST_KEY = 16


def setting(default: object, help_text: str, rule: Callable[[Any], object] | None = None) -> Any:
    """Declare one setting: its value where nothing is set, what it is for, the rule it obeys."""
    return field(default=default, metadata={"help": help_text, "rule": rule})


def strong_keys(keys: list[str]) -> None:
    """Refuse keys that could be guessed."""
    if not keys or any(len(key) < _SHORTEST_KEY for key in keys):
        msg = f"Every key needs {_SHORTEST_KEY} characters or more."
        raise ValidationError(msg)


def known_zone(name: str) -> None:
    """Refuse what is no time zone."""
    if name not in available_timezones():
        msg = "Must be an IANA time zone."
        raise ValidationError(msg)


def known_country(code: str) -> None:
    """Refuse what is no country with telephone numbers."""
    if code and code not in phonenumbers.SUPPORTED_REGIONS:
        msg = "Must be empty or a country's two capital letters (ISO 3166)."
        raise ValidationError(msg)


URL = validate.URL(require_tld=False)
BUS = validate.Regexp(
    r"(amqps?|memory)://", error="Must start with amqp://, amqps:// or memory://."
)
DATABASE = validate.Regexp(
    r"sqlite$|postgresql://", error="Must be sqlite or start with postgresql://."
)
ADDRESS = validate.Regexp(r"[^:]+:\d{1,5}$", error="Must be host:port.")
MAIL_SERVER = validate.Regexp(
    r"$|smtp(\+starttls|s)?://.", error="Must start with smtp://, smtp+starttls:// or smtps://."
)
SENDER = validate.Regexp(r"[^<>\r\n]*<[^<>@\s]+@[^<>@\s]+>$", error="Must be Name <address>.")
