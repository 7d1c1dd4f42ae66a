"""One connection to the broker, shared by greenlets: every write takes its turn.

py-amqp writes through one buffer; a greenlet that had to wait half-way through a large frame
would find it overwritten by another.
"""

import socket
import time
from contextlib import suppress
from typing import Any

from eventlet.semaphore import Semaphore
from kombu import Connection

from shared.config import settings

HEARTBEAT_SECONDS = 10
_STALL_MS = 15_000  # a network pause shorter than this does not cost the connection


def connect(url: str | None = None, *, beats: bool = True) -> Connection:
    """Open a connection to the broker.

    Without `beats` it may lie idle for any time: for those who do not `drain` while they wait.

    Raises:
        OSError, kombu.exceptions.OperationalError: it cannot be reached or refuses us.
    """
    address = url or settings().bus_url
    memory = address.startswith("memory")
    options: dict[Any, Any] = (
        {"polling_interval": 0.005}
        if memory
        else {"socket_settings": {socket.TCP_USER_TIMEOUT: _STALL_MS}}
    )
    connection = Connection(
        address,
        heartbeat=HEARTBEAT_SECONDS if beats and not memory else 0,
        connect_timeout=5,
        transport_options=options,
    )
    connection.connect()
    return connection


class Wire:
    """A connection and its one channel."""

    def __init__(self, url: str | None = None, *, beats: bool = True) -> None:
        """Connect, with the errors of `connect`."""
        self.connection = connect(url, beats=beats)
        self.channel: Any = self.connection.channel()
        self.errors: tuple[type[Exception], ...] = (
            *self.connection.connection_errors,
            *self.connection.channel_errors,
            OSError,
        )
        self.memory = self.connection.transport.driver_type == "memory"
        self._turn = Semaphore(1)
        self._last_beat = time.monotonic()

    def publish(self, body: str, *, exchange: str, routing_key: str, **options: Any) -> None:
        """Send one message; `mandatory` and message properties by name."""
        mandatory = options.pop("mandatory", False)
        message = self.channel.prepare_message(
            body,
            content_type="application/json",
            content_encoding="utf-8",
            headers=options.pop("headers", None),
            properties=options,
        )
        with self._turn:
            self.channel.basic_publish(
                message, exchange=exchange, routing_key=routing_key, mandatory=mandatory
            )

    def ack(self, message: Any) -> None:
        """Acknowledge a message that came over this wire; a closed wire needs none."""
        if message.channel is self.channel and not self.closed:
            with self._turn:
                message.ack()

    def requeue(self, message: Any) -> None:
        """Give a message back to its queue."""
        if message.channel is self.channel and not self.closed:
            with self._turn:
                message.requeue()

    @property
    def closed(self) -> bool:
        """Say whether the connection is gone."""
        return self.channel.connection is None or not self.connection.connected

    def drain(self, seconds: float = 1.0) -> None:
        """Wait for something to come in, at most `seconds`, and keep the heartbeat going."""
        with suppress(TimeoutError):
            self.connection.drain_events(timeout=seconds)
        if self.connection.heartbeat and time.monotonic() - self._last_beat > HEARTBEAT_SECONDS / 4:
            self._last_beat = time.monotonic()
            with self._turn:
                self.connection.heartbeat_check()

    def close(self) -> None:
        """Close the connection, whatever state it is in."""
        try:
            self.connection.release()
        except self.errors:
            self.connection.collapse()
