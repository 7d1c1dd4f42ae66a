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
_CARD_MINIMUM = {
    currency: minor
    for minor, currencies in {
        30: "gbp",
        50: "aud brl cad chf eur inr jpy nzd sgd usd",
        100: "bgn",
        200: "aed myr pln ron",
        250: "dkk",
        300: "nok sek",
        400: "hkd",
        1000: "mxn thb",
        1500: "czk",
        17500: "huf",
    }.items()
    for currency in currencies.split()
}
"""The least a card is charged, in minor units. Source: docs.stripe.com/currencies, "Minimum and
maximum charge amounts". It is by the currency an account is paid out in, as charges most often are;
in any other, and for currencies not named there, Stripe alone knows what the least comes to."""


def decimals(currency: str) -> int:
    """Give how many decimal places an amount of a currency (lower case) is written with."""
    if currency in _WITHOUT_MINOR_UNIT:
        return 0
    return 3 if currency in _WITH_THOUSANDTHS else USUAL_DECIMALS


def card_step(currency: str) -> int:
    """Give what an amount charged to a card must be a multiple of: cards know no thousandths."""
    return 10 if currency in _WITH_THOUSANDTHS else 1


def card_fault(amount_minor: int, currency: str) -> str:
    """Say by which rule cards cannot be charged an amount; empty where they can, or it is 0.

    Args:
        amount_minor: in minor units of the currency; >= 0.
        currency: lower case.
    """
    step, least = card_step(currency), _CARD_MINIMUM.get(currency, 1)
    if amount_minor % step:
        return f"Cards are charged {currency} in steps of {step}; round it to one."
    if 0 < amount_minor < least:
        return f"Cards are charged {least} {currency} or more, and this is {amount_minor}."
    return ""


def exact(amount_minor: int, currency: str) -> Decimal:
    """Give an amount in the currency's main unit: 1250 "eur" is 12.50."""
    return Decimal(amount_minor).scaleb(-decimals(currency))
