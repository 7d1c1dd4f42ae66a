"""The studio's settings: whether ranking is on, and what it is called."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from services.ranking import store
from services.ranking.domain import (
    LANGUAGES,
    Term,
    Words,
    icon_of,
    local_day,
    report_name,
    words_of,
)
from services.ranking.store import Studio
from shared.config import settings
from shared.contracts import Values
from shared.contracts.errors import RankingNotActive
from shared.db import Tx


def active_studio(sql: Any, *, at: datetime) -> tuple[Studio, date]:
    """Give the studio's settings and its present day.

    Raises:
        RankingNotActive: it has not switched ranking on.
    """
    studio = store.find_studio(sql)
    if not studio.active:
        msg = "ranking is off: activate it first"
        raise RankingNotActive(msg)
    return studio, local_day(at, studio.time_zone)


def activate(tx: Tx, *, time_zone: str | None, language: str | None, at: datetime) -> Values:
    """Switch ranking on; what was set up before comes back as it was.

    Nothing is promoted for a time before the activation.

    Args:
        tx: the transaction.
        time_zone: where the studio is (IANA); None: as before, at first as the suite is set up.
        language: what its staff read; None: the same.
        at: now (UTC).

    Source: M8.
    """
    studio = store.find_studio(tx.sql, lock=True)
    time_zone = time_zone or (studio.time_zone if studio.said else settings().studio_time_zone)
    language = language or (studio.language if studio.said else settings().studio_language)
    today = local_day(at, time_zone)
    since = studio.active_since or today
    store.keep_studio(
        tx.sql, replace(studio, active_since=since, time_zone=time_zone, language=language)
    )
    store.ask_for_look(tx.sql, today=today)
    tx.wake("watch_tenure")
    return get_settings(tx.sql)


def deactivate(tx: Tx) -> Values:
    """Switch ranking off: visits are still counted, nobody is promoted or told."""
    store.keep_studio(tx.sql, replace(store.find_studio(tx.sql, lock=True), active_since=None))
    return get_settings(tx.sql)


def choose_wording(
    tx: Tx, *, term: Term, words: Mapping[str, Mapping[str, str]] | None, at: datetime
) -> Values:
    """Choose what the studio calls its ranks. Source: M2, M7, M9."""
    active_studio(tx.sql, at=at)
    studio = store.find_studio(tx.sql, lock=True)
    own = {lang: Words(**two) for lang, two in words.items()} if words else studio.words
    store.keep_studio(tx.sql, replace(studio, term=term, words=own))
    return get_settings(tx.sql)


def get_settings(sql: Any) -> Values:
    """Give the settings, and what follows from the wording in every language. Source: M13."""
    studio = store.find_studio(sql)
    wording = {language: wording_of(studio, language) for language in LANGUAGES}
    return {
        "active": studio.active,
        "active_since": studio.active_since,
        "time_zone": studio.time_zone,
        "language": studio.language,
        "term": studio.term.value,
        "icon": icon_of(studio.term),
        "wording": {
            language: {
                "title": words.title,
                "unit": words.unit,
                "report": report_name(words, language),
            }
            for language, words in wording.items()
        },
    }


def wording_of(studio: Studio, language: str) -> Words:
    """Give the studio's words in a language."""
    return words_of(studio.term, studio.words or {}, language)
