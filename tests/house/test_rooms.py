"""Every service has the same rooms, and what is in them belongs there."""

import ast
import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import packages_distributions
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from nameko.extensions import Entrypoint

from services.suite import SUITE
from shared.bus.topology import entrypoints
from shared.config import SERVICES

ROOT = Path(__file__).parent.parent.parent
LONGEST_ROOM = 300
LONGEST_ENTRYPOINT = 6
ROOMS = ("service", "actions", "domain", "store", "models", "schemas")
NO_ROOMS = {"utils", "helpers", "common", "base"}


def python_files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("service", SUITE)
def test_every_service_has_the_same_rooms(service: str) -> None:
    for room in ROOMS:
        assert isinstance(import_module(f"services.{service}.{room}"), ModuleType)
    assert list((ROOT / "services" / service / "migrations" / "versions").glob("0001_*.py"))


def test_only_known_services_have_a_folder() -> None:
    folders = {path.parent.name for path in (ROOT / "services").glob("*/__init__.py")}

    assert folders == set(SUITE)
    assert folders <= set(SERVICES)


def is_a_list(path: Path) -> bool:
    """Say whether a file only names things: imports, and classes with nothing but a docstring.

    The names of errors travel with the path of their module, so they stay in one.
    """
    return all(
        isinstance(node, ast.Import | ast.ImportFrom | ast.Assign)
        or (
            isinstance(node, ast.ClassDef | ast.Module | ast.Expr)
            and all(isinstance(inner, ast.Expr) for inner in getattr(node, "body", ()))
        )
        for node in ast.parse(path.read_text()).body
    )


def test_no_room_is_longer_than_it_may_be() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines())
        for path in python_files("services", "shared")
        if "versions" not in path.parts and not is_a_list(path)
    }

    assert {name: n for name, n in lengths.items() if n > LONGEST_ROOM} == {}


def test_no_room_is_called_after_what_it_is_not() -> None:
    assert [path for path in python_files("services", "shared") if path.stem in NO_ROOMS] == []


def entrypoint_methods() -> Iterator[tuple[str, str, Any, Any]]:
    for service, cls in SUITE.items():
        for method, entrypoint in entrypoints(cls, Entrypoint):
            yield service, method, getattr(cls, method), entrypoint


def body_lines(function: Any) -> int:
    """Count the lines of a method's body behind its docstring."""
    parsed: Any = ast.parse(inspect.cleandoc("\n" + inspect.getsource(function))).body[0]
    body = parsed.body[1:] if ast.get_docstring(parsed) else parsed.body
    return int(body[-1].end_lineno - body[0].lineno + 1) if body else 0


def test_entrypoints_open_a_transaction_call_one_action_and_shape_the_reply() -> None:
    long = {
        f"{service}.{method}": body_lines(function)
        for service, method, function, _ in entrypoint_methods()
        if re.search(r"/service(/\w+)?\.py$", inspect.getfile(function))
        and body_lines(function) > LONGEST_ENTRYPOINT
    }

    assert long == {}


def test_a_listening_entrypoint_calls_the_action_of_its_own_name() -> None:
    for service, method, function, entrypoint in entrypoint_methods():
        if type(entrypoint).__name__ == "On":
            assert f"actions.{method}(" in inspect.getsource(function), f"{service}.{method}"


def test_only_actions_and_the_bus_say_facts_and_nobody_uses_namekos_own_dispatcher() -> None:
    for path in python_files("services", "shared"):
        text = path.read_text()
        assert "EventDispatcher" not in text, path
        if ".emit(" in text:
            assert "actions" in path.parts or path.stem == "actions", path


def test_no_action_opens_a_transaction_or_reads_the_clock() -> None:
    for path in python_files("services"):
        if "actions" in path.parts or path.stem in {"actions", "domain", "store"}:
            text = path.read_text()
            for word in (".begin()", ".once(", "utc_now", "datetime.now", "time.time"):
                assert word not in text, f"{path}: {word}"


def test_no_other_distribution_claims_our_names() -> None:
    claimed = packages_distributions()

    assert set(claimed["services"]) == {"atelier"}
    assert set(claimed["shared"]) == {"atelier"}


def test_an_ignored_lint_says_why() -> None:
    ignored = re.compile(r"# (?:noqa: (?!E402)[A-Z0-9, ]+|type: ignore\[[a-z, -]+\])(.*)")
    mute = []
    for path in python_files("services", "shared"):
        lines = ["", *path.read_text().splitlines()]
        for before, line in pairwise(lines):
            found = ignored.search(line)
            if found and not found.group(1).strip() and not before.strip().startswith("#"):
                mute.append(f"{path.relative_to(ROOT)}: {line.strip()}")

    assert mute == []
