"""Queries about who is written to, and who is not to be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Connection,
    Row,
    bindparam,
    case,
    delete,
    func,
    literal,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from services.notify.domain import Channel, MessageKind, MessageState
from services.notify.models import (
    ContactRow,
    MergedRow,
    MessageRow,
    PreferenceRow,
    RouteRow,
    StaffRow,
    SuppressionRow,
    TemplateRow,
)
from shared.shapes import LANGUAGES
from shared.writes import Writes

_MERGED = 2**31 - 1
_ERASED = _MERGED - 1
"""Sequences that no word about a person is newer than."""

# -- contacts ---------------------------------------------------------------------------------

_KEEP_CONTACT = upsert(ContactRow)
_KEEP_CONTACT = _KEEP_CONTACT.on_conflict_do_update(
    index_elements=["person_id"],
    set_={
        name: getattr(_KEEP_CONTACT.excluded, name)
        for name in ("name", "email", "phone", "language", "sequence", "time_zone", "marketing")
    },
    where=ContactRow.sequence < _KEEP_CONTACT.excluded.sequence,  # an older word changes nothing
)
_language = case(
    (ContactRow.language.in_(LANGUAGES), ContactRow.language),
    else_=bindparam("studio_language"),
)
_RECIPIENT = select(
    ContactRow.name,
    ContactRow.email,
    ContactRow.phone,
    _language.label("language"),
    ContactRow.time_zone,
    ContactRow.marketing,
    select(RouteRow.first).where(RouteRow.kind == bindparam("kind")).scalar_subquery(),
    select(RouteRow.falls_back).where(RouteRow.kind == bindparam("kind")).scalar_subquery(),
    func.coalesce(
        select(func.max(TemplateRow.version))
        .where(
            TemplateRow.kind == bindparam("kind"),
            TemplateRow.language == _language,
            TemplateRow.name == "",
        )
        .scalar_subquery(),
        0,
    ),
).where(ContactRow.person_id == bindparam("person_id"), ContactRow.sequence < _MERGED)


@dataclass(frozen=True, slots=True)
class Recipient:
    """How to write to a person, and in which version of the words."""

    name: str
    email: str | None
    phone: str | None
    language: str
    time_zone: str
    marketing: bool
    first: str | None  # None: the studio has not chosen
    falls_back: bool | None
    version: int

    def address(self, channel: Channel) -> str | None:
        """Give where a channel reaches them."""
        return self.email if channel is Channel.EMAIL else self.phone


def keep_contact(writes: Writes, values: dict[str, Any]) -> None:
    """Keep how to reach a person, if this is newer than what is known."""
    writes.add(_KEEP_CONTACT, values)


def find_recipient(
    sql: Connection, person_id: UUID, kind: MessageKind, *, studio_language: str
) -> Recipient | None:
    """Find how to write to a person."""
    values = {"person_id": person_id, "kind": kind.value, "studio_language": studio_language}
    row = sql.execute(_RECIPIENT, values).one_or_none()
    return None if row is None else Recipient(*row)


def find_staff(sql: Connection, kind: MessageKind, *, admins: bool, operators: bool) -> list[Any]:
    """List the staff of these roles, with the version of the words in their language."""
    version = select(func.max(TemplateRow.version)).where(
        TemplateRow.kind == kind.value,
        TemplateRow.language == StaffRow.language,
        TemplateRow.name == "",
    )
    route = select(RouteRow.first).where(RouteRow.kind == kind.value)
    falls_back = select(RouteRow.falls_back).where(RouteRow.kind == kind.value)
    query = select(
        StaffRow,
        func.coalesce(version.scalar_subquery(), 0).label("version"),
        route.scalar_subquery().label("first"),
        falls_back.scalar_subquery().label("falls_back"),
    ).where((StaffRow.is_admin & literal(admins)) | (StaffRow.is_operator & literal(operators)))
    return list(sql.execute(query.order_by(StaffRow.staff_id)))


def person_now(sql: Connection, person_id: UUID) -> UUID:
    """Give who an id means today: itself, or whom it was merged into, over any number of merges."""
    seen = {person_id}
    while True:
        query = select(MergedRow.person_id).where(MergedRow.merged_id == person_id)
        found = sql.execute(query).scalar_one_or_none()
        if found is None or found in seen:
            return person_id
        seen.add(found)
        person_id = found


def merge(sql: Connection, merged_id: UUID, person_id: UUID) -> None:
    """Give one person's messages and preferences to another, who they are."""
    keep = upsert(MergedRow).values(merged_id=merged_id, person_id=person_id)
    sql.execute(keep.on_conflict_do_nothing(index_elements=["merged_id"]))
    messages = update(MessageRow).where(MessageRow.person_id == merged_id)
    sql.execute(messages.values(person_id=person_id))
    theirs = select(PreferenceRow.kind, PreferenceRow.channel)
    for kind, channel in sql.execute(theirs.where(PreferenceRow.person_id == merged_id)).all():
        switch_off(sql, person_id, kind, channel)
    sql.execute(delete(PreferenceRow).where(PreferenceRow.person_id == merged_id))
    sql.execute(_KEEP_CONTACT, _nobody(merged_id, _MERGED))


def _nobody(person_id: UUID, sequence: int) -> dict[str, Any]:
    """Give what is kept of somebody of whom nothing is kept."""
    return {
        "person_id": person_id,
        "name": "",
        "email": None,
        "phone": None,
        "language": "en",
        "sequence": sequence,
        "time_zone": "",
        "marketing": False,
    }


def erase(sql: Connection, person_id: UUID, *, at: datetime) -> tuple[bool, int]:
    """Remove a person's data; give whether there was contact data, and how many messages."""
    contact = select(ContactRow.person_id).where(
        ContactRow.person_id == person_id, ContactRow.sequence < _ERASED
    )
    known = sql.execute(contact).one_or_none() is not None
    sql.execute(_KEEP_CONTACT, _nobody(person_id, _ERASED))
    waiting = [MessageState.DUE.value, MessageState.SCHEDULED.value, MessageState.PAUSED.value]
    mine = MessageRow.person_id == person_id
    stop = update(MessageRow).where(mine, MessageRow.state.in_(waiting))
    stopped = {"state": MessageState.SUPPRESSED.value, "reply": "erased", "due_at": None}
    sql.execute(stop.values(stopped | {"ended_at": at}))
    # A server that refuses somebody mostly says whom.
    said = func.replace(MessageRow.reply, MessageRow.address, "…")
    named = update(MessageRow).where(mine, MessageRow.reply.is_not(None))
    sql.execute(named.where(MessageRow.address.is_not(None)).values(reply=said))
    blank = update(MessageRow).where(mine).values(name="", address=None, context={})
    count = sql.execute(blank).rowcount
    # Thanks for bringing them; word to staff of their promotion (the subject, in older rows).
    names = or_(MessageRow.subject_id == person_id, MessageRow.about_id == person_id)
    sql.execute(update(MessageRow).where(names).values(context={}))
    sql.execute(delete(PreferenceRow).where(PreferenceRow.person_id == person_id))
    return known, count


# -- staff --------------------------------------------------------------------------------------


def keep_staff(sql: Connection, values: dict[str, Any]) -> None:
    """Keep somebody of the staff."""
    keep = upsert(StaffRow).values(values)
    changes = {name: value for name, value in values.items() if name != "staff_id"}
    sql.execute(keep.on_conflict_do_update(index_elements=["staff_id"], set_=changes))


def find_staff_member(sql: Connection, staff_id: UUID) -> Row[Any] | None:
    """Find somebody of the staff."""
    query = select(StaffRow.__table__).where(StaffRow.staff_id == staff_id)
    return sql.execute(query).one_or_none()


def remove_staff(sql: Connection, staff_id: UUID) -> bool:
    """Forget somebody of the staff; say whether they were known."""
    return sql.execute(delete(StaffRow).where(StaffRow.staff_id == staff_id)).rowcount > 0


def list_staff(sql: Connection) -> Sequence[Row[Any]]:
    """List the staff, by name."""
    return sql.execute(select(StaffRow.__table__).order_by(StaffRow.name, StaffRow.staff_id)).all()


# -- what a person wants -------------------------------------------------------------------------


def find_contact(sql: Connection, person_id: UUID) -> Row[Any] | None:
    """Find a person's contact data."""
    query = select(ContactRow.__table__).where(
        ContactRow.person_id == person_id, ContactRow.sequence < _ERASED
    )
    return sql.execute(query).one_or_none()


def switched_off(sql: Connection, person_id: UUID) -> set[tuple[str, str]]:
    """Give which kinds a person has switched off, by channel."""
    query = select(PreferenceRow.kind, PreferenceRow.channel)
    rows = sql.execute(query.where(PreferenceRow.person_id == person_id))
    return {(row.kind, row.channel) for row in rows}


def switch_off(sql: Connection, person_id: UUID, kind: str, channel: str) -> None:
    """Note that a person wants no messages of a kind on a channel."""
    values = {"person_id": person_id, "kind": kind, "channel": channel}
    sql.execute(upsert(PreferenceRow).values(values).on_conflict_do_nothing())


def switch_on(sql: Connection, person_id: UUID, kind: str, channel: str) -> None:
    """Note that a person wants them again."""
    gone = delete(PreferenceRow).where(
        PreferenceRow.person_id == person_id,
        PreferenceRow.kind == kind,
        PreferenceRow.channel == channel,
    )
    sql.execute(gone)


# -- the suppression list --------------------------------------------------------------------------

_SUPPRESS = upsert(SuppressionRow).on_conflict_do_nothing(index_elements=["address", "scope"])


def suppress(writes: Writes, address: str, scope: str, reason: str, *, at: datetime) -> None:
    """Put an address on the list; one that is on it keeps its reason."""
    values = {"address": address.lower(), "scope": scope, "reason": reason[:200], "at": at}
    writes.add(_SUPPRESS, values)


def suppressions(
    sql: Connection,
    address: str | None,
    *,
    after: Mapping[str, Any] | None = None,
    limit: int,
) -> Sequence[Row[Any]]:
    """List what is on the suppression list, the newest first; or an address's own entries.

    `after` is what the page before ended with: when, which address, for what.
    """
    place = SuppressionRow.at, SuppressionRow.address, SuppressionRow.scope
    query = select(SuppressionRow.__table__).order_by(*(one.desc() for one in place)).limit(limit)
    if after is not None:
        query = query.where(tuple_(*place) < tuple_(*(after[one.key] for one in place)))
    if address is not None:
        query = query.where(SuppressionRow.address == address.lower())
    return sql.execute(query).all()


def lift(sql: Connection, address: str, scope: str) -> None:
    """Take an address off the list."""
    mine = SuppressionRow.address == address.lower(), SuppressionRow.scope == scope
    sql.execute(delete(SuppressionRow).where(*mine))
