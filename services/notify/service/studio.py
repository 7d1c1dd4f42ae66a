"""What the studio chooses: words, channels, hours, paces, and which staff are told."""

from typing import Any
from uuid import UUID

from services.notify import actions, schemas, store
from services.notify.domain import Channel, MessageKind, TemplateKey
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
    def get_template(self, version: int | None, **key: Any) -> Any:
        """Give some words, and what can be filled in."""
        with self.db.read() as sql:
            found = actions.get_template(sql, TemplateKey(**key), version, at=self.now())
        return shaped(schemas.Template, found)

    @rpc(schemas.SaveTemplate())
    def save_template(self, kind: MessageKind, language: str, name: str, **words: str) -> Any:
        """Keep the studio's own words, as a new version; under a new name, as a new template."""
        own, key = schemas.own_words(words), TemplateKey(kind, language, name)
        with self.db.begin() as tx:
            found = actions.save_template(tx, key, own, at=self.now())
        return shaped(schemas.Template, found)

    @rpc(schemas.PreviewTemplate())
    def preview_template(self, kind: MessageKind, language: str, words: Any) -> Any:
        """Show a message on sample data, in words that may not have been saved."""
        own = schemas.own_words(words) if words else None
        return shaped(schemas.Preview, actions.preview_template(kind, language, own, at=self.now()))

    @rpc(schemas.OneTemplate())
    def restore_template(self, **key: Any) -> Any:
        """Go back to the words the suite came with, or under a name to the usual ones."""
        with self.db.begin() as tx:
            found = actions.restore_template(tx, TemplateKey(**key), at=self.now())
        return shaped(schemas.Template, found)

    @rpc(schemas.RemoveTemplate())
    def remove_template(self, kind: MessageKind, name: str) -> Any:
        """Remove a template with a name; what names it is sent in the usual words."""
        with self.db.begin() as tx:
            removed = actions.remove_template(tx, kind, name, at=self.now())
        return shaped(schemas.RemovedTemplate, removed)

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
