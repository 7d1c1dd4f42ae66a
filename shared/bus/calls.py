"""RPC from the service's side: a call is checked, done once however often it comes, answered."""

import hashlib
import inspect
import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import uuid4

import eventlet
import structlog
from marshmallow import Schema, ValidationError
from nameko.exceptions import (
    IncorrectSignature,
    MalformedRequest,
    MethodNotFound,
    serialize,
)

from shared import inbox, metrics
from shared.bus.topology import RPC
from shared.bus.wire import Wire
from shared.contracts import Trace
from shared.contracts.errors import IdempotencyConflict, InvalidRequest, Refused, Unavailable
from shared.db import Home, Unit, is_repeat
from shared.engine import is_clash, is_outage, is_overdue
from shared.inbox import StoredReply

log = structlog.get_logger()
_TRIES = 5
_KEY_LENGTH = 200
_KEY = re.compile(rf"[^\x00-\x1f\x7f\ud800-\udfff]{{1,{_KEY_LENGTH}}}")
"""What a key may be: what every database keeps as text."""


class Responder:
    """One method that can be called.

    `call` runs it with checked arguments within a unit of work that this class commits, with the
    reply beside the effect.
    """

    def __init__(
        self,
        home: Home,
        method: str,
        schema: Schema | None,
        function: Callable[..., Any],
        call: Callable[[Unit, Trace, Mapping[str, Any]], Any],
    ) -> None:
        """Answer in the name of a service's method; `function` is what its callers see."""
        self.home = home
        self.method = method
        self.schema = schema
        self.call = call
        parameters = list(inspect.signature(function).parameters.values())[1:]
        self._parameters = tuple(p.name for p in parameters if p.kind is not p.VAR_KEYWORD)
        self._seconds = metrics.CALL_SECONDS.labels(home.service, method)
        self._counts = {
            outcome: metrics.CALLS.labels(home.service, method, outcome)
            for outcome in ("ok", "repeated", "refused", "failed")
        }

    def answer(self, args: Sequence[Any], kwargs: Mapping[str, Any], *, correlation_id: str) -> Any:
        """Answer a call, or give again the answer it got before.

        Args:
            args: positional arguments, by the method's own order.
            kwargs: the others; `idempotency_key` may be among them.
            correlation_id: what names this call among all; a redelivered one has the same.

        Raises:
            InvalidRequest: the arguments break the schema; nothing was done.
            IdempotencyConflict: the key stands for a call with other arguments.
            Refused: as the method says.
            Unavailable: the database was not to be had, or not in time.
        """
        if not _KEY.fullmatch(correlation_id):
            told = correlation_id.encode(errors="surrogatepass")
            correlation_id = hashlib.sha256(told).hexdigest()
        began = time.perf_counter()
        try:
            result, outcome = self._answer(args, dict(kwargs), correlation_id)
        except Refused:
            self._counts["refused"].inc()
            raise
        except Exception as exc:
            self._counts["failed"].inc()
            if is_outage(exc) or is_clash(exc) or is_overdue(exc):
                msg = "the database did not answer in time; try again"
                raise Unavailable(msg) from exc
            raise
        finally:
            self._seconds.observe(time.perf_counter() - began)
        self._counts[outcome].inc()
        return result

    def _answer(
        self, args: Sequence[Any], kwargs: dict[str, Any], correlation_id: str
    ) -> tuple[Any, str]:
        given = kwargs.pop("idempotency_key", None)
        if given is not None and not (isinstance(given, str) and _KEY.fullmatch(given)):
            msg = (
                f"idempotency_key: Must be a text of 1 to {_KEY_LENGTH} characters, "
                "none of them a control character."
            )
            raise InvalidRequest(msg)
        wire = self._named(args, kwargs)
        request = self._checked(wire)
        key = f"key:{given}" if given else f"call:{correlation_id}"
        printed = json.dumps([self.method, wire], sort_keys=True, default=str)
        fingerprint = hashlib.sha256(printed.encode()).hexdigest()
        trace = Trace.begin(self.home.now(), correlation_id)
        for attempt in range(_TRIES):
            try:
                return self._once(request, trace, key, fingerprint), "ok"
            except Exception as exc:
                if is_outage(exc) and attempt < _TRIES - 1:
                    eventlet.sleep(0.1 * 2**attempt)
                elif is_clash(exc) and not is_repeat(exc) and attempt < _TRIES - 1:
                    pass
                else:
                    kept = self._kept(exc, key)
                    if kept is None:
                        raise
                    if kept.fingerprint != fingerprint:
                        msg = f"idempotency_key: {given!r} stands for a call with other arguments."
                        raise IdempotencyConflict(msg) from exc
                    return json.loads(kept.reply), "repeated"
        raise AssertionError

    def _once(self, request: Mapping[str, Any], trace: Trace, key: str, fingerprint: str) -> Any:
        unit = Unit(self.home, self.method)
        try:
            result = self.call(unit, trace, request)
            unit.commit(StoredReply(key, fingerprint, json.dumps(result, separators=(",", ":"))))
        except BaseException:
            unit.undo()
            raise
        return result

    def _kept(self, exc: Exception, key: str) -> StoredReply | None:
        """Find the first answer, if this call failed only because it was done before."""
        if not (isinstance(exc, Refused) or is_repeat(exc)):
            return None
        with self.home.connection() as sql:
            return inbox.find_reply(sql, [key])

    def _named(self, args: Sequence[Any], kwargs: dict[str, Any]) -> dict[str, Any]:
        if len(args) > len(self._parameters):
            msg = f"{self.method} takes {len(self._parameters)} arguments, {len(args)} were given"
            raise IncorrectSignature(msg)
        named = dict(zip(self._parameters, args, strict=False))
        if both := sorted(named.keys() & kwargs.keys()):
            msg = f"{self.method} got {', '.join(both)} twice"
            raise IncorrectSignature(msg)
        return named | kwargs

    def _checked(self, wire: dict[str, Any]) -> Mapping[str, Any]:
        if self.schema is None:
            if wire:
                msg = "; ".join(f"{name}: Unknown field." for name in sorted(wire))
                raise InvalidRequest(msg)
            return {}
        try:
            loaded: Mapping[str, Any] = self.schema.load(wire)
        except ValidationError as exc:
            raise InvalidRequest(fields_at_fault(exc.messages_dict)) from exc
        return loaded


def fields_at_fault(messages: Mapping[str, Any], prefix: str = "") -> str:
    """Write marshmallow's messages as `field: rule; field: rule`, nested ones dotted."""
    parts = []
    for name, found in sorted(messages.items(), key=lambda item: str(item[0])):
        where = f"{prefix}{name}"
        if isinstance(found, Mapping):
            parts.append(fields_at_fault(found, f"{where}."))
        else:
            parts.append(f"{where}: {' '.join(map(str, found))}")
    return "; ".join(parts)


class Reception:
    """Where calls come in: each is answered in the form nameko's own clients read."""

    def __init__(self, service: str, responders: Mapping[str, Responder]) -> None:
        """Receive the calls of a service."""
        self.service = service
        self.responders = responders

    def receive(self, message: Any, wire: Wire) -> None:
        """Answer one request message and acknowledge it."""
        properties = message.properties
        correlation_id = str(properties.get("correlation_id") or uuid4())
        result, error = None, None
        try:
            result = self._call(message, correlation_id)
        except Exception as exc:  # noqa: BLE001 - every error is the caller's answer
            error = self._error(exc, message, correlation_id)
        if reply_to := properties.get("reply_to"):
            body = json.dumps({"result": result, "error": error}, default=str)
            wire.publish(
                body,
                exchange=RPC.name,
                routing_key=reply_to,
                correlation_id=correlation_id,
                delivery_mode=1,
            )
        wire.ack(message)

    def _call(self, message: Any, correlation_id: str) -> Any:
        method = message.delivery_info["routing_key"].rpartition(".")[2]
        if method not in self.responders:
            raise MethodNotFound(method)
        try:
            request = json.loads(message.body)
            args, kwargs = request["args"], request["kwargs"]
            if not (isinstance(args, list) and isinstance(kwargs, dict)):
                raise TypeError  # noqa: TRY301 - answered like the other ways to be malformed
        except (ValueError, TypeError, KeyError, RecursionError) as exc:
            msg = "a call is a JSON object with a list `args` and an object `kwargs`"
            raise MalformedRequest(msg) from exc
        return self.responders[method].answer(args, kwargs, correlation_id=correlation_id)

    def _error(self, exc: Exception, message: Any, correlation_id: str) -> Mapping[str, Any]:
        known = isinstance(exc, Refused | MethodNotFound | MalformedRequest | IncorrectSignature)
        if isinstance(exc, Unavailable):
            log.warning(
                "call.unavailable",
                service=self.service,
                method=message.delivery_info["routing_key"],
                correlation_id=correlation_id,
                error=str(exc.__cause__),
            )
        elif not known:
            log.error(
                "call.failed",
                service=self.service,
                method=message.delivery_info["routing_key"],
                correlation_id=correlation_id,
                exc_info=exc,
            )
            # What went wrong inside may quote data; the log has it, under this id.
            exc = RuntimeError(f"internal error, see the log of {correlation_id}")
        answer: Mapping[str, Any] = serialize(exc)
        return answer
