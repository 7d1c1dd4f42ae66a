"""A service's line to the bus: everything that runs beside its methods, started and stopped.

One for each container. It owns the database home, the publisher, the consuming connection with a
lane for each listener and a reception for calls, and the timers.
"""

import random
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import eventlet
import kombu
import structlog
from eventlet.event import Event
from eventlet.greenpool import GreenPool
from nameko.containers import WorkerContext
from nameko.extensions import SharedExtension

from shared import inbox, metrics, outbox
from shared.bus.calls import Reception, Responder
from shared.bus.lane import Lane, raw_body
from shared.bus.listen import Listener, retry_due
from shared.bus.prune import prune
from shared.bus.publish import Publisher
from shared.bus.timer import Timer
from shared.bus.topology import Ear, Topology, dead_queue, ear_queue, rpc_queue
from shared.bus.wire import Wire
from shared.clock import utc_now
from shared.config import settings
from shared.contracts import Fact, Trace, ids_of
from shared.db import Home, Unit, make_home
from shared.engine import prove_cooperation

log = structlog.get_logger()
_RETRY_SECONDS = 0.5
_MEASURE_SECONDS = 5.0
_PRUNE_SECONDS = 3600.0

THE_TOPOLOGY = Topology((), ())
LINES: list["Line"] = []
"""The lines of the services that run in this process."""


def set_topology(topology: Topology) -> None:
    """Tell this process who hears what; done once, before any service starts."""
    global THE_TOPOLOGY  # noqa: PLW0603 - one for the process, set before anything runs
    THE_TOPOLOGY = topology


class Line(SharedExtension):
    """What a container's entrypoints and its database share."""

    def __init__(self) -> None:
        """Begin empty: entrypoints register while the container is set up."""
        super().__init__()
        self.listeners: list[Listener] = []
        self.responders: dict[str, Responder] = {}
        self.timers: dict[str, list[Timer]] = {}
        self.stopping = False
        self.consuming = False
        self._home: Home | None = None
        self._lanes: dict[str, Lane] = {}
        self._calls: Any = None
        self._stopped = Event()
        self._intake: Any = None
        self._threads: list[Any] = []
        self.publisher: Publisher | None = None

    # -- set up -----------------------------------------------------------------------------

    @property
    def service(self) -> str:
        """Give the service's name."""
        name: str = self.container.service_name
        return name

    @property
    def home(self) -> Home:
        """Give the service's database, made at the first use."""
        if self._home is None:
            self._home = make_home(self.service, utc_now)
        return self._home

    def worker(self, entrypoint: Any, unit: Unit | None, trace: Trace | None) -> Any:
        """Make an instance of the service with its dependencies, for one entrypoint's work."""
        container = self.container
        worker = container.service_cls()
        context = WorkerContext(container, worker, entrypoint, data={"unit": unit, "trace": trace})
        for provider in container.dependencies:
            setattr(worker, provider.attr_name, provider.get_dependency(context))
        return worker

    def listen(self, entrypoint: Any, contract: type[Fact]) -> None:
        """Register a listening entrypoint."""
        method = entrypoint.method_name

        def call(unit: Unit, fact: Fact) -> None:
            getattr(self.worker(entrypoint, unit, None), method)(fact)

        listener = Listener(self.home, method, contract, call)
        self.listeners.append(listener)
        queue = Ear(self.service, method, contract).queue
        self._lanes[queue] = Lane(lambda: self.stopping, queue, listener.hear)

    def respond(self, entrypoint: Any, schema: Any) -> None:
        """Register a method that can be called."""
        method = entrypoint.method_name

        def call(unit: Unit, trace: Trace, request: Any) -> Any:
            return getattr(self.worker(entrypoint, unit, trace), method)(**request)

        function = getattr(self.container.service_cls, method)
        self.responders[method] = Responder(self.home, method, schema, function, call)

    def tick(self, entrypoint: Any, seconds: float, at_once: int) -> None:
        """Register a timer that runs up to `at_once` times side by side."""
        method = entrypoint.method_name

        def run() -> None:
            getattr(self.worker(entrypoint, None, None), method)()

        self.timers[method] = [Timer(method, seconds, run, self.service) for _ in range(at_once)]

    # -- run --------------------------------------------------------------------------------

    def start(self) -> None:
        """Start publishing, listening, answering and ticking."""
        LINES.append(self)
        prove_cooperation(self.home.engine)
        self.publisher = Publisher(self.home, THE_TOPOLOGY.heard)
        self.home.on_commit = self.publisher.push
        self.home.wake = self._wake
        self._calls = GreenPool(settings().workers)
        own = (
            ("retry_deferred", _RETRY_SECONDS, lambda: retry_due(self.home, self.listeners)),
            ("measure", _MEASURE_SECONDS, self._measure),
            ("prune", _PRUNE_SECONDS, self._prune),
        )
        for name, seconds, run in own:
            self.timers[name] = [Timer(name, seconds, run, self.service)]
        self._spawn(self.publisher.run)
        for lane in self._lanes.values():
            self._spawn(lane.run)
        for timer in self._all_timers():
            self._spawn(timer.run_for_ever)
        self._intake = self._spawn(self._take_in)

    def _spawn(self, run: Callable[[], None]) -> Any:
        thread = self.container.spawn_managed_thread(run)
        self._threads.append(thread)
        return thread

    def _all_timers(self) -> list[Timer]:
        return [timer for several in self.timers.values() for timer in several]

    def _wake(self, name: str) -> None:
        """Wake a timer that has nothing to do, or have a busy one run once more."""
        several = self.timers[name]
        next((timer for timer in several if not timer.busy), several[0]).wake()

    def _take_in(self) -> None:
        """Consume until stopped, connecting again whenever the connection is lost."""
        connected = metrics.BUS_CONNECTED.labels(self.service, "listening")
        pause = 0.2
        while not self.stopping:
            wire = None
            try:
                wire = Wire()
                self._consume(wire, connected)
                pause = 0.2
            except Exception as exc:  # noqa: BLE001 - whatever it is, connect again
                log.warning("bus.lost", service=self.service, error=str(exc) or type(exc).__name__)
                eventlet.sleep(pause + random.random() * pause)  # noqa: S311 - jitter
                pause = min(pause * 2, 5.0)
            finally:
                connected.set(0)
                self.consuming = False
                if wire is not None:
                    wire.close()
        self._stopped.send()

    def _consume(self, wire: Wire, connected: Any) -> None:
        consumers = [
            self._consumer(wire, ear_queue(Ear(self.service, one.entrypoint, one.contract)))
            for one in self.listeners
        ]
        if self.responders:
            reception = Reception(self.service, self.responders)
            answer = partial(self._calls.spawn_n, self._answer, reception, wire)
            consumers.append(self._subscribe(wire, rpc_queue(self.service), answer, 4))
        consumers.append(self._subscribe(wire, dead_queue(self.service), self._bury(wire), 1))
        connected.set(1)
        self.consuming = True
        while not self.stopping:
            wire.drain()
        for consumer in consumers:
            consumer.cancel()
        while self._calls.running() or any(ln.waiting or ln.busy for ln in self._lanes.values()):
            wire.drain(0.05)

    def _consumer(self, wire: Wire, queue: kombu.Queue) -> kombu.Consumer:
        lane = self._lanes[queue.name]
        return self._subscribe(wire, queue, partial(lane.put, wire), 2 * settings().batch)

    def _subscribe(
        self, wire: Wire, queue: kombu.Queue, take: Callable[[Any], Any], prefetch: int
    ) -> kombu.Consumer:
        consumer = kombu.Consumer(
            wire.channel,
            queues=[queue],
            on_message=take,
            on_decode_error=lambda message, _: take(message),
            auto_declare=False,
            prefetch_count=prefetch if queue.name != f"rpc-{self.service}" else settings().workers,
        )
        consumer.consume()
        return consumer

    def _answer(self, reception: Reception, wire: Wire, message: Any) -> None:
        try:
            reception.receive(message, wire)
        except wire.errors as exc:
            # The caller's request is delivered again, and gets the reply that was kept.
            log.warning("call.unanswered", service=self.service, error=str(exc))

    def _bury(self, wire: Wire) -> Callable[[Any], None]:
        """Give what parks a message that the broker gave up on: it killed whoever took it."""

        def bury(message: Any) -> None:
            death = (message.headers.get("x-death") or [{}])[0]
            queue = str(death.get("queue", "?"))
            body = raw_body(message)
            fact_id, correlation_id = ids_of(body)
            with self.home.plain() as sql:
                inbox.put_by(
                    sql,
                    entrypoint=queue.rpartition(".")[2],
                    topic=str((death.get("routing-keys") or ["?"])[0]),
                    fact_id=fact_id,
                    correlation_id=correlation_id,
                    body=body,
                    error=f"given up by the broker: {death.get('reason', 'unknown')}",
                    at=self.home.now(),
                    park=True,
                )
            wire.ack(message)

        return bury

    # -- look after the tables ----------------------------------------------------------------

    def _measure(self) -> None:
        with self.home.connection() as sql:
            count, oldest = outbox.lag(sql)
            waiting, parked = inbox.count_deferred(sql)
        age = (self.home.now() - oldest).total_seconds() if oldest else 0.0
        metrics.OUTBOX_FACTS.labels(self.service).set(count)
        metrics.OUTBOX_LAG.labels(self.service).set(age)
        metrics.DEFERRED.labels(self.service, "waiting").set(waiting)
        metrics.DEFERRED.labels(self.service, "parked").set(parked)

    def _prune(self) -> None:
        prune(self.home, keep=timedelta(days=settings().keep_days), stop=lambda: self.stopping)

    # -- stop -------------------------------------------------------------------------------

    def stop_intake(self) -> None:
        """Take nothing more in, finish what is running, acknowledge it. Safe to call again."""
        self.stopping = True
        for timer in self._all_timers():
            timer.stopping = True
            timer.wake()
        if self._intake is not None:
            with eventlet.Timeout(settings().stop_seconds * 0.6, False):  # noqa: FBT003 - a quiet time-out
                self._stopped.wait()
                while any(timer.busy for timer in self._all_timers()):
                    eventlet.sleep(0.01)

    def finish(self) -> None:
        """Publish what is committed, as far as the broker lets us, and let go of everything."""
        if self.publisher is not None:
            self.publisher.stop()
            with eventlet.Timeout(settings().stop_seconds * 0.3, False):  # noqa: FBT003 - a quiet time-out
                while self.publisher.wire is not None:
                    eventlet.sleep(0.01)
            self.publisher.note()
        self.home.engine.dispose()
