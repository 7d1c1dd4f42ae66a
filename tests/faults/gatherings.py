"""Events without a free seat, and who waits for one: what is done to them in a run."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.contracts.errors import PersonNotFound, QueueNotFound
from tests.studio import Studio


@dataclass
class FullEvent:
    """An event without a free seat, and who waits for one, longest first."""

    studio: Studio
    event_id: str
    registrations: list[str] = field(default_factory=list)
    holders: list[dict[str, Any]] = field(default_factory=list)
    waiters: list[dict[str, Any]] = field(default_factory=list)
    entries: list[str] = field(default_factory=list)

    def register(self, person: dict[str, Any]) -> Any:
        """Register somebody, or have them wait, as soon as events has heard of them."""
        ids = {"event_id": self.event_id, "person_id": person["person_id"]}
        answers: list[Any] = []

        def done() -> bool:
            with suppress(PersonNotFound):
                answers.append(self.studio.call("events.register", **ids, or_wait=[self.event_id]))
            return bool(answers)

        self.studio.run.until(done, "events has heard of somebody")
        return answers[0]

    def cancel(self, number: int = 0) -> Any:
        """Cancel one of the first registrations."""
        ids = {"registration_id": self.registrations[number]}
        return self.studio.call("events.cancel_registration", **ids)

    def allocations(self) -> list[str]:
        """List the entries that were given a seat, in the order of the facts that say so."""
        said = self.studio.run.facts("SpotAllocated")
        ours = [wire["data"] for wire in said if wire["data"]["target_id"] == self.event_id]
        return [data["entry_id"] for data in ours]

    def registered(self) -> set[str]:
        """Give the people who have a place."""
        rows = self.studio.run.rows(
            "events",
            "SELECT person_id FROM places WHERE target_id = :id AND state = 'live'",
            id=self.event_id,
        )
        return {str(row.person_id) for row in rows}


def full_event(studio: Studio, *, seats: int = 1, waiting: int = 1, policy: str = "") -> FullEvent:
    """Fill an event, and have people wait for a seat in it, one after the other."""
    begins = datetime.now(UTC) + timedelta(days=3)
    made = studio.call(
        "events.create_event",
        name="Open house",
        starts_at=begins,
        ends_at=begins + timedelta(hours=8),
        time_zone="Europe/Rome",
        location="Town hall",
        capacity=seats,
        waiting_list_size=waiting + 5,
    )
    full = FullEvent(studio, str(made["event_id"]))
    _have_a_list(studio, full.event_id, policy)
    for number in range(seats + waiting):
        person = studio.person("holder" if number < seats else "waiter")
        had = full.register(person)
        if had["registration_id"]:
            full.registrations.append(had["registration_id"])
            full.holders.append(person)
        else:
            full.entries.append(had["places"][0]["entry_id"])
            full.waiters.append(person)
    return full


def _have_a_list(studio: Studio, event_id: str, policy: str) -> None:
    """Wait until there is a list, which those who are asked to join before would be late for."""
    ids = {"target_id": event_id, "source": "events"}

    def there() -> bool:
        with suppress(QueueNotFound):
            studio.call("waitlist.get_queue", **ids)
            if policy:
                studio.call("waitlist.set_policy", **ids, policy=policy)
            return True
        return False

    studio.run.until(there, "waitlist has heard of the event")
