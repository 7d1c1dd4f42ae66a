"""TreatCards and their numbers."""

import re
from enum import StrEnum

_OWN = re.compile(r"27\d{10}")
_ANY = re.compile(r"[0-9A-Z]{4,20}")
_SPACING = re.compile(r"[\s-]+")
SERIALS = 1_000_000_000
"""How many numbers of our own there are."""
# Damm's quasigroup: unlike Luhn's sum it notices every pair of neighbours that changed places.
_DAMM = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)


class CardState(StrEnum):
    """Whether a card is its holder's; others stay known, so that they can be recognised."""

    ACTIVE = "active"
    LOST = "lost"
    RETIRED = "retired"  # its holder has another, since two records turned out to be one person


def check_digit(digits: str) -> str:
    """Give the digit that, put behind these, lets a mistyped number be noticed."""
    state = 0
    for digit in digits:
        state = int(_DAMM[state][int(digit)])
    return str(state)


def card_number(serial: int) -> str:
    """Make a number of our own: 27, nine digits and a check digit.

    Args:
        serial: 0 <= serial < SERIALS.
    """
    digits = f"27{serial:09d}"
    return digits + check_digit(digits)


def tidied(typed: str) -> str:
    """Give a number as it is kept, without the spaces and hyphens people read it by."""
    return _SPACING.sub("", typed).upper()


def number_fault(number: str) -> str | None:
    """Say what is wrong with a number that was typed or scanned; None: nothing.

    Cards printed elsewhere are welcome: their numbers are any 4 to 20 letters and digits. What
    looks like one of our own must have its check digit.
    """
    if not _ANY.fullmatch(number):
        return "Must be 4 to 20 letters and digits."
    if _OWN.fullmatch(number) and check_digit(number[:-1]) != number[-1]:
        return "The last digit does not fit the others: is the number mistyped?"
    return None
