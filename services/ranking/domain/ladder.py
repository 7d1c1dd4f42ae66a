"""How far visits and time have brought somebody, since staff last placed them.

A promotion by criteria takes effect on the day they were met, not when word of it came. So the
order in which visits are heard of does not matter: an older visit that comes late can make a
promotion earlier or add one, and never takes one away.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from services.ranking.domain.values import (
    Criteria,
    Earned,
    How,
    Placement,
    Scheme,
    TenureIn,
    Visit,
    next_placement_id,
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands at the rank they hold.

    `due` is the day on which the criteria of the rank are met if nobody comes any more; None where
    visits are lacking, or nothing leads on.
    """

    counted: int  # visits at this rank
    due: date | None

    def eligible(self, today: date) -> bool:
        """Say whether the criteria are met. Source: M11."""
        return self.due is not None and self.due <= today


@dataclass(frozen=True, slots=True)
class Ladder:
    """The placements since staff last decided, theirs first, and the standing at the last."""

    placements: tuple[Placement, ...]
    standing: Standing


def qualified(
    criteria: Criteria,
    visits: Sequence[Visit],
    *,
    since: date,
    entered: date,
    not_before: date,
) -> tuple[date, tuple[UUID, ...]] | None:
    """Say on which day criteria are met, and by which visits; None while visits are lacking.

    Args:
        criteria: at least one minimum; both must be met where both are set.
        visits: those that count for the rank, in order.
        since: the day of the placement in the rank.
        entered: the day of the first placement in the category.
        not_before: the first day on which the criteria hold.

    Source: M3, M4, M20, Mi4.
    """
    days, met_by = [since, not_before], tuple[UUID, ...]()
    if criteria.visits is not None:
        if len(visits) < criteria.visits:
            return None
        days.append(visits[criteria.visits - 1].day)
        met_by = tuple(visit.booking_id for visit in visits[: criteria.visits])
    if criteria.tenure_days is not None:
        start = since if criteria.tenure_in is TenureIn.RANK else entered
        days.append(start + timedelta(days=criteria.tenure_days))
    return max(days), met_by


def settle(
    placements: Sequence[Placement],
    visits: Collection[Visit],
    scheme: Scheme,
    *,
    entered: date,
    active_since: date,
    today: date,
) -> Ladder:
    """Work out the placements that follow from a decision of staff and the visits since.

    A visit counts from the day of the placement on, that day included, and one that has earned a
    promotion counts no second time. A promotion there was stays, even if a visit that earned it
    was taken back. Each goes to the next rank, with a count of its own.

    Args:
        placements: what staff decided last, and the automatic promotions since, in order.
        visits: the person's visits that are not taken back, in any order.
        scheme: the category's present scheme.
        entered: the day of the person's first placement in the category.
        active_since: the day the studio activated ranking.
        today: in the studio's time zone; nothing takes effect after it.

    Source: M16, M21, M33, M34, M35, Mi2, Mi3.
    """
    base, *stored = placements
    settled = [base]
    open_visits = [visit for visit in sorted(visits) if visit.day >= base.since]
    for placement in stored:
        kept = _regiven(placement, open_visits, since=settled[-1].since, entered=entered)
        settled.append(kept)
        open_visits = _left(open_visits, kept)
    while True:
        held = settled[-1]
        standing, promoted = _next(
            held, open_visits, scheme, entered=entered, active_since=active_since, today=today
        )
        if promoted is None:
            return Ladder(tuple(settled), standing)
        settled.append(promoted)
        open_visits = _left(open_visits, promoted)


def united(
    mine: Sequence[Placement], theirs: Sequence[Placement], scheme: Scheme
) -> list[Placement]:
    """Give the history of one person in a category who had two records.

    All of it stays. The record in which they came further goes on, so nobody falls behind by it;
    of two at the same rank the one that has been there longer, and of two as long the one that
    stays. The other record's history stands before it.

    Args:
        mine: of the record that stays; may be empty.
        theirs: of the one merged into it; may be empty.
        scheme: the category's present scheme.
    """
    if not mine or not theirs:
        return [*mine, *theirs]
    if _ahead(theirs, scheme) > _ahead(mine, scheme):
        return [*mine, *theirs]
    return [*theirs, *mine]


def _ahead(history: Sequence[Placement], scheme: Scheme) -> tuple[int, int]:
    here = history[-1]
    return len(scheme.below(here.rank_id)), -here.since.toordinal()


def _regiven(
    placement: Placement, visits: Sequence[Visit], *, since: date, entered: date
) -> Placement:
    """Give a promotion again by what is known now, if that is no later; else leave it as it is."""
    earned = placement.earned
    if earned is None:
        msg = "only automatic promotions follow a decision of staff"
        raise ValueError(msg)
    met = qualified(
        earned.criteria, visits, since=since, entered=entered, not_before=earned.not_before
    )
    if met is None or met[0] > placement.since:
        return placement
    return replace(placement, since=met[0], earned=replace(earned, visits=met[1]))


def _left(visits: Sequence[Visit], placement: Placement) -> list[Visit]:
    """Give the visits that count from a promotion on."""
    used = set(placement.earned.visits) if placement.earned else set()
    return [v for v in visits if v.day >= placement.since and v.booking_id not in used]


def _next(
    held: Placement,
    visits: Sequence[Visit],
    scheme: Scheme,
    *,
    entered: date,
    active_since: date,
    today: date,
) -> tuple[Standing, Placement | None]:
    """Say how somebody stands at a rank, and where they are promoted to, if they are."""
    step, higher = scheme.step(held.rank_id), scheme.above(held.rank_id)
    if not higher or step.criteria.by_hand:
        return Standing(len(visits), None), None
    not_before = max(step.since, active_since)
    met = qualified(step.criteria, visits, since=held.since, entered=entered, not_before=not_before)
    standing = Standing(len(visits), met[0] if met else None)
    if met is None or not scheme.automatic or met[0] > today:
        return standing, None
    earned = Earned(scheme.version, step.criteria, not_before, met[1])
    promoted = Placement(
        next_placement_id(held.placement_id, higher[0]), higher[0], How.PROMOTED, met[0], earned
    )
    return standing, promoted
