"""Calls about events and their passes."""

from typing import Any
from uuid import UUID

from services.events import actions, schemas, store
from services.events.domain import Format
from shared.bus import rpc
from shared.clock import Now
from shared.db import Transactions
from shared.shapes import shaped


class Occasions:
    """Calls about events and their passes."""

    db: Transactions
    now: Now

    @rpc(schemas.CreateEvent())
    def create_event(self, **details: Any) -> Any:
        """Set an event up."""
        with self.db.begin() as tx:
            event_id = actions.create_event(tx, details, at=self.now())
            return shaped(schemas.Event, actions.get_event(tx.sql, event_id, at=self.now()))

    @rpc(schemas.QuickCreateEvent())
    def quick_create_event(self, **details: Any) -> Any:
        """Set an on-site event up by its short form; the rest is as it usually is."""
        with self.db.begin() as tx:
            event_id = actions.create_event(tx, quick_event(details), at=self.now())
            return shaped(schemas.Event, actions.get_event(tx.sql, event_id, at=self.now()))

    @rpc(schemas.ChangeEvent())
    def change_event(self, event_id: UUID, **changes: Any) -> Any:
        """Change an event; what is left out stays."""
        with self.db.begin() as tx:
            actions.change_event(tx, event_id, changes, at=self.now())
            return shaped(schemas.Event, actions.get_event(tx.sql, event_id, at=self.now()))

    @rpc(schemas.SetOwnAgenda())
    def set_own_agenda(self, event_id: UUID, own_agenda: bool) -> Any:  # noqa: FBT001 - named on the wire
        """Let registrants create their own agenda, or register for the whole event."""
        with self.db.begin() as tx:
            actions.set_own_agenda(tx, event_id, own_agenda=own_agenda, at=self.now())
            return shaped(schemas.Event, actions.get_event(tx.sql, event_id, at=self.now()))

    @rpc(schemas.OneEvent())
    def cancel_event(self, event_id: UUID) -> Any:
        """Call an event off; everybody who is registered is told."""
        with self.db.begin() as tx:
            actions.cancel_event(tx, event_id, at=self.now())
            return shaped(schemas.Event, actions.get_event(tx.sql, event_id, at=self.now()))

    @rpc(schemas.OneEvent())
    def get_event(self, event_id: UUID) -> Any:
        """Give an event with its schedule, its passes and its seats."""
        with self.db.read() as sql:
            return shaped(schemas.Event, actions.get_event(sql, event_id, at=self.now()))

    @rpc(schemas.ListEvents())
    def list_events(self, **wanted: Any) -> Any:
        """List the events that start in a time, the first first."""
        with self.db.read() as sql:
            found = actions.list_events(sql, **wanted)
        return shaped(schemas.ListedEvent, found, many=True)

    # -- passes -------------------------------------------------------------------------------

    @rpc(schemas.DefinePass())
    def define_pass(self, event_id: UUID, **details: Any) -> Any:
        """Define a pass; an agenda of one's own is then no longer to be had, and the reply says."""
        with self.db.begin() as tx:
            found = actions.define_pass(tx, event_id, details, at=self.now())
        return shaped(schemas.Pass, found)

    @rpc(schemas.ChangePass())
    def change_pass(self, pass_id: UUID, **changes: Any) -> Any:
        """Change a pass; what is left out stays."""
        with self.db.begin() as tx:
            return shaped(schemas.Pass, actions.change_pass(tx, pass_id, changes, at=self.now()))

    @rpc(schemas.OnePass())
    def withdraw_pass(self, pass_id: UUID) -> Any:
        """Hand a pass out no more; those who hold it keep it."""
        with self.db.begin() as tx:
            return shaped(schemas.Pass, actions.withdraw_pass(tx, pass_id, at=self.now()))

    @rpc(schemas.OneEvent())
    def list_passes(self, event_id: UUID) -> Any:
        """List an event's passes, withdrawn ones too, in their order."""
        with self.db.read() as sql:
            return shaped(schemas.Pass, store.list_passes(sql, event_id), many=True)


def quick_event(details: dict[str, Any]) -> dict[str, Any]:
    """Complete the short form of an event."""
    return {
        "description": "",
        "format": Format.ONSITE,
        "time_zone": None,
        "location": "",
        "building_id": None,
        "room_id": None,
        "layout_id": None,
        "waiting_list_size": 0,
        "waiting_list_closes_minutes": 0,
        "overlaps_allowed": False,
        "auto_register": None,
        "invitations": 1,
        "answer_minutes": 24 * 60,
        "published": True,
        **details,
    }
