"""Calls about sessions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.booking import actions, schemas, store
from shared.bus import rpc
from shared.clock import Now
from shared.contracts.errors import SessionNotFound
from shared.db import Transactions
from shared.shapes import shaped


class Sessions:
    """Calls about sessions."""

    db: Transactions
    now: Now

    @rpc(schemas.CreateSessionType())
    def create_session_type(self, **details: Any) -> Any:
        """Make a template for sessions."""
        with self.db.begin() as tx:
            row = actions.create_session_type(tx, **details, at=self.now())
        return shaped(schemas.SessionType, row)

    @rpc(schemas.ScheduleSession())
    def schedule_session(self, **details: Any) -> Any:
        """Put a session on the timetable."""
        with self.db.begin() as tx:
            session = actions.schedule_session(tx, **details, at=self.now())
        return shaped(schemas.Session, session)

    @rpc(schemas.ChangeSession())
    def change_session(self, session_id: UUID, **changes: Any) -> Any:
        """Change a session; what is left out stays."""
        with self.db.begin() as tx:
            session = actions.change_session(tx, session_id, changes, at=self.now())
        return shaped(schemas.Session, session)

    @rpc(schemas.OneSession())
    def get_session(self, session_id: UUID) -> Any:
        """Give a session and its seats."""
        with self.db.read() as sql:
            session = store.find_session(sql, session_id)
        if session is None:
            raise SessionNotFound(str(session_id))
        return shaped(schemas.Session, session)

    @rpc(schemas.ListSessions())
    def list_sessions(self, since: datetime, until: datetime, limit: int) -> Any:
        """List the sessions that start in a time, the first first."""
        with self.db.read() as sql:
            sessions = store.list_sessions(sql, since=since, until=until, limit=limit)
        return shaped(schemas.Session, sessions, many=True)

    @rpc(schemas.OneSession())
    def get_roster(self, session_id: UUID) -> Any:
        """Give what the bookings screen shows."""
        with self.db.read() as sql:
            return shaped(schemas.Roster, actions.get_roster(sql, session_id, at=self.now()))
