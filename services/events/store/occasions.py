"""Queries about events, their sessions and where they take place."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, insert, select, tuple_, update

from services.events.domain import Event, Format, Session, Venue, VenueKind
from services.events.models import (
    EventRow,
    SessionRow,
    SpeakerRow,
    SpeechRow,
    VenueRow,
)

# -- venues -----------------------------------------------------------------------------------


def _venue(row: Any) -> Venue:
    return Venue(row.venue_id, VenueKind(row.kind), row.parent_id, row.name, row.capacity)


def add_venue(sql: Connection, venue: Venue) -> None:
    """Keep a new venue."""
    sql.execute(insert(VenueRow), asdict(venue) | {"kind": venue.kind.value})


def change_venue(sql: Connection, venue_id: UUID, changes: dict[str, Any]) -> None:
    """Set some of a venue's columns."""
    sql.execute(update(VenueRow).where(VenueRow.venue_id == venue_id).values(**changes))


def find_venues(sql: Connection, venue_ids: Collection[UUID]) -> list[Venue]:
    """Find venues by their ids."""
    query = select(VenueRow.__table__).where(VenueRow.venue_id.in_(venue_ids))
    return [_venue(row) for row in sql.execute(query)]


def list_venues(sql: Connection) -> list[Venue]:
    """List all venues by name."""
    query = select(VenueRow.__table__).order_by(VenueRow.name, VenueRow.venue_id)
    return [_venue(row) for row in sql.execute(query)]


# -- events -----------------------------------------------------------------------------------

_EVENT = select(EventRow.__table__).where(EventRow.event_id == bindparam("event_id"))
_LOCKS = {
    "none": _EVENT,
    # Whoever takes or frees seats shares the event's row; whoever changes the event has it alone.
    "share": _EVENT.with_for_update(read=True),
    "alone": _EVENT.with_for_update(),
}


def _event(row: Any) -> Event:
    return Event(**row._asdict() | {"format": Format(row.format)})


def add_event(sql: Connection, event: Event) -> None:
    """Keep a new event."""
    sql.execute(insert(EventRow), asdict(event) | {"format": event.format.value})


def find_event(sql: Connection, event_id: UUID, *, lock: str = "none") -> Event | None:
    """Find an event; `lock` is `none`, `share` (seats change) or `alone` (it changes itself)."""
    row = sql.execute(_LOCKS[lock], {"event_id": event_id}).one_or_none()
    return None if row is None else _event(row)


def change_event(sql: Connection, event_id: UUID, changes: dict[str, Any]) -> None:
    """Set some of an event's columns."""
    if changes:
        sql.execute(update(EventRow).where(EventRow.event_id == event_id).values(**changes))


def list_events(
    sql: Connection,
    *,
    since: datetime,
    until: datetime,
    after: Event | None,
    published: bool | None,
    limit: int,
) -> list[Event]:
    """List events that start in a time, the first first; `after` ended the page before."""
    query = (
        select(EventRow.__table__)
        .where(EventRow.starts_at >= since, EventRow.starts_at < until)
        .order_by(EventRow.starts_at, EventRow.event_id)
        .limit(limit)
    )
    if published is not None:
        query = query.where(EventRow.published == published)
    if after is not None:
        place = tuple_(EventRow.starts_at, EventRow.event_id)
        query = query.where(place > tuple_(after.starts_at, after.event_id))
    return [_event(row) for row in sql.execute(query)]


# -- sessions ---------------------------------------------------------------------------------

_SESSIONS = (
    select(SessionRow.__table__)
    .where(SessionRow.event_id == bindparam("event_id"))
    .order_by(SessionRow.starts_at, SessionRow.name, SessionRow.session_id)
)
_SESSION = select(SessionRow.__table__).where(SessionRow.session_id == bindparam("session_id"))


def _session(row: Any) -> Session:
    return Session(**row._asdict())


def add_session(sql: Connection, session: Session) -> None:
    """Put a session on an event's schedule."""
    sql.execute(insert(SessionRow), asdict(session))


def find_session(sql: Connection, session_id: UUID) -> Session | None:
    """Find a session."""
    row = sql.execute(_SESSION, {"session_id": session_id}).one_or_none()
    return None if row is None else _session(row)


def list_sessions(sql: Connection, event_id: UUID) -> list[Session]:
    """List an event's sessions, cancelled ones too, the first first."""
    return [_session(row) for row in sql.execute(_SESSIONS, {"event_id": event_id})]


def change_session(sql: Connection, session_id: UUID, changes: dict[str, Any]) -> None:
    """Set some of a session's columns."""
    if changes:
        sql.execute(update(SessionRow).where(SessionRow.session_id == session_id).values(**changes))


# -- speakers ---------------------------------------------------------------------------------


def add_speaker(sql: Connection, values: dict[str, Any]) -> None:
    """Keep a new speaker."""
    sql.execute(insert(SpeakerRow), values)


def change_speaker(sql: Connection, speaker_id: UUID, changes: dict[str, Any]) -> None:
    """Set some of a speaker's columns."""
    if changes:
        sql.execute(update(SpeakerRow).where(SpeakerRow.speaker_id == speaker_id).values(**changes))


def find_speakers(sql: Connection, speaker_ids: Collection[UUID]) -> Sequence[Any]:
    """Find speakers by their ids."""
    query = select(SpeakerRow.__table__).where(SpeakerRow.speaker_id.in_(speaker_ids))
    return sql.execute(query).all()


def list_speakers(sql: Connection) -> Sequence[Any]:
    """List all speakers by name."""
    query = select(SpeakerRow.__table__).order_by(SpeakerRow.name, SpeakerRow.speaker_id)
    return sql.execute(query).all()


def set_speakers(sql: Connection, session_id: UUID, speaker_ids: Collection[UUID]) -> None:
    """Say who speaks in a session."""
    sql.execute(delete(SpeechRow).where(SpeechRow.session_id == session_id))
    rows = [{"session_id": session_id, "speaker_id": one} for one in dict.fromkeys(speaker_ids)]
    if rows:
        sql.execute(insert(SpeechRow), rows)


def speakers_of_event(sql: Connection, event_id: UUID) -> Sequence[Any]:
    """List who speaks in which session of an event, by name."""
    query = (
        select(
            SpeechRow.session_id,
            SpeakerRow.speaker_id,
            SpeakerRow.name,
            SpeakerRow.about,
        )
        .join(SpeakerRow, SpeakerRow.speaker_id == SpeechRow.speaker_id)
        .join(SessionRow, SessionRow.session_id == SpeechRow.session_id)
        .where(SessionRow.event_id == event_id)
        .order_by(SpeakerRow.name, SpeakerRow.speaker_id)
    )
    return sql.execute(query).all()
