"""Queries about spots and decisions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, exists, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.waitlist.domain import EntryState, Spot, SpotState, Waiting
from services.waitlist.models import DecisionRow, EntryRow, OverrideRow, SpotRow
from services.waitlist.store.entries import WAITING_COLUMNS
from shared.writes import Writes

_ENDED = (
    SpotState.ALLOCATED.value,
    SpotState.RETURNED.value,
    SpotState.DECLINED.value,
    SpotState.CLOSED.value,
)
_SPOT_COLUMNS = (
    SpotRow.spot_id,
    SpotRow.passed_to,
    SpotRow.seen_at,
    SpotRow.overruled,
    SpotRow.cause,
)
_KEEP_SPOT = upsert(SpotRow)
_KEEP_SPOT = _KEEP_SPOT.on_conflict_do_update(
    index_elements=["spot_id"],
    set_={
        name: getattr(_KEEP_SPOT.excluded, name)
        for name in ("entry_id", "state", "seat", "passed_to", "lead_id", "ended_at")
    },
)
_SET_SPOT = (
    update(SpotRow)
    .where(SpotRow.spot_id == bindparam("id"))
    .values(state=bindparam("new_state"), ended_at=bindparam("ended"))
)
_NOTE_BOOKING = (
    update(SpotRow)
    .where(SpotRow.spot_id == bindparam("id"))
    .values(
        state=bindparam("new_state"), booking_id=bindparam("booking"), ended_at=bindparam("ended")
    )
)
_IN_HAND = (
    select(*_SPOT_COLUMNS)
    .where(SpotRow.queue_id == bindparam("queue_id"), SpotRow.state == bindparam("state"))
    .order_by(SpotRow.seen_at, SpotRow.spot_id)
    .limit(bindparam("limit"))
)
_DECIDE = insert(DecisionRow)
_DECISIONS = (
    select(DecisionRow.__table__)
    .where(DecisionRow.spot_id == bindparam("spot_id"))
    .order_by(DecisionRow.decision_id)
)
_OVERRIDE = insert(OverrideRow)


def keep_spot(
    writes: Writes,
    spot: Spot,
    queue_id: UUID,
    state: SpotState,
    *,
    entry_id: UUID | None = None,
    seat: int = 1,
    lead_id: UUID | None = None,
    at: datetime,
) -> None:
    """Note where a spot stands, and in whose name it is asked for."""
    row = {
        "spot_id": spot.spot_id,
        "queue_id": queue_id,
        "entry_id": entry_id,
        "state": state.value,
        "seen_at": spot.seen_at,
        "seat": seat,
        "passed_to": spot.passed_to,
        "lead_id": lead_id,
        "overruled": spot.overruled,
        "cause": spot.cause,
        "ended_at": at if state.value in _ENDED else None,
    }
    writes.add(_KEEP_SPOT, row)


def set_spot(writes: Writes, spot_id: UUID, state: SpotState, *, at: datetime) -> None:
    """Set what became of a spot."""
    ended = at if state.value in _ENDED else None
    writes.add(_SET_SPOT, {"id": spot_id, "new_state": state.value, "ended": ended})


def note_booking(
    writes: Writes, spot_id: UUID, state: SpotState, booking_id: UUID, *, at: datetime
) -> None:
    """Note that a spot was granted, and as which booking or registration."""
    values = {"id": spot_id, "new_state": state.value, "booking": booking_id}
    writes.add(_NOTE_BOOKING, values | {"ended": at if state.value in _ENDED else None})


def spots_in_hand(
    sql: Connection, queue_id: UUID, state: SpotState, *, limit: int = 100
) -> list[Spot]:
    """List the spots of a queue that are pooled, offered or announced, the oldest first."""
    at = {"queue_id": queue_id, "state": state.value, "limit": limit}
    return [Spot(*row) for row in sql.execute(_IN_HAND, at)]


def spots_offered_with(sql: Connection, queue_id: UUID, lead_id: UUID) -> list[Spot]:
    """List the spots that are offered together with one, itself among them."""
    query = (
        select(*_SPOT_COLUMNS)
        .where(
            SpotRow.queue_id == queue_id,
            SpotRow.state == SpotState.OFFERED.value,
            SpotRow.lead_id == lead_id,
        )
        .order_by(SpotRow.seen_at, SpotRow.spot_id)
    )
    return [Spot(*row) for row in sql.execute(query)]


def spots_of(sql: Connection, entry_id: UUID, *states: SpotState) -> Sequence[Row[Any]]:
    """List the spots in an entry's name that are in one of these states, by seat."""
    query = select(SpotRow.__table__).where(SpotRow.entry_id == entry_id)
    if states:
        query = query.where(SpotRow.state.in_([state.value for state in states]))
    return sql.execute(query.order_by(SpotRow.seat, SpotRow.seen_at)).all()


def record_decision(
    writes: Writes,
    spot_id: UUID,
    queue_id: UUID,
    entry_id: UUID | None,
    outcome: str,
    reason: str,
    *,
    at: datetime,
) -> None:
    """Write down a decision and why it was taken."""
    row = {"spot_id": spot_id, "queue_id": queue_id, "entry_id": entry_id, "outcome": outcome}
    writes.add(_DECIDE, row | {"reason": reason, "decided_at": at})


def find_spot(sql: Connection, spot_id: UUID) -> Row[Any] | None:
    """Find a spot."""
    return sql.execute(select(SpotRow.__table__).where(SpotRow.spot_id == spot_id)).one_or_none()


def list_decisions(sql: Connection, spot_id: UUID) -> Sequence[Row[Any]]:
    """List what was decided about a spot, in order."""
    return sql.execute(_DECISIONS, {"spot_id": spot_id}).all()


def decisions_about(sql: Connection, entry_id: UUID, *, limit: int) -> Sequence[Row[Any]]:
    """List what was decided about an entry, in order."""
    query = (
        select(DecisionRow.__table__)
        .where(DecisionRow.entry_id == entry_id)
        .order_by(DecisionRow.decision_id)
        .limit(limit)
    )
    return sql.execute(query).all()


# -- by staff's hand ----------------------------------------------------------------------------


def record_override(writes: Writes, **values: Any) -> None:
    """Write down what staff did by hand, and why."""
    unset = dict.fromkeys(("entry_id", "spot_id", "from_position", "to_position"))
    writes.add(_OVERRIDE, unset | {"overtaken": 0} | values)


def overrides_of(
    sql: Connection, queue_id: UUID, *, since: datetime, until: datetime, limit: int
) -> Sequence[Row[Any]]:
    """List what staff did to a queue by hand in a time, the first first."""
    query = (
        select(OverrideRow.__table__)
        .where(
            OverrideRow.queue_id == queue_id,
            OverrideRow.done_at >= since,
            OverrideRow.done_at <= until,
        )
        .order_by(OverrideRow.done_at, OverrideRow.override_id)
        .limit(limit)
    )
    return sql.execute(query).all()


def moves_in(sql: Connection, queue_id: UUID, *, limit: int) -> Sequence[Row[Any]]:
    """List how staff moved people about in a queue, the first first."""
    query = (
        select(OverrideRow.__table__)
        .where(OverrideRow.queue_id == queue_id, OverrideRow.action == "moved")
        .order_by(OverrideRow.done_at, OverrideRow.override_id)
        .limit(limit)
    )
    return sql.execute(query).all()


def asked_elsewhere(
    sql: Connection, entry_ids: Sequence[UUID], spot_id: UUID, *, at: datetime
) -> set[UUID]:
    """Say of which entries the last decision, at an instant, was to ask about another spot."""
    query = (
        select(DecisionRow.entry_id, DecisionRow.spot_id, DecisionRow.outcome)
        .where(DecisionRow.entry_id.in_(entry_ids), DecisionRow.decided_at <= at)
        .order_by(DecisionRow.decision_id)
    )
    asked: set[UUID] = set()
    for entry_id, other_id, outcome in sql.execute(query):
        if entry_id is None:
            continue
        asked.discard(entry_id)
        if other_id != spot_id and outcome in {"requested", "invited", "granted"}:
            asked.add(entry_id)
    return asked


def first_skipped(
    sql: Connection, queue_id: UUID, spot_id: UUID, *, up_to: int, wanted: int
) -> Waiting | None:
    """Give the first in line, up to a position, about whom nothing was decided for a spot.

    Somebody who was asked about another seat, or was moved, while those around them were asked
    about this one. Who wants more than `wanted` seats is left out.
    """
    decided = exists().where(
        DecisionRow.spot_id == spot_id,
        DecisionRow.entry_id == EntryRow.entry_id,
        DecisionRow.outcome != "kept",
    )
    query = (
        select(*WAITING_COLUMNS)
        .where(
            EntryRow.queue_id == queue_id,
            EntryRow.state == EntryState.WAITING.value,
            EntryRow.position <= up_to,
            EntryRow.wanted <= wanted,
            ~decided,
        )
        .order_by(EntryRow.position)
        .limit(1)
    )
    row = sql.execute(query).first()
    return None if row is None else Waiting(*row)


def overrides_for(sql: Connection, spot_id: UUID) -> Sequence[Row[Any]]:
    """List what staff did about a spot by hand."""
    query = select(OverrideRow.__table__).where(OverrideRow.spot_id == spot_id)
    return sql.execute(query.order_by(OverrideRow.done_at)).all()


def blank_overrides(sql: Connection, person_id: UUID) -> int:
    """Take out what staff wrote about a person's entries; give how many texts there were."""
    entries = select(EntryRow.entry_id).where(EntryRow.person_id == person_id)
    made = update(OverrideRow).where(OverrideRow.entry_id.in_(entries), OverrideRow.reason != "")
    return sql.execute(made.values(reason="")).rowcount
