"""The side of the suite that is for Stripe's test mode, run at a stand-in beside it, in real time.

That shows all but one thing: that Stripe answers as the stand-in does. For that a key is needed.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import HIDDEN
from tests.stripe_account import sides

ROOT = Path(__file__).parents[2]
SOME = (
    "tests/booking/test_balance.py::test_what_staff_give_back_at_stripe_is_in_our_books",
    "tests/booking/test_paying.py::test_whose_card_is_declined_on_the_page_may_pay_with_another",
    "tests/events/test_paying.py::test_told_twice_it_is_paid_once",
    "tests/flows/test_paid_spots.py::test_whose_card_is_declined_is_passed_over",
    "tests/shared/test_payments.py::test_a_kept_card_is_charged_once_for_one_key",
)


@pytest.fixture
def beside() -> Iterator[dict[str, str]]:
    """Give the settings of a stand-in that runs in a process of its own."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.stripe_standin"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield dict(word.split("=") for word in process.stdout.readline().split())
        process.terminate()


def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run tests under these settings."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_whoever_gives_an_address_and_a_key_has_the_same_tests_run_there(
    beside: dict[str, str],
) -> None:
    done = run("-q", *(f"{one}[test_mode]" for one in SOME), **beside)

    assert f"{len(SOME)} passed" in done.stdout, done.stdout
    assert done.returncode == 0


def test_a_failure_does_not_show_the_key() -> None:
    key, nowhere = "sk_test_that_nobody_is_to_read", "http://127.0.0.1:9"
    settings = {"ATELIER_TEST_STRIPE_KEY": key, "ATELIER_TEST_STRIPE_URL": nowhere}

    done = run("--tb=long", "--showlocals", "-vv", f"{SOME[-1]}[test_mode]", **settings)

    assert done.returncode == 1
    assert f"Bearer {HIDDEN}" in done.stdout
    assert key not in done.stdout + done.stderr


def test_a_key_that_could_move_money_runs_nothing() -> None:
    done = run("--collect-only", SOME[0], ATELIER_TEST_STRIPE_KEY="sk_live_of_a_studio")

    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "not the key of a test mode" in done.stderr
    assert "sk_live_of_a_studio" not in done.stdout + done.stderr


@pytest.mark.parametrize("key", ["sk_live_x", "rk_live_x", "pk_test_x", "whsec_x", "x"])
def test_only_keys_for_testing_are_taken(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("ATELIER_TEST_STRIPE_KEY", key)

    with pytest.raises(pytest.UsageError, match="not the key of a test mode"):
        sides()


@pytest.mark.parametrize("key", ["sk_test_x", "rk_test_x"])
def test_with_such_a_key_there_are_two_sides(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("ATELIER_TEST_STRIPE_KEY", key)

    assert sides() == ["the stand-in", "test_mode"]
