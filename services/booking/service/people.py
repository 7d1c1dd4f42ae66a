"""Calls about people."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.booking import actions, schemas, store
from shared.bus import every, on, rpc
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
            actions.register_guest(tx, fact, at=self.now())

    @rpc(schemas.ChangePerson())
    def change_person(self, person_id: UUID, **changes: Any) -> Any:
        """Change what is known of a person; what is left out stays."""
        with self.db.begin() as tx:
            row = actions.change_person(tx, person_id, changes)
        return shaped(schemas.Person, row)

    @rpc(schemas.ChangeConsent())
    def change_consent(
        self,
        person_id: UUID,
        given: bool,  # noqa: FBT001 - named on the wire
        how: str,
        said_at: datetime | None,
    ) -> Any:
        """Note that a person agreed to messages that advertise, or took it back."""
        said: Any = {"given": given, "how": how, "said_at": said_at}
        with self.db.begin() as tx:
            row = actions.change_consent(tx, person_id, **said, at=self.now())
        return shaped(schemas.Person, row)

    @rpc(schemas.OnePerson())
    def note_contact(self, person_id: UUID) -> None:
        """Note that the studio was in touch with a person just now."""
        with self.db.begin() as tx:
            actions.note_contact(tx, person_id, at=self.now())

    @rpc(schemas.OnePerson())
    def get_person(self, person_id: UUID) -> Any:
        """Give a person; an id that was merged gives who they are."""
        with self.db.read() as sql:
            row = store.find_person(sql, person_id)
        if row is None:
            raise PersonNotFound(str(person_id))
        return shaped(schemas.Person, row)

    @rpc(schemas.ListPeople())
    def list_people(self, **wanted: Any) -> Any:
        """List people by name, or those who have words that begin like those of a text."""
        with self.db.read() as sql:
            return shaped(schemas.People, actions.list_people(sql, **wanted))

    @rpc(schemas.GetProfile())
    def get_profile(self, person_id: UUID, **part: Any) -> Any:
        """Give all that is known of a person: history, credits, holds, warmth."""
        with self.db.read() as sql:
            profile = actions.get_profile(sql, person_id, **part, at=self.now())
        return shaped(schemas.Profile, profile)

    @rpc(schemas.FindDuplicates())
    def find_duplicates(self, person_id: UUID | None, **part: Any) -> Any:
        """List people who may be one: the same email address, telephone number or name."""
        with self.db.read() as sql:
            groups = actions.find_duplicates(sql, person_id, **part)
        return shaped(schemas.Alike, groups, many=True)

    @rpc(schemas.MergePeople())
    def merge_people(self, keep: UUID, merge: UUID) -> Any:
        """Make one person's records another's, for good; both ids mean one person then."""
        with self.db.begin() as tx:
            merged = actions.merge_people(tx, keep, merge, at=self.now())
        return shaped(schemas.Merged, merged)

    @every(seconds=60)
    def settle_merged(self) -> None:
        """Move what came in under an id in the very moment it was merged."""
        with self.db.begin() as tx:
            actions.settle_merged(tx, at=self.now())
