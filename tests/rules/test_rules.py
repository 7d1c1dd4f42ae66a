"""Tests of the rules' own files, of their loader, markers and report."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Literal

import pytest

from tests.rules import FILES, HERE, RULES, SERVICES, load_rules
from tests.rules.markers import unknown_ids
from tests.rules.report import WIDTH, Outcome, RuleReport, counts, ranges, shown_ids, unshown

ROOT = HERE.parents[1]

HEAD = 'source = "a page"\nprefix = "Q"\ntitle = "Pages"\n'
Q1 = '[[rule]]\nid = "Q1"\ntext = "A page has a number."\nservices = ["booking"]\n'

ENDINGS = """
import pytest

@pytest.mark.rule("Q1", "Q2")
def test_passing():
    pass

@pytest.mark.rule("Q2")
def test_failing():
    assert False

@pytest.mark.rule("Q3")
def test_skipped():
    pytest.skip("not today")
"""


def written(folder: Path, text: str, name: str = "pages.toml") -> Path:
    """Write a file of rules."""
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def run_pytest(folder: Path, tests: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run pytest with the report over one file of tests, away from this project's settings."""
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = rule: the rules a test shows\n")
    (folder / "test_generated.py").write_text(tests)
    env = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "tests.rules.report"]
    return subprocess.run(
        [*command, *options],
        cwd=folder,
        env=env | {"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def implied_by(prefix: str) -> set[str]:
    """Return what follows from the wording of one source."""
    return {rule.id for rule in RULES.values() if rule.implied and rule.id.startswith(prefix)}


@pytest.mark.parametrize(
    ("prefix", "numbered", "implied"),
    [("Q", 49, 5), ("B", 54, 4), ("M", 35, 5), ("D", 44, 2), ("T", 13, 5), ("H", 24, 0)],
)
def test_every_source_has_all_its_rules_without_gaps(
    prefix: str, numbered: int, implied: int
) -> None:
    ids = {rule_id for rule_id in RULES if rule_id.startswith(prefix)}

    assert ids - implied_by(prefix) == {f"{prefix}{n}" for n in range(1, numbered + 1)}
    assert implied_by(prefix) == {f"{prefix}i{n}" for n in range(1, implied + 1)}


def test_the_sources_have_195_numbered_rules_together() -> None:
    numbered = [rule.id for rule in RULES.values() if not rule.implied]

    assert sum(not rule_id.startswith("H") for rule_id in numbered) == 195


def test_every_file_of_rules_is_loaded_and_stands_alone() -> None:
    assert set(FILES) == set(HERE.glob("*.toml"))
    assert sum(len(load_rules([file])) for file in FILES) == len(RULES)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_rules_stand_in_order_with_the_implied_ones_last(file: Path) -> None:
    places = [
        (rule.implied, int(rule.id.lstrip("QBMDTHi"))) for rule in load_rules([file]).values()
    ]

    assert places == sorted(places)


def test_every_rule_belongs_to_a_service() -> None:
    assert all(rule.services and SERVICES.issuperset(rule.services) for rule in RULES.values())


def test_every_service_keeps_some_rule() -> None:
    assert {service for rule in RULES.values() for service in rule.services} == SERVICES


def test_every_text_is_a_sentence_of_its_own() -> None:
    texts = [rule.text for rule in RULES.values()]

    assert len(set(texts)) == len(texts)
    assert [text for text in texts if not text[0].isupper() or text[-1] != "."] == []


def test_a_rule_keeps_all_that_its_file_says(tmp_path: Path) -> None:
    implied = Q1.replace("Q1", "Qi1") + 'decision = "It starts at 1."\nimplied = true\n'
    rule = load_rules([written(tmp_path, HEAD + implied)])["Qi1"]

    assert (rule.text, rule.services) == ("A page has a number.", ("booking",))
    assert (rule.decision, rule.implied, rule.source) == ("It starts at 1.", True, "a page")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (HEAD + Q1 + Q1, "Q1: duplicate id"),
        (HEAD + Q1.replace("booking", "kitchen"), "Q1: unknown service 'kitchen'"),
        (HEAD + Q1.replace('["booking"]', "[]"), "Q1: 'services' names no service"),
        (HEAD + Q1.replace('["booking"]', '"booking"'), "Q1: 'services' names no service"),
        (HEAD + Q1.replace('["booking"]', '["notify", "notify"]'), "Q1: .* one service twice"),
        (HEAD + Q1.replace("text", "txt"), "Q1: missing key text"),
        (HEAD + Q1.replace("A page has a number.", " "), "Q1: 'text' is not a text"),
        (HEAD + Q1 + 'colour = "red"\n', "Q1: unknown key colour"),
        (HEAD + Q1 + "decision = 3\n", "Q1: 'decision' is not a text"),
        (HEAD + Q1 + 'implied = "yes"\n', "Q1: 'implied' is neither"),
        (HEAD + Q1 + "implied = true\n", "Q1: the id is not 'Qi' and a number"),
        (HEAD + Q1.replace('id = "Q1"\n', ""), "rule number 1: missing key id"),
        (HEAD + Q1.replace("Q1", "B1"), "B1: the id is not 'Q' and a number"),
        (HEAD + Q1.replace("Q1", "Q01"), "Q01: the id is not 'Q' and a number"),
        (HEAD + Q1.replace("Q1", "Qi1"), "Qi1: the id is not 'Q' and a number"),
        (HEAD + "rule = [1]\n", "rule number 1: not a table"),
        (HEAD + 'rule = "Q1"\n', "'rule' is not an array of tables"),
        (HEAD, "missing key rule"),
        (HEAD.replace("title", "name") + Q1, "missing key title"),
        (HEAD.replace('"Pages"', "1") + Q1, "'title' is not a text"),
        (HEAD.replace('"Q"', '"Qi"') + Q1, "the prefix 'Qi' is not one capital letter"),
        (HEAD + 'note = "x"\n' + Q1, "unknown key note"),
        ("source = ", "Invalid value"),
    ],
)
def test_a_faulty_file_is_refused_by_name(tmp_path: Path, text: str, complaint: str) -> None:
    file = written(tmp_path, text)

    with pytest.raises(ValueError, match=rf"^pages\.toml: .*{complaint}"):
        load_rules([file])


def test_an_id_used_in_two_files_is_refused(tmp_path: Path) -> None:
    files = [written(tmp_path, HEAD + Q1, name) for name in ("one.toml", "two.toml")]

    with pytest.raises(ValueError, match=r"^two\.toml: Q1: duplicate id$"):
        load_rules(files)


def test_ranges_join_consecutive_numbers_and_nothing_else() -> None:
    assert ranges(["Q1", "Q2", "Q3", "Q4", "Q7"]) == ["Q1-Q4", "Q7"]
    assert ranges(["Q10", "Q2", "Q9", "Q2", "Qi1", "Qi2"]) == ["Q2", "Q9-Q10", "Qi1-Qi2"]
    assert ranges(["B3", "Q4", "B4"]) == ["B3-B4", "Q4"]
    assert ranges([]) == []


def test_ranges_refuse_what_is_no_id() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        ranges(["Q"])


def test_counts_give_every_source_and_then_the_implied_rules() -> None:
    assert counts({"Q1", "Q47", "B3", "Qi2"}) == [
        "Q 2/49", "B 1/54", "M 0/35", "D 0/44", "T 0/13", "H 0/24",
        "Qi 1/5", "Bi 0/4", "Mi 0/5", "Di 0/2", "Ti 0/5",
    ]  # fmt: skip


def test_unshown_rules_stand_in_a_line_for_each_source() -> None:
    assert unshown(()) == [
        "Q1-Q49, Qi1-Qi5",
        "B1-B54, Bi1-Bi4",
        "M1-M35, Mi1-Mi5",
        "D1-D44, Di1-Di2",
        "T1-T13, Ti1-Ti5",
        "H1-H24",
    ]
    assert unshown(rule_id for rule_id in RULES if rule_id not in {"B7", "Ti5"}) == ["B7", "Ti5"]
    assert unshown(RULES) == []


def test_long_lists_of_unshown_rules_are_wrapped_between_ids() -> None:
    shown = [rule_id for rule_id in RULES if int(rule_id[-1]) % 4 == 0]

    lines = unshown(shown)

    assert len(lines) > len(FILES)
    assert max(map(len, lines)) <= WIDTH
    assert ", ".join(line.removesuffix(",") for line in lines) == ", ".join(
        ranges(rule_id for rule_id in RULES if rule_id not in shown)
    )


def test_a_rule_is_shown_only_if_a_test_passed_and_none_failed() -> None:
    tests = [
        (["Q1", "Q2"], Outcome.PASSED),
        (["Q2", "Q4"], Outcome.FAILED),
        (["Q1", "Q3"], Outcome.SILENT),
    ]

    assert shown_ids(tests) == shown_ids(reversed(tests)) == {"Q1"}


@pytest.mark.parametrize("later", ["passed", "skipped"])
def test_a_failure_outlasts_what_the_same_test_reports_later(
    later: Literal["passed", "skipped"],
) -> None:
    report = RuleReport()

    for outcome in ("passed", "failed", later):
        part = pytest.TestReport("a", ("a", 0, "a"), {}, outcome, None, "call")
        report.pytest_runtest_logreport(part)

    assert report.outcomes == {"a": Outcome.FAILED}


def test_the_report_tells_passed_from_failed_and_skipped(tmp_path: Path) -> None:
    run = run_pytest(tmp_path, ENDINGS, "-m", "rule")

    lines = run.stdout.splitlines()
    assert run.returncode == 1, run.stdout + run.stderr
    assert "1 failed, 1 passed, 1 skipped" in lines[-1]
    start = lines.index("Q 1/49")
    assert lines[start : start + 11] == counts({"Q1"})
    assert "Q2-Q49, Qi1-Qi5" in lines
    assert "B1-B54, Bi1-Bi4" in lines


@pytest.mark.parametrize(
    ("test", "shown"),
    [
        ("@pytest.mark.rule('Q1')\nclass TestA:\n  def test_a(self): pass", {"Q1"}),
        ("pytestmark = pytest.mark.rule('Q1', 'Q2')\ndef test_a(): pass", {"Q1", "Q2"}),
        (
            (
                "pytestmark = pytest.mark.rule('Q1')\n"
                "@pytest.mark.rule('Q2')\n@pytest.mark.rule('Q3')\ndef test_a(): pass"
            ),
            {"Q1", "Q2", "Q3"},
        ),
        (
            (
                "@pytest.mark.rule('Q1')\n@pytest.mark.parametrize('n', [1, 2])\n"
                "def test_a(n): assert n"
            ),
            {"Q1"},
        ),
        (
            (
                "@pytest.mark.rule('Q1')\n@pytest.mark.parametrize('n', [1, 0, 2])\n"
                "def test_a(n): assert n"
            ),
            set(),
        ),
        (
            (
                "one = pytest.param(1, marks=pytest.mark.rule('Q1'))\n"
                "@pytest.mark.parametrize('n', [0, one])\n"
                "@pytest.mark.rule('Q2')\ndef test_a(n): pass"
            ),
            {"Q1", "Q2"},
        ),
        (
            (
                "@pytest.fixture\ndef torn():\n  yield\n  raise OSError\n"
                "@pytest.mark.rule('Q1')\ndef test_a(torn): pass\n"
                "@pytest.mark.rule('Q2')\ndef test_b(): pass"
            ),
            {"Q2"},
        ),
        (
            (
                "@pytest.fixture\ndef broken(): raise OSError\n"
                "@pytest.mark.rule('Q1')\ndef test_a(broken): pass\n"
                "@pytest.mark.rule('Q1', 'Q2')\ndef test_b(): pass"
            ),
            {"Q2"},
        ),
        (
            (
                "@pytest.mark.rule('Q1')\n@pytest.mark.xfail\ndef test_a(): assert False\n"
                "@pytest.mark.rule('Q1', 'Q2')\ndef test_b(): pass"
            ),
            {"Q2"},
        ),
        ("@pytest.mark.rule('Q1')\n@pytest.mark.xfail\ndef test_a(): pass", set()),
        ("@pytest.mark.rule('Q1')\n@pytest.mark.skip\ndef test_a(): pass", set()),
        (
            (
                "@pytest.mark.rule('Q1')\ndef test_a(subtests):\n"
                "  with subtests.test(): assert False\n  with subtests.test(): pass"
            ),
            set(),
        ),
        ("@pytest.mark.rule('Q1', 'Z9', 7, ['Q2'])\ndef test_a(): pass", {"Q1"}),
        (
            (
                "import unittest\n@pytest.mark.rule('Q1')\nclass TestA(unittest.TestCase):\n"
                "  def test_a(self): pass"
            ),
            {"Q1"},
        ),
        ("def test_a(): pass", set()),
    ],
)
def test_the_report_follows_every_way_to_mark_a_test(
    tmp_path: Path, test: str, shown: set[str]
) -> None:
    run = run_pytest(tmp_path, f"import pytest\n{test}\n")

    lines = run.stdout.splitlines()
    start = lines.index(counts(shown)[0])
    assert lines[start : start + 11] == counts(shown)
    assert unshown(shown)[0] in lines


def test_listing_the_tests_prints_no_counts(tmp_path: Path) -> None:
    run = run_pytest(tmp_path, ENDINGS, "--collect-only")

    assert run.returncode == 0, run.stdout + run.stderr
    assert "rules shown" not in run.stdout


def test_unknown_ids_and_empty_markers_are_faults() -> None:
    markers = [
        ("test_a", ("Q1", "Qi5")),
        ("test_b", ("Q1", "Q50", "q1")),
        ("test_c", ()),
        ("test_d", (["Q1", "Q2"],)),
    ]

    assert unknown_ids(markers) == [
        ("test_b", ("Q50", "q1")),
        ("test_c", ()),
        ("test_d", (["Q1", "Q2"],)),
    ]


def test_a_run_with_faulty_markers_can_be_stopped_before_its_first_test(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(
        "import pytest\nfrom tests.rules.markers import check_markers\n"
        "def pytest_collection_modifyitems(items):\n"
        "    if messages := check_markers(items):\n"
        "        raise pytest.UsageError(*messages)\n"
    )
    run = run_pytest(
        tmp_path,
        "import pytest\n"
        "@pytest.mark.rule('Q1', 'Q99', 4)\n@pytest.mark.parametrize('n', [1, 2])\n"
        "def test_a(n): pass\n"
        "@pytest.mark.rule()\nclass TestB:\n  def test_b(self): pass\n"
        "@pytest.mark.rule\ndef test_c(): pass\n"
        "@pytest.mark.rule('Q1', also='Q2')\ndef test_d(): pass\n"
        "@pytest.mark.rule('Q1')\ndef test_e(): pass\n",
    )

    assert run.returncode == pytest.ExitCode.USAGE_ERROR
    assert [line for line in run.stderr.splitlines() if line.startswith("ERROR: ")] == [
        "ERROR: test_generated.py::test_a: no rule has the id 'Q99', 4",
        "ERROR: test_generated.py::TestB::test_b: the rule marker names no rule",
        "ERROR: test_generated.py::test_c: the rule marker names no rule",
        "ERROR: test_generated.py::test_d: the rule marker takes ids only, not also=",
    ]
