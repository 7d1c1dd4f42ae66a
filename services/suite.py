"""The services by their names, and who hears what, without importing those that run elsewhere."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from shared.bus import On, serve
from shared.bus.line import set_topology
from shared.bus.topology import Topology, read_topology, topology_of
from shared.config import SERVICES

LISTENERS = Path(__file__).with_name("listeners.txt")
"""Who hears what; `atelier facts` writes it."""


class _Suite(Mapping[str, Any]):
    """Every service's class by its name, imported when it is first asked for.

    Most of the time a command takes to start would else go into services it never runs.
    """

    def __getitem__(self, name: str) -> Any:
        if name not in SERVICES:
            raise KeyError(name)
        return getattr(import_module(f"services.{name}.service"), name.capitalize())

    def __iter__(self) -> Iterator[str]:
        return iter(SERVICES)

    def __len__(self) -> int:
        return len(SERVICES)


SUITE = _Suite()


def written_topology(*own: str) -> Topology:
    """Give the whole suite's topology as it was written down, and make it this process's own.

    Args:
        own: services that are to run here; only their code is imported.

    Raises:
        NotStarted: one of them hears what was not written down.
    """
    for name in SERVICES:
        import_module(f"shared.contracts.{name}")
    topology = read_topology(LISTENERS.read_text(), SERVICES)
    heard = topology_of((SUITE[name] for name in own), On).ears
    if unknown := sorted(ear.queue for ear in set(heard) - set(topology.ears)):
        msg = f"{LISTENERS.name} does not know {unknown[0]}: run `atelier facts`"
        raise serve.NotStarted(msg)
    set_topology(topology)
    return topology
