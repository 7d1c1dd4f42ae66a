"""What the studio chooses: words, channels, hours, paces, and which staff are told."""

from typing import Any
from uuid import UUID

from services.notify import actions, schemas, store
from services.notify.domain import Channel, MessageKind
from shared.bus import rpc
from shared.clock import Now
from shared.db import Transactions
from shared.shapes import shaped


class Choosing:
    """The studio's choices."""

    db: Transactions
    now: Now

    # -- words --------------------------------------------------------------------------------

    @rpc()
    def list_templates(self) -> Any:
        """List the words of every kind and language, and their versions."""
        with self.db.read() as sql:
            found = actions.list_templates(sql)
        return shaped(schemas.ListedTemplate, found, many=True)

    @rpc(schemas.GetTemplate())
    def get_template(self, kind: MessageKind, language: str, version: int | None) -> Any:
        """Give some words, and what can be filled in."""
        with self.db.read() as sql:
            found = actions.get_template(sql, kind, language, version, at=self.now())
        return shaped(schemas.Template, found)

    @rpc(schemas.SaveTemplate())
    def save_template(self, kind: MessageKind, language: str, **words: str) -> Any:
        """Keep the studio's own words, as a new version."""
        own = schemas.own_words(words)
        with self.db.begin() as tx:
            found = actions.save_template(tx, kind, language, own, at=self.now())
        return shaped(schemas.Template, found)

    @rpc(schemas.PreviewTemplate())
    def preview_template(self, kind: MessageKind, language: str, words: Any) -> Any:
        """Show a message on sample data, in words that may not have been saved."""
        own = schemas.own_words(words) if words else None
        return shaped(schemas.Preview, actions.preview_template(kind, language, own, at=self.now()))

    @rpc(schemas.OneTemplate())
    def restore_template(self, kind: MessageKind, language: str) -> Any:
        """Go back to the words the suite came with."""
        with self.db.begin() as tx:
            found = actions.restore_template(tx, kind, language, at=self.now())
        return shaped(schemas.Template, found)

    # -- how messages travel ------------------------------------------------------------------

    @rpc()
    def list_kinds(self) -> Any:
        """List every kind of message and how it travels."""
        with self.db.read() as sql:
            return shaped(schemas.Kind, actions.list_kinds(sql), many=True)

    @rpc(schemas.SetRoute())
    def set_route(self, kind: MessageKind, first: Channel, *, falls_back: bool) -> Any:
        """Choose by which channel a kind goes first, and whether the other is tried then."""
        with self.db.begin() as tx:
            return shaped(schemas.Kind, actions.set_route(tx, kind, first, falls_back=falls_back))

    @rpc()
    def get_settings(self) -> Any:
        """Give when messages are sent, and how many."""
        with self.db.read() as sql:
            return shaped(schemas.Settings, store.get_settings(sql))

    @rpc(schemas.ChangeSettings())
    def change_settings(self, **changes: Any) -> Any:
        """Change when messages are sent and how many; what is left out stays."""
        with self.db.begin() as tx:
            return shaped(schemas.Settings, actions.change_settings(tx, changes, at=self.now()))

    # -- staff --------------------------------------------------------------------------------

    @rpc(schemas.KeepStaff())
    def keep_staff(self, staff_id: UUID | None, **details: Any) -> Any:
        """Keep somebody of the staff, who is told of promotions by their roles."""
        with self.db.begin() as tx:
            return shaped(schemas.Staff, actions.keep_staff(tx, staff_id, **details))

    @rpc()
    def list_staff(self) -> Any:
        """List the staff."""
        with self.db.read() as sql:
            return shaped(schemas.Staff, actions.list_staff(sql), many=True)

    @rpc(schemas.OneStaff())
    def remove_staff(self, staff_id: UUID) -> None:
        """Tell somebody of the staff nothing more."""
        with self.db.begin() as tx:
            actions.remove_staff(tx, staff_id)
