"""A client on py-amqp alone that speaks nameko's wire format and keeps many calls in flight."""

import json
import socket
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import amqp


def connect(url: str) -> amqp.Connection:
    """Open a plain py-amqp connection to the broker at an `amqp://` address."""
    parts = urlsplit(url)
    connection = amqp.Connection(
        f"{parts.hostname}:{parts.port or 5672}",
        userid=unquote(parts.username or "guest"),
        password=unquote(parts.password or "guest"),
        virtual_host=unquote(parts.path[1:]) or "/",
        connect_timeout=5,
    )
    connection.connect()
    return connection


@dataclass
class Calls:
    """How a set of calls went: when each was made and answered, and what went wrong."""

    sent: dict[str, float] = field(default_factory=dict)
    answered: dict[str, float] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """Give the time from the first call to the last answer."""
        return max(self.answered.values()) - min(self.sent.values())


class Client:
    """Makes calls of one method, as fast as they go or at given moments."""

    def __init__(self, url: str) -> None:
        """Connect and open a queue for the answers."""
        self.connection = connect(url)
        self.channel = self.connection.channel()
        self.address = str(uuid4())
        queue = f"rpc.reply-bench-{self.address}"
        self.channel.queue_declare(queue, exclusive=True, auto_delete=True)
        self.channel.queue_bind(queue, "nameko-rpc", self.address)
        self.channel.basic_consume(queue, no_ack=True, callback=self._on_reply)
        self._calls = Calls()

    def _on_reply(self, message: amqp.Message) -> None:
        self._calls.answered[message.properties["correlation_id"]] = time.time()
        reply = json.loads(message.body)
        if reply["error"]:
            self._calls.errors.append(f"{reply['error']['exc_type']}: {reply['error']['value']}")

    def _send(self, method: str, key: str, kwargs: dict[str, Any]) -> None:
        message = amqp.Message(
            json.dumps({"args": [], "kwargs": kwargs}),
            content_type="application/json",
            content_encoding="utf-8",
            reply_to=self.address,
            correlation_id=key,
            delivery_mode=1,
        )
        self._calls.sent[key] = time.time()
        self.channel.basic_publish(message, "nameko-rpc", method)

    def _drain(self, seconds: float) -> bool:
        try:
            self.connection.drain_events(timeout=max(seconds, 0.001))
        except (TimeoutError, socket.timeout):  # noqa: UP041 - py-amqp raises either
            return False
        return True

    def run(
        self,
        method: str,
        requests: Iterable[dict[str, Any]],
        *,
        window: int = 10**9,
        moments: Sequence[float] | None = None,
        patience: float = 60,
    ) -> Calls:
        """Make calls and wait for all answers.

        Args:
            method: `service.method`.
            requests: the arguments of each call.
            window: calls in flight at most.
            moments: when each call is made, in seconds from now; None: at once.
            patience: seconds to wait for the next answer before giving up.

        Raises:
            AssertionError: a call was refused or not answered.
        """
        self._calls = calls = Calls()
        began = time.time()
        for number, kwargs in enumerate(requests):
            if moments is not None:
                while (left := began + moments[number] - time.time()) > 0:
                    self._drain(left)
            while len(calls.sent) - len(calls.answered) >= window:
                self._expect(patience)
            self._send(method, str(uuid4()), kwargs)
        while len(calls.answered) < len(calls.sent):
            self._expect(patience)
        assert not calls.errors, f"{len(calls.errors)} calls failed: {calls.errors[0]}"
        return calls

    def _expect(self, patience: float) -> None:
        assert self._drain(patience), f"no answer within {patience:g} s"

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()
