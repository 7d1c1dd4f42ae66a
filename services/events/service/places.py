"""Calls about who takes part."""

from typing import Any
from uuid import UUID

from services.events import actions, schemas
from services.events.actions import Wish
from services.events.gateways import Cashier
from shared.bus import every, rpc
from shared.clock import Now
from shared.db import Transactions
from shared.shapes import shaped
from shared.sheets import written


class Places:
    """Calls about who takes part."""

    db: Transactions
    now: Now
    cashier: Cashier

    @rpc(schemas.Register())
    def register(self, event_id: UUID, person_id: UUID, **wish: Any) -> Any:
        """Register a person for an event, or for the sessions they chose: all or nothing."""
        more: Any = {"by": "staff", "online": self.cashier.online, "at": self.now()}
        with self.db.begin() as tx:
            had = actions.register(tx, event_id, person_id, Wish(**wish), **more)
        return shaped(schemas.Registered, had)

    @rpc(schemas.ChangeAgenda())
    def change_agenda(self, registration_id: UUID, **wish: Any) -> Any:
        """Give somebody another agenda: all of it, or nothing changes."""
        with self.db.begin() as tx:
            had = actions.change_agenda(
                tx, registration_id, Wish(**wish), by="staff", at=self.now()
            )
        return shaped(schemas.Registered, had)

    @rpc(schemas.CancelRegistration())
    def cancel_registration(self, registration_id: UUID, session_ids: Any) -> Any:
        """Cancel a registration, or some sessions of it, and free the seats."""
        only = {"session_ids": session_ids, "by": "staff"}
        with self.db.begin() as tx:
            actions.cancel_registration(tx, registration_id, **only, at=self.now())
            found = actions.get_registration(tx.sql, registration_id)
        return shaped(schemas.Registration, found)

    @rpc(schemas.CheckAgenda())
    def check_agenda(self, event_id: UUID, session_ids: Any, person_id: UUID | None) -> Any:
        """Say what is to be had of an agenda, session by session; nothing is kept for anybody."""
        with self.db.read() as sql:
            found = actions.check_agenda(sql, event_id, session_ids, person_id, at=self.now())
        return shaped(schemas.CheckedAgenda, found)

    @rpc(schemas.OneRegistration())
    def get_registration(self, registration_id: UUID) -> Any:
        """Give a registration with its places and payments."""
        with self.db.read() as sql:
            found = actions.get_registration(sql, registration_id)
        return shaped(schemas.Registration, found)

    @rpc(schemas.ListRegistrations())
    def list_registrations(self, event_id: UUID, session_id: UUID | None, **part: Any) -> Any:
        """List who is registered for an event, or for one of its sessions."""
        with self.db.read() as sql:
            found = actions.list_registrations(sql, event_id, session_id, **part)
        return shaped(schemas.Registrations, found)

    @rpc(schemas.ExportRegistrations())
    def export_registrations(
        self, event_id: UUID, session_id: UUID | None, kind: str, **wanted: Any
    ) -> Any:
        """Give the list of registrations as a file."""
        with self.db.read() as sql:
            found = actions.export_registrations(sql, event_id, session_id, **wanted, at=self.now())
        return shaped(schemas.File, actions.as_file(*found, kind, written))

    @rpc(schemas.ExportWaiting())
    def export_waiting(
        self, event_id: UUID, session_id: UUID | None, kind: str, **wanted: Any
    ) -> Any:
        """Give the waiting list of an event or session as a file."""
        with self.db.read() as sql:
            found = actions.export_waiting(sql, event_id, session_id, **wanted, at=self.now())
        return shaped(schemas.File, actions.as_file(*found, kind, written))

    @rpc(schemas.ListWaiting())
    def list_waiting(self, event_id: UUID, session_id: UUID | None, **part: int) -> Any:
        """List who waits for an event or a session, as far as events has heard."""
        with self.db.read() as sql:
            found = actions.list_waiting(sql, event_id, session_id, **part, at=self.now())
        return shaped(schemas.Waiting, found, many=True)

    @rpc(schemas.WriteTo())
    def write_to(self, event_id: UUID, **letter: Any) -> Any:
        """Write to one person, or to all who are registered, wait or are invited."""
        with self.db.begin() as tx:
            written = actions.write_to(tx, event_id, letter, at=self.now())
        return shaped(schemas.Letters, written)

    @every(seconds=5)
    def say_letters(self) -> None:
        """Say a letter to many for the next few hundred of them."""
        with self.db.begin() as tx:
            actions.say_letters(tx)

    # -- the door -----------------------------------------------------------------------------

    @rpc(schemas.OneRegistration())
    def get_ticket(self, registration_id: UUID) -> Any:
        """Give a registration's ticket, with its QR code."""
        with self.db.read() as sql:
            return shaped(schemas.Ticket, actions.get_ticket(sql, registration_id))

    @rpc(schemas.ShowTicket())
    def check_in(self, ticket: str, event_id: UUID | None, session_id: UUID | None) -> Any:
        """Let in whoever shows a ticket at a door, or say why not."""
        door = {"event_id": event_id, "session_id": session_id}
        with self.db.begin() as tx:
            answer = actions.check_in(tx, ticket, **door, at=self.now())
        return shaped(schemas.DoorAnswer, answer)

    @rpc(schemas.UndoCheckIn())
    def undo_check_in(self, registration_id: UUID, session_id: UUID | None) -> None:
        """Take back that somebody came."""
        with self.db.begin() as tx:
            actions.undo_check_in(tx, registration_id, session_id=session_id)

    @rpc(schemas.ListCheckIns())
    def list_check_ins(self, event_id: UUID, session_id: UUID | None, **part: Any) -> Any:
        """List who is expected at a door, and who has come."""
        with self.db.read() as sql:
            found = actions.list_check_ins(sql, event_id, session_id, **part)
        return shaped(schemas.CheckIns, found)

    @rpc(schemas.OneSpot())
    def close_spot(self, spot_id: UUID) -> Any:
        """Take a spot back from the waiting list; give the state it is in."""
        with self.db.begin() as tx:
            return actions.close_spot(tx, spot_id, at=self.now())

    @every(seconds=15)
    def end_lapsed_spots(self) -> None:
        """End the spots whose event or session has started."""
        with self.db.begin() as tx:
            actions.end_lapsed_spots(tx, at=self.now())
