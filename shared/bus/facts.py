"""FACTS.md and CALLS.md, written from the code.

The one lists every fact, who says it, who hears it, and its fields; the other every call of every
service with its arguments.
"""

import dataclasses
import inspect
import json
import re
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, get_args, get_origin, get_type_hints

from marshmallow import Schema, fields, missing, validate

from shared.bus import Rpc
from shared.bus.topology import Topology, entrypoints
from shared.contracts import FACTS, Fact

_CHOICES = 12
"""Values that are listed one by one; of time zones and currencies there are hundreds."""


def facts_page(topology: Topology) -> str:
    """Write the page for a suite of services."""
    lines = [
        "# Facts",
        "",
        "What the services tell one another. Written by `atelier facts`; do not edit.",
    ]
    heard = topology.heard
    for topic in sorted(FACTS):
        fact = FACTS[topic]
        lines += ["", f"## {topic}", "", *_about(fact), "", f"Said by {fact.owner}."]
        ears = [f"`{ear.service}.{ear.method}`" for ear in heard.get(topic, ())]
        lines += [f"Heard by {', '.join(ears)}." if ears else "Heard by nobody yet.", ""]
        lines += ["| field | type | |", "| --- | --- | --- |", *_fields(fact)]
    return "\n".join([*lines, ""])


def _about(fact: type[Fact]) -> Iterator[str]:
    for line in inspect.cleandoc(fact.__doc__ or "").splitlines():
        if not line.startswith("Heard by"):
            yield line
        else:
            return


def _fields(fact: type[Fact]) -> Iterator[str]:
    hints = get_type_hints(fact)
    for field in dataclasses.fields(fact):
        if field.name != "envelope":
            optional = "may be left out" if field.default is not dataclasses.MISSING else ""
            yield f"| `{field.name}` | {_type(hints[field.name])} | {optional} |"


def _type(hint: Any) -> str:
    if get_origin(hint) is not None and all(isinstance(arg, str) for arg in get_args(hint)):
        return " or ".join(f"`{arg}`" for arg in get_args(hint))
    if args := get_args(hint):
        return " or ".join("null" if arg is type(None) else arg.__name__ for arg in args)
    return str(hint.__name__)


def calls_page(suite: Mapping[str, type]) -> str:
    """Write the page of every call of these services, by name."""
    lines = [
        "# Calls",
        "",
        "What can be asked of the services over RPC. Written by `atelier facts`; do not edit.",
        "",
        "Ids are UUIDs as text; instants are ISO 8601 with an offset. Every writing call takes an",
        "`idempotency_key` besides. What has no default is needed.",
    ]
    for service, cls in suite.items():
        lines += ["", f"## {service}"]
        for method, entrypoint in sorted(entrypoints(cls, Rpc), key=lambda found: found[0]):
            about = inspect.getdoc(getattr(cls, method)) or ""
            lines += ["", f"### {service}.{method}", "", *about.splitlines()]
            arguments = entrypoint.schema.load_fields if entrypoint.schema else {}
            if arguments:
                lines += ["", "| argument | type | default |", "| --- | --- | --- |"]
                lines += [_argument(name, arguments[name]) for name in arguments]
    return "\n".join([*lines, ""])


def _argument(name: str, field: "fields.Field[Any]") -> str:
    return f"| `{name}` | {_kind(field)}{_limits(field)} | {_default(field)} |"


def _default(field: "fields.Field[Any]") -> str:
    if field.required:
        return ""
    default = field.load_default
    if default is missing:
        return "may be left out"
    return f"`{json.dumps(default() if callable(default) else default, default=_plain)}`"


def _plain(value: Any) -> Any:
    """Write a default as the wire has it."""
    return value.value if isinstance(value, Enum) else str(value)


def _kind(field: "fields.Field[Any]") -> str:
    if isinstance(field, fields.List):
        return f"list of {_kind(field.inner)}"
    if isinstance(field, fields.Nested):
        inner: Schema = field.schema
        return "object of " + ", ".join(f"`{name}`" for name in inner.fields)
    if isinstance(field, fields.Enum):
        return " or ".join(f"`{member.value}`" for member in field.enum)
    for rule in _rules(field, validate.OneOf):
        if len(rule.choices) <= _CHOICES:
            return " or ".join(f"`{choice}`" for choice in rule.choices)
    words = {
        "UUID": "id",
        "Line": "text, one line",
        "Words": "text, one line",
        "Day": "date",
        "String": "text",
        "Integer": "whole number",
        "Dict": "object",
    }
    kind = type(field).__name__
    return words.get(kind, re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).lower())


def _limits(field: "fields.Field[Any]") -> str:
    """Say what a value may be at the least and at the most."""
    for rule in _rules(field, validate.Range):
        return _between(rule.min, rule.max)
    for rule in _rules(field, validate.Length):
        unit = " of them" if isinstance(field, fields.List | fields.Dict) else " characters"
        least = None if rule.min in {0, 1} else rule.min
        return _between(least, rule.max) + unit if rule.max else ""
    return ""


def _between(least: Any, most: Any) -> str:
    if least is None:
        return f", up to {most}"
    return f", {least} to {most}" if most is not None else f", {least} or more"


def _rules(field: "fields.Field[Any]", kind: type[Any]) -> list[Any]:
    return [rule for rule in field.validators if isinstance(rule, kind)]
