"""What people are to the studio, and by which words they are found."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

ERASED = "erased"
"""What stands in place of an erased person's name."""
_LONGEST = 320
_SHORTEST_NUMBER = 3


class PersonKind(StrEnum):
    """What somebody is to the studio."""

    LEAD = "lead"
    CLIENT = "client"
    MEMBER = "member"


class Purpose(StrEnum):
    """What somebody has consented to, or not."""

    STORAGE = "storage"  # that the studio keeps their data and writes about their places
    MARKETING = "marketing"  # that messages advertise to them


class Likeness(StrEnum):
    """What people have in common who may be one."""

    EMAIL = "email"
    PHONE = "phone"
    NAME = "name"


_HIGHER = {PersonKind.LEAD: 0, PersonKind.CLIENT: 1, PersonKind.MEMBER: 2}


def may_become(before: PersonKind, after: PersonKind) -> bool:
    """Say whether somebody of one kind may be made another.

    A lead becomes a client or a member, and those may change places; nobody who was a customer
    becomes a lead again.
    """
    return before is after or after is not PersonKind.LEAD


def higher_kind(one: PersonKind, other: PersonKind) -> PersonKind:
    """Give what somebody is who turned out to be both: a member before a client before a lead."""
    return max(one, other, key=lambda kind: _HIGHER[kind])


def agrees(said: Sequence[tuple[datetime, bool]]) -> bool:
    """Say whether somebody agrees to messages that advertise, from all they have said of it.

    The latest word counts; of a yes and a no at the same time the no does; silence is no.

    Args:
        said: when (UTC), and whether it was a yes.
    """
    latest = max(said, key=lambda one: (one[0], not one[1]), default=None)
    return latest is not None and latest[1]


def folded(text: str) -> str:
    """Write a text as it is compared: without accents, lower case, with single spaces."""
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join(plain.casefold().split())


def search_words(name: str, email: str | None, phone: str | None) -> frozenset[str]:
    """Give the words a person is found by, each by its beginning.

    They are the words of the name, the email address whole and in its parts, and every end of the
    telephone number, so that any piece of it is the beginning of one.

    Args:
        name: as written.
        email: as written, or None.
        phone: E.164, or None.
    """
    words = {word for word in re.split(r"[^\w]+", folded(name)) if word}
    if email:
        address = folded(email)
        words |= {address, *(part for part in re.split(r"[^\w]+", address) if part)}
    if phone:
        digits = re.sub(r"\D", "", phone)
        words |= {digits[at:] for at in range(max(1, len(digits) - _SHORTEST_NUMBER + 1))}
    return frozenset(word[:_LONGEST] for word in words)


def search_terms(text: str) -> tuple[str, ...]:
    """Give what each of a searched text's parts must begin with; a number is one part.

    `"+39 02 12"` is one term, `"ada love"` are two, `"ada@ex"` is one.
    """
    if re.fullmatch(r"\s*\+?[\d\s()./-]+", text) and (digits := re.sub(r"\D", "", text)):
        return (digits,)
    parts = folded(text).split()
    terms: list[str] = []
    for part in parts:
        terms += [part] if "@" in part else [word for word in re.split(r"[^\w]+", part) if word]
    return tuple(dict.fromkeys(terms))
