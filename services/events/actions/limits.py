"""How many may come: capacities and waiting lists of events and sessions."""

from dataclasses import replace
from datetime import datetime

from services.events import store
from services.events.actions.seats import hold_for_list
from services.events.domain import Event, Target, goes_to_list, seats_gained
from shared.contracts import Values
from shared.contracts.errors import (
    InvalidRequest,
)
from shared.contracts.event_errors import (
    CapacityMissing,
    OnSiteOnly,
)
from shared.db import Tx

LIMITS = ("capacity", "waiting_list_size", "waiting_list_closes_minutes")


def check_limits(event: Event, target: Target, name: str) -> None:
    """Refuse limits that an event of this kind cannot have.

    Raises:
        OnSiteOnly: a webinar or hybrid event with a capacity or waiting list (D10, D26).
        CapacityMissing: at session level, a session without a capacity (D23, D24).
        InvalidRequest: a waiting list for seats that nobody counts.
    """
    is_session = target.target_id != event.event_id
    if not event.onsite and (target.capacity is not None or target.waiting_list_size):
        field = "waiting_list_size" if target.capacity is None else "capacity"
        msg = (
            f"{field}: {name} is a {event.format.value} event, where people take part from "
            "anywhere and no seat runs out; only on-site events have capacities and waiting lists"
        )
        raise OnSiteOnly(msg)
    if event.onsite and event.own_agenda and is_session and target.capacity is None:
        msg = (
            f"capacity: {name} needs one, because registrants create their own agenda and each "
            "session is registered for by itself"
        )
        raise CapacityMissing(msg)
    if target.waiting_list_size and target.capacity is None:
        msg = "waiting_list_size: Needs a capacity; without one nobody ever has to wait."
        raise InvalidRequest(msg)


def change_limits(tx: Tx, target: Target, changes: Values, *, at: datetime) -> Target:
    """Set how many may come and wait; seats that a higher capacity adds go to the list first.

    Args:
        tx: the transaction, which has the event alone.
        target: the target, locked and as it is.
        changes: of its columns.
        at: now (UTC).

    Source: D30.
    """
    after = replace(target, **changes)
    lower = after.capacity is not None and after.capacity != target.capacity
    if lower and after.capacity is not None and after.capacity < target.taken:
        was = target.capacity
        if was is None or after.capacity < was:
            msg = f"capacity: {target.taken} seats are taken; it cannot be lower."
            raise InvalidRequest(msg)
    gained = seats_gained(target, after.capacity)
    store.change_target(tx.sql, target.target_id, changes)
    if "starts_at" in changes:
        store.keep_spots_until(tx.sql, target.target_id, after.starts_at)
    if gained and goes_to_list(after, at=at):
        store.note_queue(tx.sql, after, seats=gained)
        hold_for_list(tx, after, gained, "capacity_raised", at=at)
    return after
