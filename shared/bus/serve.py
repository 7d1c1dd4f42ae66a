"""Running services in this process: start when everything is there, stop without losing a thing."""

import gc
import os
import signal
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import eventlet
import structlog
from nameko import config as nameko_config
from nameko.runners import ServiceRunner
from sqlalchemy import text

from shared.bus import On
from shared.bus.line import LINES, set_topology
from shared.bus.topology import Topology, topology_of
from shared.bus.wire import connect
from shared.config import WITH_PAGES, settings
from shared.web import OpsServer, listen

log = structlog.get_logger()
_START_SECONDS = 60


class NotStarted(Exception):
    """The services cannot run here; the text says what is missing."""


def suite_topology(every_class: Iterable[Any]) -> Topology:
    """Give the topology of these services and make it this process's own."""
    topology = topology_of(every_class, On)
    set_topology(topology)
    return topology


def declare(topology: Topology) -> None:
    """Make every exchange and queue that is not there yet."""
    with connect() as connection:
        topology.declare(connection)


def missing(topology: Topology) -> list[str]:
    """List the queues the broker lacks."""
    with connect() as connection:
        return topology.missing(connection)


def health() -> Mapping[str, str]:
    """Say what keeps this process from working, by service and part; nothing: all is well."""
    wrong = {} if LINES else {"services": "starting"}
    for line in LINES:
        if line.publisher is None or line.publisher.wire is None or not line.consuming:
            wrong[f"{line.service} bus"] = "not connected"
        try:
            with eventlet.Timeout(2), line.home.connection() as sql:
                sql.execute(text("SELECT 1"))
        except (Exception, eventlet.Timeout) as exc:  # noqa: BLE001 - any reason is a reason
            wrong[f"{line.service} database"] = type(exc).__name__
    return wrong


def settle(*, seconds: float) -> bool:
    """Wait until all that was said here is confirmed, at most so long; give whether it is."""
    deadline = time.monotonic() + seconds
    while not all(line.publisher is not None and line.publisher.idle for line in LINES):
        if time.monotonic() > deadline:
            return False
        eventlet.sleep(0.02)
    return True


@contextmanager
def running(classes: Iterable[Any]) -> Iterator[ServiceRunner]:
    """Run services until the end of the block, then stop them in good order.

    Raises:
        NotStarted: they were not ready within a minute.
    """
    nameko_config.setup({"max_workers": settings().workers})
    runner = ServiceRunner()
    for cls in classes:
        runner.add_service(cls)
    LINES.clear()
    # What was imported stays. Each look through it for garbage would stop every greenlet for as
    # long as several chains take.
    gc.freeze()
    runner.start()
    try:
        with eventlet.Timeout(_START_SECONDS, False):  # noqa: FBT003 - a quiet time-out
            while wrong := health():
                eventlet.sleep(0.05)
        if wrong:
            raise NotStarted("\n".join(f"{part}: {what}" for part, what in wrong.items()))
        yield runner
    finally:
        # A stop that hangs would keep its messages from everyone: after the limit, leave.
        watchdog = eventlet.spawn_after(settings().stop_seconds, os._exit, 1)
        runner.stop()
        watchdog.cancel()


def serve(classes: Iterable[Any]) -> None:
    """Run services until this process is told to stop (SIGTERM, SIGINT)."""
    told: list[int] = []

    def stop(number: int, frame: object) -> None:
        del frame
        told.append(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    classes = list(classes)
    for name in {cls.name for cls in classes} & set(WITH_PAGES):
        # Found out before anything runs: one sentence, where nameko would have many tracebacks.
        listen(f"{name}_web", getattr(settings(), f"{name}_web")).close()
    ops = OpsServer(settings().ops_web, health)
    try:
        with running(classes) as runner:
            log.info("started", services=sorted(runner.service_names), ops=ops.address)
            while not told:
                eventlet.sleep(0.2)  # an idle hub would not look at the signal for a minute
            log.info("stopping", signal=signal.Signals(told[0]).name)
    finally:
        ops.close()
    log.info("stopped")
