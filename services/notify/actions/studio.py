"""What the studio chooses: words, routes, hours and paces."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from services.notify import gateways, store
from services.notify.domain import (
    MANNERS,
    MOST_SEGMENTS,
    NEEDED,
    Channel,
    Lane,
    MessageKind,
    Words,
)
from services.notify.gateways import WordsInvalid, Written
from shared.config import settings
from shared.contracts.errors import InvalidRequest, TemplateNotFound
from shared.db import Tx
from shared.shapes import LANGUAGES

_LONGEST_NAME = "Maximiliane-Sophie"

# -- words -----------------------------------------------------------------------------------------


def list_templates(sql: Any) -> list[Any]:
    """List the words of every kind and language, and whether the studio has changed them."""
    changed = store.changed_words(sql)
    return [
        {"kind": kind.value, "language": language, "version": changed.get((kind, language), 0)}
        for kind in MessageKind
        for language in LANGUAGES
    ]


def get_template(
    sql: Any, kind: MessageKind, language: str, version: int | None, *, at: datetime
) -> Any:
    """Give some words, today's or those of a version, and what can be filled in.

    Raises:
        TemplateNotFound: there is no such version.
    """
    if version is None:
        version = store.latest_version(sql, kind, language)
    row = store.find_version(sql, kind, language, version) if version else None
    if version and row is None:
        msg = f"{kind.value} in {language} has no version {version}"
        raise TemplateNotFound(msg)
    own = row is not None and row.text is not None
    words: Any = row if own else gateways.default_words(kind, language)
    return {
        "kind": kind.value,
        "language": language,
        "version": version,
        "is_default": not own,
        "subject": words.subject,
        "text": words.text,
        "sms": words.sms,
        "placeholders": sorted(gateways.placeholders(kind, settings(), at=at)),
        "versions": [
            {"version": one.version, "saved_at": one.saved_at, "is_default": one.text is None}
            for one in store.list_versions(sql, kind, language)
        ],
    }


def save_template(tx: Tx, kind: MessageKind, language: str, words: Words, *, at: datetime) -> Any:
    """Keep the studio's own words; messages that are written from now on have them.

    Raises:
        InvalidRequest: they cannot be filled in, or the SMS is too long.

    Source: M32, T8.
    """
    _check(kind, language, words, at=at)
    return _keep(tx, kind, language, words, at=at)


def restore_template(tx: Tx, kind: MessageKind, language: str, *, at: datetime) -> Any:
    """Go back to the words the suite came with; the studio's own stay as versions."""
    return _keep(tx, kind, language, None, at=at)


def _keep(tx: Tx, kind: MessageKind, language: str, words: Words | None, *, at: datetime) -> Any:
    version = store.latest_version(tx.sql, kind, language) + 1
    if not store.add_version(tx.sql, kind, language, version, words, at=at):
        msg = "somebody else has saved these words in this very moment; look at them and save again"
        raise InvalidRequest(msg)
    return get_template(tx.sql, kind, language, version, at=at)


def preview_template(
    kind: MessageKind, language: str, words: Words | None, *, at: datetime
) -> Written:
    """Write a message on sample data, in words that may not have been saved yet.

    Raises:
        InvalidRequest: they cannot be filled in, or the SMS is too long.
    """
    if words is not None:
        _check(kind, language, words, at=at)
    message = gateways.sample(kind, language, words, name="Ada Lovelace", at=at)
    return gateways.show(message, settings())


def _check(kind: MessageKind, language: str, words: Words, *, at: datetime) -> None:
    known, needed = gateways.placeholders(kind, settings(), at=at), NEEDED.get(kind)
    faults = []
    for part in ("subject", "text", "sms"):
        try:
            filled = gateways.check(getattr(words, part), known)
        except WordsInvalid as exc:
            faults.append(f"{part}: {exc}")
            continue
        if not filled.strip():
            faults.append(f"{part}: Says nothing on sample data.")
        elif needed and part != "subject" and known[needed] not in filled:
            faults.append(f"{part}: Has to say {{{{ {needed} }}}}.")
    if not faults:
        message = gateways.sample(kind, language, words, name=_LONGEST_NAME, at=at)
        count = gateways.write_sms(message, settings())[1]
        if count > MOST_SEGMENTS:
            faults.append(f"sms: {count} segments on sample data; {MOST_SEGMENTS} at most.")
    if faults:
        raise InvalidRequest("; ".join(faults))


# -- routes ----------------------------------------------------------------------------------------


def list_kinds(sql: Any) -> list[Any]:
    """List every kind of message and how it travels."""
    chosen = store.routes(sql)
    return [_kind(kind, chosen) for kind in MessageKind]


def _kind(kind: MessageKind, chosen: Mapping[str, Any]) -> Any:
    manner, own = MANNERS[kind], chosen.get(kind.value)
    return {
        "kind": kind.value,
        "topic": manner.topic.value,
        "waits_for_morning": manner.waits,
        "first": own.first if own else manner.first.value,
        "falls_back": own.falls_back if own else manner.falls_back,
    }


def set_route(tx: Tx, kind: MessageKind, first: Channel, *, falls_back: bool) -> Any:
    """Choose by which channel a kind goes first, and whether the other one is tried then."""
    store.keep_route(tx.sql, kind, first, falls_back=falls_back)
    return _kind(kind, store.routes(tx.sql))


# -- settings --------------------------------------------------------------------------------------


def change_settings(tx: Tx, changes: Mapping[str, Any], *, at: datetime) -> store.StudioSettings:
    """Change when messages are sent and how many; what is left out stays."""
    chosen = replace(store.get_settings(tx.sql), **changes)
    store.keep_settings(tx.sql, chosen)
    for channel in Channel:
        if chosen.per_minute(channel) is None:
            store.drop_paces(tx.sql, channel)
        elif not store.paces(tx.sql, channel):
            for lane in Lane:
                store.set_pace(tx.sql, channel, lane, 0, at=at)
    return chosen
