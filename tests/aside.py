"""Runs the tests that mostly wait in a process beside the others: `pytest -p tests.aside`.

Both processes collect the same tests; this plugin, loaded in both, has each keep its share. The
one beside writes its reports to a file, from which they are told to the first as if the tests had
been run there, so that one list of failures and one closing line speak for all.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

WAITING = ("tests/browser/", "tests/deploy/", "tests/faults/", "tests/live/")
"""Where the tests are that start processes and wait for them."""
REPORTS = "ATELIER_TEST_REPORTS"
"""The setting that tells the process beside where its reports go."""


def pytest_configure(config: pytest.Config) -> None:
    """Take the part of this process."""
    where = os.environ.get(REPORTS)
    part = _Beside(config, Path(where)) if where else _First(config)
    config.pluginmanager.register(part, "aside-part")


def _waits(item: pytest.Item) -> bool:
    return item.nodeid.startswith(WAITING)


class _Beside:
    """The process beside: runs the tests that wait, and writes down what became of them."""

    def __init__(self, config: pytest.Config, reports: Path) -> None:
        self.config = config
        self.reports = reports.open("a", buffering=1)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if _waits(item)]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        data = self.config.hook.pytest_report_to_serializable(config=self.config, report=report)
        self.reports.write(json.dumps(data, default=str) + "\n")


class _First:
    """The first process: runs the other tests, and tells of all."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.waiting: dict[str, pytest.Item] = {}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        waiting = [item for item in items if _waits(item)]
        if waiting and len(waiting) < len(items) and not self.config.option.collectonly:
            self.waiting = {item.nodeid: item for item in waiting}
            items[:] = [item for item in items if not _waits(item)]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        if not self.waiting:
            return (yield)
        session.testscollected += len(self.waiting)
        with TemporaryDirectory(prefix="atelier-aside-") as directory:
            reports, printed = Path(directory, "reports"), Path(directory, "printed")
            reports.touch()
            with printed.open("wb") as output:
                arguments = self.config.invocation_params.args
                beside = subprocess.Popen(
                    [sys.executable, "-m", "pytest", *map(str, arguments)],
                    env=os.environ | {REPORTS: str(reports)},
                    stdout=output,
                    stderr=subprocess.STDOUT,
                )
            try:
                done = yield
                for report in _arriving(reports, beside):
                    self._tell(report)
            finally:
                beside.terminate()
                beside.wait(timeout=60)
            self._tell_of_the_missing(beside.returncode, printed)
        return done

    def _tell(self, data: dict[str, Any]) -> None:
        hook = self.config.hook
        if isinstance(data.get("longrepr"), list):  # why a test was skipped; JSON has no tuples
            data["longrepr"] = tuple(data["longrepr"])
        report = hook.pytest_report_from_serializable(config=self.config, data=data)
        report.location = tuple(report.location)
        if report.when == "setup":
            hook.pytest_runtest_logstart(nodeid=report.nodeid, location=report.location)
        hook.pytest_runtest_logreport(report=report)
        if report.when == "teardown":
            self.waiting.pop(report.nodeid, None)
            hook.pytest_runtest_logfinish(nodeid=report.nodeid, location=report.location)

    def _tell_of_the_missing(self, code: int, printed: Path) -> None:
        """Fail the tests of which the process beside has not told, as when it was killed."""
        for item in self.waiting.values():
            why = f"the process beside ended with code {code}:\n{printed.read_text()[-5000:]}"
            report = pytest.TestReport(item.nodeid, item.location, {}, "failed", why, "call")
            self.config.hook.pytest_runtest_logreport(report=report)


def _arriving(reports: Path, beside: "subprocess.Popen[bytes]") -> Iterator[dict[str, Any]]:
    """Give reports as they come, until the process beside has ended."""
    with reports.open() as lines:
        line = ""
        while True:
            ended = beside.poll() is not None  # looked at first: what is read then is all
            while (line := line + lines.readline()).endswith("\n"):
                yield json.loads(line)
                line = ""
            if ended:
                return
            time.sleep(0.2)
