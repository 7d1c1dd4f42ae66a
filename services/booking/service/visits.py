"""Calls about who came."""

from typing import Any
from uuid import UUID

from services.booking import actions, schemas
from services.booking.domain import Attendance
from shared.bus import every, rpc
from shared.clock import Now
from shared.db import Transactions
from shared.shapes import shaped


class Visits:
    """Calls about who came."""

    db: Transactions
    now: Now

    @rpc(schemas.MarkAttendance())
    def mark_attendance(self, booking_id: UUID, attendance: Attendance) -> Any:
        """Mark whether a person came."""
        with self.db.begin() as tx:
            booking = actions.mark_attendance(tx, booking_id, attendance, at=self.now())
        return shaped(schemas.Booking, booking)

    @rpc(schemas.MarkAttendances())
    def mark_attendances(self, session_id: UUID, marks: dict[UUID, Attendance]) -> Any:
        """Mark whether many of a session's people came; give how many marks changed."""
        with self.db.begin() as tx:
            return actions.mark_attendances(tx, session_id, marks, at=self.now())

    @rpc(schemas.OneSession())
    def launch_roll_call(self, session_id: UUID) -> Any:
        """Give the sheet of a roll call; from now on staff say who came, not the clock."""
        with self.db.begin() as tx:
            sheet = actions.launch_roll_call(tx, session_id, at=self.now())
        return shaped(schemas.RollCall, sheet)

    @rpc(schemas.OneSession())
    def mark_all_attended(self, session_id: UUID) -> Any:
        """Mark everybody with a place as attended; give how many were."""
        with self.db.begin() as tx:
            return actions.mark_all_attended(tx, session_id, at=self.now())

    @every(seconds=20)
    def attend_started_sessions(self) -> None:
        """Mark the people of sessions that have started and have no roll call."""
        with self.db.begin() as tx:
            actions.attend_started_sessions(tx, at=self.now())
