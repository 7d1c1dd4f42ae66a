"""booking's entrypoints."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.booking import actions, schemas, store
from services.booking.domain import Attendance, HoldKind
from services.booking.pages import CancelPages
from shared.bus import Database, every, on, rpc
from shared.clock import Clock
from shared.contracts.errors import BookingNotFound, PersonNotFound, SessionNotFound
from shared.contracts.waitlist import (
    SpotDeclined,
    SpotRequested,
    SpotReturned,
    WaitlistJoined,
    WaitlistLeft,
)
from shared.shapes import shaped


class Booking(CancelPages):
    """The people, the sessions, and who has a seat."""

    name = "booking"
    db = Database()
    now = Clock()

    # -- people -----------------------------------------------------------------------------

    @rpc(schemas.RegisterPerson())
    def register_person(self, **person: Any) -> Any:
        """Make a lead, client or member known."""
        with self.db.begin() as tx:
            row = actions.register_person(tx, **person, at=self.now())
        return shaped(schemas.Person, row)

    @rpc(schemas.ChangePerson())
    def change_person(self, person_id: UUID, **changes: Any) -> Any:
        """Change what is known of a person; what is left out stays."""
        with self.db.begin() as tx:
            row = actions.change_person(tx, person_id, changes)
        return shaped(schemas.Person, row)

    @rpc(schemas.OnePerson())
    def get_person(self, person_id: UUID) -> Any:
        """Give a person."""
        with self.db.read() as sql:
            row = store.find_person(sql, person_id)
        if row is None:
            raise PersonNotFound(str(person_id))
        return shaped(schemas.Person, row)

    # -- sessions ---------------------------------------------------------------------------

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
            return shaped(schemas.Roster, actions.get_roster(sql, session_id))

    # -- places -----------------------------------------------------------------------------

    @rpc(schemas.Book())
    def book(self, session_id: UUID, person_id: UUID, or_wait: bool) -> Any:  # noqa: FBT001 - named on the wire
        """Give a person a place, or one on the list where there is none and they want to wait."""
        with self.db.begin() as tx:
            place = actions.book(tx, session_id, person_id, or_wait=or_wait, at=self.now())
        return shaped(schemas.Place, place)

    @rpc(schemas.OneBooking())
    def cancel_booking(self, booking_id: UUID) -> Any:
        """Cancel a booking for a person, and free its place."""
        with self.db.begin() as tx:
            booking = actions.cancel_booking(tx, booking_id, by="staff", at=self.now())
        return shaped(schemas.Booking, booking)

    @rpc(schemas.OneBooking())
    def get_booking(self, booking_id: UUID) -> Any:
        """Give a booking."""
        with self.db.read() as sql:
            booking = store.find_booking(sql, booking_id)
        if booking is None:
            raise BookingNotFound(str(booking_id))
        return shaped(schemas.Booking, booking)

    @rpc(schemas.HoldPlace())
    def hold_place(
        self, session_id: UUID, person_id: UUID, kind: HoldKind, held_until: datetime | None
    ) -> Any:
        """Keep a seat from others for a person who is to confirm it."""
        ids = {"session_id": session_id, "person_id": person_id}
        with self.db.begin() as tx:
            hold = actions.hold_place(tx, **ids, kind=kind, until=held_until, at=self.now())
        return shaped(schemas.Hold, hold)

    @rpc(schemas.OneHold())
    def confirm_hold(self, hold_id: UUID) -> Any:
        """Turn a held seat into its person's booking."""
        with self.db.begin() as tx:
            place = actions.confirm_hold(tx, hold_id, at=self.now())
        return shaped(schemas.Place, place)

    @rpc(schemas.OneHold())
    def release_hold(self, hold_id: UUID) -> None:
        """Give a held seat up."""
        with self.db.begin() as tx:
            actions.release_hold(tx, hold_id, at=self.now())

    @rpc(schemas.OneSpot())
    def close_spot(self, spot_id: UUID) -> Any:
        """Take a spot back from the waiting list; give the state it is in."""
        with self.db.begin() as tx:
            return actions.close_spot(tx, spot_id, at=self.now())

    @every(seconds=15)
    def end_lapsed_holds(self) -> None:
        """End the holds whose time is over."""
        with self.db.begin() as tx:
            actions.end_lapsed_holds(tx, at=self.now())

    # -- who came -----------------------------------------------------------------------------

    @rpc(schemas.MarkAttendance())
    def mark_attendance(self, booking_id: UUID, attendance: Attendance) -> Any:
        """Mark whether a person came."""
        with self.db.begin() as tx:
            booking = actions.mark_attendance(tx, booking_id, attendance, at=self.now())
        return shaped(schemas.Booking, booking)

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

    # -- the waiting list ---------------------------------------------------------------------

    @on(SpotRequested)
    def grant_spot(self, fact: SpotRequested) -> None:
        """Give the asked-for seat to the person in whose name it is asked for."""
        with self.db.once(fact) as tx:
            actions.grant_spot(tx, fact, at=self.now())

    @on(SpotReturned)
    def free_returned_seat(self, fact: SpotReturned) -> None:
        """Free the seat nobody waits for."""
        with self.db.once(fact) as tx:
            actions.free_returned_seat(tx, fact, at=self.now())

    @on(SpotDeclined)
    def take_back_booking(self, fact: SpotDeclined) -> None:
        """Cancel the booking of a seat that was handed back."""
        with self.db.once(fact) as tx:
            actions.take_back_booking(tx, fact, at=self.now())

    @on(WaitlistJoined)
    def hold_free_seat(self, fact: WaitlistJoined) -> None:
        """Hold a free seat for the list that somebody has joined."""
        with self.db.once(fact) as tx:
            actions.hold_free_seat(tx, fact, at=self.now())

    @on(WaitlistLeft)
    def drop_waiting(self, fact: WaitlistLeft) -> None:
        """Take somebody off the roster's waiting rows."""
        with self.db.once(fact) as tx:
            actions.drop_waiting(tx, fact)
