"""FACTS.md, written from the code: every fact, who says it, who hears it, and its fields."""

import dataclasses
import inspect
from collections.abc import Iterator
from typing import Any, get_args, get_origin, get_type_hints

from shared.bus.topology import Topology
from shared.contracts import FACTS, Fact


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
