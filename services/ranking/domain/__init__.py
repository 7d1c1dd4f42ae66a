"""ranking's rules and value types; pure."""

from services.ranking.domain.entries import Entry, Mark, Move, Replayed, Rules, replay
from services.ranking.domain.ladder import Ladder, Standing, qualified, settle, united
from services.ranking.domain.values import (
    ANY_TIME,
    Criteria,
    Earned,
    How,
    Placement,
    Scheme,
    StaffRole,
    Step,
    TenureIn,
    Visit,
    arranged,
    changed_step,
    local_day,
)
from services.ranking.domain.words import LANGUAGES, Term, Words, icon_of, report_name, words_of

__all__ = [
    "ANY_TIME",
    "LANGUAGES",
    "Criteria",
    "Earned",
    "Entry",
    "How",
    "Ladder",
    "Mark",
    "Move",
    "Placement",
    "Replayed",
    "Rules",
    "Scheme",
    "StaffRole",
    "Standing",
    "Step",
    "TenureIn",
    "Term",
    "Visit",
    "Words",
    "arranged",
    "changed_step",
    "icon_of",
    "local_day",
    "qualified",
    "replay",
    "report_name",
    "settle",
    "united",
    "words_of",
]
