"""What loyalty does, one verb per function; each runs in the transaction it is given."""

from services.loyalty.actions.cards import issue_card, lose_card, replace_card
from services.loyalty.actions.earning import (
    adjust_points,
    count_payment,
    count_visit,
    record_purchase,
    retract_purchase,
)
from services.loyalty.actions.ledger import expire_points
from services.loyalty.actions.looking import (
    find_card,
    find_referral,
    get_account,
    get_overview,
    get_settings,
    get_statement,
    list_referrals,
    show_points,
)
from services.loyalty.actions.merging import merge_people
from services.loyalty.actions.people import erase_person, keep_booking, keep_person
from services.loyalty.actions.referrals import confirm_referral, refer, withdraw_referral
from services.loyalty.actions.settings import save_settings
from services.loyalty.actions.treats import (
    list_treats,
    offer_treat,
    redeem_treat,
    return_treat,
    withdraw_treat,
)

__all__ = [
    "adjust_points",
    "confirm_referral",
    "count_payment",
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
    "list_referrals",
    "list_treats",
    "lose_card",
    "merge_people",
    "offer_treat",
    "record_purchase",
    "redeem_treat",
    "refer",
    "replace_card",
    "retract_purchase",
    "return_treat",
    "save_settings",
    "show_points",
    "withdraw_referral",
    "withdraw_treat",
]
