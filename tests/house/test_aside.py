"""Tests that run beside the others count like them, whatever becomes of them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stack import ROOT


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """Give a suite of tests that is run beside ours: one that waits for nothing."""
    (tmp_path / "tests" / "faults").mkdir(parents=True)
    (tmp_path / "tests" / "test_first.py").write_text("def test_a(): pass\n")
    return tmp_path


def run(suite: Path, waiting: str) -> tuple[int, str]:
    """Run a suite whose waiting tests are these; give the exit code and what was printed."""
    (suite / "tests" / "faults" / "test_waiting.py").write_text(waiting)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.aside", "-rs", "tests"],
        cwd=suite,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout


def test_all_tests_are_in_one_closing_line(suite: Path) -> None:
    code, printed = run(suite, "def test_b(): pass\ndef test_c(): pass\n")

    assert code == 0
    assert "3 passed" in printed.splitlines()[-1]


def test_a_failure_beside_is_shown_and_fails_the_run(suite: Path) -> None:
    code, printed = run(suite, "def test_b():\n    assert 6 * 9 == 42\n")

    assert code == 1
    assert "assert (6 * 9) == 42" in printed
    assert "1 failed, 1 passed" in printed.splitlines()[-1]


def test_a_test_skipped_beside_says_why(suite: Path) -> None:
    code, printed = run(suite, "import pytest\ndef test_b(): pytest.skip('no moon tonight')\n")

    assert code == 0
    assert "no moon tonight" in printed
    assert "1 passed, 1 skipped" in printed.splitlines()[-1]


def test_tests_that_a_death_beside_took_with_it_have_failed(suite: Path) -> None:
    code, printed = run(
        suite, "import os\ndef test_b(): os.kill(os.getpid(), 9)\ndef test_c(): pass\n"
    )

    assert code == 1
    assert "the process beside ended with code -9" in printed
    assert "2 failed, 1 passed" in printed.splitlines()[-1]


def test_a_module_that_cannot_be_read_fails_the_run(suite: Path) -> None:
    code, printed = run(suite, "this is no Python\n")

    assert code == 2
    assert "SyntaxError" in printed
