"""The packages a session type offers, and which one a single session is with."""

from dataclasses import replace
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

    Where the type has just one, there is nothing to choose. With those to choose from there is the
    one that was chosen so far: until they confirm, a client may choose again.

    Source: B14, B15, B16.
    """
    if session.arrangement is not Arrangement.SINGLE:
        return {"package": None, "choose_from": []}
    found = store.find_package(sql, session.package_id) if session.package_id else None
    confirmed = found is not None and store.count_booked(sql, [session.session_id])
    if found is not None and (confirmed or not session.package_chosen):
        return {"package": found, "choose_from": []}
    offered = list(store.list_packages(sql, session.session_type_id))
    if found is not None and not found.offered:
        offered.append(found)
    if len(offered) == 1:
        return {"package": offered[0], "choose_from": []}
    return {"package": found, "choose_from": offered}


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


def forget_choice(tx: Tx, session: Session, hold_id: UUID | None = None) -> None:
    """Have the next client of a locked single session choose anew: the one who chose has gone.

    What they chose is kept with their hold, should their money still come.
    """
    if session.package_chosen and not session.cancelled:
        if hold_id is not None:
            store.note_choice(tx.writes, hold_id, session.package_id)
        _set_package(tx, session, None, chosen=False)


def recall_choice(tx: Tx, session: Session, package_id: UUID | None) -> Session:
    """Have a single session with what its client had chosen, unless it is with something by now."""
    if package_id is None or session.arrangement is not Arrangement.SINGLE:
        return session
    session = session_for_update(tx, session.session_id)
    if session.package_id is not None:
        return session
    return _set_package(tx, session, package_id, withdrawn=True)


def _set_package(
    tx: Tx,
    session: Session,
    package_id: UUID | None,
    *,
    chosen: bool = True,
    withdrawn: bool = False,
) -> Session:
    """Set what a locked session is with; `withdrawn`: even what is no longer offered."""
    had = replace(session, package_id=package_id) if withdrawn else session
    columns = package_terms(tx.sql, had, package_id)
    columns |= {"package_chosen": chosen, "sequence": session.sequence + 1}
    store.change_session(tx.sql, session.session_id, columns)
    changed = session_for_update(tx, session.session_id)
    tx.emit(SessionChanged(**queue_limits(changed)))
    return changed
