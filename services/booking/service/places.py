"""Calls about who has a seat."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.booking import actions, schemas, store
from services.booking.domain import Collection, HoldKind
from shared.bus import every, rpc
from shared.clock import Now
from shared.contracts import Values
from shared.contracts.errors import BookingNotFound
from shared.db import Transactions
from shared.shapes import shaped


class Places:
    """Calls about who has a seat."""

    db: Transactions
    now: Now

    @rpc(schemas.Book())
    def book(
        self,
        session_id: UUID,
        person_id: UUID | None,
        or_wait: bool,  # noqa: FBT001 - named on the wire
        unpaid: bool,  # noqa: FBT001 - named on the wire
        person: Values | None,
    ) -> Any:
        """Give a person a place, or one on the list where there is none and they want to wait."""
        how = {"or_wait": or_wait, "unpaid": unpaid}
        with self.db.begin() as tx:
            place = actions.book(tx, session_id, person_id, person, **how, at=self.now())
        return shaped(schemas.Place, place)

    @rpc(schemas.OneBooking())
    def cancel_booking(self, booking_id: UUID) -> Any:
        """Cancel a booking for a person, and free its place."""
        with self.db.begin() as tx:
            booking = actions.cancel_booking(tx, booking_id, by="staff", at=self.now())
        return shaped(schemas.Booking, booking)

    @rpc(schemas.MoveBooking())
    def move_booking(self, booking_id: UUID, **where: Any) -> Any:
        """Move a confirmed booking to another session, or its single session in time."""
        with self.db.begin() as tx:
            booking = actions.move_booking(tx, booking_id, **where, at=self.now())
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
        self,
        session_id: UUID,
        person_id: UUID | None,
        kind: HoldKind,
        held_until: datetime | None,
        person: Values | None,
        collection: Collection | None,
    ) -> Any:
        """Keep a seat from others for a person who is to confirm it."""
        how: Any = {"kind": kind, "until": held_until, "collection": collection}
        with self.db.begin() as tx:
            hold = actions.hold_place(tx, session_id, person_id, person, **how, at=self.now())
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
