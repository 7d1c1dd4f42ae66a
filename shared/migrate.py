"""Bringing a service's database to the version its code expects.

Every database has two lines of migrations: the bus's tables (`shared/migrations/`) and the
service's own (`services/<name>/migrations/`), each with its own version table.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

from alembic import command, context
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from shared.config import settings
from shared.engine import prepare_directory

_LOCK = 4_201_972_006  # any number, the same for every migration job


def _lines(service: str) -> Mapping[str, str]:
    """Give the migration lines of a database: the version table, and where the scripts are."""
    return {
        "atelier_bus_version": str(files("shared") / "migrations"),
        "atelier_version": str(files("services") / service / "migrations"),
    }


def _config(location: str, table: str, sql: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", location.replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes |= {"connection": sql, "version_table": table}
    return config


@contextmanager
def _connected(service: str) -> Iterator[Connection]:
    url = settings().database_url(service)
    prepare_directory(url)
    with create_engine(url, poolclass=NullPool).connect() as sql:
        yield sql


def migrate(service: str) -> None:
    """Bring a service's database to the newest version; one job at a time, the others wait."""
    with _connected(service) as sql:
        if sql.dialect.name == "postgresql":
            sql.execute(text("SET statement_timeout = 0; SET lock_timeout = '60s'"))
            sql.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
            sql.commit()
        for table, location in _lines(service).items():
            command.upgrade(_config(location, table, sql), "head")


def migrations_due(service: str) -> list[str]:
    """List the revisions a service's database lacks; empty: it is up to date."""
    due = []
    with _connected(service) as sql:
        for table, location in _lines(service).items():
            scripts = ScriptDirectory.from_config(_config(location, table, None))
            at = MigrationContext.configure(sql, opts={"version_table": table}).get_current_heads()
            applied = {r.revision for head in at for r in scripts.iterate_revisions(head, "base")}
            every = scripts.walk_revisions()
            due += [r.revision for r in every if r.revision not in applied]
    return sorted(due)


def run_migrations(metadata: MetaData) -> None:
    """Run what Alembic asks for; called by every line's `env.py`."""
    config = context.config
    sql: Any = config.attributes["connection"]
    context.configure(
        connection=sql,
        target_metadata=metadata,
        version_table=config.attributes["version_table"],
        include_name=lambda name, kind, _: kind != "table" or name in metadata.tables,
        render_as_batch=sql.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()
    sql.commit()


def create_database(service: str) -> bool:
    """Create a service's PostgreSQL database if there is none; give whether it was created."""
    url = make_url(settings().database_url(service))
    if url.get_backend_name() != "postgresql":
        return False
    engine = create_engine(
        url.set(database="postgres"), poolclass=NullPool, isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as sql:
        wanted = {"name": url.database}
        found = sql.execute(text("SELECT 1 FROM pg_database WHERE datname = :name"), wanted)
        if found.first() is not None:
            return False
        quoted = engine.dialect.identifier_preparer.quote(url.database or "")
        sql.execute(text(f"CREATE DATABASE {quoted}"))
    return True
