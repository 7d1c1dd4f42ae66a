"""Amounts of money: whole numbers of a currency's smallest unit, never a fraction of one.

An amount is an `int` of minor units beside a currency, three lower-case letters of ISO 4217: 1250
"eur" is 12.50 euros, 1250 "jpy" is 1250 yen, 1250 "kwd" is 1.25 dinars. Nothing here, and nothing
that uses it, computes with floating-point numbers.
"""

from decimal import Decimal

from babel.numbers import format_currency

_WITHOUT_MINOR_UNIT = frozenset(
    currency
    for line in ("bif clp djf gnf isk jpy kmf krw", "mga pyg rwf ugx vnd vuv xaf xof xpf")
    for currency in line.split()
)
_WITH_THOUSANDTHS = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])
_USUAL = 2


def decimals(currency: str) -> int:
    """Give how many decimal places an amount of a currency (lower case) is written with."""
    if currency in _WITHOUT_MINOR_UNIT:
        return 0
    return 3 if currency in _WITH_THOUSANDTHS else _USUAL


def exact(amount_minor: int, currency: str) -> Decimal:
    """Give an amount in the currency's main unit: 1250 "eur" is 12.50."""
    return Decimal(amount_minor).scaleb(-decimals(currency))


def shown_amount(amount_minor: int, currency: str, language: str = "en") -> str:
    """Write an amount as people of a language (ISO 639-1) read it: `€12.50`, `12,50 €`."""
    # Babel knows some currencies with fewer places than they are charged with: not those it shares
    # with us, and for the others the language's own pattern has the two places we count in.
    own_places = decimals(currency) != _USUAL
    return format_currency(
        exact(amount_minor, currency), currency.upper(), locale=language, currency_digits=own_places
    )
