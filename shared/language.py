"""What is said the same way in every message and on every page: times, days and amounts.

Languages are ISO 639-1 codes of `shared.shapes.LANGUAGES`; what is not one of them reads English.
"""

from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time, get_timezone_location
from babel.numbers import format_currency

from shared.money import USUAL_DECIMALS, decimals, exact
from shared.shapes import LANGUAGES

LANGUAGE_NAMES = {"en": "English", "it": "Italiano", "fr": "Français", "de": "Deutsch"}
"""What each of LANGUAGES is called by those who speak it."""
_DAYS = {"de": "EEEE, d. MMMM y"}
_DAY = "EEEE d MMMM y"
_OF_CITY = {"en": "{} time", "it": "ora di {}", "fr": "heure de {}", "de": "Ortszeit {}"}
_VOWELS = frozenset("AEIOUÉÎ")


def known_language(*wanted: str | None) -> str:
    """Give the first of these that the suite speaks; English where it speaks none."""
    return next((language for language in wanted if language in LANGUAGES), "en")


def spoken_moment(at: datetime, zone: str, language: str) -> str:
    """Write an instant (UTC) as people of a time zone say it: weekday, date and time."""
    known = known_language(language)
    return format_datetime(at, f"{_DAYS.get(known, _DAY)}, HH:mm", ZoneInfo(zone), known)


def spoken_day(at: datetime, zone: str, language: str) -> str:
    """Write the day of an instant (UTC) in a time zone, with its weekday."""
    local, known = at.astimezone(ZoneInfo(zone)), known_language(language)
    return format_date(local.date(), _DAYS.get(known, _DAY), known)


def spoken_hour(at: datetime, zone: str, language: str) -> str:
    """Write the time of day of an instant (UTC) in a time zone."""
    return format_time(at, "HH:mm", ZoneInfo(zone), known_language(language))


def spoken_date(day: date, language: str) -> str:
    """Write a date as people do who do not need its weekday: `March 3, 2031`."""
    return format_date(day, "long", known_language(language))


@cache
def spoken_city(zone: str, language: str) -> str:
    """Name the city a time zone is called after, as people call it: `Rom` for `Europe/Rome`."""
    if not _of_city(zone):
        return zone.removeprefix("Etc/")
    city: str = get_timezone_location(ZoneInfo(zone), known_language(language), return_city=True)
    return city


def spoken_zone(zone: str, language: str) -> str:
    """Say by whose clock a time is: `Rome time` for `Europe/Rome`; `UTC` stays what it is."""
    city, known = spoken_city(zone, language), known_language(language)
    if not _of_city(zone):
        return city
    if known == "fr" and city[0] in _VOWELS:
        return f"heure d’{city}"  # noqa: RUF001 - an apostrophe, as in print
    return _OF_CITY[known].format(city)


def _of_city(zone: str) -> bool:
    return "/" in zone and not zone.startswith("Etc/")


def spoken_money(minor: int, currency: str, language: str) -> str:
    """Write an amount of minor units of a currency (ISO 4217, any case): `1250`, `eur`: €12.50."""
    own = currency.lower()
    return format_currency(
        exact(minor, own),
        own.upper(),
        locale=known_language(language),
        # Babel gives some currencies fewer places than they are charged with (1250 "rsd" is 12.50).
        # The languages' own patterns have the usual two.
        currency_digits=decimals(own) != USUAL_DECIMALS,
    )
