"""What loyalty does, one verb per function; each runs in the transaction it is given."""

from services.loyalty.actions.cards import issue_card, lose_card, replace_card
from services.loyalty.actions.earning import adjust_points, count_visit, record_purchase
from services.loyalty.actions.ledger import expire_points
from services.loyalty.actions.looking import (
    find_card,
    find_referral,
    get_account,
    get_overview,
    get_settings,
    get_statement,
)
from services.loyalty.actions.people import erase_person, keep_booking, keep_person
from services.loyalty.actions.referrals import confirm_referral, refer, withdraw_referral
from services.loyalty.actions.settings import save_settings
from services.loyalty.actions.treats import redeem_treat, return_treat

__all__ = [
    "adjust_points",
    "confirm_referral",
    "count_visit",
    "erase_person",
    "expire_points",
    "find_card",
    "find_referral",
    "get_account",
    "get_overview",
    "get_settings",
    "get_statement",
    "issue_card",
    "keep_booking",
    "keep_person",
    "lose_card",
    "record_purchase",
    "redeem_treat",
    "refer",
    "replace_card",
    "return_treat",
    "save_settings",
    "withdraw_referral",
]
