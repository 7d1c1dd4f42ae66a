"""A session of the domain, to change one thing of at a time."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from services.booking.domain import Classification, Session

START = datetime(2031, 3, 6, 9, tzinfo=UTC)


def a_session(**changes: Any) -> Session:
    """Give a session with one seat and a list, changed as told."""
    values: dict[str, Any] = {
        "session_id": UUID(int=1),
        "name": "Open day",
        "classification": Classification.MARKETING,
        "starts_at": START,
        "ends_at": START + timedelta(hours=1),
        "time_zone": "Europe/Rome",
        "staff": "Lea",
        "location": "Studio 2",
        "capacity": 1,
        "taken": 0,
        "waiting_list_size": 5,
        "waiting_list_closes_at": START,
        "demand": 0,
        "cleared": 0,
        "sequence": 1,
        "session_type_id": UUID(int=2),
    }
    return Session(**(values | changes))
