"""Calls about sessions."""

from typing import Any
from uuid import UUID

from services.booking import actions, schemas, store
from shared.bus import every, rpc
from shared.clock import Now
from shared.contracts.errors import SessionNotFound
from shared.db import Transactions
from shared.shapes import shaped


class Sessions:
    """Calls about sessions."""

    db: Transactions
    now: Now

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
        return shaped(schemas.Session, actions.as_values(session))

    @rpc(schemas.ListSessions())
    def list_sessions(self, **wanted: Any) -> Any:
        """List the sessions that start in a time, as staff, members or leads see them."""
        with self.db.read() as sql:
            sessions = actions.list_sessions(sql, **wanted)
        return shaped(schemas.Session, sessions, many=True)

    @rpc(schemas.OneSession())
    def get_session_details(self, session_id: UUID) -> Any:
        """Give the summary of everything a session includes, with its public link."""
        with self.db.read() as sql:
            return shaped(schemas.SessionDetails, actions.get_session_details(sql, session_id))

    @rpc(schemas.CancelSession())
    def cancel_session(self, session_id: UUID, reason: str) -> Any:
        """Call a session off: every booking is cancelled, and nobody waits any more."""
        with self.db.begin() as tx:
            session = actions.cancel_session(tx, session_id, reason, at=self.now())
        return shaped(schemas.Session, session)

    @rpc(schemas.AssignClient())
    def assign_client(self, session_id: UUID, person_id: UUID | None, client: Any) -> Any:
        """Reserve a single session for a client, known already or made known now."""
        with self.db.begin() as tx:
            found = actions.assign_client(tx, session_id, person_id, client, at=self.now())
        return shaped(schemas.Client, found)

    @rpc(schemas.OneSession())
    def get_packages_shown(self, session_id: UUID) -> Any:
        """Give what the client of a single session is shown of its packages."""
        with self.db.read() as sql:
            shown = actions.get_packages_shown(sql, session_id)
        return shaped(schemas.PackagesShown, shown)

    @rpc(schemas.ChoosePackage())
    def choose_package(self, session_id: UUID, package_id: UUID) -> Any:
        """Note which package the client of a single session has chosen."""
        with self.db.begin() as tx:
            session = actions.choose_package(tx, session_id, package_id)
        return shaped(schemas.Session, actions.as_values(session))

    @every(seconds=20)
    def empty_cancelled_sessions(self) -> None:
        """Cancel the bookings that cancelled sessions still have."""
        with self.db.begin() as tx:
            actions.empty_cancelled_sessions(tx, at=self.now())

    @rpc(schemas.GetRoster())
    def get_roster(self, session_id: UUID, waiting_rows: int) -> Any:
        """Give what the bookings screen shows."""
        with self.db.read() as sql:
            shown = actions.get_roster(sql, session_id, waiting_rows=waiting_rows, at=self.now())
        return shaped(schemas.Roster, shown)

    @rpc(schemas.ListWaiting())
    def list_waiting(self, session_id: UUID, **part: Any) -> Any:
        """List who waits for a session, with what the bookings screen shows of them."""
        with self.db.read() as sql:
            found = actions.list_waiting(sql, session_id, **part, at=self.now())
        return shaped(schemas.Waiting, found)
