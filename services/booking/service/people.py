"""Calls about people."""

from typing import Any
from uuid import UUID

from services.booking import actions, schemas, store
from shared.bus import on, rpc
from shared.clock import Now
from shared.contracts.errors import PersonNotFound
from shared.contracts.events import GuestIntroduced
from shared.db import Transactions
from shared.shapes import shaped


class People:
    """Calls about people."""

    db: Transactions
    now: Now

    @rpc(schemas.RegisterPerson())
    def register_person(self, **person: Any) -> Any:
        """Make a lead, client or member known."""
        with self.db.begin() as tx:
            row = actions.register_person(tx, **person, at=self.now())
        return shaped(schemas.Person, row)

    @on(GuestIntroduced)
    def register_guest(self, fact: GuestIntroduced) -> None:
        """Make known as a lead whoever registered on a page of events."""
        with self.db.once(fact) as tx:
            actions.register_guest(tx, fact)

    @rpc(schemas.ChangePerson())
    def change_person(self, person_id: UUID, **changes: Any) -> Any:
        """Change what is known of a person; what is left out stays."""
        with self.db.begin() as tx:
            row = actions.change_person(tx, person_id, changes)
        return shaped(schemas.Person, row)

    @rpc(schemas.OnePerson())
    def get_person(self, person_id: UUID) -> Any:
        """Give a person."""
        with self.db.read() as sql:
            row = store.find_person(sql, person_id)
        if row is None:
            raise PersonNotFound(str(person_id))
        return shaped(schemas.Person, row)
