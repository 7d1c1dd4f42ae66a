"""Calls about erasing people, and what other services say of it."""

from typing import Any
from uuid import UUID

from services.booking import actions, schemas
from shared.bus import every, on, rpc
from shared.clock import Now
from shared.contracts import Fact
from shared.contracts.events import EventsRecordsErased
from shared.contracts.loyalty import LoyaltyRecordsErased
from shared.contracts.notify import NotifyRecordsErased
from shared.contracts.ranking import RankingRecordsErased
from shared.contracts.waitlist import WaitlistRecordsErased
from shared.db import Transactions
from shared.shapes import shaped


class Erasures:
    """Calls about erasing people, and what other services say of it."""

    db: Transactions
    now: Now

    @rpc(schemas.ErasePerson())
    def erase_person(self, person_id: UUID, cancel_bookings: bool) -> Any:  # noqa: FBT001 - named on the wire
        """Remove a person's data everywhere; give the receipt as far as it is known."""
        given_up = {"cancel_bookings": cancel_bookings}
        with self.db.begin() as tx:
            receipt = actions.erase_person(tx, person_id, **given_up, at=self.now())
        return shaped(schemas.Receipt, receipt)

    @rpc(schemas.OneErasure())
    def get_erasure(self, erasure_id: UUID) -> Any:
        """Give what each service removed and kept of a person, and who is still to say."""
        with self.db.read() as sql:
            return shaped(schemas.Receipt, actions.get_erasure(sql, erasure_id))

    @on(WaitlistRecordsErased)
    @on(NotifyRecordsErased)
    @on(LoyaltyRecordsErased)
    @on(RankingRecordsErased)
    @on(EventsRecordsErased)
    def note_erasure(self, fact: Fact) -> None:
        """Note in the receipt what another service has removed and kept."""
        with self.db.once(fact) as tx:
            actions.note_erasure(tx, fact)

    @every(seconds=30)
    def scrub_erased(self) -> None:
        """Remove an erased person from the journal and from stored replies."""
        with self.db.begin() as tx:
            actions.scrub_erased(tx, at=self.now())
