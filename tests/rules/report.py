"""Count which rules the tests show: `python -m pytest -p tests.rules.report -m rule`.

A rule is shown when a test that carries its id passes and none that carries it fails, in its
set-up, its body or its tear-down. A skipped test says nothing. A test marked as expected to fail
counts as failed when it does, since the rule does not hold yet, and says nothing when it passes.
"""

import textwrap
from collections import defaultdict
from collections.abc import Iterable, Mapping
from enum import Enum
from itertools import pairwise

import pytest

from tests.rules import RULES
from tests.rules.markers import rule_ids

WIDTH = 100  # columns


class Outcome(Enum):
    """How a test ended, as far as rules are concerned."""

    PASSED = "passed"
    FAILED = "failed"
    SILENT = "silent"  # skipped, not finished, or passed against expectation


def shown_ids(tests: Iterable[tuple[Iterable[str], Outcome]]) -> frozenset[str]:
    """Return the rules that these tests show, each given as its ids and its outcome."""
    ids: Mapping[Outcome, set[str]] = {outcome: set() for outcome in Outcome}
    for carried, outcome in tests:
        ids[outcome].update(carried)
    return frozenset(ids[Outcome.PASSED] - ids[Outcome.FAILED])


def counts(shown: Iterable[str], rules: Iterable[str] = RULES) -> list[str]:
    """Return `Q 12/49` for each source, then `Qi 2/5` for what follows from its wording."""
    shown = frozenset(shown)
    groups = _grouped(rules)
    return [
        f"{letters} {sum(f'{letters}{n}' in shown for n in groups[letters])}/{len(groups[letters])}"
        for letters in sorted(groups, key=lambda letters: letters.endswith("i"))
    ]


def ranges(ids: Iterable[str]) -> list[str]:
    """Return `Q1-Q4`, `Q7` for Q1, Q2, Q3, Q4 and Q7, in whatever order they come.

    Each kind of id stands where it is first met.
    """
    found = []
    for letters, numbers in _grouped(ids).items():
        ordered = sorted(numbers)
        starts = ordered[:1] + [b for a, b in pairwise(ordered) if b != a + 1]
        ends = [a for a, b in pairwise(ordered) if b != a + 1] + ordered[-1:]
        found += [
            f"{letters}{start}" if start == end else f"{letters}{start}-{letters}{end}"
            for start, end in zip(starts, ends, strict=True)
        ]
    return found


def unshown(shown: Iterable[str], rules: Iterable[str] = RULES) -> list[str]:
    """Return the other rules as ranges, each source in lines of its own, at most WIDTH wide."""
    shown = frozenset(shown)
    by_source: dict[str, list[str]] = defaultdict(list)
    for rule_id in rules:
        if rule_id not in shown:
            by_source[rule_id[0]].append(rule_id)
    return [
        line
        for ids in by_source.values()
        for line in textwrap.wrap(", ".join(ranges(ids)), WIDTH, break_on_hyphens=False)
    ]


def _grouped(ids: Iterable[str]) -> Mapping[str, set[int]]:
    groups: dict[str, set[int]] = {}
    for rule_id in ids:
        letters = rule_id.rstrip("0123456789")
        groups.setdefault(letters, set()).add(int(rule_id.removeprefix(letters)))
    return groups


class RuleReport:
    """Follow one run of pytest and tell at its end which rules it showed."""

    def __init__(self) -> None:
        """Start with no test seen."""
        self.ids: dict[str, frozenset[str]] = {}  # by node id
        self.outcomes: dict[str, Outcome] = {}  # by node id

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note which rules the tests about to run carry."""
        self.ids = {item.nodeid: rule_ids(item) for item in session.items}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note how a part of a test ended; a failure stays, else the last word counts."""
        expected_to_fail = hasattr(report, "wasxfail")
        if report.failed or (expected_to_fail and report.skipped):
            self.outcomes[report.nodeid] = Outcome.FAILED
        elif report.when == "call" and self.outcomes.get(report.nodeid) is not Outcome.FAILED:
            passed = report.passed and not expected_to_fail
            self.outcomes[report.nodeid] = Outcome.PASSED if passed else Outcome.SILENT

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the counts, then the rules that no passing test shows yet."""
        shown = shown_ids(
            (self.ids.get(nodeid, frozenset()), outcome)
            for nodeid, outcome in self.outcomes.items()
        )
        terminalreporter.section("rules shown")
        for line in counts(shown):
            terminalreporter.line(line)
        if missing := unshown(shown):
            terminalreporter.section("rules no passing test shows yet")
            for line in missing:
                terminalreporter.line(line)


def pytest_configure(config: pytest.Config) -> None:
    """Follow this run, unless it only lists its tests."""
    if not config.option.collectonly:
        config.pluginmanager.register(RuleReport(), "rule-report")
