"""Queries about spots and decisions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.waitlist.domain import SpotState
from services.waitlist.models import DecisionRow, SpotRow
from shared.writes import Writes

_KEEP_SPOT = upsert(SpotRow)
_KEEP_SPOT = _KEEP_SPOT.on_conflict_do_update(
    index_elements=["spot_id"],
    set_={"entry_id": _KEEP_SPOT.excluded.entry_id, "state": _KEEP_SPOT.excluded.state},
)
_SET_SPOT = (
    update(SpotRow).where(SpotRow.spot_id == bindparam("id")).values(state=bindparam("new_state"))
)
_DECIDE = insert(DecisionRow)
_DECISIONS = (
    select(DecisionRow.__table__)
    .where(DecisionRow.spot_id == bindparam("spot_id"))
    .order_by(DecisionRow.decision_id)
)


def keep_spot(
    writes: Writes,
    spot_id: UUID,
    queue_id: UUID,
    state: SpotState,
    *,
    entry_id: UUID | None,
    at: datetime,
) -> None:
    """Note where a spot stands, and in whose name it is asked for."""
    row = {"spot_id": spot_id, "queue_id": queue_id, "entry_id": entry_id, "seen_at": at}
    writes.add(_KEEP_SPOT, row | {"state": state.value})


def set_spot(writes: Writes, spot_id: UUID, state: SpotState) -> None:
    """Set what became of a spot."""
    writes.add(_SET_SPOT, {"id": spot_id, "new_state": state.value})


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
