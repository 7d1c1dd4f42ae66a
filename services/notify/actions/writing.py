"""How a message is written down: to whom, by which channel, in which version of the words, when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfoNotFoundError

from services.notify import store
from services.notify.actions.saying import say_unsent
from services.notify.domain import (
    MANNERS,
    Channel,
    Lane,
    MessageKind,
    MessageState,
    TemplateKey,
    next_waking,
)
from services.notify.store import Recipient
from shared.config import settings
from shared.contracts import Fact, Trace
from shared.contracts.booking import Occasion, OccasionIfKnown
from shared.db import Tx

TIMERS = {
    (Channel.EMAIL, Lane.DIRECT): "send_messages",
    (Channel.EMAIL, Lane.ASIDE): "send_aside",
    (Channel.EMAIL, Lane.BULK): "send_bulk_messages",
    (Channel.SMS, Lane.DIRECT): "send_texts",
    (Channel.SMS, Lane.ASIDE): "send_aside",
    (Channel.SMS, Lane.BULK): "send_bulk_texts",
}
"""The timer that empties each lane of each channel."""
_NO_ADDRESS = {Channel.EMAIL: "no email address", Channel.SMS: "no telephone number"}


class ContactNotKnown(Exception):
    """Nobody has said yet how to reach this person; the fact is tried again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message that is to be written.

    Args:
        dedupe: what names it among all; nothing is written twice under one name.
        as_of: when what it says was so; UTC.
        subject_id: what it is about: if anything happens to that after `as_of`, it is not sent.
        about_id: somebody else whom it names; it is blanked if they are erased.
        not_after: from when on it is not worth sending.
        channel: the one that was asked for; otherwise the kind's.
        lane: the one it is sent by; otherwise the kind's.
        batch_id: the one it was written in, if it was written to many.
        prompt: sent at once even if its kind could wait for the morning.
        template: the name of the words it is written in, if there are any in the language.
    """

    kind: MessageKind
    dedupe: str
    person_id: UUID
    context: Mapping[str, str]
    as_of: datetime
    subject_id: UUID | None = None
    about_id: UUID | None = None
    not_after: datetime | None = None
    lane: Lane | None = None
    batch_id: UUID | None = None
    channel: Channel | None = None
    prompt: bool = False
    template: str = ""


def occasion(fact: Occasion | OccasionIfKnown) -> dict[str, str]:
    """Give what a message says about a session."""
    return {
        "session_name": fact.session_name,
        "starts_at": fact.starts_at.isoformat() if fact.starts_at else "",
        "ends_at": fact.ends_at.isoformat() if fact.ends_at else "",
        "time_zone": fact.time_zone,
        "location": fact.location,
        "staff": fact.staff,
    }


def write(tx: Tx, draft: Draft, fact: Fact, *, at: datetime) -> UUID:
    """Write a message to a person, because of a fact; give its id.

    Raises:
        ContactNotKnown: booking has not said yet who this is.
    """
    trace = Trace.after(fact)
    return write_on(tx, draft, trace, fact.fact_id, at=at)


def write_on(tx: Tx, draft: Draft, trace: Trace, caused_by: UUID, *, at: datetime) -> UUID:
    """Write a message to a person, on a thread.

    Raises:
        ContactNotKnown: booking has not said yet who this is.
    """
    studio = settings().studio_language
    person_id = draft.person_id
    to = store.find_recipient(tx.sql, person_id, draft.kind, studio_language=studio)
    if to is None:
        person_id = store.person_now(tx.sql, person_id)
        to = store.find_recipient(tx.sql, person_id, draft.kind, studio_language=studio)
    if to is None:
        raise ContactNotKnown(str(draft.person_id))
    return put(tx, draft, person_id, to, trace, caused_by, at=at)


def put(
    tx: Tx,
    draft: Draft,
    person_id: UUID,
    to: Recipient,
    trace: Trace,
    caused_by: UUID,
    *,
    at: datetime,
) -> UUID:
    """Put a message down for somebody; give its id."""
    channel, lane = _channel(draft, to), draft.lane or MANNERS[draft.kind].lane
    address, message_id = to.address(channel), uuid4()
    unwanted = draft.kind is MessageKind.NEWS and not to.marketing
    state, due_at, reply, quiet_zone = MessageState.DUE, at, None, None
    if unwanted:
        state, reply = MessageState.SUPPRESSED, "has not agreed to messages that advertise"
    elif not address:
        state, reply = MessageState.FAILED, _NO_ADDRESS[channel]
    elif MANNERS[draft.kind].waits and not draft.prompt:
        quiet_zone = to.time_zone or settings().studio_time_zone
        state, due_at = by_day(tx, quiet_zone, draft.not_after, at=at)
    if reply is not None and store.state_of(tx.sql, draft.dedupe) is not None:
        return message_id  # it was said before
    version = to.version
    if draft.template:
        key = TemplateKey(draft.kind, to.language, draft.template)
        version = store.named_version(tx.sql, key) or version
    values = {
        "message_id": message_id,
        "dedupe": draft.dedupe,
        "kind": draft.kind.value,
        "person_id": person_id,
        "address": address,
        "name": to.name,
        "language": to.language,
        "context": dict(draft.context),
        "state": state.value,
        "attempts": 0,
        "due_at": None if reply else due_at,
        "reply": reply,
        "correlation_id": trace.correlation_id,
        "caused_by": caused_by,
        "ended_at": at if reply else None,
        "began_at": trace.began_at,
        "created_at": at,
        "channel": channel.value,
        "lane": lane.value,
        "subject_id": draft.subject_id,
        "about_id": draft.about_id,
        "as_of": draft.as_of,
        "not_after": draft.not_after,
        "batch_id": draft.batch_id,
        "version": version,
        "quiet_zone": quiet_zone,
    }
    store.add_message(tx.writes, values)
    if reply is not None:
        told = {"message_id": message_id, "kind": draft.kind.value, "person_id": person_id}
        say_unsent(tx, told, channel, state, reply, at=at)
    elif state is MessageState.DUE and lane is not Lane.ASIDE:
        tx.wake(TIMERS[channel, lane])
    return message_id


def _channel(draft: Draft, to: Recipient) -> Channel:
    """Choose the channel: the one asked for, else the studio's or the kind's that reaches them."""
    if draft.channel is not None:
        return draft.channel
    manner = MANNERS[draft.kind]
    first = Channel(to.first) if to.first else manner.first
    falls_back = manner.falls_back if to.falls_back is None else to.falls_back
    if not to.address(first) and falls_back and to.address(first.other):
        return first.other
    return first


def by_day(
    tx: Tx, zone: str, not_after: datetime | None, *, at: datetime
) -> tuple[MessageState, datetime]:
    """Say when a message that can wait is sent: not at night, unless it would be too late then."""
    quiet = store.get_settings(tx.sql).quiet
    try:
        due_at = next_waking(at, zone, quiet)
    except (ZoneInfoNotFoundError, ValueError):  # a zone this machine has not heard of
        due_at = next_waking(at, settings().studio_time_zone, quiet)
    if due_at <= at or (not_after is not None and due_at >= not_after):
        return MessageState.DUE, at
    return MessageState.SCHEDULED, due_at


def other_way(tx: Tx, row: Any) -> str | None:
    """Give where the other channel reaches somebody, where a message may go by that one too."""
    kind, channel = MessageKind(row.kind), Channel(row.channel)
    chosen = store.routes(tx.sql).get(row.kind)
    wanted = MANNERS[kind].falls_back if chosen is None else chosen.falls_back
    contact = store.find_contact(tx.sql, row.person_id)
    contact = contact or store.find_staff_member(tx.sql, row.person_id)
    if not wanted or contact is None or "+" in row.dedupe:
        return None
    address: str | None = contact.phone if channel is Channel.EMAIL else contact.email
    return address


def fall_back(tx: Tx, row: Any, *, at: datetime) -> None:
    """Write a message anew for the other channel, where that is wanted and there is a way.

    Args:
        tx: the transaction.
        row: the message that did not get through.
        at: now.
    """
    channel, address = Channel(row.channel), other_way(tx, row)
    if not address:
        return
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for a row's columns
    values |= {
        "message_id": uuid4(),
        "dedupe": f"{row.dedupe}+{channel.other.value}",
        "address": address,
        "channel": channel.other.value,
        "state": MessageState.DUE.value,
        "attempts": 0,
        "due_at": at,
        "reply": None,
        "sent_at": None,
        "ended_at": None,
        "provider_id": None,
        "segments": None,
        "receipt": None,
        "created_at": at,
    }
    store.add_message(tx.writes, values)
    tx.wake(TIMERS[channel.other, Lane(row.lane)])
