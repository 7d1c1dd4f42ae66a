"""The whole suite in one process, on SQLite and a bus in memory, killed and started again."""

import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from tests.servers import free_port
from tests.stack import ATELIER, ROOT, http, page_addresses

KILLED = -9
WAITING = "SELECT count(*) FROM entries WHERE state = 'waiting'"


class Embedded:
    """An embedded suite in a directory, and the process it runs in."""

    def __init__(self, directory: Path) -> None:
        """Prepare one that nobody has started."""
        self.directory = directory
        self.ops = f"127.0.0.1:{free_port()}"
        theirs = {key: value for key, value in os.environ.items() if not key.startswith("ATELIER_")}
        own = {"ATELIER_DATA_DIR": str(directory), "ATELIER_OPS_WEB": self.ops}
        self.env = theirs | page_addresses() | own
        self.process: subprocess.Popen[bytes] | None = None

    def run(self, *program: str) -> "subprocess.CompletedProcess[str]":
        """Run a program beside the suite to its end."""
        pipes: dict[str, Any] = {"capture_output": True, "text": True}
        return subprocess.run(program, cwd=ROOT, env=self.env, timeout=60, check=False, **pipes)

    def up(self, **env: str) -> None:
        """Start `atelier up`."""
        with (self.directory / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*ATELIER, "up"], cwd=ROOT, env=self.env | env, stdout=log, stderr=log
            )
        self.until(lambda: self.ended() or self.ready(), "it is up")

    def ready(self) -> bool:
        """Say whether it answers that it is ready."""
        try:
            return http(f"http://{self.ops}/health/ready")[0] == 200
        except OSError:
            return False

    def ended(self) -> bool:
        """Say whether the process is no more."""
        return self.process is None or self.process.poll() is not None

    def kill(self) -> None:
        """End the process as a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(timeout=10)

    def rows(self, service: str, query: str) -> list[Any]:
        """Give the rows a query finds in a service's database."""
        path = self.directory / f"{service}.sqlite"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as sql:
            return sql.execute(query).fetchall()

    def mails(self, kind: str) -> list[str]:
        """Give the text of every email of a kind."""
        found = []
        for path in sorted((self.directory / "mail").glob(f"{kind}-*.eml")):
            email = message_from_bytes(path.read_bytes(), policy=policy.default)
            plain = email.get_body(("plain",))
            found.append(f"To: {email['To']}\n{plain.get_content() if plain else ''}")
        return found

    def unconfirmed(self) -> int:
        """Count the facts nobody is known to have handled."""
        query = "SELECT count(*) FROM outbox WHERE confirmed_at IS NULL"
        return sum(self.rows(name, query)[0][0] for name in ("booking", "waitlist", "notify"))

    def until(self, happened: Callable[[], object], what: str) -> None:
        """Wait until something has happened."""
        deadline = time.monotonic() + 30
        while not happened():
            if time.monotonic() > deadline:
                log = (self.directory / "log").read_text()[-3000:]
                raise AssertionError(f"waited in vain: {what}\n{log}")  # noqa: EM102, TRY003
            time.sleep(0.05)


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    """Give an embedded suite that nobody has started."""
    made = Embedded(tmp_path_factory.mktemp("embedded"))
    yield made
    made.kill()


def test_what_was_said_before_a_power_cut_is_handled_at_the_next_start(suite: Embedded) -> None:
    filled = suite.run(sys.executable, "-W", "ignore", "-m", "tests.live.embedded")
    assert filled.returncode == KILLED, filled.stderr
    assert json.loads(filled.stdout)["capacity"] == 1
    assert suite.unconfirmed() == 5  # two people, a session, a booking, a wish

    suite.up()

    suite.until(lambda: suite.mails("confirmed") and not suite.unconfirmed(), "all is handled")
    (mail,) = suite.mails("confirmed")
    assert "ada@example.com" in mail
    # A wish that came before its session is tried again after a second.
    suite.until(lambda: suite.rows("waitlist", WAITING) == [(1,)], "somebody waits")


@pytest.mark.parametrize(
    "failpoint", ["lane.handling:request_freed_spot", "lane.acknowledging:allocate_spot"]
)
@pytest.mark.rule("Q47", "Q48")
def test_a_seat_changes_hands_once_though_the_only_process_dies(
    tmp_path: Path, failpoint: str
) -> None:
    suite = Embedded(tmp_path)
    suite.run(sys.executable, "-W", "ignore", "-m", "tests.live.embedded")
    suite.up(ATELIER_ENVIRONMENT="test", ATELIER_FAILPOINTS=f"{failpoint}=kill@1")
    suite.until(lambda: suite.mails("confirmed"), "the booking is confirmed")
    suite.until(lambda: suite.rows("waitlist", WAITING) == [(1,)], "somebody waits")
    link = re.search(r"http://\S+", suite.mails("confirmed")[0])
    assert link is not None

    http(link.group(), "POST")
    suite.until(suite.ended, f"it dies at {failpoint}")
    assert suite.process is not None
    assert suite.process.returncode == KILLED
    assert suite.unconfirmed() > 0
    suite.up()

    suite.until(lambda: suite.mails("allocated") and not suite.unconfirmed(), "all is handled")
    (mail,) = suite.mails("allocated")
    assert "grace@example.com" in mail
    states = sorted(suite.rows("booking", "SELECT state FROM bookings"))
    assert states == [("cancelled",), ("confirmed",)]
    assert suite.rows("booking", "SELECT taken FROM sessions") == [(1,)]
    assert suite.rows("booking", "SELECT state FROM holds") == [("granted",)]
    suite.kill()


def test_the_command_line_works_on_an_embedded_suite_that_is_not_running(suite: Embedded) -> None:
    suite.kill()
    ((session_id,),) = suite.rows("booking", "SELECT session_id FROM sessions")

    ids = json.dumps({"session_id": session_id})
    answer = suite.run(*ATELIER, "rpc", "booking.get_session", ids)
    doctor = suite.run(*ATELIER, "doctor")

    assert json.loads(answer.stdout)["taken"] == 1, answer.stderr
    assert doctor.returncode == 0, doctor.stdout
