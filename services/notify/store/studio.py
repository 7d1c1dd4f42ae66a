"""Queries about what the studio has chosen: routes, hours and paces."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from sqlalchemy import Connection, Row, delete, select
from sqlalchemy.dialects.postgresql import insert as upsert

from services.notify.domain import Channel, Lane, MessageKind, QuietHours
from services.notify.models import PaceRow, RouteRow, SettingsRow


@dataclass(frozen=True, slots=True)
class StudioSettings:
    """When messages are sent, and how many."""

    reminder_hours: int | None = 24  # before a session; None: nobody is reminded
    quiet_from: time = time(21)
    quiet_until: time = time(8)
    email_per_minute: int | None = None  # None: as many as there are
    sms_per_minute: int | None = None

    @property
    def quiet(self) -> QuietHours:
        """Give the hours in which messages that can wait do wait."""
        return QuietHours(self.quiet_from, self.quiet_until)

    def per_minute(self, channel: Channel) -> int | None:
        """Give how many messages a minute a channel may take."""
        return self.email_per_minute if channel is Channel.EMAIL else self.sms_per_minute


_NAMES = ("reminder_hours", "quiet_from", "quiet_until", "email_per_minute", "sms_per_minute")
_SETTINGS = select(*(getattr(SettingsRow, name) for name in _NAMES))


def get_settings(sql: Connection) -> StudioSettings:
    """Give the studio's settings."""
    row = sql.execute(_SETTINGS).one_or_none()
    return StudioSettings() if row is None else StudioSettings(*row)


def keep_settings(sql: Connection, chosen: StudioSettings) -> None:
    """Keep the studio's settings."""
    values: dict[str, Any] = {name: getattr(chosen, name) for name in _NAMES}
    keep = upsert(SettingsRow).values(one=1, **values)
    sql.execute(keep.on_conflict_do_update(index_elements=["one"], set_=values))


# -- the pace -----------------------------------------------------------------------------------


def paces(sql: Connection, channel: Channel) -> dict[Lane, tuple[float, datetime]]:
    """Give what each lane of a limited channel may still send, and as of when."""
    query = select(PaceRow.__table__).where(PaceRow.channel == channel.value)
    rows = sql.execute(query.with_for_update())
    return {Lane(row.lane): (row.allowance, row.at) for row in rows}


def set_pace(
    sql: Connection, channel: Channel, lane: Lane, allowance: float, *, at: datetime
) -> None:
    """Set what a lane may send now."""
    keep = upsert(PaceRow).values(
        channel=channel.value, lane=lane.value, allowance=allowance, at=at
    )
    changes = {"allowance": allowance, "at": at}
    sql.execute(keep.on_conflict_do_update(index_elements=["channel", "lane"], set_=changes))


def drop_paces(sql: Connection, channel: Channel) -> None:
    """Limit a channel no more."""
    sql.execute(delete(PaceRow).where(PaceRow.channel == channel.value))


# -- routes -----------------------------------------------------------------------------------


def routes(sql: Connection) -> Mapping[str, Row[Any]]:
    """Give what the studio has chosen, by kind."""
    return {row.kind: row for row in sql.execute(select(RouteRow.__table__))}


def keep_route(sql: Connection, kind: MessageKind, first: Channel, *, falls_back: bool) -> None:
    """Keep by which channel a kind goes first, and whether the other one is tried then."""
    changes = {"first": first.value, "falls_back": falls_back}
    keep = upsert(RouteRow).values(kind=kind.value, **changes)
    sql.execute(keep.on_conflict_do_update(index_elements=["kind"], set_=changes))
