"""What the waiting list says."""

from services.events import actions
from shared.bus import on
from shared.clock import Now
from shared.contracts.waitlist import (
    OfferClosed,
    SpotDeclined,
    SpotOffered,
    SpotRequested,
    SpotReturned,
    WaitlistJoined,
    WaitlistLeft,
)
from shared.db import Transactions


class Waiting:
    """What the waiting list says."""

    db: Transactions
    now: Now

    @on(SpotRequested)
    def grant_spot(self, fact: SpotRequested) -> None:
        """Give the asked-for seat to the person in whose name it is asked for."""
        with self.db.once(fact) as tx:
            actions.grant_spot(tx, fact, at=self.now())

    @on(SpotReturned)
    def free_returned_seat(self, fact: SpotReturned) -> None:
        """Free the seat nobody waits for."""
        with self.db.once(fact) as tx:
            actions.free_returned_seat(tx, fact, at=self.now())

    @on(SpotDeclined)
    def take_back_place(self, fact: SpotDeclined) -> None:
        """Cancel the place of a seat that was handed back."""
        with self.db.once(fact) as tx:
            actions.take_back_place(tx, fact, at=self.now())

    @on(WaitlistJoined)
    def hold_free_seat(self, fact: WaitlistJoined) -> None:
        """Hold a free seat for the list that somebody has joined."""
        with self.db.once(fact) as tx:
            actions.hold_free_seat(tx, fact, at=self.now())

    @on(WaitlistLeft)
    def drop_waiting(self, fact: WaitlistLeft) -> None:
        """Count somebody among those who wait no longer."""
        with self.db.once(fact) as tx:
            actions.drop_waiting(tx, fact)

    @on(SpotOffered)
    def note_offer(self, fact: SpotOffered) -> None:
        """Count somebody among the invited."""
        with self.db.once(fact) as tx:
            actions.note_offer(tx, fact)

    @on(OfferClosed)
    def close_offer(self, fact: OfferClosed) -> None:
        """Count somebody among the invited no longer."""
        with self.db.once(fact) as tx:
            actions.close_offer(tx, fact)
