"""What is shown of cards, points and referrals; nothing here changes anything."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.loyalty import store
from services.loyalty.actions.referrals import question
from services.loyalty.actions.settings import shown
from services.loyalty.actions.treats import list_treats
from services.loyalty.domain import (
    TITLES,
    EntryKind,
    Person,
    ReferralState,
    line_of,
    lots_left,
)
from shared.config import settings
from shared.contracts import Values
from shared.contracts.errors import PersonNotFound
from shared.contracts.loyalty import STATEMENT_LINK, STATEMENT_PATH
from shared.links import sign_link

LINK_DAYS = timedelta(days=400)
_ON_A_PAGE = 50


def get_settings(sql: Any) -> Values:
    """Give the settings page.

    Source: T4 to T9.
    """
    return shown(store.find_settings(sql))


def get_overview(sql: Any) -> Values:
    """Give the TreatCard page: its settings, the cards in use, the points on them, the referrals.

    Source: T3.
    """
    referrals = store.count_referrals(sql)
    return {
        "settings": get_settings(sql),
        "cards": store.count_cards(sql),
        "points": store.count_points(sql),
        "referrals": {state.value: referrals.get(state.value, 0) for state in ReferralState},
    }


def find_card(sql: Any, number: str) -> Values | None:
    """Give a card that was typed or scanned, with its holder's balance; None: nobody's."""
    card = store.find_card(sql, number)
    if card is None:
        return None
    account = store.find_account(sql, card.person_id)
    return card._asdict() | {"balance": account.balance if account else 0}


def get_account(sql: Any, person_id: UUID, *, at: datetime) -> Values:
    """Give somebody's card, if they have one, their balance, and the page that shows them."""
    _need_person(sql, person_id)
    return _account(sql, store.meant(sql, person_id), at=at)


def _account(sql: Any, person_id: UUID, *, at: datetime) -> Values:
    token = sign_link(STATEMENT_LINK, person_id, expires_at=at + LINK_DAYS)
    account = store.find_account(sql, person_id)
    card = store.active_card(sql, person_id)
    return {
        "person_id": person_id,
        "card": card,
        "balance": account.balance if account else 0,
        "merged_into": account.merged_into if account else None,
        "page_url": settings().public_url("loyalty") + STATEMENT_PATH.format(token=token),
    }


def find_referral(sql: Any, new_person_id: UUID) -> Values | None:
    """Give who referred a client, as their profile shows it; None: nobody."""
    referral = store.find_live_referral(sql, store.meant(sql, new_person_id))
    if referral is None:
        return None
    card = store.active_card(sql, referral.referrer_id)
    return question(referral, has_card=card is not None)


def list_referrals(sql: Any, referrer_id: UUID | None, **wanted: Any) -> list[Values]:
    """List referrals, the oldest first: all, or only the questions staff have not answered yet.

    Source: T12.
    """
    by = None if referrer_id is None else store.meant(sql, referrer_id)
    return [
        row._asdict() | {"asks": row.has_card and row.state == ReferralState.ASKED}
        for row in store.list_referrals(sql, referrer_id=by, **wanted)
    ]


def get_statement(
    sql: Any, person_id: UUID, *, language: str | None, after: int, limit: int, at: datetime
) -> Values:
    """Give a client's statement: every entry with the balance after it, and what expires next.

    It is in the client's own words: a title, and a line for each entry. The account of a record
    that was merged into another stays as it was, and is shown under its own id; the entries that
    moved its points name it in `about`.

    Args:
        sql: the database.
        person_id: whose.
        language: in which it is (ISO 639-1); None: theirs.
        after: the number of the last entry that was seen; 0: from the first.
        limit: how many entries at most.
        at: now (UTC).
    """
    person = _need_person(sql, person_id)
    spoken = language or _language_of(person)
    page = _account(sql, person_id, at=at)
    entries = [
        row._asdict() | {"text": line_of(EntryKind(row.kind), spoken)}
        for row in store.list_entries(sql, person_id, after=after, limit=limit)
    ]
    page["opening_balance"] = entries[0]["balance_before"] if entries else page["balance"]
    page["closing_balance"] = entries[-1]["balance_after"] if entries else page["balance"]
    page |= {"language": spoken, "title": TITLES[spoken], "name": person.name}
    return page | {"entries": entries, "next_expiry": _next_expiry(sql, person_id)}


def _language_of(person: Person) -> str:
    return person.language if person.language in TITLES else settings().studio_language


def show_points(sql: Any, person_id: UUID, *, before: int | None) -> Values:
    """Give what somebody sees of their points: card, balance, treats, what came and what went.

    Whoever was merged into another sees the other's, for that is theirs.

    Args:
        sql: the database.
        person_id: whose.
        before: the number of the entry the page before ended with; None: from the latest.

    Returns:
        The `rows` of a stretch of the statement, the latest first; `earlier` is the `before` of
        the next one, or None. What staff noted beside an entry is for staff.

    Raises:
        PersonNotFound: nobody is known under this id, or they were erased.
    """
    person_id = store.meant(sql, person_id)
    person = _need_person(sql, person_id)
    if person.name is None:
        raise PersonNotFound(str(person_id))
    account = store.find_account(sql, person_id)
    last = (account.last or 0) if account else 0
    upto = last if before is None else max(0, min(last, before - 1))
    rows = store.list_entries(
        sql, person_id, after=max(0, upto - _ON_A_PAGE), limit=min(upto, _ON_A_PAGE)
    )
    return {
        "name": person.name,
        "language": _language_of(person),
        "card": store.active_card(sql, person_id),
        "balance": account.balance if account else 0,
        "next_expiry": _next_expiry(sql, person_id),
        "treats": [one for one in list_treats(sql, person_id) if one["available"]],
        "rows": [row._asdict() for row in reversed(rows)],
        "earlier": rows[0].number if rows and rows[0].number > 1 else None,
    }


def _next_expiry(sql: Any, person_id: UUID) -> Values | None:
    days = store.find_settings(sql).points_expire_days
    earnings = store.earnings(sql, person_id)
    if days is None or not earnings:
        return None
    _, spent = store.earned_and_spent(sql, person_id, until=earnings[0][0])
    left = lots_left(earnings, spent)
    if not left:
        return None
    return {"points": left[0].points, "expires_at": left[0].earned_at + timedelta(days=days)}


def _need_person(sql: Any, person_id: UUID) -> Person:
    person = store.find_person(sql, person_id)
    if person is None:
        raise PersonNotFound(str(person_id))
    return person
