"""Who waits: what they, and those who act for them, can do."""

from typing import Any
from uuid import UUID

from services.waitlist import actions, schemas, store
from shared.bus import on, rpc
from shared.clock import Now
from shared.contracts.booking import PersonErased, PersonMerged, PlaceRequested
from shared.contracts.events import RegistrationRequested
from shared.db import Transactions
from shared.shapes import shaped


class Entries:
    """Who waits: what they, and those who act for them, can do."""

    db: Transactions
    now: Now

    @on(PlaceRequested)
    @on(RegistrationRequested)
    def join_requested(self, fact: PlaceRequested | RegistrationRequested) -> None:
        """Put on the list whoever found no seat."""
        with self.db.once(fact) as tx:
            actions.join_requested(tx, fact, at=self.now())

    @on(PersonMerged)
    def merge_entries(self, fact: PersonMerged) -> None:
        """Make one record's entries the other's."""
        with self.db.once(fact) as tx:
            actions.merge_entries(tx, fact, at=self.now())

    @on(PersonErased)
    def erase_entries(self, fact: PersonErased) -> None:
        """Take an erased person off every list."""
        with self.db.once(fact) as tx:
            actions.erase_entries(tx, fact, at=self.now())

    @rpc(schemas.Join())
    def join(self, target_id: UUID, person_id: UUID, source: Any, **wish: Any) -> Any:
        """Put a person, or a group in their name, at the end of a queue."""
        with self.db.begin() as tx:
            entry = actions.join(tx, source, target_id, person_id, **wish, at=self.now())
        return shaped(schemas.Entry, entry)

    @rpc(schemas.OneEntry())
    def leave(self, entry_id: UUID) -> Any:
        """Take somebody off the list."""
        with self.db.begin() as tx:
            entry = actions.leave(tx, entry_id, at=self.now())
        return shaped(schemas.Entry, entry)

    @rpc(schemas.AskFirst())
    def ask_first(self, entry_id: UUID, asks_first: bool) -> Any:  # noqa: FBT001 - named on the wire
        """Have a person asked before they are given a seat, or not."""
        with self.db.begin() as tx:
            entry = actions.ask_first(tx, entry_id, asks_first=asks_first)
        return shaped(schemas.Entry, entry)

    @rpc(schemas.OneOffer())
    def accept_offer(self, offer_id: UUID) -> Any:
        """Take an offered seat, if nobody was quicker."""
        with self.db.begin() as tx:
            made = actions.accept_offer(tx, offer_id, at=self.now())
        return shaped(schemas.Offer, made)

    @rpc(schemas.OneOffer())
    def decline_offer(self, offer_id: UUID) -> Any:
        """Turn an offered seat down, and stay on the list."""
        with self.db.begin() as tx:
            made = actions.decline_offer(tx, offer_id, at=self.now())
        return shaped(schemas.Offer, made)

    @rpc(schemas.OneOffer())
    def get_offer(self, offer_id: UUID) -> Any:
        """Give an offer, and whether it can still be taken."""
        with self.db.read() as sql:
            return shaped(schemas.Offer, actions.get_offer(sql, offer_id, at=self.now()))

    @rpc(schemas.ListWaiting())
    def list_waiting(self, target_id: UUID, source: Any, after: int, limit: int) -> Any:
        """List who waits, first first."""
        with self.db.read() as sql:
            queue = actions.get_queue(sql, source, target_id)
            entries = store.list_waiting(sql, queue.queue_id, after=after, limit=limit)
        return shaped(schemas.Entry, entries, many=True)

    @rpc(schemas.OneEntry())
    def get_entry(self, entry_id: UUID) -> Any:
        """Give an entry and its place in line."""
        with self.db.read() as sql:
            return shaped(schemas.Entry, actions.get_entry(sql, entry_id))

    @rpc(schemas.OneEntry())
    def show_entry(self, entry_id: UUID) -> Any:
        """Give what somebody who waits is shown: their place, and their odds."""
        with self.db.read() as sql:
            return shaped(schemas.ShownEntry, actions.show_entry(sql, entry_id, at=self.now()))
