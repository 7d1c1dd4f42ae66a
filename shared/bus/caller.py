"""RPC from the caller's side, with a time-out on every answer."""

import json
import time
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from eventlet.semaphore import Semaphore
from kombu import Queue
from nameko.exceptions import RemoteError, deserialize

from shared.bus.topology import RPC
from shared.bus.wire import Wire
from shared.contracts.errors import Refused, Unavailable


class CallTimedOut(Exception):
    """No answer came in time; the call may or may not have been done."""


CALL_ERRORS = (Refused, Unavailable, RemoteError, CallTimedOut)
"""How a call ends that has no answer."""


class Caller:
    """Calls services by name, as nameko's own clients do, with a time-out on every answer.

    One call at a time; other greenlets wait their turn.
    """

    def __init__(self, url: str | None = None, *, timeout: float = 10.0) -> None:
        """Connect to the bus; answers are waited for at most `timeout` seconds."""
        self.timeout = timeout
        self._url = url
        self._turn = Semaphore(1)
        self._connect()

    def _connect(self) -> None:
        self._wire = Wire(self._url, beats=False)
        self._replies: dict[str, Any] = {}
        self._address = str(uuid4())
        RPC(self._wire.channel).declare()
        queue = Queue(
            f"rpc.reply-caller-{self._address}",
            exchange=RPC,
            routing_key=self._address,
            queue_arguments={"x-expires": 300_000},
        )(self._wire.channel)
        queue.declare()
        self._queue = queue
        queue.consume(callback=self._on_reply, no_ack=True)

    def _on_reply(self, message: Any) -> None:
        if not hasattr(message, "properties"):
            message = self._wire.channel.message_to_python(message)
        self._replies[message.properties["correlation_id"]] = json.loads(message.body)

    def call(self, service: str, method: str, /, **kwargs: Any) -> Any:
        """Call a method and give its answer.

        Raises:
            CallTimedOut: no answer came in time.
            Refused: the service turned the call down, as the class it names.
            Unavailable: its database was not to be had, or not in time.
            RemoteError: another error there.
        """
        request = json.dumps({"args": [], "kwargs": kwargs}, default=_plain)
        correlation_id = str(uuid4())
        with self._turn:
            try:
                reply = self._ask(f"{service}.{method}", request, correlation_id)
            except self._wire.errors:
                # The broker went away. If the request did get through, its correlation id makes
                # the second one get the first one's answer.
                self._connect()
                reply = self._ask(f"{service}.{method}", request, correlation_id)
        if reply["error"]:
            raise deserialize(reply["error"])
        return reply["result"]

    def _ask(self, routing_key: str, request: str, correlation_id: str) -> Any:
        self._wire.publish(
            request,
            exchange=RPC.name,
            routing_key=routing_key,
            reply_to=self._address,
            correlation_id=correlation_id,
            delivery_mode=1,
        )
        deadline = time.monotonic() + self.timeout
        while correlation_id not in self._replies:
            left = deadline - time.monotonic()
            if left <= 0:
                msg = f"{routing_key} did not answer within {self.timeout:g} s"
                raise CallTimedOut(msg)
            self._wire.drain(min(left, 1.0))
        return self._replies.pop(correlation_id)

    def close(self) -> None:
        """Close the connection and drop the reply queue."""
        self._queue.delete()
        self._wire.close()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value)
