"""Which dates an RFC 5545 rule gives, by python-dateutil.

The rule is worked out on the clock on the studio's wall, and each date turned into an instant
afterwards: a class at ten is at ten all the year round. Only the parts of a rule a timetable needs
are taken: those that name days. Times of day come from the first session.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

from dateutil.rrule import rrulestr

from services.booking.domain import from_the_wall, on_the_wall
from shared.contracts.errors import InvalidRequest

_ANYWHERE = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"}
_PARTS = {
    "DAILY": _ANYWHERE,
    "WEEKLY": _ANYWHERE | {"BYDAY"},
    "MONTHLY": _ANYWHERE | {"BYDAY", "BYMONTHDAY", "BYSETPOS"},
    "YEARLY": _ANYWHERE | {"BYDAY", "BYMONTHDAY", "BYMONTH"},
}
_LARGEST = {"INTERVAL": 100, "COUNT": 1000}
_UNTIL = re.compile(r"[0-9]{8}(T[0-9]{6}Z?)?")
"""A day, a time on the wall, or an instant; python-dateutil would take `10`, and mean today's."""
_CYCLE = 400
"""After so many years the calendar begins anew, to the day of the week.

A rule that gives no day at all is looked through until the year 9999, which takes seconds; so it
is tried first as late as can be.
"""
_LAST_YEAR = 9990


def check_rule(rule: str, first: datetime, zone: str) -> None:
    """Hold a rule against what is taken.

    Args:
        rule: `FREQ=WEEKLY;BYDAY=MO,TH`, with or without `RRULE:` before it.
        first: when the first session starts, on the wall; the rule has to give it.
        zone: where that wall is; an IANA name.

    Raises:
        InvalidRequest: the text says what is wrong with which part.
    """
    parts = _parts(rule)
    _check_parts(parts)
    late = first.replace(year=first.year + _CYCLE * ((_LAST_YEAR - first.year) // _CYCLE))
    endless = ";".join(f"{name}={value}" for name, value in parts.items() if name != "UNTIL")
    try:
        if next(_walls(endless, late, zone, late - timedelta(days=1)), None) == late:
            given = next(_walls(rule, first, zone, first - timedelta(days=1)), None)
        else:
            given = None
    except (ValueError, TypeError, AttributeError, IndexError, KeyError) as exc:
        msg = f"rule: Must be a rule of RFC 5545, like FREQ=WEEKLY;BYDAY=MO,TH ({exc})."
        raise InvalidRequest(msg) from exc
    if given != first:
        msg = f"starts_at: The rule does not give {first.date()}, on which the first one would be."
        raise InvalidRequest(msg)


def counts(rule: str) -> bool:
    """Say whether a rule gives so many sessions and no more, whenever it begins."""
    return "COUNT" in _parts(rule)


def _check_parts(parts: dict[str, str]) -> None:
    freq = parts.get("FREQ", "")
    if freq not in _PARTS:
        msg = "rule: FREQ must be DAILY, WEEKLY, MONTHLY or YEARLY."
        raise InvalidRequest(msg)
    if wrong := sorted(parts.keys() - _PARTS[freq]):
        msg = f"rule: {wrong[0]} is not taken with FREQ={freq}."
        raise InvalidRequest(msg)
    for name, largest in _LARGEST.items():
        if name in parts and not (parts[name].isdecimal() and 1 <= int(parts[name]) <= largest):
            msg = f"rule: {name} must be a whole number from 1 to {largest}."
            raise InvalidRequest(msg)
    if "COUNT" in parts and "UNTIL" in parts:
        msg = "rule: COUNT and UNTIL exclude each other."
        raise InvalidRequest(msg)
    if "UNTIL" in parts and not _UNTIL.fullmatch(parts["UNTIL"]):
        msg = "rule: UNTIL must be a day like 20310401, or a time like 20310401T180000Z."
        raise InvalidRequest(msg)
    if freq == "WEEKLY" and re.search(r"[0-9]", parts.get("BYDAY", "")):
        msg = "rule: BYDAY has no numbers with FREQ=WEEKLY; each week has one of each day."
        raise InvalidRequest(msg)


def occurrences(
    rule: str, first: datetime, zone: str, *, after: date | None, through: date
) -> Iterator[tuple[datetime, datetime]]:
    """Give the sessions of a rule in a stretch of days, the first first.

    Args:
        rule: one that `check_rule` took.
        first: when the first session starts, on the wall of `zone`.
        zone: an IANA name.
        after: the days until this one, included, are left out; None: from the first session on.
        through: the last day, included.

    Yields:
        When it starts on the wall, which names it, and when that is (UTC).
    """
    since = datetime.combine(after, datetime.max.time()) if after else first - timedelta(days=1)
    for wall in _walls(rule, first, zone, since):
        if wall.date() > through:
            return
        yield wall, from_the_wall(wall, zone)


def _walls(rule: str, first: datetime, zone: str, since: datetime) -> Iterator[datetime]:
    parts = _parts(rule)
    if "UNTIL" in parts:
        parts["UNTIL"] = _until(parts["UNTIL"], zone)
    text = ";".join(f"{name}={value}" for name, value in parts.items())
    dates: Iterator[datetime] = rrulestr(text, dtstart=first).xafter(since)
    return dates


def _until(text: str, zone: str) -> str:
    """Write the end of a rule as the first session is written: as a clock in its zone shows it."""
    if text.endswith("Z"):
        instant = datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        with suppress(OverflowError):  # the last day of all calendars: no end is meant
            return f"{on_the_wall(instant, zone):%Y%m%dT%H%M%S}"
        text = text.removesuffix("Z")
    return text if "T" in text else f"{text}T235959"  # of a day, the whole is meant


def _parts(rule: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in rule.strip().upper().removeprefix("RRULE:").split(";"):
        name, equals, value = part.partition("=")
        if not equals or not value or name in parts:
            msg = f"rule: {part or 'An empty part'} is no part of a rule of RFC 5545."
            raise InvalidRequest(msg)
        parts[name] = value
    return parts
