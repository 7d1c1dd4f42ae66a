"""Categories, their ranks and what those ask for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from services.ranking import store
from services.ranking.actions.studio import active_studio
from services.ranking.domain import Criteria, Scheme, StaffRole, Step, arranged, changed_step
from services.ranking.store import Category
from shared.contracts import Values
from shared.contracts.errors import CategoryNotFound, InvalidRequest, RankNotFound
from shared.db import Tx

FIRST_VERSION = 1
Wanted = Mapping[UUID, Criteria]


def category_for_share(sql: Any, category_id: UUID) -> Category:
    """Give a category whose rules stay as they are until the commit."""
    return _found(store.category_for_share(sql, category_id), category_id)


def known_category(sql: Any, category_id: UUID) -> Category:
    """Give a category.

    Raises:
        CategoryNotFound: there is none with this id.
    """
    return _found(store.find_category(sql, category_id), category_id)


def _found(category: Category | None, category_id: UUID) -> Category:
    if category is None:
        raise CategoryNotFound(str(category_id))
    return category


def add_category(
    tx: Tx,
    *,
    name: str,
    automatic: bool,
    notices: bool,
    staff_roles: Sequence[StaffRole],
    tell_client: bool,
    shown_to_clients: bool,
    at: datetime,
) -> Values:
    """Add a category without ranks. Source: M14, M15, M16, M17, M22."""
    active_studio(tx.sql, at=at)
    category = Category(
        uuid4(),
        name,
        notices,
        StaffRole.ADMIN in staff_roles,
        StaffRole.OPERATOR in staff_roles,
        tell_client,
        shown_to_clients,
        Scheme(FIRST_VERSION, automatic, ()),
    )
    store.add_category(tx.sql, category, at=at)
    return shown_category(tx.sql, category)


def change_category(tx: Tx, category_id: UUID, changes: Values, *, at: datetime) -> Values:
    """Change a category's settings; what is left out stays."""
    _, today = active_studio(tx.sql, at=at)
    category = _for_update(tx, category_id)
    changes = dict(changes)
    automatic = changes.pop("automatic", category.scheme.automatic)
    if (roles := changes.pop("staff_roles", None)) is not None:
        changes["tell_admins"] = StaffRole.ADMIN in roles
        changes["tell_operators"] = StaffRole.OPERATOR in roles
    changed = replace(category, **changes)
    scheme = edited(category.scheme, automatic=automatic, wanted={}, today=today)
    return _settled(tx, changed, scheme, today=today, at=at)


def add_rank(
    tx: Tx,
    category_id: UUID,
    *,
    name: str,
    criteria: Criteria,
    place: int | None,
    item: str | None,
    sizes: Sequence[str],
    at: datetime,
) -> Values:
    """Add a rank to a category: at a place counted from 1 for the lowest, else as the highest.

    Source: M18, M19, M20.
    """
    _, today = active_studio(tx.sql, at=at)
    category, rank_id = _for_update(tx, category_id), uuid4()
    row: Values = {"category_id": category_id, "name": name, "item": item, "sizes": list(sizes)}
    store.add_rank(tx.sql, rank_id, row, at=at)
    steps = list(category.scheme.steps)
    steps.insert(len(steps) if place is None else place - 1, Step(rank_id, criteria, today))
    return _settled(
        tx, category, _restepped(category.scheme, tuple(steps), today), today=today, at=at
    )


def change_rank(tx: Tx, rank_id: UUID, *, about: Values, criteria: Values, at: datetime) -> Values:
    """Change a rank; what is left out stays, and nobody loses a rank.

    Args:
        tx: the transaction.
        rank_id: which.
        about: what changes of its `name`, `item` and `sizes`.
        criteria: what changes of what it asks for.
        at: now (UTC).
    """
    _, today = active_studio(tx.sql, at=at)
    found = store.find_rank(tx.sql, rank_id)
    if found is None:
        raise RankNotFound(str(rank_id))
    category = _for_update(tx, found.category_id)
    if about:
        row = store.find_rank(tx.sql, rank_id)  # as it is now that nobody else changes it
        kept: Values = {name: getattr(row, name) for name in ("name", "item", "sizes")}
        store.change_rank(tx.sql, rank_id, **kept | about)
    wanted = {rank_id: replace(category.scheme.step(rank_id).criteria, **criteria)}
    scheme = edited(
        category.scheme, automatic=category.scheme.automatic, wanted=wanted, today=today
    )
    return _settled(tx, category, scheme, today=today, at=at)


def order_ranks(tx: Tx, category_id: UUID, rank_ids: Sequence[UUID], *, at: datetime) -> Values:
    """Put a category's ranks into another order, the highest first, as staff see them."""
    _, today = active_studio(tx.sql, at=at)
    category = _for_update(tx, category_id)
    try:
        steps = arranged(category.scheme.steps, list(reversed(rank_ids)))
    except ValueError as exc:
        msg = f"rank_ids: {exc}."
        raise InvalidRequest(msg) from exc
    scheme = _restepped(category.scheme, steps, today)
    return _settled(tx, category, scheme, today=today, at=at)


def change_criteria(
    tx: Tx, category_id: UUID, *, automatic: bool | None, ranks: Sequence[Values], at: datetime
) -> Values:
    """Switch on what was tried: criteria of several ranks, as one version. Source: M16, M19."""
    _, today = active_studio(tx.sql, at=at)
    category = _for_update(tx, category_id)
    scheme = tried(category.scheme, automatic=automatic, ranks=ranks, today=today)
    return _settled(tx, category, scheme, today=today, at=at)


def tried(
    scheme: Scheme, *, automatic: bool | None, ranks: Sequence[Values], today: date
) -> Scheme:
    """Give a scheme with other criteria for some of its ranks.

    Raises:
        RankNotFound: one of the ranks is not in it.
    """
    wanted = {}
    for values in ranks:
        changes = dict(values)
        rank_id = changes.pop("rank_id")
        if rank_id not in [step.rank_id for step in scheme.steps]:
            raise RankNotFound(str(rank_id))
        wanted[rank_id] = replace(scheme.step(rank_id).criteria, **changes)
    chosen = scheme.automatic if automatic is None else automatic
    return edited(scheme, automatic=chosen, wanted=wanted, today=today)


def edited(scheme: Scheme, *, automatic: bool, wanted: Wanted, today: date) -> Scheme:
    """Give a scheme with other criteria, one version on if anything differs."""
    restart = automatic and not scheme.automatic
    steps = tuple(
        changed_step(step, wanted.get(step.rank_id, step.criteria), restart=restart, today=today)
        for step in scheme.steps
    )
    return _next_version(scheme, automatic=automatic, steps=steps)


def _restepped(scheme: Scheme, steps: tuple[Step, ...], today: date) -> Scheme:
    """Give a scheme other steps; what was the highest leads on from today."""
    top = scheme.steps[-1].rank_id if scheme.steps else None
    leading = steps[:-1]
    return _next_version(
        scheme,
        automatic=scheme.automatic,
        steps=tuple(
            replace(step, since=today) if step.rank_id == top and step in leading else step
            for step in steps
        ),
    )


def _next_version(scheme: Scheme, *, automatic: bool, steps: tuple[Step, ...]) -> Scheme:
    if (automatic, steps) == (scheme.automatic, scheme.steps):
        return scheme
    return Scheme(scheme.version + 1, automatic, steps)


def _for_update(tx: Tx, category_id: UUID) -> Category:
    return _found(store.category_for_update(tx.sql, category_id), category_id)


def _settled(tx: Tx, category: Category, scheme: Scheme, *, today: date, at: datetime) -> Values:
    """Keep a changed category, and have the timer look at everybody in it."""
    if scheme is not category.scheme:
        store.add_version(tx.sql, category.category_id, scheme, at=at)
        category = replace(category, scheme=scheme)
    store.change_category(tx.sql, category)
    store.ask_for_look(tx.sql, today=today, category_id=category.category_id)
    tx.wake("watch_tenure")
    return shown_category(tx.sql, category)


# -- looking ------------------------------------------------------------------------------------


def get_category(sql: Any, category_id: UUID, *, at: datetime) -> Values:
    """Give a category with its ranks, the highest first."""
    active_studio(sql, at=at)
    return shown_category(sql, known_category(sql, category_id))


def list_categories(sql: Any, *, at: datetime) -> list[Values]:
    """List all categories, the first added first. Source: M14."""
    active_studio(sql, at=at)
    return [shown_category(sql, category) for category in store.list_categories(sql)]


def list_versions(sql: Any, category_id: UUID, *, at: datetime) -> list[Values]:
    """List every version of a category's criteria, the oldest first."""
    active_studio(sql, at=at)
    known_category(sql, category_id)
    name = store.rank_names(sql, category_id).__getitem__
    return [
        {
            "version": scheme.version,
            "automatic": scheme.automatic,
            "made_at": made_at,
            "ranks": shown_ranks(scheme, name),
        }
        for scheme, made_at in store.list_versions(sql, category_id)
    ]


def shown_category(sql: Any, category: Category) -> Values:
    """Write a category as calls give it."""
    roles = {StaffRole.ADMIN: category.tell_admins, StaffRole.OPERATOR: category.tell_operators}
    return {
        "category_id": category.category_id,
        "name": category.name,
        "automatic": category.scheme.automatic,
        "notices": category.notices,
        "staff_roles": [role.value for role, told in roles.items() if told],
        "tell_client": category.tell_client,
        "shown_to_clients": category.shown_to_clients,
        "version": category.scheme.version,
        "ranks": _with_items(sql, category),
    }


def _with_items(sql: Any, category: Category) -> list[Values]:
    names = store.rank_names(sql, category.category_id)
    items = store.items_of(sql, category.category_id)
    ranks = shown_ranks(category.scheme, names.__getitem__)
    return [rank | items[rank["rank_id"]] for rank in ranks]


def shown_ranks(scheme: Scheme, name: Callable[[UUID], str]) -> list[Values]:
    """Write the ranks of a scheme, the highest first."""
    return [
        {
            "rank_id": step.rank_id,
            "name": name(step.rank_id),
            "visits": step.criteria.visits,
            "tenure_days": step.criteria.tenure_days,
            "tenure_in": step.criteria.tenure_in.value,
        }
        for step in reversed(scheme.steps)
    ]
