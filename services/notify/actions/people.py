"""Who is written to: people as booking says them, and the staff."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from services.notify import store
from shared.config import settings
from shared.contracts.booking import (
    MessageRequested,
    PersonChanged,
    PersonErased,
    PersonMerged,
    PersonRegistered,
)
from shared.contracts.errors import StaffNotFound
from shared.contracts.events import EventMessageRequested
from shared.contracts.loyalty import ReferralThanked
from shared.contracts.notify import EmailFailed, NotifyRecordsErased, SmsFailed
from shared.contracts.ranking import PromotionEarned, RankAwarded
from shared.db import Tx
from shared.erasing import counted, forget

_SAID = (EmailFailed, SmsFailed)  # what a server says of an address may quote it
_NAMING = (
    PersonRegistered,
    PersonChanged,
    MessageRequested,
    EventMessageRequested,
    ReferralThanked,
    RankAwarded,
    PromotionEarned,
)
_KEPT = (
    "when which kind of message was sent and what became of it; addresses on the suppression list, "
    "so that nothing is ever sent to them again"
)


def keep_contact(tx: Tx, person: PersonRegistered | PersonChanged) -> None:
    """Keep how to reach a person. It brings nobody back who has unsubscribed."""
    store.keep_contact(
        tx.writes,
        {
            "person_id": person.person_id,
            "name": person.name,
            "email": person.email,
            "phone": person.phone,
            "language": person.language,
            "sequence": person.sequence,
            "time_zone": person.time_zone,
            "marketing": person.marketing,
        },
    )


def merge_person(tx: Tx, merged: PersonMerged) -> None:
    """Give one person's messages and choices to another, who they turned out to be."""
    tx.flush()
    store.merge(tx.sql, merged.merged_id, merged.person_id)


def erase_person(tx: Tx, erased: PersonErased, *, at: datetime) -> None:
    """Remove what is known of a person, and say what was."""
    tx.flush()
    known, messages = store.erase(tx.sql, erased.person_id, at=at)
    # What others would be told of them is not true any more.
    store.note_standing(tx.writes, erased.person_id, "erased", at=at)
    forget(tx.sql, [erased.person_id], said=_SAID, heard=_NAMING)
    removed = ["name, email address, telephone number, language, time zone, preferences"] * known
    if messages:
        removed.append(
            f"names, addresses and contents of {counted(messages, 'message', 'messages')}"
        )
    tx.emit(
        NotifyRecordsErased(
            erasure_id=erased.erasure_id,
            person_id=erased.person_id,
            removed=", ".join(removed),
            kept=_KEPT if removed else "",
            erased_at=at,
        )
    )


def keep_staff(tx: Tx, staff_id: UUID | None, **details: Any) -> Any:
    """Keep somebody of the staff, who is told of promotions by their roles.

    Source: M5, M17.
    """
    roles = details.pop("roles")
    values = {
        "staff_id": staff_id or uuid4(),
        **details,
        "language": details["language"] or settings().studio_language,
        "is_admin": "admin" in roles,
        "is_operator": "operator" in roles,
    }
    store.keep_staff(tx.sql, values)
    return values | {"roles": roles}


def list_staff(sql: Any) -> list[Any]:
    """List the staff."""
    return [
        {
            **row._mapping,  # noqa: SLF001 - SQLAlchemy's public name for a row's columns
            "roles": ["admin"] * row.is_admin + ["operator"] * row.is_operator,
        }
        for row in store.list_staff(sql)
    ]


def remove_staff(tx: Tx, staff_id: UUID) -> None:
    """Tell somebody of the staff nothing more."""
    if not store.remove_staff(tx.sql, staff_id):
        raise StaffNotFound(str(staff_id))
