"""notify's entrypoints."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.notify import actions, gateways, schemas, store
from services.notify.domain import Message
from shared.bus import Database, Gateway, every, on, rpc
from shared.clock import Clock
from shared.contracts.booking import BookingConfirmed, PersonChanged, PersonRegistered
from shared.contracts.waitlist import SpotAllocated
from shared.shapes import shaped


class Notify:
    """The messages, and how they reach people."""

    name = "notify"
    db = Database()
    now = Clock()
    mail = Gateway(gateways.make_mailer)

    @on(PersonRegistered)
    @on(PersonChanged)
    def keep_contact(self, fact: PersonRegistered | PersonChanged) -> None:
        """Keep how to reach a person."""
        with self.db.once(fact) as tx:
            actions.keep_contact(tx, fact)

    @on(BookingConfirmed)
    def email_confirmation(self, fact: BookingConfirmed) -> None:
        """Write to a person that they have a place."""
        with self.db.once(fact) as tx:
            actions.email_confirmation(tx, fact, at=self.now())

    @on(SpotAllocated)
    def email_allocation(self, fact: SpotAllocated) -> None:
        """Write to a person who waited that they have a place now."""
        with self.db.once(fact) as tx:
            actions.email_allocation(tx, fact, at=self.now())

    # -- sending ------------------------------------------------------------------------------

    @every(seconds=1, at_once=2)
    def send_messages(self) -> None:
        """Send what is due, a round at a time, until nothing is."""
        while messages := self._claim():
            outcomes = self.mail.send(messages, self._mark_sending)
            with self.db.begin() as tx:
                actions.settle_messages(tx, outcomes, at=self.now())

    def _claim(self) -> list[Message]:
        with self.db.begin() as tx:
            return actions.claim_messages(tx, limit=self.mail.at_once, at=self.now())

    def _mark_sending(self, messages: Sequence[Message]) -> None:
        with self.db.begin() as tx:
            actions.mark_sending(tx, messages)

    @every(seconds=15)
    def recover_messages(self) -> None:
        """Take over the messages of a process that died."""
        with self.db.begin() as tx:
            actions.recover_messages(tx, at=self.now())

    # -- looking ------------------------------------------------------------------------------

    @rpc(schemas.OneMessage())
    def get_message(self, message_id: UUID) -> Any:
        """Give a message and what became of it."""
        with self.db.read() as sql:
            return shaped(schemas.Message, actions.get_message(sql, message_id))

    @rpc(schemas.ListMessages())
    def list_messages(self, person_id: UUID, limit: int) -> Any:
        """List a person's messages, the newest first."""
        with self.db.read() as sql:
            messages = store.list_messages(sql, person_id, limit=limit)
        return shaped(schemas.Message, messages, many=True)
