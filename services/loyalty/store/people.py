"""Queries about people, and what booking has said of them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Uuid, bindparam, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.loyalty.domain import Person, Visit
from services.loyalty.models import BookingRow, PersonRow, VisitRow
from shared.writes import Writes

# -- people -----------------------------------------------------------------------------------

_PERSON = select(
    PersonRow.person_id,
    PersonRow.name,
    PersonRow.language,
    PersonRow.referred_by,
    PersonRow.first_referred_at,
    PersonRow.erased_at,
    PersonRow.sequence,
    PersonRow.said_referrer,
    PersonRow.merged_into,
).where(PersonRow.person_id == bindparam("person_id"))
_PERSON_FOR_UPDATE = _PERSON.with_for_update(key_share=True)
_PERSON_FOR_SHARE = _PERSON.with_for_update(read=True)
_KEEP_PERSON = upsert(PersonRow)
_KEEP_PERSON = _KEEP_PERSON.on_conflict_do_update(
    index_elements=["person_id"],
    set_={name: getattr(_KEEP_PERSON.excluded, name) for name in ("name", "language", "sequence")},
    # An older word changes nothing, and no word brings back a name that was erased or merged.
    where=(PersonRow.sequence < _KEEP_PERSON.excluded.sequence)
    & PersonRow.erased_at.is_(None)
    & PersonRow.merged_into.is_(None),
)
_ERASE = upsert(PersonRow)
_ERASE = _ERASE.on_conflict_do_update(
    index_elements=["person_id"],
    set_={
        "name": _ERASE.excluded.name,
        "erased_at": func.coalesce(PersonRow.erased_at, _ERASE.excluded.erased_at),
    },
)
_BEGIN_PERSON = upsert(PersonRow).on_conflict_do_nothing()
_NAME_REFERRER = (
    update(PersonRow)
    .where(PersonRow.person_id == bindparam("id"))
    .values(said_referrer=bindparam("said"))
)
_HAS_REFERRED = select(exists().where(PersonRow.referred_by == bindparam("person_id")))
_SET_REFERRER = (
    update(PersonRow)
    .where(PersonRow.person_id == bindparam("id"))
    .values(
        referred_by=bindparam("referrer"),
        first_referred_at=func.coalesce(PersonRow.first_referred_at, bindparam("at")),
    )
)


def _person(row: Any) -> Person | None:
    return None if row is None else Person(*row)


def keep_person(writes: Writes, values: dict[str, Any]) -> None:
    """Keep who a person is, if this is newer than what is known."""
    writes.add(_KEEP_PERSON, values)


def begin_person(sql: Connection, person_id: UUID) -> None:
    """Have a row for somebody booking has not named yet, so that there is one to lock."""
    row = {"person_id": person_id, "name": None, "language": "", "sequence": 0}
    sql.execute(_BEGIN_PERSON, row)


def name_referrer(writes: Writes, person_id: UUID, said: UUID | None) -> None:
    """Note who booking says brought a person."""
    writes.add(_NAME_REFERRER, {"id": person_id, "said": said})


def find_person(sql: Connection, person_id: UUID) -> Person | None:
    """Find a person."""
    return _person(sql.execute(_PERSON, {"person_id": person_id}).one_or_none())


def person_for_update(sql: Connection, person_id: UUID) -> Person | None:
    """Find a person and keep others from changing or relying on them until the commit."""
    return _person(sql.execute(_PERSON_FOR_UPDATE, {"person_id": person_id}).one_or_none())


def person_for_share(sql: Connection, person_id: UUID) -> Person | None:
    """Find a person and keep them from changing until the commit."""
    return _person(sql.execute(_PERSON_FOR_SHARE, {"person_id": person_id}).one_or_none())


def has_referred(sql: Connection, person_id: UUID) -> bool:
    """Say whether anybody was referred by this person."""
    return bool(sql.execute(_HAS_REFERRED, {"person_id": person_id}).scalar_one())


def set_referrer(
    writes: Writes, person_id: UUID, referrer_id: UUID | None, *, at: datetime
) -> None:
    """Set who referred a person; when that was first said stays."""
    writes.add(_SET_REFERRER, {"id": person_id, "referrer": referrer_id, "at": at})


def erase_person(writes: Writes, person_id: UUID, *, at: datetime) -> None:
    """Take a person's name, known or not yet."""
    row = {"person_id": person_id, "name": None, "language": "", "sequence": 0}
    writes.add(_ERASE, row | {"erased_at": at})


# -- bookings ---------------------------------------------------------------------------------

_KEEP_BOOKING = upsert(BookingRow)
_KEEP_BOOKING = _KEEP_BOOKING.on_conflict_do_update(
    index_elements=["booking_id"],
    set_={name: getattr(_KEEP_BOOKING.excluded, name) for name in ("booked_at", "session_name")},
)
_KEEP_CANCELLATION = upsert(BookingRow)
_KEEP_CANCELLATION = _KEEP_CANCELLATION.on_conflict_do_update(
    index_elements=["booking_id"], set_={"cancelled_at": _KEEP_CANCELLATION.excluded.cancelled_at}
)
_LOCK_BOOKING = (
    select(BookingRow.__table__)
    .where(BookingRow.booking_id == bindparam("booking_id"))
    .with_for_update()
)
# Facts name people by the ids they had, so what two records said of one person is read together.
_IDS = (
    select(PersonRow.person_id)
    .where(PersonRow.merged_into == bindparam("person_id"))
    .union_all(select(bindparam("person_id", type_=Uuid())))
)
_FIRST_BOOKED = select(func.min(BookingRow.booked_at)).where(BookingRow.person_id.in_(_IDS))
_HAD_VISIT = select(
    exists().where(
        BookingRow.person_id.in_(_IDS),
        BookingRow.session_name == bindparam("session_name"),
        VisitRow.booking_id == BookingRow.booking_id,
        VisitRow.counts,
    )
)


def keep_booking(
    writes: Writes, booking_id: UUID, person_id: UUID, session_name: str, *, at: datetime
) -> None:
    """Note what somebody booked, and when; that they have cancelled, heard before, stays."""
    row = {"booking_id": booking_id, "person_id": person_id, "session_name": session_name}
    writes.add(_KEEP_BOOKING, row | {"booked_at": at, "cancelled_at": None})


def keep_cancellation(sql: Connection, booking_id: UUID, person_id: UUID, *, at: datetime) -> None:
    """Note that a booking was cancelled, heard of or not, and lock it."""
    ids = {"booking_id": booking_id, "person_id": person_id}
    sql.execute(_KEEP_CANCELLATION, ids | {"booked_at": at, "cancelled_at": at})


def lock_booking(sql: Connection, booking_id: UUID) -> Row[Any] | None:
    """Find a booking and keep its cancellation waiting until the commit."""
    return sql.execute(_LOCK_BOOKING, {"booking_id": booking_id}).one_or_none()


def first_booked_at(sql: Connection, person_id: UUID) -> datetime | None:
    """Give when somebody first booked, cancelled or not."""
    return sql.execute(_FIRST_BOOKED, {"person_id": person_id}).scalar_one()


def had_visit(sql: Connection, person_id: UUID, session_name: str) -> bool:
    """Say whether somebody has come to a session of this name."""
    ids = {"person_id": person_id, "session_name": session_name}
    return bool(sql.execute(_HAD_VISIT, ids).scalar_one())


# -- visits -----------------------------------------------------------------------------------

_VISIT_COLUMNS = (
    VisitRow.booking_id,
    VisitRow.person_id,
    VisitRow.sequence,
    VisitRow.counts,
    VisitRow.points,
    VisitRow.earned_at,
)
_BEGIN_VISIT = upsert(VisitRow)
_LOCK_VISIT = _BEGIN_VISIT.on_conflict_do_update(
    index_elements=["booking_id"], set_={"booking_id": _BEGIN_VISIT.excluded.booking_id}
).returning(*_VISIT_COLUMNS)
_SET_VISIT = (
    update(VisitRow)
    .where(VisitRow.booking_id == bindparam("id"))
    .values(
        sequence=bindparam("newest"),
        counts=bindparam("came"),
        points=bindparam("earned"),
        earned_at=bindparam("at"),
    )
)


def visit_for_update(sql: Connection, booking_id: UUID, person_id: UUID) -> Visit:
    """Give what is known of a visit, nothing if it is the first word of it, and lock it."""
    row = {"booking_id": booking_id, "person_id": person_id, "sequence": 0, "counts": False}
    return Visit(*sql.execute(_LOCK_VISIT, row | {"points": 0, "earned_at": None}).one())


def keep_visit(writes: Writes, visit: Visit) -> None:
    """Keep what was heard of a visit."""
    writes.add(
        _SET_VISIT,
        {
            "id": visit.booking_id,
            "newest": visit.sequence,
            "came": visit.counts,
            "earned": visit.points,
            "at": visit.earned_at,
        },
    )
