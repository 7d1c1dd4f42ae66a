"""Calls about credits."""

from typing import Any
from uuid import UUID

from services.booking import actions, schemas
from shared.bus import rpc
from shared.clock import Now
from shared.db import Transactions
from shared.shapes import shaped


class Credits:
    """Calls about credits."""

    db: Transactions
    now: Now

    @rpc(schemas.ChangeCredits())
    def grant_credits(self, person_id: UUID, credits: int, reason: str) -> Any:  # noqa: A002 - its name on the wire
        """Give a person credits."""
        with self.db.begin() as tx:
            balance = actions.grant_credits(tx, person_id, credits, reason, at=self.now())
        return shaped(schemas.Balance, balance)

    @rpc(schemas.ChangeCredits())
    def withdraw_credits(self, person_id: UUID, credits: int, reason: str) -> Any:  # noqa: A002 - its name on the wire
        """Take credits from a person that they have."""
        with self.db.begin() as tx:
            balance = actions.withdraw_credits(tx, person_id, credits, reason, at=self.now())
        return shaped(schemas.Balance, balance)

    @rpc(schemas.GetCredits())
    def get_credits(self, person_id: UUID, limit: int, after: UUID | None) -> Any:
        """Give a person's credits, and how they came about, a page at a time."""
        with self.db.read() as sql:
            found = actions.get_credits(sql, person_id, after=after, limit=limit)
        return shaped(schemas.Credits, found)
