"""What staff do to a list by hand."""

from typing import Any
from uuid import UUID

from services.waitlist import actions, schemas
from shared.bus import rpc
from shared.clock import Now
from shared.db import Transactions
from shared.shapes import shaped


class Staff:
    """What staff do to a list by hand."""

    db: Transactions
    now: Now

    @rpc(schemas.AddEntry())
    def add_entry(self, target_id: UUID, person_id: UUID, source: Any, **more: Any) -> Any:
        """Put a person on the list, also where it is full."""
        with self.db.begin() as tx:
            entry = actions.add_entry(tx, source, target_id, person_id, **more, at=self.now())
        return shaped(schemas.Entry, entry)

    @rpc(schemas.EntryByHand())
    def remove_entry(self, entry_id: UUID, **why: Any) -> Any:
        """Take a person off the list."""
        with self.db.begin() as tx:
            entry = actions.remove_entry(tx, entry_id, **why, at=self.now())
        return shaped(schemas.Entry, entry)

    @rpc(schemas.MoveEntry())
    def move_entry(self, entry_id: UUID, **more: Any) -> Any:
        """Give somebody who waits another place in line."""
        with self.db.begin() as tx:
            entry = actions.move_entry(tx, entry_id, **more, at=self.now())
        return shaped(schemas.Entry, entry)

    @rpc(schemas.MoveToAttending())
    def move_to_attending(self, entry_id: UUID, **more: Any) -> Any:
        """Give somebody who waits a seat, past those who have waited longer."""
        with self.db.begin() as tx:
            entry = actions.move_to_attending(tx, entry_id, **more, at=self.now())
        return shaped(schemas.Entry, entry)

    @rpc(schemas.InviteEntry())
    def invite_entry(self, entry_id: UUID, **more: Any) -> Any:
        """Have somebody who waits asked whether they want a seat, before their turn."""
        with self.db.begin() as tx:
            entry = actions.invite_entry(tx, entry_id, **more, at=self.now())
        return shaped(schemas.Entry, entry)
