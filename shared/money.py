"""Amounts of money: whole numbers of a currency's smallest unit, never a fraction of one.

An amount is an `int` of minor units beside a currency, three lower-case letters of ISO 4217: 1250
"eur" is 12.50 euros, 1250 "jpy" is 1250 yen, 1250 "kwd" is 1.25 dinars. Nothing here, and nothing
that uses it, computes with floating-point numbers.
"""

from decimal import Decimal

_WITHOUT_MINOR_UNIT = frozenset(
    currency
    for line in ("bif clp djf gnf isk jpy kmf krw", "mga pyg rwf ugx vnd vuv xaf xof xpf")
    for currency in line.split()
)
_WITH_THOUSANDTHS = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])
USUAL_DECIMALS = 2


def decimals(currency: str) -> int:
    """Give how many decimal places an amount of a currency (lower case) is written with."""
    if currency in _WITHOUT_MINOR_UNIT:
        return 0
    return 3 if currency in _WITH_THOUSANDTHS else USUAL_DECIMALS


def card_step(currency: str) -> int:
    """Give what an amount charged to a card must be a multiple of: cards know no thousandths."""
    return 10 if currency in _WITH_THOUSANDTHS else 1


def exact(amount_minor: int, currency: str) -> Decimal:
    """Give an amount in the currency's main unit: 1250 "eur" is 12.50."""
    return Decimal(amount_minor).scaleb(-decimals(currency))
