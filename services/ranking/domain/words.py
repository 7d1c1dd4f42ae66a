"""The studio's word for ranking, in the languages of the suite."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

LANGUAGES = ("en", "it", "fr", "de")


class Term(StrEnum):
    """What the studio calls its ranks. Source: M2, M7, M9."""

    BELTS = "belts"
    RANKINGS = "rankings"
    CHALLENGES = "challenges"
    OWN = "own"  # words of the studio's own


@dataclass(frozen=True, slots=True)
class Words:
    """A term in one language: the name of the feature, and of one rank."""

    title: str
    unit: str


_KNOWN: Mapping[Term, Mapping[str, Words]] = {
    Term.BELTS: {
        "en": Words("Belt Tracking", "belt"),
        "it": Words("Tracciamento Cinture", "cintura"),
        "fr": Words("Suivi des ceintures", "ceinture"),
        "de": Words("Gürtelübersicht", "Gürtel"),
    },
    Term.RANKINGS: {
        "en": Words("Customer Rankings", "rank"),
        "it": Words("Classifiche Clienti", "livello"),
        "fr": Words("Classement des clients", "rang"),
        "de": Words("Kundenränge", "Rang"),
    },
    Term.CHALLENGES: {
        "en": Words("Challenges", "challenge"),
        "it": Words("Sfide", "sfida"),
        "fr": Words("Défis", "défi"),
        "de": Words("Herausforderungen", "Herausforderung"),
    },
}
_ICONS = {Term.BELTS: "🥋", Term.RANKINGS: "🏅", Term.CHALLENGES: "🎯", Term.OWN: "⭐"}
_REPORT = {"en": "{} report", "it": "Report {}", "fr": "Rapport {}", "de": "Bericht {}"}


def words_of(term: Term, own: Mapping[str, Words], language: str) -> Words:
    """Give the studio's words in a language of the suite.

    Args:
        term: which words it chose.
        own: its own, by language; all languages where the term is `own`.
        language: one of LANGUAGES; another is answered in English.
    """
    known = own if term is Term.OWN else _KNOWN[term]
    return known.get(language) or known["en"]


def icon_of(term: Term) -> str:
    """Give the picture that stands for the term. Source: M27."""
    return _ICONS[term]


def report_name(words: Words, language: str) -> str:
    """Give the name of the report, after the studio's word. Source: M13."""
    return _REPORT.get(language, _REPORT["en"]).format(words.title)
