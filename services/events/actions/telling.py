"""What is told of events: to the waiting list, and to those who take part."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.events import store
from services.events.domain import (
    Event,
    RegistrationState,
    Session,
    Target,
    opened_by,
    policy,
    written_agenda,
)
from shared.contracts import Values
from shared.contracts.events import (
    EventQueueChanged,
    EventQueueOpened,
    RegistrationChanged,
    RegistrationConfirmed,
    RegistrationEnded,
)
from shared.db import Tx

MOST_NAMES = 10


def speaker_names(speeches: Sequence[Any], target: Target | None = None) -> str:
    """Write who speaks, in a session or in any; at most ten names."""
    names = [
        row.name
        for row in speeches
        if target is None or target.target_id in {target.event_id, row.session_id}
    ]
    return ", ".join(list(dict.fromkeys(names))[:MOST_NAMES])


def target_name(event: Event, session: Session | None) -> str:
    """Give what a target is called: the event, or the event and its session."""
    return event.name if session is None else f"{event.name}: {session.name}"


def tell_queue(tx: Tx, event: Event, target: Target, session: Session | None) -> None:
    """Tell the waiting list what it must know of a target.

    Nothing is told of what never had seats to wait for: webinars, and sessions of events people
    register for as a whole.
    """
    if target.sequence == 0 and not (event.onsite and target.open):
        return
    with_passes = store.has_passes(tx.sql, event.event_id)
    limits: Values = {
        "target_id": target.target_id,
        "event_id": event.event_id,
        "name": target_name(event, session),
        "starts_at": target.starts_at,
        "ends_at": session.ends_at if session else event.ends_at,
        "time_zone": event.time_zone,
        "location": (session.location if session else "") or event.location,
        "waiting_list_size": target.waiting_list_size,
        "waiting_list_closes_at": target.closes_at,
        "policy": policy(event.auto_register, has_passes=with_passes).value,
        "invitations": event.invitations,
        "answer_minutes": event.answer_minutes,
        "cancelled": not target.open,
        "sequence": target.sequence + 1,
    }
    store.change_target(tx.sql, target.target_id, {"sequence": target.sequence + 1})
    tx.emit(EventQueueChanged(**limits) if target.sequence else EventQueueOpened(**limits))


def tell_queues(tx: Tx, event: Event) -> None:
    """Tell the waiting lists of an event and of all its sessions."""
    sessions = {one.session_id: one for one in store.list_sessions(tx.sql, event.event_id)}
    targets = store.targets_of_event(tx.sql, event.event_id, lock=True)
    for target_id in sorted(targets):
        tell_queue(tx, event, targets[target_id], sessions.get(target_id))


class Teller:
    """Tells those who are registered for an event of it; looks the event up once."""

    def __init__(self, tx: Tx, event: Event) -> None:
        """Prepare to tell of an event as it is now."""
        self.tx = tx
        self.event = event
        self.sessions = {s.session_id: s for s in store.list_sessions(tx.sql, event.event_id)}
        self.passes = {one.pass_id: one for one in store.list_passes(tx.sql, event.event_id)}
        self.staff = speaker_names(store.speakers_of_event(tx.sql, event.event_id))

    def agenda(self, registration: Any, places: Sequence[Any]) -> list[Session]:
        """List what a registration is for; nothing: the whole event."""
        live = [one for one in self.sessions.values() if one.cancelled_at is None]
        if self.event.own_agenda:
            chosen = {place.target_id for place in places}
            return [one for one in live if one.session_id in chosen]
        held = self.passes.get(registration.pass_id)
        if held is None or not held.session_ids:
            return []
        return [one for one in live if opened_by(held.session_ids, one.session_id)]

    def values(self, registration: Any, places: Sequence[Any], sequence: int) -> Values:
        """Give what a message must say about a registration."""
        return {
            "registration_id": registration.registration_id,
            "event_id": self.event.event_id,
            "person_id": registration.person_id,
            "session_name": self.event.name,
            "starts_at": self.event.starts_at,
            "ends_at": self.event.ends_at,
            "time_zone": self.event.time_zone,
            "location": self.event.location,
            "staff": self.staff,
            "agenda": written_agenda(self.agenda(registration, places), self.event.time_zone),
            "ticket": registration.ticket,
            "price_minor": registration.price_minor,
            "paid_minor": registration.paid_minor,
            "currency": registration.currency,
            "sequence": sequence,
        }

    def confirmed(self, registration: Any, places: Sequence[Any], *, at: datetime) -> None:
        """Say that somebody is registered."""
        said = self.values(registration, places, registration.sequence)
        self.tx.emit(RegistrationConfirmed(**said, confirmed_at=at))

    def changed(
        self,
        registration: Any,
        places: Sequence[Any],
        *,
        called_off: Sequence[Session] = (),
        at: datetime,
    ) -> int:
        """Say that what somebody is registered for has changed; give the new sequence.

        Whoever has not paid yet is told when they have.
        """
        if registration.state == RegistrationState.AWAITING_PAYMENT:
            return int(registration.sequence)
        sequence: int = registration.sequence + 1
        ids = registration.registration_id
        store.change_registration(self.tx.sql, ids, {"sequence": sequence})
        said = self.values(registration, places, sequence)
        gone = written_agenda(called_off, self.event.time_zone)
        self.tx.emit(RegistrationChanged(**said, changed_at=at, called_off=gone))
        return sequence

    def ended(
        self,
        registration: Any,
        *,
        event_cancelled: bool,
        called_off: Sequence[Session] = (),
        at: datetime,
    ) -> None:
        """Say that somebody is registered no longer."""
        said = self.values(registration, (), registration.sequence + 1)
        said["agenda"] = ""
        said["called_off"] = written_agenda(called_off, self.event.time_zone)
        self.tx.emit(RegistrationEnded(**said, event_cancelled=event_cancelled, ended_at=at))

    def called_off(self, registration: Any, left: Sequence[Any], session: Session) -> list[Session]:
        """List what a person had and does not take place, now that a session was called off.

        Args:
            registration: theirs.
            left: the places they still have.
            session: the one that was called off.

        Returns:
            That one; if nothing is left of what they had chosen or their pass names, all of it.
        """
        if self.agenda(registration, left):
            return [session]
        held = self.passes.get(registration.pass_id)
        lost = store.lost_sessions(self.tx.sql, registration.registration_id)
        lost |= set(held.session_ids) if held else set()
        return [self.sessions[one] for one in lost] or [session]

    def concerned(self, registration: Any, places: Sequence[Any], session_id: UUID) -> bool:
        """Say whether somebody comes to a session: by their choice, or by their pass."""
        if self.event.own_agenda:
            return any(one.target_id == session_id for one in places)
        held = self.passes.get(registration.pass_id)
        return opened_by(held.session_ids if held else (), session_id)

    def everybody_changed(
        self, *, at: datetime, session_id: UUID | None = None, pass_id: UUID | None = None
    ) -> None:
        """Say so to all who are registered, or to those who come to a session or have a pass."""
        places = store.places_of_event(self.tx.sql, self.event.event_id)
        for row in store.live_registrations(self.tx.sql, self.event.event_id, lock=True):
            own = places.get(row.registration_id, [])
            if pass_id not in {None, row.pass_id}:
                continue
            if session_id is None or self.concerned(row, own, session_id):
                self.changed(row, own, at=at)
