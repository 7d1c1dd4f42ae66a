"""Queries about the words of messages: their versions, and the names the studio gives to some."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, Row, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.notify.domain import MessageKind, TemplateKey, Words
from services.notify.models import TemplateNameRow, TemplateRow


def _of(key: TemplateKey) -> list[ColumnElement[bool]]:
    return [
        TemplateRow.kind == key.kind.value,
        TemplateRow.language == key.language,
        TemplateRow.name == key.name,
    ]


def list_versions(sql: Connection, key: TemplateKey) -> Sequence[Row[Any]]:
    """List the versions of some words, the newest first."""
    query = select(TemplateRow.__table__).where(*_of(key))
    return sql.execute(query.order_by(TemplateRow.version.desc())).all()


def named_version(sql: Connection, key: TemplateKey) -> int | None:
    """Give the newest version of the words under a name; None: there are no words under it now."""
    query = select(TemplateRow.version, TemplateRow.text).where(*_of(key))
    row = sql.execute(query.order_by(TemplateRow.version.desc()).limit(1)).one_or_none()
    return None if row is None or row.text is None else row.version


def changed_words(sql: Connection) -> Mapping[TemplateKey, int]:
    """Give the newest version of all words that were ever changed."""
    columns = TemplateRow.kind, TemplateRow.language, TemplateRow.name
    query = select(*columns, func.max(TemplateRow.version)).group_by(*columns)
    return {TemplateKey(MessageKind(row[0]), row[1], row[2]): row[3] for row in sql.execute(query)}


def next_version(sql: Connection, key: TemplateKey) -> int:
    """Give the number the next version has, counted through all names of a kind and language."""
    query = select(func.max(TemplateRow.version))
    one = TemplateRow.kind == key.kind.value, TemplateRow.language == key.language
    return (sql.execute(query.where(*one)).scalar_one() or 0) + 1


def add_version(
    sql: Connection, key: TemplateKey, version: int, words: Words | None, *, at: datetime
) -> bool:
    """Add a version of some words; None: the default ones again. Say whether it is the first."""
    values = {
        "kind": key.kind.value,
        "language": key.language,
        "name": key.name,
        "version": version,
        "subject": words.subject if words else None,
        "text": words.text if words else None,
        "sms": words.sms if words else None,
        "saved_at": at,
    }
    keep = upsert(TemplateRow).values(values).on_conflict_do_nothing()
    return sql.execute(keep).rowcount > 0


# -- names ------------------------------------------------------------------------------------


def template_names(sql: Connection) -> Sequence[Row[Any]]:
    """List the names there are now."""
    query = select(TemplateNameRow.__table__).where(TemplateNameRow.removed.is_(False))
    return sql.execute(query.order_by(TemplateNameRow.kind, TemplateNameRow.name)).all()


def has_name(sql: Connection, kind: MessageKind, name: str) -> bool:
    """Say whether there is a template of this name now."""
    query = select(TemplateNameRow.template_id).where(*_named(kind, name, removed=False))
    return sql.execute(query).first() is not None


def add_name(sql: Connection, kind: MessageKind, name: str) -> Row[Any] | None:
    """Add a name, or have a removed one back; give its row, or None where it is there already."""
    row = {"template_id": uuid4(), "kind": kind.value, "name": name, "sequence": 1}
    keep = upsert(TemplateNameRow).values(**row, removed=False)
    keep = keep.on_conflict_do_update(
        index_elements=["kind", "name"],
        set_={"removed": False, "sequence": TemplateNameRow.sequence + 1},
        where=TemplateNameRow.removed.is_(True),
    )
    return sql.execute(keep.returning(TemplateNameRow.__table__)).one_or_none()


def remove_name(sql: Connection, kind: MessageKind, name: str) -> Row[Any] | None:
    """Remove a name; give its row, or None where there is none."""
    change = update(TemplateNameRow).where(*_named(kind, name, removed=False))
    change = change.values(removed=True, sequence=TemplateNameRow.sequence + 1)
    return sql.execute(change.returning(TemplateNameRow.__table__)).one_or_none()


def _named(kind: MessageKind, name: str, *, removed: bool) -> list[ColumnElement[bool]]:
    return [
        TemplateNameRow.kind == kind.value,
        TemplateNameRow.name == name,
        TemplateNameRow.removed.is_(removed),
    ]
