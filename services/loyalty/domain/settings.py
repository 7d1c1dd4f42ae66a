"""What staff can set."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Settings:
    """The TreatCard's settings, as they are until somebody saves others.

    `sms_texts` holds, by language, the texts that were edited; the other languages have the
    default. `points_expire_days` None: points last.

    Source: T5, T6 (100 points), T7 (no SMS until ticked), T8; Phorest's defaults for accrual
    and the price of treats.
    """

    points_per_referral: int = 100
    send_sms: bool = False
    sms_texts: Mapping[str, str] = field(default_factory=dict)
    salon_name: str = ""
    service_points_per_unit: int = 1
    product_points_per_unit: int = 2
    points_per_visit: int = 0
    points_expire_days: int | None = None
    treat_points_per_unit: int = 14

    def too_old(self, at: datetime) -> datetime | None:
        """Give the instant up to which earned points have outlived their time at `at` (UTC)."""
        days = self.points_expire_days
        return None if days is None else at - timedelta(days=days)
