"""Facts to try contracts with: any, by Hypothesis, and one that is always the same, for the files.

    python -m tests.contracts.samples

writes the golden files that are missing, and touches none that is there.
"""

import json
import pkgutil
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints
from uuid import NAMESPACE_OID, UUID, uuid5

from hypothesis import strategies as st

from shared import contracts
from shared.contracts import FACTS, Envelope, Fact

GOLDEN = Path(__file__).parent / "golden"
for module in pkgutil.iter_modules(contracts.__path__):
    import_module(f"shared.contracts.{module.name}")

TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)
TIMES = st.datetimes(timezones=st.just(UTC))
ANY: dict[Any, st.SearchStrategy[Any]] = {
    UUID: st.uuids(),
    datetime: TIMES,
    int: st.integers(-(2**53), 2**53),
    bool: st.booleans(),
    str: TEXTS,
}


def hints_of(fact: type[Fact]) -> dict[str, Any]:
    """Give the types of a fact's own fields."""
    hints = get_type_hints(fact)
    return {f.name: hints[f.name] for f in fields(fact) if f.name != "envelope"}


def any_value(hint: Any) -> st.SearchStrategy[Any]:
    """Give every value a field of this type may have."""
    if get_origin(hint) is UnionType:
        return st.one_of(*(any_value(arg) for arg in get_args(hint)))
    if hint is NoneType:
        return st.none()
    if get_origin(hint) is Literal:
        return st.sampled_from(get_args(hint))
    return ANY[hint]


def envelopes() -> st.SearchStrategy[Envelope]:
    """Give any envelope."""
    threads = st.text(st.characters(codec="utf-8"), min_size=1, max_size=200)
    return st.builds(Envelope, st.uuids(), threads, st.none() | st.uuids(), TIMES, TIMES)


def any_fact(fact: type[Fact]) -> st.SearchStrategy[Fact]:
    """Give any fact of a class, said."""
    values = {name: any_value(hint) for name, hint in hints_of(fact).items()}
    return st.builds(fact, envelope=envelopes(), **values)


FIXED: dict[Any, Callable[[str], Any]] = {
    UUID: lambda name: uuid5(NAMESPACE_OID, name),
    datetime: lambda name: datetime(2031, 3, 3, 9, len(name), tzinfo=UTC),
    int: len,
    bool: lambda _: True,
    str: lambda name: f"the {name}",
}


def sample(fact: type[Fact]) -> Fact:
    """Give the one fact of a class that is always the same."""

    def value(name: str, hint: Any) -> Any:
        if get_origin(hint) is UnionType:
            hint = next(arg for arg in get_args(hint) if arg is not NoneType)
        if get_origin(hint) is Literal:
            return get_args(hint)[0]
        return FIXED[hint](name)

    at = datetime(2031, 3, 3, 9, tzinfo=UTC)
    ids = uuid5(NAMESPACE_OID, fact.topic), uuid5(NAMESPACE_OID, "cause")
    envelope = Envelope(ids[0], "the-click", ids[1], at, at)
    return fact(envelope=envelope, **{n: value(n, hint) for n, hint in hints_of(fact).items()})


def main() -> None:
    """Write the golden files that are missing."""
    for topic, fact in FACTS.items():
        file = GOLDEN / f"{topic}.json"
        if not file.exists():
            file.write_text(json.dumps(json.loads(sample(fact).to_wire()), indent=2) + "\n")


if __name__ == "__main__":
    main()
