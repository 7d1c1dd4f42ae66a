"""The words of messages: the studio's own, beside the ones the suite came with."""

from datetime import datetime
from typing import Any

from services.notify import gateways, store
from services.notify.domain import (
    MOST_SEGMENTS,
    NAMED,
    NEEDED,
    MessageKind,
    TemplateKey,
    Words,
)
from services.notify.gateways import WordsInvalid, Written
from shared.config import settings
from shared.contracts import Values
from shared.contracts.errors import InvalidRequest, TemplateNotFound
from shared.contracts.notify import TemplateNamed, TemplateRemoved
from shared.db import Tx
from shared.shapes import LANGUAGES

_LONGEST_NAME = "Maximiliane-Sophie"
_MOST_NAMES = 100


def list_templates(sql: Any) -> list[Values]:
    """List the words of every kind and language, and of every name, with their newest versions.

    A version of 0 says that the studio has not changed the words; under a name, that the usual ones
    are sent in this language.
    """
    changed = store.changed_words(sql)
    named = [(MessageKind(row.kind), row.name) for row in store.template_names(sql)]
    keys = [
        TemplateKey(kind, language, name)
        for kind, name in [*((kind, "") for kind in MessageKind), *named]
        for language in LANGUAGES
    ]
    return [_as_values(key) | {"version": changed.get(key, 0)} for key in keys]


def get_template(sql: Any, key: TemplateKey, version: int | None, *, at: datetime) -> Values:
    """Give some words, today's or those of a version, and what can be filled in.

    Raises:
        TemplateNotFound: there is no such version, or no template of the name.
    """
    _find_name(sql, key)
    versions = store.list_versions(sql, key)
    row = versions[0] if versions and version is None else None
    if version is not None:
        row = next((one for one in versions if one.version == version), None)
        if row is None:
            msg = f"{_spoken(key)} has no version {version}"
            raise TemplateNotFound(msg)
    own = row is not None and row.text is not None
    words: Any = row if own else _usual_words(sql, key)
    return _as_values(key) | {
        "version": 0 if row is None else row.version,
        "is_default": not own,
        "subject": words.subject,
        "text": words.text,
        "sms": words.sms,
        "placeholders": sorted(gateways.placeholders(key.kind, settings(), at=at)),
        "versions": [
            {"version": one.version, "saved_at": one.saved_at, "is_default": one.text is None}
            for one in versions
        ],
    }


def _usual_words(sql: Any, key: TemplateKey) -> Any:
    """Give what is sent where a key has no words: under a name the usual ones, else the default."""
    usual = store.list_versions(sql, key.usual)[:1] if key.name else []
    if usual and usual[0].text is not None:
        return usual[0]
    return gateways.default_words(key.kind, key.language)


def _as_values(key: TemplateKey) -> Values:
    return {"kind": key.kind.value, "language": key.language, "name": key.name}


def _spoken(key: TemplateKey) -> str:
    name = f" “{key.name}”" if key.name else ""
    return f"{key.kind.value}{name} in {key.language}"


def _find_name(sql: Any, key: TemplateKey) -> None:
    if key.name and not store.has_name(sql, key.kind, key.name):
        msg = f"{key.kind.value} has no template “{key.name}”"
        raise TemplateNotFound(msg)


def save_template(tx: Tx, key: TemplateKey, words: Words, *, at: datetime) -> Values:
    """Keep the studio's own words; messages that are written from now on have them.

    Under a name that is new they are a template beside the usual one, for a session's settings to
    name. In a language in which nothing was saved under it, it says what the usual one says.

    Raises:
        InvalidRequest: they cannot be filled in, the SMS is too long, messages of this kind have
            no named templates, or there are too many.

    Source: M32, T8, B47.
    """
    _check(key.kind, key.language, words, at=at)
    if key.name:
        _keep_name(tx, key, at=at)
    return _keep(tx, key, words, at=at)


def _keep_name(tx: Tx, key: TemplateKey, *, at: datetime) -> None:
    if key.kind not in NAMED:
        msg = f"name: Only {', '.join(sorted(NAMED))} has templates with names."
        raise InvalidRequest(msg)
    row = store.add_name(tx.sql, key.kind, key.name)
    if row is None:
        return  # it is there already
    if len(store.template_names(tx.sql)) > _MOST_NAMES:
        msg = f"name: There are {_MOST_NAMES} named templates, and no more can be kept."
        raise InvalidRequest(msg)
    tx.emit(TemplateNamed(**_said(row, at=at)))


def _said(row: Any, *, at: datetime) -> Values:
    names = ("template_id", "kind", "name", "sequence")
    return {name: getattr(row, name) for name in names} | {"changed_at": at}


def restore_template(tx: Tx, key: TemplateKey, *, at: datetime) -> Values:
    """Go back to the words the suite came with, or under a name to the usual ones.

    The studio's own stay as versions.

    Raises:
        TemplateNotFound: there is no template of the name.
    """
    _find_name(tx.sql, key)
    return _keep(tx, key, None, at=at)


def remove_template(tx: Tx, kind: MessageKind, name: str, *, at: datetime) -> Values:
    """Remove a template with a name, in all languages; what names it is sent in the usual words.

    Messages that are written already go out as they are.

    Raises:
        TemplateNotFound: there is none.

    Source: B47.
    """
    row = store.remove_name(tx.sql, kind, name)
    if row is None:
        msg = f"{kind.value} has no template “{name}”"
        raise TemplateNotFound(msg)
    for language in LANGUAGES:
        key = TemplateKey(kind, language, name)
        if store.named_version(tx.sql, key) is not None:
            _add_version(tx, key, None, at=at)
    tx.emit(TemplateRemoved(**_said(row, at=at)))
    return {"kind": kind.value, "name": name}


def _keep(tx: Tx, key: TemplateKey, words: Words | None, *, at: datetime) -> Values:
    version = _add_version(tx, key, words, at=at)
    return get_template(tx.sql, key, version, at=at)


def _add_version(tx: Tx, key: TemplateKey, words: Words | None, *, at: datetime) -> int:
    version = store.next_version(tx.sql, key)
    if not store.add_version(tx.sql, key, version, words, at=at):
        msg = "somebody else has saved these words in this very moment; look at them and save again"
        raise InvalidRequest(msg)
    return version


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
