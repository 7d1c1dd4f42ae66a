"""The facts ranking says.

A *rank* is what the studio calls a belt, a ranking, a challenge or by a word of its own; the word
travels along, in every language of the suite, as do the names.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.contracts import Fact
from shared.contracts.booking import Erasure

RANKS_LINK = "show-ranks"
"""The purpose of a link that names a person and shows their ranks."""
RANKS_PATH = "/ranks/{token}"
"""Where ranking's pages answer such a link."""


@dataclass(frozen=True, kw_only=True)
class Advance:
    """What a message must say about somebody's way through the ranks of a category."""

    person_id: UUID
    person_name: str  # empty: booking has not said it yet
    language: str  # the person's; ISO 639-1, lower case
    category_id: UUID
    category_name: str
    term_en: str  # the studio's word for all of this: "Belt Tracking"
    term_it: str
    term_fr: str
    term_de: str
    unit_en: str  # and for one rank: "belt"
    unit_it: str
    unit_fr: str
    unit_de: str
    studio_language: str  # what staff read; ISO 639-1
    tell_admins: bool  # whom the category's settings tell
    tell_operators: bool
    tell_client: bool


@dataclass(frozen=True, kw_only=True)
class RankAwarded(Advance, Fact, version=1, about="person_id"):
    """A person was placed at a rank, by staff or by meeting the criteria.

    Nobody is to be told of what staff did by hand: the `tell_` fields are false then.

    Heard by: notify (tells those whom the fields name).
    """

    placement_id: UUID
    rank_id: UUID
    rank_name: str
    previous_rank_id: UUID | None  # None: the first rank in the category
    previous_rank_name: str | None
    how: Literal["assigned", "promoted", "demoted"]
    automatic: bool
    since: str  # the day it counts from, ISO 8601, in the studio's time zone
    visits: int  # that counted at the rank before
    criteria_version: int
    awarded_at: datetime  # UTC


@dataclass(frozen=True, kw_only=True)
class PromotionEarned(Advance, Fact, version=1, about="person_id"):
    """A person meets the criteria of their rank, in a category where staff promote by hand.

    Said only where the category's notices are on. Said again if a visit was taken back and the
    criteria are met anew.

    Heard by: notify (tells those whom the fields name).
    """

    placement_id: UUID  # their present one
    rank_id: UUID
    rank_name: str
    next_rank_id: UUID
    next_rank_name: str
    visits: int  # that count at the present rank
    since: str  # the day of the present placement, ISO 8601, in the studio's time zone
    due: str  # the day the criteria were met, ISO 8601
    criteria_version: int
    earned_at: datetime  # UTC


@dataclass(frozen=True, kw_only=True)
class RankingRecordsErased(Erasure, Fact, version=1, about="person_id"):
    """ranking has removed what it held of a person.

    Heard by: booking (notes it in the receipt).
    """
