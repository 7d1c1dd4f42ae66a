"""The exchanges and queues of the suite, read off the services' own entrypoints.

`atelier migrate` declares all of it before any service starts: a fact published before its
listener's queue exists would be lost without an error.
"""

import inspect
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kombu import Connection, Exchange, Queue
from nameko.extensions import ENTRYPOINT_EXTENSIONS_ATTR, Entrypoint

from shared.contracts import FACTS, Fact

DELIVERY_LIMIT = 50
"""Deliveries after which a message is taken for one that kills its process.

Far above the retries of `shared.inbox`, because the innocent messages that a dying process had
prefetched are counted too.
"""
DEAD = Exchange("atelier.dead", type="direct", durable=True)
RPC = Exchange("nameko-rpc", type="topic", durable=True)


@dataclass(frozen=True, slots=True)
class Ear:
    """One place where a fact is heard: a method of a service."""

    service: str
    method: str
    contract: type[Fact]

    @property
    def queue(self) -> str:
        """Give the queue's name, built as nameko builds it; renaming the method strands mail."""
        return f"evt-{self.contract.owner}-{self.contract.topic}--{self.service}.{self.method}"


def entrypoints(service_cls: type, kind: type[Entrypoint]) -> Iterator[tuple[str, Any]]:
    """List a service's entrypoints of a kind, with the names of their methods."""
    for name, method in inspect.getmembers(service_cls, inspect.isfunction):
        for entrypoint in getattr(method, ENTRYPOINT_EXTENSIONS_ATTR, ()):
            if isinstance(entrypoint, kind):
                yield name, entrypoint


def fact_exchange(owner: str) -> Exchange:
    """Give the exchange a service says its facts through, named as nameko names it."""
    return Exchange(f"{owner}.events", type="topic", durable=True)


def ear_queue(ear: Ear) -> Queue:
    """Give the queue of one listener: replicated, bounded in deliveries, with an end."""
    return Queue(
        ear.queue,
        exchange=fact_exchange(ear.contract.owner),
        routing_key=ear.contract.topic,
        durable=True,
        queue_arguments={
            "x-queue-type": "quorum",
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-overflow": "reject-publish",
            "x-dead-letter-exchange": DEAD.name,
            "x-dead-letter-routing-key": ear.service,
            "x-dead-letter-strategy": "at-least-once",
        },
    )


def dead_queue(service: str) -> Queue:
    """Give the queue where the messages end that a service could not survive."""
    return Queue(
        f"dead-{service}",
        exchange=DEAD,
        routing_key=service,
        durable=True,
        queue_arguments={"x-queue-type": "quorum"},
    )


def rpc_queue(service: str) -> Queue:
    """Give the queue of a service's calls, exactly as nameko's own clients expect it."""
    return Queue(f"rpc-{service}", exchange=RPC, routing_key=f"{service}.*", durable=True)


@dataclass(frozen=True)
class Topology:
    """All that must exist on the broker for a set of services."""

    services: tuple[str, ...]
    ears: tuple[Ear, ...]

    @property
    def heard(self) -> Mapping[str, tuple[Ear, ...]]:
        """Give the listeners of each topic that has any."""
        by_topic: dict[str, tuple[Ear, ...]] = {}
        for ear in self.ears:
            by_topic[ear.contract.topic] = (*by_topic.get(ear.contract.topic, ()), ear)
        return by_topic

    def exchanges(self) -> list[Exchange]:
        """List the exchanges."""
        owners = {fact.owner for fact in FACTS.values()}
        return [DEAD, RPC, *(fact_exchange(owner) for owner in sorted(owners))]

    def queues(self) -> list[Queue]:
        """List the queues."""
        own = [make(name) for name in self.services for make in (rpc_queue, dead_queue)]
        return [*own, *(ear_queue(ear) for ear in self.ears)]

    def declare(self, connection: Connection) -> None:
        """Make everything that is not there yet.

        Raises:
            amqp.exceptions.PreconditionFailed: a queue exists with other properties.
        """
        with connection.channel() as channel:
            for exchange in self.exchanges():
                exchange(channel).declare()
            for queue in self.queues():
                queue(channel).declare()

    def missing(self, connection: Connection) -> list[str]:
        """List the queues that do not exist."""
        absent = []
        for queue in self.queues():
            with connection.channel() as channel:
                try:
                    queue(channel).queue_declare(passive=True)
                except connection.channel_errors:
                    absent.append(queue.name)
        return absent


def topology_of(service_classes: Iterable[Any], kind: type[Entrypoint]) -> Topology:
    """Read the topology off service classes; `kind` is the listening entrypoint's class."""
    classes = list(service_classes)
    ears = [
        Ear(cls.name, method, entrypoint.contract)
        for cls in classes
        for method, entrypoint in entrypoints(cls, kind)
    ]
    ears.sort(key=lambda ear: ear.queue)
    return Topology(tuple(cls.name for cls in classes), tuple(ears))


def write_topology(topology: Topology) -> str:
    """Write who hears what, a line for each listener: `BookingMoved.v1 notify.tell_of_move`."""
    return "".join(f"{e.contract.topic} {e.service}.{e.method}\n" for e in topology.ears)


def read_topology(written: str, services: tuple[str, ...]) -> Topology:
    """Read what `write_topology` wrote of these services; their contracts have been imported."""
    ears = []
    for line in written.splitlines():
        topic, _, listener = line.partition(" ")
        service, _, method = listener.partition(".")
        ears.append(Ear(service, method, FACTS[topic]))
    return Topology(services, tuple(ears))
