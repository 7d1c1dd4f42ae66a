"""Putting sessions on the timetable."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.booking import store
from services.booking.actions.clients import assign_client
from services.booking.actions.money import check_price
from services.booking.actions.packages import package_terms
from services.booking.actions.reminder_texts import check_reminder_template
from services.booking.actions.seats import queue_limits
from services.booking.domain import Arrangement, AttendanceMode, Classification, Session
from shared.config import settings
from shared.contracts import Values
from shared.contracts.booking import SESSION_PATH, SessionScheduled
from shared.contracts.errors import InvalidRequest, SessionTypeNotFound
from shared.db import Tx

LIST_OFF = (
    "A marketing session with a price has no waiting list: it is off, and its size was set to 0."
)
_TEXTS = ("text", "photos")
_MINUTES = "waiting_list_closes_minutes"


def schedule_session(
    tx: Tx,
    *,
    session_type_id: UUID,
    starts_at: datetime,
    arrangement: Arrangement | None = None,
    package_id: UUID | None = None,
    client_id: UUID | None = None,
    client: Values | None = None,
    placeholder: bool = False,
    at: datetime,
    **details: Any,
) -> Values:
    """Put a session on the timetable, in the future; its type says how long it lasts.

    The waiting list closes so many minutes before the start; with 0 it is kept right up to it.
    What the details leave out is as the type has it.

    Args:
        tx: the transaction.
        session_type_id: what it is made from.
        starts_at: UTC; of a single session without a date yet, any time in the future.
        arrangement: what the type is expected to be for; None: either.
        package_id: of a single session; None: the client chooses, if there is a choice.
        client_id: of a single session: for whom its place is reserved at once.
        client: of a single session: who is made known, and the place reserved for them.
        placeholder: the date only stands in for one that is not known yet.
        at: now, UTC.
        details: the other fields of a session.

    Source: B2 (there must be a session type), B12, B17 to B20, B33, Q1, Q47 (until when).
    """
    kind = find_kind(tx, session_type_id, arrangement)
    own_price = details.get("price_minor") is not None
    details, notes = settled_details(tx, kind, details)
    single = kind.arrangement == Arrangement.SINGLE
    if not single and (placeholder or client_id or client):
        field = "placeholder" if placeholder else "client_id" if client_id else "client"
        msg = f"{field}: Only a single session has one."
        raise InvalidRequest(msg)
    session = new_session(kind, details, starts_at, placeholder=placeholder)
    if package_id is None and single and len(only := _offered(tx, session_type_id)) == 1:
        package_id = only[0].package_id
    if package_id is not None:
        price = {key: details[key] for key in ("price_minor", "currency") if own_price}
        session = replace(session, **(package_terms(tx.sql, session, package_id) | price))
    put_on_timetable(tx, [session], details, at=at)
    shown = as_values(session, notes)
    if client_id or client:
        chosen = assign_client(tx, session.session_id, client_id, client, at=at)
        shown |= {"taken": 1, "free": 0, "client": chosen}
    return shown


def find_kind(tx: Tx, session_type_id: UUID, arrangement: Arrangement | None) -> Any:
    """Find a session type, for single or for multi sessions.

    Source: B2, B12, B33.
    """
    kind = store.find_session_type(tx.sql, session_type_id)
    if kind is None:
        raise SessionTypeNotFound(str(session_type_id))
    if arrangement is not None and kind.arrangement != arrangement:
        msg = f"session_type_id: {kind.name} is for {kind.arrangement} sessions."
        raise InvalidRequest(msg)
    return kind


def settled_details(tx: Tx, kind: Any, details: Values) -> tuple[Values, list[str]]:
    """Fill in what the details leave to the type; give them, and what was decided about them.

    A marketing session takes neither credits nor the type's price, but may have a price of its
    own, which leaves it without a waiting list. A single session has one place and no list.

    Source: Q2, Q3, Q10 to Q12, B4, B47.
    """
    check_reminder_template(tx.sql, details)
    marketing = details["classification"] is Classification.MARKETING
    free = {"price_minor": None, "currency": "", "credits": 0}
    usual = free if marketing else kind._asdict()
    for key in ("price_minor", "currency", "credits"):
        details = {key: usual[key]} | details
    for key in ("cancellation_minutes", *_TEXTS):
        details = {key: getattr(kind, key)} | details
    details["currency"] = currency_of(details["price_minor"], details["currency"])
    if marketing and details["credits"]:
        msg = "credits: A marketing session takes none."
        raise InvalidRequest(msg)
    notes = []
    if marketing and details["price_minor"] and details["waiting_list_size"]:
        details["waiting_list_size"] = 0
        notes.append(LIST_OFF)
    if kind.arrangement == Arrangement.SINGLE:
        hold_against_single(details)
    return details, notes


def currency_of(price_minor: int | None, named: str) -> str:
    """Give the currency of a price: the one it names, or the studio's; of no price, none.

    Raises:
        InvalidRequest: cards cannot be charged this price in it.
    """
    currency = "" if price_minor is None else named or settings().currency
    check_price(price_minor, currency)
    return currency


def hold_against_single(details: Values) -> None:
    """Refuse what no single session has: a second place, or a waiting list.

    Source: B4.
    """
    if details.get("capacity", 1) != 1:
        msg = "capacity: A single session has one place."
        raise InvalidRequest(msg)
    if details.get("waiting_list_size"):
        msg = "waiting_list_size: A single session has no waiting list."
        raise InvalidRequest(msg)


def list_sessions(sql: Any, *, after: UUID | None, **wanted: Any) -> list[Values]:
    """List the sessions that start in a time, a page at a time."""
    last = store.find_session(sql, after) if after else None
    if after is not None and last is None:
        msg = "after: No session has this id."
        raise InvalidRequest(msg)
    return [as_values(one) for one in store.list_sessions(sql, after=last, **wanted)]


def new_session(kind: Any, details: Values, starts_at: datetime, **more: Any) -> Session:
    """Make a session of a type that nobody has a place in yet."""
    return Session(
        session_id=uuid4(),
        session_type_id=kind.session_type_id,
        name=details["name"],
        classification=Classification(details["classification"]),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=kind.duration_minutes),
        time_zone=details["time_zone"],
        staff=details["staff"],
        location=details["location"],
        capacity=details["capacity"],
        taken=0,
        waiting_list_size=details["waiting_list_size"],
        waiting_list_closes_at=starts_at - timedelta(minutes=details[_MINUTES]),
        demand=0,
        cleared=0,
        sequence=1,
        attendance=AttendanceMode(kind.attendance),
        arrangement=Arrangement(kind.arrangement),
        credits=details["credits"],
        price_minor=details["price_minor"],
        currency=details["currency"],
        cancellation_minutes=details["cancellation_minutes"],
        reminder_template=details["reminder_template"],
        **more,
    )


def put_on_timetable(
    tx: Tx, sessions: Sequence[Session], details: Values, *, at: datetime, **more: Any
) -> None:
    """Keep new sessions, each of which has to be in the future, and tell of them."""
    if any(session.starts_at <= at for session in sessions):
        msg = "starts_at: Must be in the future."
        raise InvalidRequest(msg)
    texts = {key: details[key] for key in _TEXTS}
    store.add_sessions(tx.sql, sessions, **texts, **more)
    for session in sessions:
        tx.emit(SessionScheduled(**queue_limits(session)))


def as_values(session: Session, notes: Sequence[str] = ()) -> Values:
    """Give a session as a reply shows it, with what was decided beside what was asked for.

    Source: B49, B50 (its link; a spot's is its group's).
    """
    link = public_link(session.group_id or session.session_id)
    return asdict(session) | {"free": session.free, "link": link, "notes": list(notes)}


def public_link(target_id: UUID) -> str:
    """Give the address of the public page of a session or a multi session."""
    return settings().public_url("booking") + SESSION_PATH.format(session_id=target_id)


def _offered(tx: Tx, session_type_id: UUID) -> Sequence[Any]:
    return store.list_packages(tx.sql, session_type_id)
