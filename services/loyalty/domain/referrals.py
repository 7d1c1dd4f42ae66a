"""Who referred whom, and whether it earns points."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class ReferralState(StrEnum):
    """Where a referral stands; only the yes of the staff awards it (T12, T13)."""

    ASKED = "asked"
    AWARDED = "awarded"
    CORRECTED = "corrected"  # it was somebody else, or nobody; what was awarded is taken back


class Verdict(StrEnum):
    """Whether somebody can be `referred by` somebody."""

    FINE = "fine"
    SELF = "self"
    RING = "ring"
    NOT_NEW = "not_new"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, as far as referrals need to know; without a name once erased, or not named yet.

    `first_referred_at` is when `referred by` was first chosen, and stays if it is corrected.
    `said_referrer` is who booking last named, as of `sequence`; staff may have chosen another here.
    A person `merged_into` another is that one.
    """

    person_id: UUID
    name: str | None
    language: str
    referred_by: UUID | None
    first_referred_at: datetime | None
    erased_at: datetime | None
    sequence: int = 0
    said_referrer: UUID | None = None
    merged_into: UUID | None = None


@dataclass(frozen=True, slots=True)
class Referral:
    """That somebody was referred by somebody, and the points staff were asked to add for it."""

    referral_id: UUID
    new_person_id: UUID
    referrer_id: UUID
    points: int
    state: ReferralState
    referred_at: datetime
    awarded_at: datetime | None


def is_new(person: Person, first_booked_at: datetime | None, *, at: datetime) -> bool:
    """Say whether a person was new when they were first referred, or is now if they never were.

    Args:
        person: who was referred.
        first_booked_at: when they first booked, cancelled or not; None: never.
        at: now (UTC).

    Source: T1, and the decision on who is new (no earlier booking).
    """
    referred_at = person.first_referred_at or at
    return first_booked_at is None or first_booked_at >= referred_at


def judge(
    person: Person,
    referrer_id: UUID,
    referrers_above: Collection[UUID],
    first_booked_at: datetime | None,
    *,
    at: datetime,
) -> Verdict:
    """Say whether a person can be `referred by` another.

    Args:
        person: the new client.
        referrer_id: who is said to have referred them.
        referrers_above: who referred the referrer, who referred those, and so on.
        first_booked_at: when the person first booked; None: never.
        at: now (UTC).

    Source: T11 and its decision (oneself and rings are refused), T1 (a new client).
    """
    if person.person_id == referrer_id:
        return Verdict.SELF
    if person.person_id in referrers_above:
        return Verdict.RING
    return Verdict.FINE if is_new(person, first_booked_at, at=at) else Verdict.NOT_NEW


def claim_to_keep(claims: Collection[Referral]) -> Referral | None:
    """Choose which referral stays of those of two records that turned out to be one new client.

    Nobody has brought themselves. One client earns one award for ever: one that was given stays,
    the first of two; where none was, the first that was asked about. None: there is none to keep.
    """
    return min(
        (claim for claim in claims if claim.new_person_id != claim.referrer_id),
        key=lambda claim: (
            claim.state is not ReferralState.AWARDED,
            claim.awarded_at or claim.referred_at,
            claim.referral_id,
        ),
        default=None,
    )


def asks(state: ReferralState, *, has_card: bool) -> bool:
    """Say whether staff are asked to add the points: the pop-up.

    Source: T12, Ti1 (no TreatCard, no question), Ti5 (never twice).
    """
    return has_card and state is ReferralState.ASKED
