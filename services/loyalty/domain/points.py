"""Points for what people buy and for their visits."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.loyalty.domain.ledger import EntryKind

_DIGITS = {
    0: "bif clp djf gnf isk jpy kmf krw pyg rwf ugx uyi vnd vuv xaf xof xpf",
    3: "bhd iqd jod kwd lyd omn tnd",
}
_MINOR_DIGITS = {code: digits for digits, codes in _DIGITS.items() for code in codes.split()}


class PurchaseKind(StrEnum):
    """What was bought; each has its own rate.

    Source: Phorest (1 point a unit of currency for services, 2 for products).
    """

    SERVICE = "service"
    PRODUCT = "product"


class VisitChange(StrEnum):
    """What news of a visit means for its points."""

    COUNT = "count"
    TAKE_BACK = "take_back"
    NOTHING = "nothing"  # it counts, or does not, as before; older news is too late now


@dataclass(frozen=True, slots=True)
class Visit:
    """What is known of a visit: up to which `sequence`, and what it earned if it counts."""

    booking_id: UUID
    person_id: UUID
    sequence: int
    counts: bool
    points: int
    earned_at: datetime | None

    def heard(self, sequence: int, change: VisitChange, *, points: int, at: datetime) -> "Visit":
        """Give the visit after news of it; `points` are what it earns if it counts from now on."""
        if change is VisitChange.COUNT:
            return replace(self, sequence=sequence, counts=True, points=points, earned_at=at)
        if change is VisitChange.TAKE_BACK:
            return replace(self, sequence=sequence, counts=False, points=0, earned_at=None)
        return replace(self, sequence=sequence)


def minor_digits(currency: str) -> int:
    """Give how many decimals a currency has (ISO 4217, lower case)."""
    return _MINOR_DIGITS.get(currency, 2)


def purchase_points(amount_minor: int, currency: str, per_unit: int) -> int:
    """Give the points for a purchase; a part of a unit counts by its part, and rounds down.

    Args:
        amount_minor: what was paid, in minor units; >= 0.
        currency: ISO 4217, lower case.
        per_unit: points for each whole unit of the currency; 0: none.

    Source: Phorest, TreatCard settings (points per currency unit on services and products).
    """
    return int(amount_minor * per_unit // 10 ** minor_digits(currency))


def visit_change(visit: Visit, sequence: int, *, came: bool) -> VisitChange | None:
    """Say what news of a visit changes; None: newer news was heard before.

    Args:
        visit: what is known of it.
        sequence: how often it had been marked; the higher one is newer.
        came: whether the person came.
    """
    if sequence <= visit.sequence:
        return None
    if came == visit.counts:
        return VisitChange.NOTHING
    return VisitChange.COUNT if came else VisitChange.TAKE_BACK


def adjustment_kind(points: int) -> EntryKind:
    """Give the kind of entry staff make by hand: added, or removed."""
    return EntryKind.ADDED if points > 0 else EntryKind.REMOVED
