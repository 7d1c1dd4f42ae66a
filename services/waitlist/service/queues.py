"""The queues: how they are kept, and what is done by the clock."""

from typing import Any
from uuid import UUID

from services.waitlist import actions, schemas
from shared.bus import every, on, rpc
from shared.clock import Now
from shared.contracts.booking import SessionCancelled, SessionChanged, SessionScheduled
from shared.contracts.events import EventQueueChanged, EventQueueOpened
from shared.db import Transactions
from shared.shapes import shaped


class Queues:
    """The queues: how they are kept, and what is done by the clock."""

    db: Transactions
    now: Now

    @on(SessionScheduled)
    @on(SessionChanged)
    @on(EventQueueOpened)
    @on(EventQueueChanged)
    def keep_queue(
        self, fact: SessionScheduled | SessionChanged | EventQueueOpened | EventQueueChanged
    ) -> None:
        """Open the queue of a session or event, or set its limits."""
        with self.db.once(fact) as tx:
            actions.keep_queue(tx, fact, at=self.now())

    @on(SessionCancelled)
    def end_queue(self, fact: SessionCancelled) -> None:
        """End the queue of a session that does not take place."""
        with self.db.once(fact) as tx:
            actions.end_queue(tx, fact)

    @rpc(schemas.OneQueue())
    def get_queue(self, target_id: UUID, source: Any) -> Any:
        """Give a queue: its rules, its limits and how many wait."""
        with self.db.read() as sql:
            return shaped(schemas.Queue, actions.get_queue(sql, source, target_id))

    @rpc(schemas.SetPolicy())
    def set_policy(self, target_id: UUID, source: Any, **rules: Any) -> Any:
        """Choose how freed seats find new holders; also while people wait."""
        with self.db.begin() as tx:
            queue = actions.set_policy(tx, source, target_id, **rules, at=self.now())
        return shaped(schemas.Queue, queue)

    @rpc(schemas.ChangeQueue())
    def change_queue(self, target_id: UUID, source: Any, **changes: Any) -> Any:
        """Open a list to joins or close it to them, pause or resume it; what is left out stays."""
        with self.db.begin() as tx:
            queue = actions.change_queue(tx, source, target_id, changes, at=self.now())
        return shaped(schemas.Queue, queue)

    @rpc(schemas.OneQueue())
    def review_queue(self, target_id: UUID, source: Any) -> Any:
        """Have booking look again whether a seat is free for the list."""
        with self.db.begin() as tx:
            return actions.review_queue(tx, source, target_id)

    @every(seconds=10)
    def remind(self) -> None:
        """Tell booking again of queues where people have waited a while."""
        with self.db.begin() as tx:
            actions.remind(tx, at=self.now())

    @every(seconds=15)
    def work_through(self) -> None:
        """Go on with what is done in stretches."""
        with self.db.begin() as tx:
            actions.work_through(tx, at=self.now())

    @every(seconds=15)
    def end_queues(self) -> None:
        """End the entries of lists that have closed."""
        with self.db.begin() as tx:
            actions.end_queues(tx, at=self.now())

    @every(seconds=5)
    def expire_offers(self) -> None:
        """Close the offers nobody has answered in time."""
        with self.db.begin() as tx:
            actions.expire_offers(tx, at=self.now())
