"""What operators and other services ask of messages."""

from typing import Any
from uuid import UUID

from services.notify import actions, schemas, store
from services.notify.domain import Channel, Topic
from shared.bus import rpc
from shared.clock import Now
from shared.db import Transactions
from shared.shapes import shaped


class Looking:
    """Messages, batches, and who gets what."""

    db: Transactions
    now: Now

    @rpc(schemas.OneMessage())
    def get_message(self, message_id: UUID) -> Any:
        """Give a message and what became of it."""
        with self.db.read() as sql:
            return shaped(schemas.Message, actions.get_message(sql, message_id))

    @rpc(schemas.ListMessages())
    def list_messages(self, person_id: UUID, limit: int, after: UUID | None) -> Any:
        """List a person's messages, the newest first, a page at a time."""
        with self.db.read() as sql:
            messages = actions.list_messages(sql, person_id, after=after, limit=limit)
        return shaped(schemas.Message, messages, many=True)

    # -- written at once ----------------------------------------------------------------------

    @rpc(schemas.OneBatch())
    def get_batch(self, batch_id: UUID) -> Any:
        """Give how far the messages have got that were written at once."""
        with self.db.read() as sql:
            return shaped(schemas.Batch, actions.get_batch(sql, batch_id))

    @rpc(schemas.OneBatch())
    def pause_batch(self, batch_id: UUID) -> Any:
        """Send no more of a batch for now."""
        with self.db.begin() as tx:
            return shaped(schemas.Batch, actions.pause_batch(tx, batch_id))

    @rpc(schemas.OneBatch())
    def resume_batch(self, batch_id: UUID) -> Any:
        """Go on with a batch."""
        with self.db.begin() as tx:
            return shaped(schemas.Batch, actions.resume_batch(tx, batch_id))

    # -- who gets what ------------------------------------------------------------------------

    @rpc(schemas.OnePerson())
    def get_preferences(self, person_id: UUID) -> Any:
        """Give what a person gets, of what they can choose."""
        with self.db.read() as sql:
            return shaped(schemas.Preferences, actions.get_preferences(sql, person_id))

    @rpc(schemas.SetPreferences())
    def set_preferences(self, person_id: UUID, wanted: list[dict[str, Any]]) -> Any:
        """Keep what a person has told the staff they want to get."""
        chosen: list[tuple[Topic, Channel]] = [(one["topic"], one["channel"]) for one in wanted]
        with self.db.begin() as tx:
            found = actions.set_preferences(tx, person_id, chosen, at=self.now())
        return shaped(schemas.Preferences, found)

    @rpc(schemas.SuppressAddress())
    def suppress_address(self, address: str, reason: str, detail: str) -> Any:
        """Send nothing to an address any more: mail came back, or its owner complained."""
        with self.db.begin() as tx:
            found = actions.suppress_address(tx, address, reason, detail, at=self.now())
        return shaped(schemas.Suppression, found, many=True)

    @rpc(schemas.ReturnedMail())
    def take_returned_mail(self, mail: str) -> Any:
        """Heed a report that a message could not be delivered, or was called spam."""
        with self.db.begin() as tx:
            return shaped(schemas.Message, actions.take_returned_mail(tx, mail, at=self.now()))

    @rpc(schemas.OneAddress())
    def lift_suppression(self, address: str) -> Any:
        """Send to an address again that mail had come back from; give what still stands."""
        with self.db.begin() as tx:
            found = actions.lift_suppression(tx, address)
        return shaped(schemas.Suppression, found, many=True)

    @rpc(schemas.ListSuppressions())
    def list_suppressions(
        self, address: str | None, limit: int, after: dict[str, Any] | None
    ) -> Any:
        """List what is on the suppression list, the newest first, a page at a time."""
        with self.db.read() as sql:
            found = store.suppressions(sql, address, after=after, limit=limit)
        return shaped(schemas.Suppression, found, many=True)
