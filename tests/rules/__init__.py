"""The rules of the five sources and our decisions beside them, and which tests show them.

A test says what it shows with `@pytest.mark.rule("Q47", "Q48")`; `tests.rules.report` then counts.
A rule that names a screen is met twice: one call gives all that the screen shows or does all that
its button does, and the staff console has it too. Rules with an `i` in their id (`Qi1`) are not
spelt out in the source but follow from its wording, and bind as the others do. Those with an `H`
are what this house decided where no source says anything.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

HERE = Path(__file__).parent
FILES = tuple(
    HERE / name
    for name in (
        "marketing_sessions.toml",
        "booking_sessions.toml",
        "belt_tracking.toml",
        "session_registration.toml",
        "treatcard.toml",
        "house_decisions.toml",
    )
)
SERVICES = frozenset({"booking", "waitlist", "loyalty", "ranking", "events", "notify"})
TABLE_KEYS = frozenset({"source", "prefix", "title", "rule"})
RULE_KEYS = frozenset({"id", "text", "services"})
OPTIONAL_KEYS = frozenset({"decision", "implied"})


@dataclass(frozen=True)
class Rule:
    """One behaviour that a source asks of the suite.

    `decision` is how this house settles what the source leaves open, or None where it is clear.
    """

    id: str  # "Q47", or "Qi2" for one that follows from the wording
    text: str
    services: tuple[str, ...]  # who keeps it, the owner first; never empty
    decision: str | None
    implied: bool
    source: str  # the page it comes from


def load_rules(files: Iterable[Path] = FILES) -> Mapping[str, Rule]:
    """Read the rules of these files, in their order, by id.

    Raises:
        ValueError: names the file, and the id where there is one, of a key that is missing or
            unknown, a value of the wrong shape, an unknown service, or an id used twice.
    """
    rules: dict[str, Rule] = {}
    for file in files:
        for rule in _rules_of(file):
            if rule.id in rules:
                raise _fault(file, rule.id, "duplicate id")
            rules[rule.id] = rule
    return MappingProxyType(rules)


def _rules_of(file: Path) -> Iterator[Rule]:
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise _fault(file, "", str(error)) from error
    _check_keys(file, "", table, required=TABLE_KEYS)
    for key in ("source", "prefix", "title"):
        _check_text(file, "", key, table[key])
    if not re.fullmatch(r"[A-Z]", table["prefix"]):
        raise _fault(file, "", f"the prefix {table['prefix']!r} is not one capital letter")
    if not isinstance(table["rule"], list):
        raise _fault(file, "", "'rule' is not an array of tables")
    for place, entry in enumerate(table["rule"], start=1):
        yield _rule(file, place, entry, prefix=table["prefix"], source=table["source"])


def _rule(file: Path, place: int, entry: object, *, prefix: str, source: str) -> Rule:
    if not isinstance(entry, dict):
        raise _fault(file, f"rule number {place}", "not a table")
    where = str(entry.get("id", f"rule number {place}"))
    _check_keys(file, where, entry, required=RULE_KEYS, optional=OPTIONAL_KEYS)
    for key in ("id", "text", "decision"):
        if key in entry:
            _check_text(file, where, key, entry[key])
    implied = entry.get("implied", False)
    if not isinstance(implied, bool):
        raise _fault(file, where, "'implied' is neither true nor false")
    letters = prefix + "i" * implied
    if not re.fullmatch(rf"{re.escape(letters)}[1-9][0-9]*", where):
        raise _fault(file, where, f"the id is not {letters!r} and a number")
    _check_services(file, where, entry["services"])
    return Rule(
        id=where,
        text=entry["text"],
        services=tuple(entry["services"]),
        decision=entry.get("decision"),
        implied=implied,
        source=source,
    )


def _check_keys(
    file: Path,
    where: str,
    table: Mapping[str, object],
    *,
    required: frozenset[str],
    optional: frozenset[str] = frozenset(),
) -> None:
    if missing := sorted(required - table.keys()):
        raise _fault(file, where, f"missing key {', '.join(missing)}")
    if unknown := sorted(table.keys() - required - optional):
        raise _fault(file, where, f"unknown key {', '.join(unknown)}")


def _check_text(file: Path, where: str, key: str, value: object) -> None:
    if not isinstance(value, str) or not value.strip():
        raise _fault(file, where, f"{key!r} is not a text")


def _check_services(file: Path, where: str, services: object) -> None:
    if not isinstance(services, list) or not services:
        raise _fault(file, where, "'services' names no service")
    for service in services:
        if not isinstance(service, str) or service not in SERVICES:
            raise _fault(file, where, f"unknown service {service!r}")
    if len(set(services)) < len(services):
        raise _fault(file, where, "'services' names one service twice")


def _fault(file: Path, where: str, what: str) -> ValueError:
    return ValueError(f"{file.name}: {where}: {what}" if where else f"{file.name}: {what}")


RULES: Mapping[str, Rule] = load_rules()
