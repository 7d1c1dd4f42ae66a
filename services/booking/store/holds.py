"""Queries about holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Uuid, bindparam, func, insert, or_, select, update

from services.booking.domain import (
    Collection,
    HoldKind,
    HoldState,
)
from services.booking.models import (
    HoldRow,
)
from services.booking.store.people import WHO
from shared.writes import Writes

_ADD_HOLD = insert(HoldRow)


_HOLD = select(HoldRow.__table__).where(HoldRow.hold_id == bindparam("hold_id"))


_HOLD_FOR_UPDATE = _HOLD.with_for_update()


_END_HOLD = (
    update(HoldRow)
    .where(HoldRow.hold_id == bindparam("id"))
    .values(
        state=bindparam("how"),
        ended_at=bindparam("at"),
        entry_id=func.coalesce(bindparam("entry", type_=Uuid), HoldRow.entry_id),
    )
)


_NOTE_CHOICE = (
    update(HoldRow)
    .where(HoldRow.hold_id == bindparam("id"))
    .values(package_id=bindparam("chosen", type_=Uuid))
)


_LAPSED = (
    select(HoldRow.hold_id, HoldRow.session_id)
    .where(
        HoldRow.state == HoldState.OPEN.value,
        HoldRow.held_until <= bindparam("at"),
    )
    .order_by(HoldRow.session_id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)


@dataclass(frozen=True, slots=True)
class Hold:
    """A seat kept from others."""

    hold_id: UUID
    session_id: UUID
    kind: HoldKind
    state: HoldState
    person_id: UUID | None
    entry_id: UUID | None
    held_until: datetime | None
    collection: Collection = Collection.CARD
    package_id: UUID | None = None
    asked_at: datetime | None = None  # when its person was asked to confirm it


def add_holds(
    writes: Writes,
    hold_ids: Sequence[UUID],
    *,
    session_id: UUID,
    kind: HoldKind,
    at: datetime,
    until: datetime | None,
    person_id: UUID | None = None,
) -> None:
    """Keep seats that are counted as taken; `until` is when they lapse (None: never)."""
    for hold_id in hold_ids:
        row = {
            "hold_id": hold_id,
            "session_id": session_id,
            "kind": kind.value,
            "state": HoldState.OPEN.value,
            "person_id": person_id,
            "made_at": at,
            "held_until": until,
        }
        writes.add(_ADD_HOLD, row)


def find_hold(sql: Connection, hold_id: UUID) -> Hold | None:
    """Find a hold, to look at it."""
    row = sql.execute(_HOLD, {"hold_id": hold_id}).one_or_none()
    return None if row is None else _hold(row)


def add_overruled(
    writes: Writes, hold_id: UUID, *, session_id: UUID, entry_id: UUID, at: datetime
) -> None:
    """Note a seat that staff had given to somebody on the list without one being held for it.

    It is granted from the start; that it is there makes a second request for it the first one's.
    """
    row = {"hold_id": hold_id, "session_id": session_id, "kind": HoldKind.WAITLIST.value}
    row |= {"state": HoldState.GRANTED.value, "entry_id": entry_id, "made_at": at, "ended_at": at}
    writes.add(_ADD_HOLD, row)


def hold_for_update(sql: Connection, hold_id: UUID) -> Hold | None:
    """Find a hold and keep it from ending otherwise until the commit."""
    row = sql.execute(_HOLD_FOR_UPDATE, {"hold_id": hold_id}).one_or_none()
    return None if row is None else _hold(row)


def _hold(row: Any) -> Hold:
    kind, state = HoldKind(row.kind), HoldState(row.state)
    return Hold(
        row.hold_id,
        row.session_id,
        kind,
        state,
        row.person_id,
        row.entry_id,
        row.held_until,
        Collection(row.collection),
        row.package_id,
        row.asked_at,
    )


def end_hold(
    writes: Writes, hold_id: UUID, how: HoldState, *, at: datetime, entry_id: UUID | None = None
) -> None:
    """End a hold in one of its ways."""
    writes.add(_END_HOLD, {"id": hold_id, "how": how.value, "at": at, "entry": entry_id})


def note_choice(writes: Writes, hold_id: UUID, package_id: UUID | None) -> None:
    """Note what the person of a hold had chosen, should they still pay for it."""
    writes.add(_NOTE_CHOICE, {"id": hold_id, "chosen": package_id})


def lapsed_holds(sql: Connection, *, at: datetime, limit: int) -> list[tuple[UUID, UUID]]:
    """Lock open holds whose time is over, all before any session; give (hold_id, session_id).

    Those that somebody else has locked are left out: they end otherwise, or at the next look.
    """
    rows = sql.execute(_LAPSED, {"at": at, "limit": limit})
    return [(row.hold_id, row.session_id) for row in rows]


_OPEN_HOLDS = (
    select(HoldRow.__table__)
    .where(HoldRow.session_id == bindparam("session_id"), HoldRow.state == HoldState.OPEN.value)
    .order_by(HoldRow.hold_id)
    .limit(bindparam("limit"))
    .with_for_update()
)
_OPEN_SPOTS = _OPEN_HOLDS.where(HoldRow.kind == HoldKind.WAITLIST.value)
_SPOTS_LAST_UNTIL = (
    update(HoldRow)
    .where(
        HoldRow.session_id == bindparam("in_session"),
        HoldRow.state == HoldState.OPEN.value,
        HoldRow.kind == HoldKind.WAITLIST.value,
    )
    .values(held_until=bindparam("until"))
)


_RESERVED = select(HoldRow.hold_id).where(
    HoldRow.session_id == bindparam("session_id"),
    HoldRow.person_id == WHO,
    HoldRow.kind == HoldKind.STAFF.value,
    HoldRow.state == HoldState.OPEN.value,
    or_(HoldRow.held_until.is_(None), HoldRow.held_until > bindparam("at")),
)


def find_reserved(
    sql: Connection, session_id: UUID, person_id: UUID, *, at: datetime
) -> UUID | None:
    """Find the hold by which staff keep a place in a session for a person who is to confirm it."""
    ids = {"session_id": session_id, "person_id": person_id}
    found: UUID | None = sql.execute(_RESERVED, ids | {"at": at}).scalar()
    return found


def open_holds_for_update(
    sql: Connection, session_id: UUID, *, limit: int, spots_only: bool = False
) -> list[Hold]:
    """List some of the open holds of a session, and lock them."""
    query = _OPEN_SPOTS if spots_only else _OPEN_HOLDS
    return [_hold(row) for row in sql.execute(query, {"session_id": session_id, "limit": limit})]


def let_spots_last(writes: Writes, session_id: UUID, *, until: datetime) -> None:
    """Have what is held for the list lapse at another time, because the session moved."""
    writes.add(_SPOTS_LAST_UNTIL, {"in_session": session_id, "until": until})


def note_asked(sql: Connection, hold_id: UUID, collection: Collection, *, at: datetime) -> None:
    """Note that a reserved place's person is asked to confirm it, and how it is to be paid."""
    asked = {"collection": collection.value, "asked_at": at}
    sql.execute(update(HoldRow).where(HoldRow.hold_id == hold_id).values(**asked))


def reserve(sql: Connection, hold_id: UUID) -> None:
    """Make a seat that would lapse one that staff keep until it is released."""
    kept = {"kind": HoldKind.STAFF.value, "held_until": None}
    sql.execute(update(HoldRow).where(HoldRow.hold_id == hold_id).values(**kept))


def asked_holds(sql: Connection, session_id: UUID, *, at: datetime) -> list[Hold]:
    """List the places in a session that people were asked to confirm, and still can."""
    query = select(HoldRow.__table__).where(
        HoldRow.session_id == session_id,
        HoldRow.state == HoldState.OPEN.value,
        HoldRow.asked_at.is_not(None),
        or_(HoldRow.held_until.is_(None), HoldRow.held_until > at),
    )
    return [_hold(row) for row in sql.execute(query.order_by(HoldRow.hold_id))]
