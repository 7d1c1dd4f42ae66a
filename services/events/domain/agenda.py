"""Agendas: what fits together, and what a pass opens."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import combinations
from uuid import UUID
from zoneinfo import ZoneInfo

from services.events.domain.occasions import Session


def overlapping(sessions: Iterable[Session]) -> list[tuple[Session, Session]]:
    """List the pairs nobody can attend both of; one that begins as another ends is no pair."""
    ordered = sorted(sessions, key=lambda one: (one.starts_at, one.session_id))
    return [
        (first, second)
        for first, second in combinations(ordered, 2)
        if second.starts_at < first.ends_at and first.starts_at < second.ends_at
    ]


def opened_by(allowed: Collection[UUID], session_id: UUID) -> bool:
    """Say whether a pass opens a session; one that names none opens them all.

    Source: D4.
    """
    return not allowed or session_id in allowed


def written_agenda(sessions: Sequence[Session], time_zone: str) -> str:
    """Write an agenda as text: a line for each session, in order of time, in the event's zone."""
    zone = ZoneInfo(time_zone)
    ordered = sorted(sessions, key=lambda one: (one.starts_at, one.name))
    return "\n".join(_line(one, zone) for one in ordered)


def _line(session: Session, zone: ZoneInfo) -> str:
    begins, ends = session.starts_at.astimezone(zone), session.ends_at.astimezone(zone)
    until = f"{ends:%H:%M}" if begins.date() == ends.date() else f"{ends:%Y-%m-%d %H:%M}"
    where = f", {session.location}" if session.location else ""
    return f"{begins:%Y-%m-%d %H:%M}-{until} {session.name}{where}"


def first_start(sessions: Iterable[Session], otherwise: datetime) -> datetime:
    """Give when the first of somebody's sessions begins (UTC)."""
    return min((one.starts_at for one in sessions), default=otherwise)
