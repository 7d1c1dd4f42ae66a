"""A seat on its way, and why it went where it went."""

from typing import Any
from uuid import UUID

from services.waitlist import actions, schemas
from shared.bus import on, rpc
from shared.clock import Now
from shared.contracts.booking import (
    BookingCancelled,
    BookingMoved,
    SpotFreed,
    SpotGranted,
    SpotRefused,
)
from shared.contracts.events import (
    EventSpotFreed,
    EventSpotGranted,
    EventSpotRefused,
    RegistrationCancelled,
)
from shared.db import Transactions
from shared.shapes import shaped


class Spots:
    """A seat on its way, and why it went where it went."""

    db: Transactions
    now: Now

    @on(BookingCancelled)
    @on(BookingMoved)
    @on(SpotFreed)
    @on(RegistrationCancelled)
    @on(EventSpotFreed)
    def request_freed_spot(
        self,
        fact: BookingCancelled | BookingMoved | SpotFreed | RegistrationCancelled | EventSpotFreed,
    ) -> None:
        """Ask for the freed spot in the name of whoever is next."""
        with self.db.once(fact) as tx:
            actions.request_freed_spot(tx, fact, at=self.now())

    @on(SpotGranted)
    @on(EventSpotGranted)
    def allocate_spot(self, fact: SpotGranted | EventSpotGranted) -> None:
        """Give the seat to the person it was asked for."""
        with self.db.once(fact) as tx:
            actions.allocate_spot(tx, fact, at=self.now())

    @on(SpotRefused)
    @on(EventSpotRefused)
    def put_back(self, fact: SpotRefused | EventSpotRefused) -> None:
        """Put an entry back or end it, and ask for the next."""
        with self.db.once(fact) as tx:
            actions.put_back(tx, fact, at=self.now())

    @rpc(schemas.OneSpot())
    def explain_decision(self, spot_id: UUID) -> Any:
        """Say what became of a freed seat, who was considered, and why."""
        with self.db.read() as sql:
            return shaped(schemas.Spot, actions.explain_decision(sql, spot_id))

    @rpc(schemas.Replay())
    def replay_policy(self, **period: Any) -> Any:
        """Say what another policy would have made of the lists that closed in a period."""
        with self.db.read() as sql:
            return shaped(schemas.Replayed, actions.replay_policy(sql, **period))

    @rpc(schemas.OneEntry())
    def explain_entry(self, entry_id: UUID) -> Any:
        """Say what was decided about an entry, and which of staff's decisions overtook it."""
        with self.db.read() as sql:
            found = actions.explain_entry(sql, entry_id, at=self.now())
        return shaped(schemas.ExplainedEntry, found)
