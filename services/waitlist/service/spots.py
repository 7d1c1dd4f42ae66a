"""A seat on its way."""

from typing import Any
from uuid import UUID

from services.waitlist import actions, schemas
from shared.bus import on, rpc
from shared.clock import Now
from shared.contracts.booking import (
    BookingCancelled,
    SpotFreed,
    SpotGranted,
    SpotRefused,
)
from shared.db import Transactions
from shared.shapes import shaped


class Spots:
    """A seat on its way."""

    db: Transactions
    now: Now

    @on(BookingCancelled)
    @on(SpotFreed)
    def request_freed_spot(self, fact: BookingCancelled | SpotFreed) -> None:
        """Ask for the freed spot in the name of whoever is next."""
        with self.db.once(fact) as tx:
            actions.request_freed_spot(tx, fact, at=self.now())

    @on(SpotGranted)
    def allocate_spot(self, fact: SpotGranted) -> None:
        """Give the seat to the person it was asked for."""
        with self.db.once(fact) as tx:
            actions.allocate_spot(tx, fact, at=self.now())

    @on(SpotRefused)
    def put_back(self, fact: SpotRefused) -> None:
        """Put an entry back or end it, and ask for the next."""
        with self.db.once(fact) as tx:
            actions.put_back(tx, fact, at=self.now())

    @rpc(schemas.OneSpot())
    def explain_spot(self, spot_id: UUID) -> Any:
        """Say what became of a freed seat, and why."""
        with self.db.read() as sql:
            return shaped(schemas.Spot, actions.explain_spot(sql, spot_id))
