"""What people want to get, and where nothing may be sent."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from services.notify import store
from services.notify.domain import Channel, Topic, kinds_of
from shared.config import settings
from shared.contracts.errors import NotLifted, PersonNotFound
from shared.contracts.notify import PreferencesSet
from shared.db import Tx
from shared.shapes import LANGUAGES

Chooser = Literal["link", "staff"]
CHOSEN = tuple(topic for topic in Topic if topic is not Topic.SERVICE)
"""What a person may switch off, kind by kind; what happens to their own bookings is none of it."""
_UNSUBSCRIBED = "unsubscribed"
_STOPPED = "said STOP"
_STOPS = {
    *("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"),
    *("ARRET", "ARRÊT", "ABMELDEN", "BASTA", "ANNULLA"),
}
_STARTS = {"START", "YES", "UNSTOP"}


def get_preferences(sql: Any, person_id: UUID) -> Any:
    """Give what a person gets: by topic and channel, and their language.

    News are a choice only for those who have agreed to be advertised to.

    Raises:
        PersonNotFound: nobody has this id.
    """
    person_id = store.person_now(sql, person_id)
    contact = store.find_contact(sql, person_id)
    if contact is None:
        raise PersonNotFound(str(person_id))
    off = store.switched_off(sql, person_id)
    language = contact.language
    return {
        "person_id": person_id,
        "name": contact.name,
        "language": language if language in LANGUAGES else settings().studio_language,
        "choices": [
            {
                "topic": topic.value,
                "channel": channel.value,
                "on": not {(kind.value, channel.value) for kind in kinds_of(topic)} <= off
                and not (topic is Topic.NEWS and _has_unsubscribed(sql, contact, channel)),
            }
            for topic in _offered(contact)
            for channel in Channel
        ],
    }


def _offered(contact: Any) -> list[Topic]:
    return [topic for topic in CHOSEN if topic is not Topic.NEWS or contact.marketing]


def _address(contact: Any, channel: Channel) -> str | None:
    address: str | None = contact.email if channel is Channel.EMAIL else contact.phone
    return address


def _has_unsubscribed(sql: Any, contact: Any, channel: Channel) -> bool:
    """Say whether this address is on the list, which another record may have brought it to."""
    address = _address(contact, channel)
    found = store.suppressions(sql, address, limit=2) if address else ()
    return any(one.scope == Topic.NEWS.value for one in found)


def set_preferences(
    tx: Tx,
    person_id: UUID,
    wanted: Sequence[tuple[Topic, Channel]],
    *,
    by: Chooser = "staff",
    at: datetime,
) -> Any:
    """Keep what a person wants to get; everything else of `CHOSEN` is switched off.

    By this, and by nothing else, somebody who has unsubscribed comes back: it is their own doing.
    """
    before = get_preferences(tx.sql, person_id)
    person_id = before["person_id"]
    for topic in _offered(store.find_contact(tx.sql, person_id)):
        for channel in Channel:
            _choose(tx, person_id, topic, channel, wanted=(topic, channel) in wanted, at=at)
    return _chosen(tx, before, by, at=at)


def _chosen(tx: Tx, before: Any, by: Chooser, *, at: datetime) -> Any:
    """Give what a person gets now, and say so if it is something else than before."""
    tx.flush()
    now = get_preferences(tx.sql, before["person_id"])
    if now["choices"] != before["choices"]:
        off = [f"{one['topic']}-{one['channel']}" for one in now["choices"] if not one["on"]]
        tx.emit(
            PreferencesSet(
                person_id=now["person_id"],
                switched_off=" ".join(off),
                chosen_by=by,
                chosen_at=at,
            )
        )
    return now


def _choose(
    tx: Tx, person_id: UUID, topic: Topic, channel: Channel, *, wanted: bool, at: datetime
) -> None:
    change = store.switch_on if wanted else store.switch_off
    for kind in kinds_of(topic):
        change(tx.sql, person_id, kind.value, channel.value)
    if topic is not Topic.NEWS:
        return
    contact = store.find_contact(tx.sql, person_id)
    address = contact and _address(contact, channel)
    if address and wanted:
        store.lift(tx.sql, address, Topic.NEWS.value)
    elif address:
        store.suppress(tx.writes, address, Topic.NEWS.value, _UNSUBSCRIBED, at=at)


def unsubscribe(tx: Tx, person_id: UUID, *, at: datetime) -> Any:
    """Send a person no more messages that advertise, on any channel."""
    before = get_preferences(tx.sql, person_id)
    for channel in Channel:
        _choose(tx, before["person_id"], Topic.NEWS, channel, wanted=False, at=at)
    return _chosen(tx, before, "link", at=at)


def suppress_address(tx: Tx, address: str, reason: str, detail: str, *, at: datetime) -> Any:
    """Send nothing to an address any more: mail to it came back, or its owner complained."""
    told = f"{reason}: {detail}" if detail else reason
    store.suppress(tx.writes, address, "all", told, at=at)
    tx.flush()
    return store.suppressions(tx.sql, address, limit=2)


def lift_suppression(tx: Tx, address: str) -> Any:
    """Send to an address again that mail had come back from.

    Raises:
        NotLifted: it is on the list because of what its owner said; only they can take that back.
    """
    for row in store.suppressions(tx.sql, address, limit=2):
        if not row.reason.startswith("bounced"):
            msg = f"{row.reason}: only the person can take that back"
            raise NotLifted(msg)
        store.lift(tx.sql, address, row.scope)
    return store.suppressions(tx.sql, address, limit=2)


def hear_word(tx: Tx, phone: str, word: str, meaning: str = "", *, at: datetime) -> None:
    """Heed a STOP or START that somebody has texted back.

    Args:
        tx: the transaction.
        phone: who has.
        word: all that they wrote.
        meaning: STOP, START or HELP, where the carrier has understood it already.
        at: now.
    """
    said = meaning.upper() or word.strip(" .!\t\r\n\"'").upper()
    if said in _STOPS:
        store.suppress(tx.writes, phone, "all", _STOPPED, at=at)
        return
    theirs = store.suppressions(tx.sql, phone, limit=2)
    if said in _STARTS and any(r.reason == _STOPPED for r in theirs):
        store.lift(tx.sql, phone, "all")
