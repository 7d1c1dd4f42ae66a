"""What `atelier doctor` looks at: settings, servers, versions, and what is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from kombu.exceptions import OperationalError as BusError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.bus.topology import Topology
from shared.bus.wire import connect
from shared.config import DEVELOPMENT_KEY, settings
from shared.migrate import migrations_due
from shared.trail import home_of

UNREACHABLE = (BusError, DBAPIError)
_PARTS = ("atelier", "nameko", "kombu", "amqp", "eventlet", "SQLAlchemy", "psycopg2-binary")
Row = tuple[str, str, bool | None]


@dataclass(frozen=True)
class Report:
    """What was found: titled sections of (name, value, fine?); None is neither good nor bad."""

    sections: Sequence[tuple[str, Sequence[Row]]]

    @property
    def fine(self) -> bool:
        """Say whether nothing is wrong."""
        return all(row[2] is not False for _, rows in self.sections for row in rows)


def examine(services: Sequence[str], topology: Topology) -> Report:
    """Look at everything; what cannot be reached is an entry, not an error."""
    return Report(
        [
            ("Settings", _settings()),
            ("Versions", [(part, version(part), None) for part in _PARTS]),
            ("Bus", [_bus(topology)]),
            ("Databases", [_database(service) for service in services]),
        ]
    )


def _settings() -> list[Row]:
    chosen = settings()
    unsafe = DEVELOPMENT_KEY in chosen.link_keys and not chosen.embedded
    return [
        (f"ATELIER_{name.upper()}", value, False if name == "link_keys" and unsafe else None)
        for name, value in chosen.shown().items()
    ]


def _bus(topology: Topology) -> Row:
    if settings().embedded:
        return "embedded", "in this process's memory", True
    try:
        with connect() as connection:
            absent = topology.missing(connection)
            server: Any = connection.transport_options and connection.connection
            found = getattr(server, "server_properties", {}).get("version", "?")
    except (BusError, OSError) as exc:
        return "RabbitMQ", f"unreachable: {exc}", False
    if absent:
        return "RabbitMQ", f"{found}, {len(absent)} queues missing: run `atelier migrate`", False
    return "RabbitMQ", f"{found}, all {len(topology.queues())} queues there", True


def _database(service: str) -> Row:
    try:
        with home_of(service) as home, home.connection() as sql:
            what = "sqlite_version()" if settings().sqlite else "current_setting('server_version')"
            found = sql.execute(text(f"SELECT {what}")).scalar_one()
        due = migrations_due(service)
    except DBAPIError as exc:
        return service, f"unreachable: {str(exc.orig).strip()}", False
    label = f"{'SQLite' if settings().sqlite else 'PostgreSQL'} {found}"
    if due and settings().embedded:
        return service, f"{label}, made or brought up to date by the next `up` or `rpc`", True
    if due:
        return service, f"{label}, {len(due)} migrations due: run `atelier migrate`", False
    return service, f"{label}, up to date", True
