"""How schemes and placements are written into columns."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from services.ranking.domain import Criteria, Earned, How, Placement, Scheme, Step, TenureIn


def written_criteria(criteria: Criteria) -> dict[str, Any]:
    """Write criteria as JSON."""
    return {
        "visits": criteria.visits,
        "tenure_days": criteria.tenure_days,
        "tenure_in": criteria.tenure_in.value,
    }


def read_criteria(body: Mapping[str, Any]) -> Criteria:
    """Read criteria off JSON."""
    return Criteria(body["visits"], body["tenure_days"], TenureIn(body["tenure_in"]))


def written_steps(scheme: Scheme) -> list[Any]:
    """Write a scheme's steps as JSON."""
    return [
        written_criteria(step.criteria)
        | {"rank_id": str(step.rank_id), "since": step.since.isoformat()}
        for step in scheme.steps
    ]


def read_scheme(row: Any) -> Scheme:
    """Read a scheme off a row that has `version`, `automatic` and `steps`."""
    steps = tuple(
        Step(UUID(body["rank_id"]), read_criteria(body), date.fromisoformat(body["since"]))
        for body in row.steps
    )
    return Scheme(row.version, row.automatic, steps)


def written_earned(earned: Earned | None) -> dict[str, Any]:
    """Write what a promotion rests on as JSON; empty: it was staff's decision."""
    if earned is None:
        return {}
    return written_criteria(earned.criteria) | {"not_before": earned.not_before.isoformat()}


def read_earned(body: Mapping[str, Any], version: int, visits: list[str]) -> Earned | None:
    """Read what a promotion rests on."""
    if not body:
        return None
    not_before = date.fromisoformat(body["not_before"])
    return Earned(version, read_criteria(body), not_before, tuple(map(UUID, visits)))


def written_placement(placement: Placement) -> list[Any]:
    """Write a decision of staff as JSON."""
    return [
        str(placement.placement_id),
        str(placement.rank_id),
        placement.how.value,
        placement.since.isoformat(),
    ]


def read_placement(body: list[Any]) -> Placement:
    """Read a decision of staff."""
    return Placement(UUID(body[0]), UUID(body[1]), How(body[2]), date.fromisoformat(body[3]))
