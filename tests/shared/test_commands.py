"""What the `atelier` command says to somebody who got something wrong, or has just begun."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from services import suite
from services.__main__ import atelier
from services.suite import SUITE
from shared.bus.serve import NotStarted
from shared.config import settings


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give every command a directory nobody has used."""
    monkeypatch.setenv("ATELIER_DATA_DIR", str(tmp_path))
    settings.cache_clear()
    yield
    settings.cache_clear()


def test_a_suite_nobody_has_started_is_nothing_wrong() -> None:
    done = CliRunner().invoke(atelier, ["doctor"])

    assert done.exit_code == 0, done.output


def test_a_method_nobody_has_is_answered_with_those_like_it() -> None:
    done = CliRunner().invoke(atelier, ["rpc", "booking.create_sesion_type"])

    assert done.exit_code == 1
    assert "booking has no method create_sesion_type: create_session_type" in done.output


def test_a_service_nobody_has_is_answered_with_all_there_are() -> None:
    said = CliRunner().invoke(atelier, ["rpc", "bookings.book"]).output

    assert all(name in said for name in SUITE)


def test_an_unreachable_database_is_one_plain_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATELIER_DB_URL", "postgresql://atelier:none@127.0.0.1:1/none")
    settings.cache_clear()

    said = CliRunner().invoke(atelier, ["parked", "list"]).output

    assert "refused" in said
    assert "sqlalche.me" not in said


def test_a_process_of_one_service_takes_in_no_code_of_another() -> None:
    program = """
import sys, services.__main__
from services.suite import written_topology
assert written_topology("notify").heard["BookingCancelled.v1"]
print({name.split(".")[1] for name in sys.modules if name.startswith("services.")})
"""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, check=True
    )

    others = set(SUITE) - {"notify"}
    assert "notify" in done.stdout
    assert [name for name in others if f"'{name}'" in done.stdout] == []


def test_a_listener_that_was_not_written_down_keeps_its_service_from_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = suite.LISTENERS.read_text().splitlines(keepends=True)
    forgotten = "BookingCancelled.v1 notify.tell_of_cancellation\n"
    shorter = tmp_path / "listeners.txt"
    shorter.write_text("".join(line for line in lines if line != forgotten))
    monkeypatch.setattr(suite, "LISTENERS", shorter)

    assert suite.written_topology("booking").ears
    with pytest.raises(NotStarted, match=r"notify\.tell_of_cancellation: run `atelier facts`"):
        suite.written_topology("notify")
