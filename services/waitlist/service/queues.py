"""The queues of booking's sessions."""

from typing import Any
from uuid import UUID

from services.waitlist import actions, schemas
from shared.bus import every, on, rpc
from shared.clock import Now
from shared.contracts.booking import (
    PlaceRequested,
    SessionChanged,
    SessionScheduled,
)
from shared.db import Transactions
from shared.shapes import shaped


class Queues:
    """The queues of booking's sessions."""

    db: Transactions
    now: Now

    @on(SessionScheduled)
    @on(SessionChanged)
    def keep_queue(self, fact: SessionScheduled | SessionChanged) -> None:
        """Open the queue of a session, or set its limits."""
        with self.db.once(fact) as tx:
            actions.keep_queue(tx, fact, at=self.now())

    @on(PlaceRequested)
    def join_requested(self, fact: PlaceRequested) -> None:
        """Put on the list whoever booking found no seat for."""
        with self.db.once(fact) as tx:
            actions.join_requested(tx, fact, at=self.now())

    @rpc(schemas.OneQueue())
    def review_queue(self, target_id: UUID, source: Any) -> Any:
        """Have booking look again whether a seat is free for the list."""
        with self.db.begin() as tx:
            return actions.review_queue(tx, source, target_id)

    @rpc(schemas.OneQueue())
    def get_queue(self, target_id: UUID, source: Any) -> Any:
        """Give a queue: its size, its limits and how many wait."""
        with self.db.read() as sql:
            return shaped(schemas.Queue, actions.get_queue(sql, source, target_id))

    @every(seconds=10)
    def remind(self) -> None:
        """Tell booking again of queues where people have waited a while."""
        with self.db.begin() as tx:
            actions.remind(tx, at=self.now())
