"""Queries about entries."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.waitlist.domain import BEFORE_ALL, LIVE, EntryState, Waiting
from services.waitlist.models import EntryRow, SpotRow
from shared.writes import Writes

WINDOW = 1000
"""Among how many, the first in line, one is looked for for whom the seats suffice.

It bounds what an allocation costs where a long list begins with groups that all want more.
"""
_ADD_ENTRY = upsert(EntryRow).on_conflict_do_nothing().returning(EntryRow.entry_id)
WAITING_COLUMNS = (
    EntryRow.entry_id,
    EntryRow.person_id,
    EntryRow.joined_at,
    EntryRow.position,
    EntryRow.quantity,
    EntryRow.wanted,
    EntryRow.asked,
    EntryRow.seats,
    EntryRow.asks_first,
)
_IN_LINE = (
    select(*WAITING_COLUMNS)
    .where(
        EntryRow.queue_id == bindparam("queue_id"),
        EntryRow.state == EntryState.WAITING.value,
        EntryRow.position > bindparam("after"),
    )
    .order_by(EntryRow.position)
    .limit(bindparam("limit"))
)
_FIRST = (
    select(*WAITING_COLUMNS)
    .where(
        EntryRow.queue_id == bindparam("queue_id"),
        EntryRow.state == EntryState.WAITING.value,
        EntryRow.position > bindparam("after"),
    )
    .order_by(EntryRow.position)
    .limit(WINDOW)
    .subquery("first")
)
_FITTING = (
    select(_FIRST)
    .where(_FIRST.c.wanted <= bindparam("seats"))
    .order_by(_FIRST.c.position)
    .limit(bindparam("limit"))
)
_TOO_LARGE = _IN_LINE.where(
    EntryRow.wanted > bindparam("seats"), EntryRow.position < bindparam("before")
)
_ENTRY = select(EntryRow.__table__).where(EntryRow.entry_id == bindparam("entry_id"))
_ENTRY_FOR_UPDATE = _ENTRY.with_for_update()
_ENTRY_FOR_SPOT = (
    select(
        EntryRow.__table__,
        SpotRow.state.label("spot_state"),
        SpotRow.entry_id.label("spot_entry_id"),
    )
    .outerjoin(SpotRow, SpotRow.spot_id == bindparam("spot_id"))
    .where(EntryRow.entry_id == bindparam("entry_id"))
    .with_for_update(of=EntryRow)
)
_SINGLE_FOR_SPOT = _ENTRY_FOR_SPOT.where(EntryRow.quantity == 1)
_CLAIMING = (
    select(EntryRow.entry_id)
    .where(EntryRow.queue_id == bindparam("queue_id"), EntryRow.state == EntryState.CLAIMING.value)
    .limit(1)
)
_SET_ENTRY = (
    update(EntryRow)
    .where(EntryRow.entry_id == bindparam("id"))
    .values(state=bindparam("new_state"), ended_at=bindparam("ended"))
)
_ASK_FOR = (
    update(EntryRow)
    .where(EntryRow.entry_id == bindparam("id"))
    .values(
        state=bindparam("new_state"),
        wanted=EntryRow.wanted - bindparam("spots"),
        asked=EntryRow.asked + bindparam("spots"),
        seats=EntryRow.seats + bindparam("spots"),
    )
)
_GRANT = (
    update(EntryRow)
    .where(EntryRow.entry_id == bindparam("id"))
    .values(state=bindparam("new_state"), granted=EntryRow.granted + 1, ended_at=bindparam("ended"))
)
_TAKE_BACK = (
    update(EntryRow)
    .where(EntryRow.entry_id == bindparam("id"))
    .values(
        state=bindparam("new_state"),
        wanted=EntryRow.wanted + bindparam("spots"),
        asked=EntryRow.asked - bindparam("spots"),
        granted=EntryRow.granted - bindparam("given"),
        ended_at=bindparam("ended"),
    )
)
_PASS = (
    update(EntryRow)
    .where(EntryRow.entry_id == bindparam("id"))
    .values(passed_reason=bindparam("reason"), passed_at=bindparam("at"))
)


def add_entry(
    sql: Connection,
    *,
    entry_id: UUID,
    queue_id: UUID,
    person_id: UUID,
    position: int,
    quantity: int,
    asks_first: bool,
    at: datetime,
) -> bool:
    """Put somebody into a queue; False where they are in it already."""
    row = {
        "entry_id": entry_id,
        "queue_id": queue_id,
        "person_id": person_id,
        "position": position,
        "joined_at": at,
        "state": EntryState.WAITING.value,
        "quantity": quantity,
        "wanted": quantity,
        "asks_first": asks_first,
    }
    return sql.execute(_ADD_ENTRY, row).first() is not None


def next_in_line(
    sql: Connection, queue_id: UUID, *, after: int = BEFORE_ALL, seats: int | None = None
) -> Waiting | None:
    """Give whoever has waited longest; the same cost however many wait or were served.

    Args:
        sql: the transaction.
        queue_id: the queue.
        after: only from behind this position.
        seats: only who wants no more than so many.
    """
    at = {"queue_id": queue_id, "after": after, "limit": 1}
    query = _IN_LINE if seats is None else _FITTING
    row = sql.execute(query, at if seats is None else at | {"seats": seats}).one_or_none()
    return None if row is None else Waiting(*row)


def next_that_fit(
    sql: Connection, queue_id: UUID, *, after: int, seats: int, limit: int
) -> list[Waiting]:
    """List the first in line behind a position who want no more than so many seats."""
    at = {"queue_id": queue_id, "after": after, "limit": limit, "seats": seats}
    return [Waiting(*row) for row in sql.execute(_FITTING, at)]


def too_large(
    sql: Connection, queue_id: UUID, *, after: int, before: int, seats: int, limit: int
) -> list[Waiting]:
    """List those between two positions who want more than so many seats."""
    at = {"queue_id": queue_id, "after": after, "limit": limit, "before": before, "seats": seats}
    return [Waiting(*row) for row in sql.execute(_TOO_LARGE, at)]


def seats_wanted(sql: Connection, queue_id: UUID, *, limit: int) -> int:
    """Count the seats that those in line want; up to `limit` at least."""
    at = {"queue_id": queue_id, "after": BEFORE_ALL, "limit": limit}
    return sum(row.wanted for row in sql.execute(_IN_LINE, at))


def find_entry(sql: Connection, entry_id: UUID, *, lock: bool = False) -> Row[Any] | None:
    """Find an entry, locked if it is about to change."""
    query = _ENTRY_FOR_UPDATE if lock else _ENTRY
    return sql.execute(query, {"entry_id": entry_id}).one_or_none()


def entry_for_spot(
    sql: Connection, entry_id: UUID, spot_id: UUID, *, single: bool = False
) -> Row[Any] | None:
    """Find and lock an entry, and see with it where a spot stands and for whom.

    Args:
        sql: the transaction.
        entry_id: the entry; a group's is locked behind its queue, as everywhere.
        spot_id: the spot.
        single: only an entry that wants one seat.
    """
    query = _SINGLE_FOR_SPOT if single else _ENTRY_FOR_SPOT
    return sql.execute(query, {"entry_id": entry_id, "spot_id": spot_id}).one_or_none()


def is_claiming(sql: Connection, queue_id: UUID) -> bool:
    """Say whether a seat is asked for in the name of somebody in a queue."""
    return sql.execute(_CLAIMING, {"queue_id": queue_id}).first() is not None


def set_entry(
    writes: Writes, entry_id: UUID, state: EntryState, *, ended_at: datetime | None = None
) -> None:
    """Set where an entry stands."""
    writes.add(_SET_ENTRY, {"id": entry_id, "new_state": state.value, "ended": ended_at})


def ask_for(writes: Writes, entry_id: UUID, state: EntryState, spots: int) -> None:
    """Note that seats are asked for in an entry's name."""
    writes.add(_ASK_FOR, {"id": entry_id, "new_state": state.value, "spots": spots})


def note_grant(
    writes: Writes, entry_id: UUID, state: EntryState, *, ended_at: datetime | None
) -> None:
    """Note that one of an entry's seats was given to it."""
    writes.add(_GRANT, {"id": entry_id, "new_state": state.value, "ended": ended_at})


def take_back(
    writes: Writes,
    entry_id: UUID,
    state: EntryState,
    *,
    spots: int,
    given: int = 0,
    ended_at: datetime | None = None,
) -> None:
    """Note that seats that were asked for, `given` of them granted, are not an entry's."""
    values = {"id": entry_id, "new_state": state.value, "spots": spots, "given": given}
    writes.add(_TAKE_BACK, values | {"ended": ended_at})


def note_passed(writes: Writes, entry_id: UUID, reason: str, *, at: datetime) -> None:
    """Note on an entry why it was passed over last.

    Source: Q46 (who is passed over stays on the list, with the reason noted).
    """
    writes.add(_PASS, {"id": entry_id, "reason": reason, "at": at})


def change_entry(sql: Connection, entry_id: UUID, **values: Any) -> None:
    """Set some of an entry's columns."""
    sql.execute(update(EntryRow).where(EntryRow.entry_id == entry_id).values(**values))


def live_entries(sql: Connection, person_id: UUID) -> Sequence[Row[Any]]:
    """List where a person waits or has a seat asked for."""
    query = select(EntryRow.__table__).where(
        EntryRow.person_id == person_id, EntryRow.state.in_([state.value for state in LIVE])
    )
    return sql.execute(query.order_by(EntryRow.queue_id)).all()


def entries_of(sql: Connection, person_id: UUID) -> int:
    """Count all entries a person ever had."""
    query = select(func.count()).where(EntryRow.person_id == person_id)
    return sql.execute(query).scalar_one()


def give_entries(sql: Connection, merged_id: UUID, person_id: UUID) -> None:
    """Make one person's entries another's.

    One that is about to end beside another live one of theirs stays as it is, for it names the
    person in whose name a seat is asked for.
    """
    live = [state.value for state in LIVE]
    there = select(EntryRow.queue_id).where(
        EntryRow.person_id == person_id, EntryRow.state.in_(live)
    )
    stays = EntryRow.state.in_(live) & EntryRow.queue_id.in_(there)
    moved = update(EntryRow).where(EntryRow.person_id == merged_id, ~stays)
    sql.execute(moved.values(person_id=person_id))
