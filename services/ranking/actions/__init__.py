"""What ranking does, one verb per function; each runs in the transaction it is given."""

from services.ranking.actions.categories import (
    add_category,
    add_rank,
    change_category,
    change_criteria,
    change_rank,
    get_category,
    list_categories,
    list_versions,
    order_ranks,
)
from services.ranking.actions.checking import check_person
from services.ranking.actions.exports import export_report
from services.ranking.actions.hearing import count_visit, keep_person, watch_tenure
from services.ranking.actions.looking import (
    get_placement,
    get_profile,
    report_ranks,
    show_ranks,
)
from services.ranking.actions.merging import erase_person, merge_people
from services.ranking.actions.moves import assign, demote, hand_over, promote, promote_many
from services.ranking.actions.sandbox import try_criteria
from services.ranking.actions.studio import (
    activate,
    choose_wording,
    deactivate,
    get_settings,
)

__all__ = [
    "activate",
    "add_category",
    "add_rank",
    "assign",
    "change_category",
    "change_criteria",
    "change_rank",
    "check_person",
    "choose_wording",
    "count_visit",
    "deactivate",
    "demote",
    "erase_person",
    "export_report",
    "get_category",
    "get_placement",
    "get_profile",
    "get_settings",
    "hand_over",
    "keep_person",
    "list_categories",
    "list_versions",
    "merge_people",
    "order_ranks",
    "promote",
    "promote_many",
    "report_ranks",
    "show_ranks",
    "try_criteria",
    "watch_tenure",
]
