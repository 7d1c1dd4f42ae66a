"""waitlist's entrypoints."""

from typing import Any
from uuid import UUID

from services.waitlist import actions, schemas, store
from shared.bus import Database, every, on, rpc
from shared.clock import Clock
from shared.contracts.booking import (
    BookingCancelled,
    PlaceRequested,
    SessionChanged,
    SessionScheduled,
    SpotFreed,
    SpotGranted,
    SpotRefused,
)
from shared.shapes import shaped


class Waitlist:
    """The queues, and who is next."""

    name = "waitlist"
    db = Database()
    now = Clock()

    # -- the queues of booking's sessions -----------------------------------------------------

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

    # -- a seat on its way --------------------------------------------------------------------

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

    # -- calls --------------------------------------------------------------------------------

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

    @rpc(schemas.OneSpot())
    def explain_spot(self, spot_id: UUID) -> Any:
        """Say what became of a freed seat, and why."""
        with self.db.read() as sql:
            return shaped(schemas.Spot, actions.explain_spot(sql, spot_id))

    # -- by the clock -------------------------------------------------------------------------

    @every(seconds=10)
    def remind(self) -> None:
        """Tell booking again of queues where people have waited a while."""
        with self.db.begin() as tx:
            actions.remind(tx, at=self.now())
