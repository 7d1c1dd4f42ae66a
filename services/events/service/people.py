"""What booking says of people."""

from services.events import actions
from shared.bus import on
from shared.clock import Now
from shared.contracts.booking import PersonChanged, PersonErased, PersonMerged, PersonRegistered
from shared.db import Transactions


class People:
    """What booking says of people."""

    db: Transactions
    now: Now

    @on(PersonRegistered)
    @on(PersonChanged)
    def keep_person(self, fact: PersonRegistered | PersonChanged) -> None:
        """Keep who somebody is and how to reach them."""
        with self.db.once(fact) as tx:
            actions.keep_person(tx, fact)

    @on(PersonMerged)
    def merge_people(self, fact: PersonMerged) -> None:
        """Make somebody's registrations another's."""
        with self.db.once(fact) as tx:
            actions.merge_people(tx, fact, at=self.now())

    @on(PersonErased)
    def erase_person(self, fact: PersonErased) -> None:
        """Forget who somebody is."""
        with self.db.once(fact) as tx:
            actions.erase_person(tx, fact, at=self.now())
