"""The studio's desk: a running suite, its pages' addresses, and calls to its services."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from shared.config import WITH_PAGES
from tests.servers import free_port
from tests.stack import ROOT, http

_SECONDS = 60


class CallRefused(Exception):
    """A call was turned down; the text begins with the error's name."""


class Desk:
    """An embedded suite in a process of its own."""

    def __init__(
        self, directory: Path, process: "subprocess.Popen[str]", env: dict[str, str]
    ) -> None:
        """Sit down at a suite that is starting."""
        self.directory = directory
        self.process = process
        self.env = env

    def call(self, name: str, /, **arguments: Any) -> Any:
        """Call `service.method` and give its answer.

        Raises:
            CallRefused: the service turned it down.
        """
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        question = json.dumps([*name.split("."), arguments], default=str)
        self.process.stdin.write(question + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, self.log
        said = json.loads(line)
        if "refused" in said:
            raise CallRefused(said["refused"])
        return said["answer"]

    def url(self, service: str, path: str = "") -> str:
        """Give the address of a service's page."""
        return self.env[f"ATELIER_{service.upper()}_URL"] + path

    def mails(self, address: str) -> list[EmailMessage]:
        """Give the emails somebody got, in order."""
        found = []
        for path in sorted((self.directory / "mail").glob("*.eml"), key=os.path.getmtime):
            email = message_from_bytes(path.read_bytes(), policy=policy.default)
            assert isinstance(email, EmailMessage)
            if address in str(email["To"]):
                found.append(email)
        return found

    def until(self, happened: Callable[[], object], what: str) -> None:
        """Wait until something has happened."""
        deadline = time.monotonic() + _SECONDS
        while not happened():
            assert time.monotonic() < deadline, f"waited in vain: {what}\n{self.log}"
            assert self.process.poll() is None, self.log
            time.sleep(0.05)

    def ready(self) -> bool:
        """Say whether it answers that it is ready."""
        try:
            return http(f"http://{self.env['ATELIER_OPS_WEB']}/health/ready")[0] == 200
        except OSError:
            return False

    @property
    def log(self) -> str:
        """Give the end of what the process has said."""
        return (self.directory / "log").read_text()[-3000:]


@contextmanager
def desk_in(directory: Path, **settings: str) -> Iterator[Desk]:
    """Run a suite in a directory, with more settings if need be, and stop it."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("ATELIER_")}
    env |= {"ATELIER_DATA_DIR": str(directory), "ATELIER_OPS_WEB": f"127.0.0.1:{free_port()}"}
    for service in WITH_PAGES:
        address = f"127.0.0.1:{free_port()}"
        env[f"ATELIER_{service.upper()}_WEB"] = address
        env[f"ATELIER_{service.upper()}_URL"] = f"http://{address}"
    with (directory / "log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.browser.office"],
            cwd=ROOT,
            env=env | settings,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            bufsize=1,
        )
    desk = Desk(directory, process, env | settings)
    try:
        desk.until(desk.ready, "the suite is ready")
        yield desk
    finally:
        process.terminate()
        process.wait(timeout=30)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
