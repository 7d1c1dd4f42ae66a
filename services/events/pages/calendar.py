"""An event, or somebody's agenda of it, as calendars read it."""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.calendars import Entry


def calendar_entries(
    event: Mapping[str, Any], sessions: Sequence[Mapping[str, Any]], *, uid: str
) -> list[Entry]:
    """Give the entries of an event, or of each session of an agenda.

    Args:
        event: the event as it is shown.
        sessions: the sessions to enter; none: the event as a whole.
        uid: what the entries' ids begin with; the same file later has the same ids.
    """
    return [
        Entry(
            uid=f"{uid}-{one['session_id']}" if sessions else uid,
            name=f"{event['name']}: {one['name']}" if sessions else event["name"],
            starts_at=one["starts_at"],
            ends_at=one["ends_at"],
            location=one["location"] or event["location"],
            cancelled=one["cancelled_at"] is not None or event["cancelled_at"] is not None,
        )
        for one in sessions or [event]
    ]
