"""Queries about seats on their way to the waiting list, and about who waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Uuid, bindparam, case, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.events.domain import SpotState, WaitingState
from services.events.models import OfferRow, SpotRow, WaitingRow
from shared.writes import Writes

_ADD_SPOT = insert(SpotRow)
_SPOT = select(SpotRow.__table__).where(SpotRow.spot_id == bindparam("spot_id"))
_SPOT_FOR_UPDATE = _SPOT.with_for_update()
_END_SPOT = (
    update(SpotRow)
    .where(SpotRow.spot_id == bindparam("id"))
    .values(
        state=bindparam("how"),
        ended_at=bindparam("at"),
        entry_id=func.coalesce(bindparam("entry", type_=Uuid), SpotRow.entry_id),
    )
)
_OPEN_OF_EVENT = (
    select(SpotRow.spot_id, SpotRow.target_id)
    .where(
        SpotRow.event_id == bindparam("event_id"),
        SpotRow.state == SpotState.OPEN.value,
    )
    .order_by(SpotRow.spot_id)
    .with_for_update()
)
_LAPSED = (
    select(SpotRow.spot_id, SpotRow.event_id, SpotRow.target_id)
    .where(SpotRow.state == SpotState.OPEN.value, SpotRow.held_until <= bindparam("at"))
    .order_by(SpotRow.event_id, SpotRow.target_id)
    .limit(bindparam("limit"))
)


@dataclass(frozen=True, slots=True)
class Spot:
    """A seat held for the waiting list."""

    spot_id: UUID
    event_id: UUID
    target_id: UUID
    state: SpotState
    entry_id: UUID | None


def add_spots(
    writes: Writes,
    spot_ids: Sequence[UUID],
    *,
    event_id: UUID,
    target_id: UUID,
    at: datetime,
    until: datetime,
) -> None:
    """Hold seats that are counted as taken for the list, at most until `until` (UTC)."""
    ids = {"event_id": event_id, "target_id": target_id}
    for spot_id in spot_ids:
        row = {**ids, "state": SpotState.OPEN.value, "made_at": at, "held_until": until}
        writes.add(_ADD_SPOT, {"spot_id": spot_id, **row})


def add_granted_spot(
    writes: Writes, spot_id: UUID, *, event_id: UUID, target_id: UUID, entry_id: UUID, at: datetime
) -> None:
    """Note a seat that staff had given to somebody on the list without one being held for it.

    It is granted from the start; that it is there makes a second request for it the first one's.
    """
    ids = {"event_id": event_id, "target_id": target_id, "entry_id": entry_id}
    times = {"made_at": at, "held_until": at, "ended_at": at}
    writes.add(_ADD_SPOT, {"spot_id": spot_id, **ids, "state": SpotState.GRANTED.value, **times})


def find_spot(sql: Connection, spot_id: UUID, *, lock: bool = False) -> Spot | None:
    """Find a spot; locked, it cannot end otherwise until the commit."""
    row = sql.execute(_SPOT_FOR_UPDATE if lock else _SPOT, {"spot_id": spot_id}).one_or_none()
    if row is None:
        return None
    return Spot(row.spot_id, row.event_id, row.target_id, SpotState(row.state), row.entry_id)


def end_spot(
    writes: Writes, spot_id: UUID, how: SpotState, *, at: datetime, entry_id: UUID | None = None
) -> None:
    """End a spot in one of its ways."""
    writes.add(_END_SPOT, {"id": spot_id, "how": how.value, "at": at, "entry": entry_id})


def open_spots(sql: Connection, event_id: UUID) -> Sequence[Any]:
    """List the open spots of an event and its sessions, and lock them."""
    return sql.execute(_OPEN_OF_EVENT, {"event_id": event_id}).all()


def keep_spots_until(sql: Connection, target_id: UUID, until: datetime) -> None:
    """Hold the open spots of an event or session until another time (UTC)."""
    query = update(SpotRow).where(
        SpotRow.target_id == target_id, SpotRow.state == SpotState.OPEN.value
    )
    sql.execute(query.values(held_until=until))


def lapsed_spots(sql: Connection, *, at: datetime, limit: int) -> Sequence[Any]:
    """List open spots whose event or session has started."""
    return sql.execute(_LAPSED, {"at": at, "limit": limit}).all()


# -- who waits --------------------------------------------------------------------------------

_ADD_WAITING = upsert(WaitingRow)
_ADD_WAITING = _ADD_WAITING.on_conflict_do_update(
    index_elements=["entry_id"],
    # Facts come in any order: who is gone does not come back by an older word.
    set_={
        "state": case(
            (WaitingRow.state == WaitingState.GONE.value, WaitingRow.state),
            else_=_ADD_WAITING.excluded.state,
        )
    },
)
_KEEP_OFFER = upsert(OfferRow)
_KEEP_OFFER = _KEEP_OFFER.on_conflict_do_update(
    index_elements=["offer_id"],
    set_={
        "answer_by": func.coalesce(OfferRow.answer_by, _KEEP_OFFER.excluded.answer_by),
        "closed": OfferRow.closed | _KEEP_OFFER.excluded.closed,
    },
)


def note_waiting(writes: Writes, values: dict[str, Any], state: WaitingState) -> None:
    """Note what has been heard of an entry."""
    writes.add(_ADD_WAITING, {"pass_id": None, **values, "state": state.value})


def find_waiting(sql: Connection, target_id: UUID, person_id: UUID) -> Row[Any] | None:
    """Find a person's own entry among those who wait for an event or session."""
    query = select(WaitingRow.__table__).where(
        WaitingRow.target_id == target_id,
        WaitingRow.person_id == person_id,
        WaitingRow.state != WaitingState.GONE.value,
    )
    return sql.execute(query).first()


def find_entry(sql: Connection, entry_id: UUID) -> Row[Any] | None:
    """Find what has been heard of an entry."""
    query = select(WaitingRow.__table__).where(WaitingRow.entry_id == entry_id)
    return sql.execute(query).one_or_none()


def count_waiting(sql: Connection, target_id: UUID) -> int:
    """Count who waits or is about to."""
    query = select(func.count()).where(
        WaitingRow.target_id == target_id, WaitingRow.state != WaitingState.GONE.value
    )
    return sql.execute(query).scalar_one()


def waiting_of_person(sql: Connection, event_id: UUID, person_id: UUID) -> Sequence[Any]:
    """List what of an event a person waits for."""
    query = select(WaitingRow.__table__).where(
        WaitingRow.event_id == event_id,
        WaitingRow.person_id == person_id,
        WaitingRow.state != WaitingState.GONE.value,
    )
    return sql.execute(query).all()


def keep_offer(
    writes: Writes, offer_id: UUID, entry_id: UUID, answer_by: datetime | None, *, closed: bool
) -> None:
    """Note that somebody is invited, until when, or no longer."""
    row = {"offer_id": offer_id, "entry_id": entry_id, "answer_by": answer_by, "closed": closed}
    writes.add(_KEEP_OFFER, row)
