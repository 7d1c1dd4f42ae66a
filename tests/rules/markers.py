"""Read and check `@pytest.mark.rule("Q47", "Q48")`, which says what a test shows."""

from collections.abc import Iterable, Sequence

import pytest

from tests.rules import RULES


def rule_ids(item: pytest.Item) -> frozenset[str]:
    """Return the rules that a test carries by itself, its class and its module."""
    return frozenset(
        rule_id
        for marker in item.iter_markers("rule")
        for rule_id in marker.args
        if _is_known(rule_id)
    )


def unknown_ids(
    items: Iterable[tuple[str, Sequence[object]]],
) -> list[tuple[str, tuple[object, ...]]]:
    """Return the markers at fault, in their order.

    Args:
        items: a test's name and the arguments of one of its markers.

    Returns:
        The name and those arguments that are no rule's id; none at all for an empty marker,
        which is a fault too.
    """
    faults = []
    for name, ids in items:
        unknown = tuple(rule_id for rule_id in ids if not _is_known(rule_id))
        if unknown or not ids:
            faults.append((name, unknown))
    return faults


def check_markers(items: Iterable[pytest.Item]) -> list[str]:
    """Say what is wrong with the rule markers of these tests, once for all its parameters."""
    markers = [
        (item.nodeid.partition("[")[0], marker)
        for item in items
        for marker in item.iter_markers("rule")
    ]
    messages = [
        f"{name}: no rule has the id {', '.join(map(repr, unknown))}"
        if unknown
        else f"{name}: the rule marker names no rule"
        for name, unknown in unknown_ids((name, marker.args) for name, marker in markers)
    ]
    messages += [
        f"{name}: the rule marker takes ids only, not {', '.join(marker.kwargs)}="
        for name, marker in markers
        if marker.kwargs
    ]
    return list(dict.fromkeys(messages))


def _is_known(rule_id: object) -> bool:
    return isinstance(rule_id, str) and rule_id in RULES
