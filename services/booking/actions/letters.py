"""What staff write to people. notify sends it; here it is said to whom it goes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

from services.booking import store
from services.booking.actions.people import known_for_update
from services.booking.domain import Channel, Recipients
from shared.contracts import Values
from shared.contracts.booking import MessageRequested
from shared.contracts.errors import NobodyToWriteTo, SessionNotFound
from shared.db import Tx

_SAID = (
    *("batch_id", "channel", "subject", "text", "about_name"),
    *("session_id", "marketing", "requested_at"),
)


def message_person(
    tx: Tx,
    person_id: UUID,
    *,
    channel: Channel,
    subject: str,
    text: str,
    session_id: UUID | None,
    marketing: bool,
    at: datetime,
) -> Values:
    """Write to one person.

    Raises:
        NobodyToWriteTo: they have no such address, or it advertises and they have not agreed.

    Source: Q42, Q43.
    """
    person = known_for_update(tx, person_id)
    address = person.email if channel is Channel.EMAIL else person.phone
    if not address:
        msg = f"{person.name} cannot be reached by {channel.value}"
        raise NobodyToWriteTo(msg)
    if marketing and not person.marketing:
        msg = f"{person.name} has not agreed to messages that advertise"
        raise NobodyToWriteTo(msg)
    batch_id = uuid4()
    _say(
        tx,
        person.person_id,
        batch_id=batch_id,
        batch_size=1,
        channel=channel.value,
        subject=subject,
        text=text,
        about_name="" if session_id is None else _session_name(tx, session_id),
        session_id=session_id,
        marketing=marketing,
        requested_at=at,
    )
    store.note_contact(tx.sql, [person.person_id], at=at)
    return {"batch_id": batch_id, "count": 1, "left_out": 0}


def message_session(
    tx: Tx,
    session_id: UUID,
    *,
    to: Recipients,
    channel: Channel,
    subject: str,
    text: str,
    marketing: bool,
    at: datetime,
) -> Values:
    """Write to all who have a place in a session, or who wait for one.

    Who it goes to is settled now; it is said for them a few hundred at a time, right after.

    Raises:
        NobodyToWriteTo: nobody of them can be reached so.

    Source: Q26, Q27.
    """
    name, batch_id = _session_name(tx, session_id), uuid4()
    chosen: Values = {"to": to, "channel": channel, "marketing": marketing}
    count, of = store.choose_recipients(tx.sql, batch_id, session_id, **chosen)
    if not count:
        msg = f"{name}: of {of} people nobody may be written to by {channel.value}"
        raise NobodyToWriteTo(msg)
    letter = {
        "batch_id": batch_id,
        "session_id": session_id,
        "channel": channel.value,
        "subject": subject,
        "text": text,
        "about_name": name,
        "marketing": marketing,
        "size": count,
        "correlation_id": tx.trace.correlation_id,
        "began_at": tx.trace.began_at,
        "requested_at": at,
    }
    store.add_letter(tx.sql, letter)
    tx.wake("say_letters")
    return {"batch_id": batch_id, "count": count, "left_out": of - count}


def say_letters(tx: Tx, *, at: datetime) -> int:
    """Say the oldest letter for the next of its people; give for how many."""

    def say(thread: Tx, letter: Any, people: Sequence[UUID]) -> None:
        about = {name: getattr(letter, name) for name in _SAID}
        for person_id in people:
            _say(thread, person_id, **about, batch_size=letter.size)
        store.note_contact(tx.sql, people, at=at)

    return store.LETTERS.say_next(tx, say)


def _say(tx: Tx, person_id: UUID, *, batch_id: UUID, **letter: Any) -> None:
    tx.emit(
        MessageRequested(
            letter_id=uuid5(batch_id, str(person_id)),
            batch_id=batch_id,
            person_id=person_id,
            **letter,
        )
    )


def _session_name(tx: Tx, session_id: UUID) -> str:
    session = store.find_session(tx.sql, session_id)
    if session is None:
        raise SessionNotFound(str(session_id))
    return session.name
