"""Queries about the settings."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.loyalty.domain import Settings
from services.loyalty.models import SettingsRow

_COLUMNS = [column for column in SettingsRow.__table__.columns if column.name != "settings_id"]
_SETTINGS = select(*_COLUMNS).where(SettingsRow.settings_id == 1)
_SETTINGS_FOR_UPDATE = _SETTINGS.with_for_update()
_BEGIN = upsert(SettingsRow).on_conflict_do_nothing()
_SAVE = (
    update(SettingsRow)
    .where(SettingsRow.settings_id == 1)
    .values({column.name: bindparam(f"new_{column.name}") for column in _COLUMNS})
)


def _settings(row: Any) -> Settings:
    return Settings(**row._asdict())


def find_settings(sql: Connection) -> Settings:
    """Give the settings; those from the start where none were saved."""
    row = sql.execute(_SETTINGS).one_or_none()
    return Settings() if row is None else _settings(row)


def settings_for_update(sql: Connection) -> Settings:
    """Give the settings, saved from now on, and keep others from saving until the commit."""
    sql.execute(_BEGIN, {"settings_id": 1, **asdict(Settings())})
    return _settings(sql.execute(_SETTINGS_FOR_UPDATE).one())


def save_settings(sql: Connection, settings: Settings) -> None:
    """Save the settings, locked."""
    sql.execute(_SAVE, {f"new_{name}": value for name, value in asdict(settings).items()})
