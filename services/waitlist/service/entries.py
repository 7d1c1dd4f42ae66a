"""Calls about who waits."""

from typing import Any
from uuid import UUID

from services.waitlist import actions, schemas, store
from shared.bus import rpc
from shared.clock import Now
from shared.db import Transactions
from shared.shapes import shaped


class Entries:
    """Calls about who waits."""

    db: Transactions
    now: Now

    @rpc(schemas.Join())
    def join(self, target_id: UUID, person_id: UUID, source: Any) -> Any:
        """Put a person at the end of a queue."""
        with self.db.begin() as tx:
            entry = actions.join(tx, source, target_id, person_id, at=self.now())
        return shaped(schemas.Entry, entry)

    @rpc(schemas.OneEntry())
    def leave(self, entry_id: UUID) -> Any:
        """Take somebody off the list."""
        with self.db.begin() as tx:
            entry = actions.leave(tx, entry_id, at=self.now())
        return shaped(schemas.Entry, entry)

    @rpc(schemas.ListWaiting())
    def list_waiting(self, target_id: UUID, source: Any, after: int, limit: int) -> Any:
        """List who waits, longest first."""
        with self.db.read() as sql:
            queue = actions.get_queue(sql, source, target_id)
            entries = store.list_waiting(sql, queue.queue_id, after=after, limit=limit)
        return shaped(schemas.Entry, entries, many=True)

    @rpc(schemas.OneEntry())
    def get_entry(self, entry_id: UUID) -> Any:
        """Give an entry and its place in line."""
        with self.db.read() as sql:
            return shaped(schemas.Entry, actions.get_entry(sql, entry_id))
