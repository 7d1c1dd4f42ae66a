"""The way of one listener's messages, from the broker to the listener and back."""

import random
import time
from collections import deque
from collections.abc import Callable
from typing import Any
from uuid import UUID

import eventlet
import structlog
from eventlet.event import Event

from shared.bus.memory import SETTLEMENTS
from shared.bus.wire import Wire
from shared.config import settings
from shared.engine import is_outage
from shared.failpoints import failpoint

log = structlog.get_logger()
_HOLD_SECONDS = 600  # well below the half hour after which RabbitMQ closes a silent consumer


class Lane:
    """The way of one listener's messages: they wait here, are heard in batches, acknowledged."""

    def __init__(
        self, stopping: Callable[[], bool], queue: str, hear: Callable[[list[bytes]], None]
    ) -> None:
        """Make a lane for a queue."""
        self._stopping = stopping
        self.queue = queue
        self.hear = hear
        self.waiting: deque[tuple[Any, Wire]] = deque()
        self.busy = False
        self._come = Event()

    def put(self, wire: Wire, message: Any, error: object = None) -> None:
        """Take a message in; one that could not even be unpacked is parked like the unreadable."""
        del error
        self.waiting.append((message, wire))
        if not self._come.ready():
            self._come.send()

    def run(self) -> None:
        """Hear what comes in, for ever."""
        while True:
            if not self.waiting:
                self._come.wait()
                self._come = Event()
                continue
            self.busy = True
            try:
                count = min(len(self.waiting), settings().batch)
                self._settle([self.waiting.popleft() for _ in range(count)])
            finally:
                self.busy = False

    def _settle(self, batch: list[tuple[Any, Wire]]) -> None:
        bodies = [raw_body(message) for message, _ in batch]
        began, pause = time.monotonic(), 0.2
        while True:
            try:
                self.hear(bodies)
                break
            except Exception as exc:  # noqa: BLE001 - a lane outlives whatever happens in it
                # Held, not put back: the broker counts deliveries, and prefetch keeps more away.
                log.warning("lane.held", queue=self.queue, error=str(exc), outage=is_outage(exc))
                if self._stopping() or time.monotonic() - began > _HOLD_SECONDS:
                    for message, wire in batch:
                        wire.requeue(message)
                    return
                eventlet.sleep(pause + random.random() * pause)  # noqa: S311 - jitter
                pause = min(pause * 2, 5.0)
        failpoint("lane.acknowledging", self.queue.rpartition(".")[2])
        for message, wire in batch:
            try:
                wire.ack(message)
            except wire.errors:
                break  # the broker has taken them back, and the inbox knows them
            if wire.memory and (fact_id := message.properties.get("message_id")):
                SETTLEMENTS.settle(UUID(fact_id), self.queue)


def raw_body(message: Any) -> bytes:
    """Give a message's bytes as they came."""
    body = message.body
    return body if isinstance(body, bytes) else str(body).encode()
