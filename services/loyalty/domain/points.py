"""Points for what people buy and for their visits."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.loyalty.domain.ledger import EntryKind

_DIGITS = {
    0: "bif clp djf gnf isk jpy kmf krw pyg rwf ugx uyi vnd vuv xaf xof xpf",
    3: "bhd iqd jod kwd lyd omn tnd",
}
MOST_POINTS = 1_000_000
"""How many points a referral, a treat or an entry by hand has at most."""
_MINOR_DIGITS = {code: digits for digits, codes in _DIGITS.items() for code in codes.split()}


class PurchaseKind(StrEnum):
    """What was bought; each has its own rate.

    Source: Phorest (1 point a unit of currency for services, 2 for products).
    """

    SERVICE = "service"
    PRODUCT = "product"


class Availability(StrEnum):
    """Who may have a treat.

    Source: Phorest, the treat availability matrix.
    """

    ANYTIME = "anytime"
    FIRST_TIME = "first_time"  # only who never had it


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


@dataclass(frozen=True, slots=True)
class Movement:
    """Money for a booking: what came (> 0) and what it left to pay, or what was given back (< 0).

    Amounts are in minor units of the booking's currency.
    """

    amount_minor: int
    balance_minor: int
    moved_at: datetime


def paid_minor(movements: Collection[Movement]) -> int | None:
    """Say what is paid for a booking, less what was given back; None: not in full, or not yet.

    What came last decides whether it is in full: what is only a deposit earns nothing. The order
    in which one hears of payments and refunds makes no difference.

    Args:
        movements: all that were heard of.

    Source: Phorest, earning Treat Points (none on deposits, only once the appointment is paid).
    """
    came = [one for one in movements if one.amount_minor > 0]
    last = max(came, key=lambda one: (one.moved_at, -one.balance_minor), default=None)
    if last is None or last.balance_minor > 0:
        return None
    return max(0, sum(one.amount_minor for one in movements))


def treat_points(price_minor: int, currency: str, per_unit: int) -> int:
    """Suggest what a treat costs in points: its price so many times, rounded up; 1 at least.

    Args:
        price_minor: what it costs in money, in minor units; >= 0.
        currency: ISO 4217, lower case.
        per_unit: points for each whole unit of the currency; 14 unless it is set otherwise.

    Source: Phorest, the cost of a treat (14 times its price).
    """
    return max(1, -int(-price_minor * per_unit // 10 ** minor_digits(currency)))


def adjustment_kind(points: int) -> EntryKind:
    """Give the kind of entry staff make by hand: added, or removed."""
    return EntryKind.ADDED if points > 0 else EntryKind.REMOVED
