"""Calls about sessions, speakers and venues."""

from typing import Any
from uuid import UUID

from services.events import actions, schemas, store
from shared.bus import rpc
from shared.clock import Now
from shared.db import Transactions
from shared.shapes import shaped

_QUICK = {
    "description": "",
    "location": "",
    "building_id": None,
    "room_id": None,
    "layout_id": None,
    "waiting_list_size": 0,
    "waiting_list_closes_minutes": 0,
}


class Schedule:
    """Calls about sessions, speakers and venues."""

    db: Transactions
    now: Now

    @rpc(schemas.AddSession())
    def add_session(self, event_id: UUID, **details: Any) -> Any:
        """Put a session on an event's schedule."""
        with self.db.begin() as tx:
            session_id = actions.add_session(tx, event_id, details, at=self.now())
            found = actions.get_session(tx.sql, session_id, at=self.now())
        return shaped(schemas.Session, found)

    @rpc(schemas.QuickAddSession())
    def quick_add_session(self, event_id: UUID, **details: Any) -> Any:
        """Put a session on the schedule by its short form."""
        with self.db.begin() as tx:
            session_id = actions.add_session(tx, event_id, _QUICK | details, at=self.now())
            found = actions.get_session(tx.sql, session_id, at=self.now())
        return shaped(schemas.Session, found)

    @rpc(schemas.ChangeSession())
    def change_session(self, session_id: UUID, **changes: Any) -> Any:
        """Change a session; what is left out stays."""
        with self.db.begin() as tx:
            actions.change_session(tx, session_id, changes, at=self.now())
            found = actions.get_session(tx.sql, session_id, at=self.now())
        return shaped(schemas.Session, found)

    @rpc(schemas.OneSession())
    def cancel_session(self, session_id: UUID) -> Any:
        """Call a session off; those who had chosen it are told."""
        with self.db.begin() as tx:
            actions.cancel_session(tx, session_id, at=self.now())
            found = actions.get_session(tx.sql, session_id, at=self.now())
        return shaped(schemas.Session, found)

    @rpc(schemas.OneSession())
    def get_session(self, session_id: UUID) -> Any:
        """Give a session and its seats."""
        with self.db.read() as sql:
            found = actions.get_session(sql, session_id, at=self.now())
        return shaped(schemas.Session, found)

    # -- speakers and venues --------------------------------------------------------------------

    @rpc(schemas.AddSpeaker())
    def add_speaker(self, name: str, about: str) -> Any:
        """Make a speaker known."""
        with self.db.begin() as tx:
            return shaped(schemas.Speaker, actions.add_speaker(tx, name=name, about=about))

    @rpc(schemas.ChangeSpeaker())
    def change_speaker(self, speaker_id: UUID, **changes: Any) -> Any:
        """Change what is said of a speaker; what is left out stays."""
        with self.db.begin() as tx:
            return shaped(schemas.Speaker, actions.change_speaker(tx, speaker_id, changes))

    @rpc()
    def list_speakers(self) -> Any:
        """List all speakers by name."""
        with self.db.read() as sql:
            return shaped(schemas.Speaker, store.list_speakers(sql), many=True)

    @rpc(schemas.AddVenue())
    def add_venue(self, **details: Any) -> Any:
        """Make a building, room or layout known."""
        with self.db.begin() as tx:
            return shaped(schemas.Venue, actions.add_venue(tx, **details))

    @rpc(schemas.ChangeVenue())
    def change_venue(self, venue_id: UUID, **changes: Any) -> Any:
        """Change a venue's name or capacity; what is left out stays."""
        with self.db.begin() as tx:
            return shaped(schemas.Venue, actions.change_venue(tx, venue_id, changes))

    @rpc()
    def list_venues(self) -> Any:
        """List all buildings, rooms and layouts by name."""
        with self.db.read() as sql:
            return shaped(schemas.Venue, store.list_venues(sql), many=True)
