"""How committed facts get to the broker: at once, in bulk, and marked only when confirmed."""

import random
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import eventlet
import structlog
from eventlet.event import Event
from eventlet.semaphore import Semaphore
from sqlalchemy.exc import DBAPIError

from shared import metrics, outbox
from shared.bus.memory import SETTLEMENTS
from shared.bus.topology import Ear
from shared.bus.wire import Wire
from shared.contracts import FACTS
from shared.db import Home
from shared.engine import is_outage
from shared.failpoints import failpoint
from shared.outbox import SWEEP_AFTER, Said

log = structlog.get_logger()
_CONFIRM_SECONDS = 10
_NOTE_EVERY = 0.1  # confirmations come one by one and are noted by the handful
_WINDOW = 2000  # facts sent and not confirmed, at most


class Publisher:
    """Publishes what its service has committed, in one greenlet, over one wire.

    What it cannot send stays unconfirmed in the outbox, and the sweeper brings it again.
    """

    def __init__(self, home: Home, heard: Mapping[str, tuple[Ear, ...]]) -> None:
        """Publish for a service; `heard` names the listeners of each topic that has any."""
        self.home = home
        self.heard = heard
        self.wire: Wire | None = None
        self._waiting: deque[Said] = deque()
        self._sent: dict[int, UUID] = {}  # by delivery tag
        self._in_flight: set[UUID] = set()
        self._returned: set[UUID] = set()
        self._confirmed: deque[UUID] = deque()
        self._tag = 0
        self._swept_to = 0
        self._stopping = False
        self._wanted = Event()
        self._noting = Semaphore(1)
        self._connected = metrics.BUS_CONNECTED.labels(home.service, "publishing")
        self._counts = {
            outcome: metrics.FACTS_SAID.labels(home.service, outcome)
            for outcome in ("published", "confirmed", "returned", "refused")
        }

    # -- what others call -------------------------------------------------------------------

    def push(self, said: Sequence[Said]) -> None:
        """Take facts that were committed just now."""
        if said and self.wire is not None:
            self._waiting.extend(said)
            self._wake()

    @property
    def idle(self) -> bool:
        """Say whether everything handed in is confirmed and noted."""
        return not (self._waiting or self._in_flight or self._confirmed)

    def stop(self) -> None:
        """Have `run` end when what is committed is out, or cannot be got out."""
        self._stopping = True
        self._wake()

    # -- its greenlets ----------------------------------------------------------------------

    def run(self) -> None:
        """Connect, publish and reconnect until stopped."""
        pause = 0.2
        while not self._stopping:
            try:
                self.wire = Wire()
            except Exception as exc:  # noqa: BLE001 - whatever it is, the facts are in the outbox
                log.warning("bus.unreachable", service=self.home.service, error=str(exc))
                eventlet.sleep(pause + random.random() * pause)  # noqa: S311 - jitter
                pause = min(pause * 2, 5.0)
                continue
            pause = 0.2
            try:
                self._publish_until_broken(self.wire)
            except self.wire.errors as exc:
                log.warning("bus.lost", service=self.home.service, error=str(exc))
            finally:
                self._forget_wire()

    def _publish_until_broken(self, wire: Wire) -> None:
        if not wire.memory:
            wire.channel.confirm_select()
            wire.channel.events["basic_ack"].add(self._on_ack)
            wire.channel.events["basic_nack"].add(self._on_nack)
            wire.channel.events["basic_return"].add(self._on_return)
        self._connected.set(1)
        broken: list[BaseException] = []
        helpers = [
            eventlet.spawn(self._listen, wire, broken),
            eventlet.spawn(self._sweep_for_ever),
        ]
        try:
            while not broken:
                self._wanted.wait(timeout=1.0)
                self._wanted = Event()
                self._send_waiting(wire)
                if self._stopping and self._settled():
                    return
            raise broken[0]
        finally:
            for helper in helpers:
                helper.kill()

    def _settled(self) -> bool:
        return self.idle or (self.wire is not None and self.wire.memory)

    def _send_waiting(self, wire: Wire) -> None:
        while self._waiting and len(self._in_flight) < _WINDOW:
            self._send(wire, self._waiting.popleft())
        failpoint("outbox.published")

    def _send(self, wire: Wire, one: Said) -> None:
        ears = self.heard.get(one.topic, ())
        self._in_flight.add(one.fact_id)
        if wire.memory:
            SETTLEMENTS.expect(one.fact_id, {ear.queue for ear in ears}, self._settle)
        else:
            self._tag += 1
            self._sent[self._tag] = one.fact_id
        self._counts["published"].inc()
        wire.publish(
            one.body,
            exchange=f"{FACTS[one.topic].owner}.events",
            routing_key=one.topic,
            mandatory=bool(ears),
            delivery_mode=2,
            message_id=str(one.fact_id),
            correlation_id=one.correlation_id,
            type=one.topic,
        )

    def _listen(self, wire: Wire, broken: list[BaseException]) -> None:
        """Take in confirmations, and note them by the handful."""
        noting = eventlet.spawn(self._note_for_ever)
        try:
            while True:
                if wire.memory:
                    eventlet.sleep(1.0)
                else:
                    wire.drain()
        except Exception as exc:  # noqa: BLE001 - handed over to the greenlet that owns the wire
            broken.append(exc)
            self._wake()
        finally:
            noting.kill()

    def _note_for_ever(self) -> None:
        while True:
            eventlet.sleep(_NOTE_EVERY)
            self.note()

    def note(self) -> None:
        """Mark the confirmed facts in the outbox."""
        with self._noting:
            if not self._confirmed:
                return
            failpoint("outbox.confirmed")
            ids = list(self._confirmed)
            try:
                with self.home.plain(durable=False) as sql:
                    outbox.confirm(sql, ids, at=datetime.now(UTC))
            except DBAPIError as exc:
                if not is_outage(exc):
                    raise
                return  # noted later, or published again: both do no harm
            for _ in ids:
                self._confirmed.popleft()
        if self._stopping:
            self._wake()

    def _sweep_for_ever(self) -> None:
        self._sweep(timedelta(0))  # what was committed while there was no wire
        while True:
            eventlet.sleep(1.0 + random.random())  # noqa: S311 - jitter
            self._sweep(SWEEP_AFTER)

    def _sweep(self, age: timedelta) -> None:
        """Publish again what was said longer than `age` ago and is not confirmed."""
        try:
            with self.home.connection() as sql:
                if not outbox.claim_sweep(sql, self.home.service):
                    return
                before = self.home.now() - age
                lost, self._swept_to = outbox.unconfirmed(sql, before=before, after=self._swept_to)
                self._bring_back(lost)
                if lost and self.home.engine.dialect.name == "postgresql":
                    self._await({one.fact_id for one in lost})
        except DBAPIError as exc:
            log.warning("outbox.sweep_failed", service=self.home.service, error=str(exc.orig))

    def _bring_back(self, lost: Sequence[Said]) -> None:
        known = self._on_their_way() | set(self._confirmed)
        again = [one for one in lost if one.fact_id not in known]
        if again:
            log.info("outbox.swept", service=self.home.service, facts=len(again))
        self.push(again)

    def _on_their_way(self) -> set[UUID]:
        return {one.fact_id for one in self._waiting} | self._in_flight

    def _await(self, ids: set[UUID]) -> None:
        """Hold the sweeper's lock until these are confirmed, at most a few seconds."""
        for _ in range(_CONFIRM_SECONDS * 2):
            if not ids & self._on_their_way():
                return
            eventlet.sleep(0.5)

    # -- what the broker says -----------------------------------------------------------------

    def _take(self, tag: int, multiple: bool) -> list[UUID]:  # noqa: FBT001 - AMQP's own words
        tags = [t for t in self._sent if t <= tag] if multiple else [tag]
        return [self._sent.pop(t) for t in tags if t in self._sent]

    def _on_ack(self, tag: int, multiple: bool) -> None:  # noqa: FBT001 - AMQP's own words
        for fact_id in self._take(tag, multiple):
            self._settle(fact_id)

    def _settle(self, fact_id: UUID) -> None:
        self._in_flight.discard(fact_id)
        if fact_id in self._returned:
            self._returned.discard(fact_id)
            return
        self._counts["confirmed"].inc()
        self._confirmed.append(fact_id)

    def _on_nack(self, tag: int, multiple: bool) -> None:  # noqa: FBT001 - AMQP's own words
        for fact_id in self._take(tag, multiple):
            self._in_flight.discard(fact_id)
            self._counts["refused"].inc()

    def _on_return(self, exc: Exception, exchange: str, routing_key: str, message: Any) -> None:
        del exchange
        self._counts["returned"].inc()
        self._returned.add(UUID(message.properties["message_id"]))
        log.error("outbox.unroutable", service=self.home.service, topic=routing_key, error=str(exc))

    def _wake(self) -> None:
        if not self._wanted.ready():
            self._wanted.send()

    def _forget_wire(self) -> None:
        wire, self.wire = self.wire, None
        self._connected.set(0)
        self._waiting.clear()
        self._sent.clear()
        self._in_flight.clear()
        self._returned.clear()
        self._tag = 0
        if wire is not None:
            wire.close()
