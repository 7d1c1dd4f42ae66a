"""People at a browser, as a test sees them."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Literal

from tests.stack import ROOT

SHOTS = ROOT / "screenshots"
HOW_TO_GET_IT = "needs Chromium: apt-get install chromium, or name one by ATELIER_TEST_CHROMIUM"
Device = Literal["small", "phone", "desktop"]
Scheme = Literal["light", "dark"]


class ChromiumMissing(Exception):
    """There is no browser; the text says how to get one."""


def chromium() -> str:
    """Find the browser's program.

    Raises:
        ChromiumMissing: it is not installed.
    """
    named = os.environ.get("ATELIER_TEST_CHROMIUM", "chromium")
    found = shutil.which(named) or shutil.which("chromium-browser")
    if found is None:
        raise ChromiumMissing(HOW_TO_GET_IT)
    return found


class Driver:
    """The process that drives the browser."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        """Speak to a process that has started."""
        self.process = process

    def ask(self, **command: Any) -> Any:
        """Have a command done and give its answer.

        Raises:
            AssertionError: the browser could not do it.
        """
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        if command:
            self.process.stdin.write(json.dumps(command) + "\n")
            self.process.stdin.flush()
        said = json.loads(self.process.stdout.readline() or '{"error": "the browser has ended"}')
        if "error" in said:
            raise AssertionError(said["error"])
        return said["answer"]


@contextmanager
def driving(program: str) -> Iterator[Driver]:
    """Start a browser and end it."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.browser.driver", program],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    ) as process:
        driver = Driver(process)
        driver.ask()  # its first word is that the browser runs
        try:
            yield driver
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(timeout=30)


class Browser:
    """Where visitors sit down."""

    def __init__(self, driver: Driver) -> None:
        """Begin without visitors."""
        self.driver = driver
        self.visitors: list[Visitor] = []

    def visitor(
        self, *, device: Device = "phone", scheme: Scheme = "light", language: str = "en"
    ) -> "Visitor":
        """Let somebody sit down, at a screen of a kind, whose browser asks for a language."""
        made = Visitor(self.driver, device, scheme, language)
        self.visitors.append(made)
        return made

    def close(self) -> None:
        """Let everybody go."""
        for visitor in self.visitors:
            visitor.ask("leave")


_number = count(1)


class Visitor:
    """Somebody at a screen; fields, buttons and links are found by what they are called."""

    def __init__(self, driver: Driver, device: Device, scheme: Scheme, language: str) -> None:
        """Sit down."""
        self.driver, self.who = driver, next(_number)
        self.look = f"{device}-{scheme}-{language}"
        self.ask("visitor", device=device, scheme=scheme, language=language)

    def ask(self, do: str, **more: Any) -> Any:
        """Have the driver do something for this visitor."""
        return self.driver.ask(do=do, who=self.who, **more)

    # -- what they do -----------------------------------------------------------------------

    def open(self, url: str) -> int:
        """Open an address; give the status of the answer."""
        status: int = self.ask("open", url=url)
        return status

    def show(self, html: str) -> None:
        """Look at a page that nobody has served."""
        self.ask("show", html=html)

    def reload(self) -> int:
        """Load the page again; what was submitted is submitted again."""
        status: int = self.ask("reload")
        return status

    def back(self) -> None:
        """Go back one page."""
        self.ask("back")

    def fill(self, label: str, text: str) -> None:
        """Write into a field."""
        self.ask("fill", label=label, text=text)

    def choose(self, label: str, option: str) -> None:
        """Choose from a list."""
        self.ask("choose", label=label, option=option)

    def tick(self, label: str) -> None:
        """Tick a box or choose a circle."""
        self.ask("tick", label=label)

    def pick(self, value: str) -> None:
        """Choose a circle by what it stands for, where its label is not the point."""
        self.ask("pick", value=value)

    def press(self, name: str) -> int:
        """Press a button or follow a link; give the status of the answer."""
        status: int = self.ask("press", name=name)
        return status

    def press_twice(self, name: str) -> None:
        """Press a button two times, as fast as a hand can."""
        self.ask("press_twice", name=name)

    def fetch(self, name: str) -> tuple[str, str]:
        """Follow a link to a file; give what it is called and its text."""
        fetched = self.ask("fetch", name=name)
        return fetched["name"], fetched["text"]

    def tab(self) -> str:
        """Press the tabulator key; give the name of what has the focus then."""
        named: str = self.ask("tab")
        return named

    def shot(self, name: str) -> Path:
        """Take a picture of the page, for people to look at."""
        SHOTS.mkdir(exist_ok=True)
        path = SHOTS / f"{name}-{self.look}.png"
        self.ask("shot", path=str(path))
        return path

    # -- what they see ----------------------------------------------------------------------

    def value(self, label: str) -> str:
        """Give what stands in a field."""
        value: str = self.ask("value", label=label)
        return value

    def ticked(self, label: str) -> bool:
        """Say whether a box or circle is ticked."""
        ticked: bool = self.ask("ticked", label=label)
        return ticked

    @property
    def heading(self) -> str:
        """Give the page's first heading."""
        return str(self.ask("state")["heading"])

    @property
    def text(self) -> str:
        """Give what the page says."""
        return str(self.ask("state")["text"])

    @property
    def html(self) -> str:
        """Give the page as the browser has it."""
        return str(self.ask("state")["html"])

    @property
    def url(self) -> str:
        """Give the address of the page."""
        return str(self.ask("where"))

    @property
    def elsewhere(self) -> list[str]:
        """Give what was wanted from other machines so far, in order."""
        return list(self.ask("state")["elsewhere"])

    def faults(self) -> list[str]:
        """List what makes the page hard to use; empty where nothing does."""
        return list(self.ask("faults"))
