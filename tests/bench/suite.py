"""A suite to be measured: ours, or the floor, each with databases and a virtual host of its own."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.bench.client import Client
from tests.bench.floor import ROLES
from tests.bench.usage import Meter
from tests.stack import ROOT, STORY, Stack, free_port, stack

SETTINGS: Mapping[str, str] = {"ATELIER_SMTP_CONNECTIONS": "8"}
"""What differs from the default settings during the measurement."""


class Mailbox:
    """What the mail server has taken: the time of each 250, by filling and address."""

    def __init__(self, path: Path) -> None:
        """Read what the sink writes."""
        self._taken: dict[str, dict[str, float]] = {}
        self._file = path.open("rb")
        self._rest = b""

    def look(self, salt: str) -> dict[str, float]:
        """Give the time of the first message to each address of a filling, as far as they came."""
        *lines, self._rest = (self._rest + self._file.read()).split(b"\n")
        for line in lines:
            at, _, to = line.decode().partition(" ")
            mark = to.partition("@")[0].partition(".")[2]
            self._taken.setdefault(mark, {}).setdefault(to, float(at))
        return self._taken.get(salt, {})

    def wait(self, salt: str, count: int, *, patience: float = 60) -> dict[str, float]:
        """Wait until `count` people of a filling have been written to.

        Raises:
            AssertionError: none came for so many seconds.
        """
        last, changed = -1, time.monotonic()
        while len(found := self.look(salt)) < count:
            if len(found) != last:
                last, changed = len(found), time.monotonic()
            assert time.monotonic() - changed < patience, f"{len(found)} of {count} emails came"
            time.sleep(0.01)
        return found


class Subject:
    """What is measured: where to call it, its databases, its mail, what it uses."""

    def __init__(self, name: str, run: Stack, mailbox: Mailbox, meter: Meter) -> None:
        """Keep the parts together and connect a client."""
        self.name = name
        self.run = run
        self.mailbox = mailbox
        self.meter = meter
        self.client = Client(run.env["ATELIER_BUS_URL"])

    def database(self, service: str) -> str:
        """Give the address of a service's database, as psycopg2 takes it."""
        return self.run.env["ATELIER_DB_URL"].replace("{service}", service)


@contextmanager
def _sink(directory: Path) -> Iterator[tuple[int, int, Mailbox]]:
    port, path = free_port(), directory / "mail.log"
    path.touch()
    program = [sys.executable, "-m", "tests.bench.sink", str(port), str(path)]
    process = subprocess.Popen(program, cwd=ROOT)
    try:
        yield port, process.pid, Mailbox(path)
    finally:
        process.kill()
        process.wait(timeout=10)


@contextmanager
def _prepared(name: str) -> Iterator[tuple[Stack, Subject]]:
    with ExitStack() as ends:
        directory = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="atelier-bench-")))
        port, pid, mailbox = ends.enter_context(_sink(directory))
        env = {"ATELIER_SMTP_URL": f"smtp://127.0.0.1:{port}", "ATELIER_LOG_LEVEL": "WARNING"}
        run = ends.enter_context(stack(directory, **env, **SETTINGS))
        meter = Meter(run.name)
        meter.groups |= {"mail sink": [pid], "load": [os.getpid()]}
        yield run, Subject(name, run, mailbox, meter)


@contextmanager
def ours() -> Iterator[Subject]:
    """Start the services of the story, each its own process."""
    with _prepared("ours") as (run, subject):
        run.start_all()
        for service in STORY:
            subject.meter.groups[service] = [run.processes[service].pid]
        yield subject
        subject.client.close()


@contextmanager
def floor() -> Iterator[Subject]:
    """Start the floor: see `tests.bench.floor`."""
    with _prepared("floor") as (run, subject), ExitStack() as ends:
        for role, copies in ROLES.items():
            for _ in range(copies):
                program: list[Any] = [sys.executable, "-m", "tests.bench.floor", role]
                process = subprocess.Popen(program, cwd=ROOT, env=run.env)
                ends.callback(process.wait, timeout=10)
                ends.callback(process.kill)
                service = role.partition(".")[0]
                subject.meter.groups.setdefault(service, []).append(process.pid)
        yield subject
        subject.client.close()
