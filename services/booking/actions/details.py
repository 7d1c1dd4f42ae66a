"""The details page of a session."""

from typing import Any
from uuid import UUID

from services.booking import store
from services.booking.actions.clients import find_client
from services.booking.actions.groups import public_links
from services.booking.actions.packages import packages_shown
from services.booking.actions.sessions import as_values
from services.booking.domain import Session
from shared.contracts import Values
from shared.contracts.errors import SessionNotFound


def get_session_details(sql: Any, session_id: UUID) -> Values:
    """Give the summary of everything a session includes.

    Source: B24, B25, B28 (there is something to confirm once there is a client), B48 (and
    something to remind of while a balance is due), B50, B51.
    """
    session = store.find_session(sql, session_id)
    if session is None:
        raise SessionNotFound(str(session_id))
    kind: Any = store.find_session_type(sql, session.session_type_id)
    client = find_client(sql, session)
    booked = store.count_booked(sql, [session_id]).get(session_id, 0)
    return {
        "session": as_values(session),
        "session_type": kind,
        **_texts(sql, session),
        **public_links(session.group_id or session_id),
        **packages_shown(sql, session),
        "client": client,
        "may_request_confirmation": client is not None and not client["confirmed"],
        "may_send_reminder": any(one.minor for one in store.balances(sql, session_id).values()),
        "booked": booked,
        "waiting": store.count_waiting(sql, session_id),
    }


def _texts(sql: Any, session: Session) -> Values:
    """Give what is written about a session; of a spot, what is written about its group."""
    texts: Values = store.session_texts(sql, session.session_id)._asdict()
    group = store.find_group(sql, session.group_id) if session.group_id else None
    return texts | ({"text": group.text, "photos": group.photos} if group else {})


def get_packages_shown(sql: Any, session_id: UUID) -> Values:
    """Give what the client of a session is shown of its packages.

    Source: B14, B15, B16.
    """
    session = store.find_session(sql, session_id)
    if session is None:
        raise SessionNotFound(str(session_id))
    return packages_shown(sql, session)
