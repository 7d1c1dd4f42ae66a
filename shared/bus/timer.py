"""What runs by the clock."""

import random
from collections.abc import Callable
from typing import Any

import structlog
from eventlet.event import Event

from shared import metrics
from shared.engine import in_spite_of_clashes, is_outage

log = structlog.get_logger()


class Timer:
    """Runs a method again and again, sooner when woken."""

    def __init__(self, name: str, seconds: float, run: Callable[[], Any], service: str) -> None:
        """Make a timer of a service."""
        self.name = name
        self.busy = False
        self.stopping = False
        self.seconds = seconds
        self._run = run
        self._woken = Event()
        self._counts = {
            outcome: metrics.TIMER_RUNS.labels(service, name, outcome)
            for outcome in ("ok", "failed")
        }

    def wake(self) -> None:
        """Run at once, or once more when the present run has ended."""
        if not self._woken.ready():
            self._woken.send()

    def run_for_ever(self) -> None:
        """Run, wait, and run again; an error is logged and the next run comes all the same."""
        while not self.stopping:
            pause = self.seconds * (0.9 + 0.2 * random.random())  # noqa: S311 - jitter
            self._woken.wait(timeout=pause)
            self._woken = Event()
            if not self.stopping:
                self._run_once()

    def _run_once(self) -> None:
        try:
            self.busy = True
            in_spite_of_clashes(self._run)
            self._counts["ok"].inc()
        except Exception as exc:
            self._counts["failed"].inc()
            if is_outage(exc):
                log.warning("timer.failed", timer=self.name, error=str(exc))
            else:
                log.exception("timer.failed", timer=self.name)
        finally:
            self.busy = False
