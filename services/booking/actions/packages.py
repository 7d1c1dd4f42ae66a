"""The packages a session type offers, and which one a single session is with."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.booking import store
from services.booking.actions.money import check_price
from services.booking.actions.seats import queue_limits, session_for_update
from services.booking.domain import Arrangement, Classification, Session
from shared.config import settings
from shared.contracts import Values
from shared.contracts.booking import SessionChanged
from shared.contracts.errors import (
    InvalidRequest,
    PackageNotChosen,
    PackageNotFound,
    SessionCancelledAlready,
    SessionConfirmed,
    SessionTypeNotFound,
)
from shared.db import Tx


def add_package(
    tx: Tx,
    *,
    session_type_id: UUID,
    name: str,
    description: str,
    price_minor: int,
    currency: str | None,
    duration_minutes: int | None,
    at: datetime,
) -> Values:
    """Offer one thing more of a session type.

    Source: B13.
    """
    if store.find_session_type(tx.sql, session_type_id, lock=True) is None:
        raise SessionTypeNotFound(str(session_type_id))
    values: Values = {
        "package_id": uuid4(),
        "session_type_id": session_type_id,
        "name": name,
        "description": description,
        "price_minor": price_minor,
        "currency": currency or settings().currency,
        "duration_minutes": duration_minutes,
        "offered": True,
        "added_at": at,
    }
    check_price(price_minor, values["currency"])
    store.add_package(tx.sql, values)
    return values


def change_package(tx: Tx, package_id: UUID, changes: Values) -> Values:
    """Change a package, or offer it no longer; sessions it was chosen for keep their price."""
    package = store.find_package(tx.sql, package_id, lock=True)
    if package is None:
        raise PackageNotFound(str(package_id))
    now = package._asdict() | changes
    if changes.keys() & {"price_minor", "currency"}:
        check_price(now["price_minor"], now["currency"])
    if changes:
        store.change_package(tx.sql, package_id, changes)
    return now


def package_terms(sql: Any, session: Session, package_id: UUID | None) -> Values:
    """Give the columns of a session with a package, or, with None, with what its type says.

    Raises:
        InvalidRequest: only single sessions have one.
        PackageNotFound: the type offers no such package.

    Source: B13, B15.
    """
    if session.arrangement is not Arrangement.SINGLE:
        msg = "package_id: Only a single session has a package."
        raise InvalidRequest(msg)
    kind = store.find_session_type(sql, session.session_type_id)
    package = store.find_package(sql, package_id) if package_id else None
    if package_id and (package is None or package.session_type_id != session.session_type_id):
        raise PackageNotFound(str(package_id))
    if package is not None and not package.offered and package_id != session.package_id:
        msg = f"{package.name} is no longer offered"
        raise PackageNotFound(msg)
    terms: Any = package or kind
    minutes = terms.duration_minutes or (kind.duration_minutes if kind else 0)
    # Without a package a marketing session costs nothing, whatever its type does (Q2).
    free = package is None and session.classification is Classification.MARKETING
    return {
        "package_id": package_id,
        "price_minor": None if free else terms.price_minor,
        "currency": "" if free else terms.currency,
        "ends_at": session.starts_at + timedelta(minutes=minutes),
    }


def packages_shown(sql: Any, session: Session) -> Values:
    """Give what a client is shown of the packages: the one it is, or those to choose from.

    Where the type has just one, there is nothing to choose.

    Source: B14, B15, B16.
    """
    if session.arrangement is not Arrangement.SINGLE:
        return {"package": None, "choose_from": []}
    if session.package_id is not None:
        return {"package": store.find_package(sql, session.package_id), "choose_from": []}
    offered = store.list_packages(sql, session.session_type_id)
    if len(offered) == 1:
        return {"package": offered[0], "choose_from": []}
    return {"package": None, "choose_from": offered}


def settle_package(tx: Tx, session: Session) -> Session:
    """See to it that a single session about to be confirmed has a package, if its type has any.

    Raises:
        PackageNotChosen: there are several, and neither staff nor the client chose one.
    """
    if session.arrangement is not Arrangement.SINGLE or session.package_id is not None:
        return session
    shown = packages_shown(tx.sql, session)
    if shown["choose_from"]:
        raise PackageNotChosen(session.name)
    if shown["package"] is None:
        return session
    return _set_package(tx, session, shown["package"].package_id)


def choose_package(tx: Tx, session_id: UUID, package_id: UUID) -> Session:
    """Note which package the client of a single session has chosen; its price is due now.

    Until they confirm they may choose again.

    Raises:
        SessionConfirmed: the client has confirmed, and the choice was part of it.

    Source: B14, B15.
    """
    session = session_for_update(tx, session_id)
    if session.cancelled:
        raise SessionCancelledAlready(session.name)
    if session.package_id == package_id:
        return session
    if store.count_booked(tx.sql, [session_id]):
        raise SessionConfirmed(session.name)
    return _set_package(tx, session, package_id)


def _set_package(tx: Tx, session: Session, package_id: UUID) -> Session:
    terms = package_terms(tx.sql, session, package_id) | {"sequence": session.sequence + 1}
    store.change_session(tx.sql, session.session_id, terms)
    changed = session_for_update(tx, session.session_id)
    tx.emit(SessionChanged(**queue_limits(changed)))
    return changed
