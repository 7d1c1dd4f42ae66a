"""Door plates, contracts, FACTS.md and listeners.txt say what the code does."""

import importlib
import inspect
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from services.suite import LISTENERS, SUITE
from shared.bus.facts import facts_page
from shared.bus.serve import suite_topology
from shared.bus.topology import Topology, read_topology
from shared.config import SERVICES
from shared.contracts import FACTS, Fact

ROOT = Path(__file__).parent.parent.parent
PAST_PARTICIPLE = re.compile(
    r"(ed|Sent|Left|Paid|Given|Lost|Made|Won|Begun|Held|Met|Put|Set|Sold|Taken|Withdrawn)$"
)

TOPOLOGY = suite_topology(SUITE.values())  # made here, so that every fact is known below


@pytest.fixture(name="topology")
def give_topology() -> Topology:
    return TOPOLOGY


def plate(service: str) -> Mapping[str, set[str]]:
    """Read the lists on a service's door plate."""
    text = importlib.import_module(f"services.{service}").__doc__ or ""
    found: dict[str, set[str]] = {}
    for title in ("Owns", "Publishes", "Hears", "Vendors"):
        match = re.search(rf"^{title}: +(.*(?:\n +.*)*)", text, re.MULTILINE)
        assert match, f"{service}: the plate lacks {title}"
        words = re.split(r",\s*", " ".join(match.group(1).split()))
        found[title] = set() if words in (["nothing"], ["none"]) else set(words)
    return found


def said_in(service: str) -> set[str]:
    """Read which facts a service's actions say, off their text."""
    folder = ROOT / "services" / service
    files = [folder / "actions.py", *(folder / "actions").glob("*.py")]
    text = "\n".join(path.read_text() for path in files if path.exists())
    imported = re.sub(
        r"^from shared\.contracts[^(]*?import (\([^)]*\)|.*)$", "", text, flags=re.MULTILINE
    )
    own = {fact.name for fact in FACTS.values() if fact.owner == service}
    return {name for name in own if re.search(rf"\b{name}\(", imported)}


@pytest.mark.parametrize("service", SUITE)
def test_a_door_plate_names_what_the_service_publishes(service: str) -> None:
    assert plate(service)["Publishes"] == said_in(service)


@pytest.mark.parametrize("service", SUITE)
def test_a_service_says_every_fact_it_owns(service: str) -> None:
    assert said_in(service) == {fact.name for fact in FACTS.values() if fact.owner == service}


@pytest.mark.parametrize("service", SUITE)
def test_a_door_plate_names_what_the_service_hears(service: str, topology: Topology) -> None:
    heard = {ear.contract.name for ear in topology.ears if ear.service == service}

    assert plate(service)["Hears"] == heard


@pytest.mark.parametrize("service", SUITE)
def test_a_door_plate_says_what_the_service_owns_and_which_vendors_it_uses(service: str) -> None:
    folder = ROOT / "services" / service
    gateways = (folder / "gateways.py").exists() or (folder / "gateways").is_dir()

    assert plate(service)["Owns"]
    assert bool(plate(service)["Vendors"]) == gateways


@pytest.mark.parametrize("fact", FACTS.values(), ids=list(FACTS))
def test_a_contract_names_who_hears_it(fact: type[Fact], topology: Topology) -> None:
    text = inspect.getdoc(fact) or ""
    match = re.search(r"Heard by: (.*)", text, re.DOTALL)
    assert match, f"{fact.name} does not say who hears it"
    named = set(re.findall(r"(\w+) \(", match.group(1)))

    listeners = {ear.service for ear in topology.heard.get(fact.topic, ())}

    assert named == listeners
    assert listeners or match.group(1).startswith("nobody yet")


@pytest.mark.parametrize("fact", FACTS.values(), ids=list(FACTS))
def test_a_fact_is_called_after_what_has_happened(fact: type[Fact]) -> None:
    name = re.sub(r"V\d+$", "", fact.name)

    assert PAST_PARTICIPLE.search(name)
    assert not name.endswith(("Updated", "Event"))


def test_facts_md_is_what_the_code_says(topology: Topology) -> None:
    assert (ROOT / "FACTS.md").read_text() == facts_page(topology)


def test_who_hears_what_is_written_down_as_the_code_has_it(topology: Topology) -> None:
    assert read_topology(LISTENERS.read_text(), SERVICES) == topology
