"""The migrations make exactly the tables the code expects."""

from importlib import import_module

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from services.suite import SUITE
from shared.columns import bus_metadata
from shared.config import settings
from shared.engine import make_engine
from shared.migrate import migrate, migrations_due


@pytest.mark.parametrize("service", SUITE)
def test_migrating_makes_the_tables_of_the_models_and_then_nothing_is_due(service: str) -> None:
    due_before = migrations_due(service)

    migrate(service)

    assert due_before
    assert migrations_due(service) == []
    engine = make_engine(settings().database_url(service), service=service, pool_size=1)
    own = import_module(f"services.{service}.models").Base.metadata
    with engine.connect() as sql:
        for metadata in (own, bus_metadata):
            mine = set(metadata.tables)
            context = MigrationContext.configure(
                sql,
                opts={
                    "include_name": lambda name, kind, _, mine=mine: kind != "table" or name in mine
                },
            )
            assert compare_metadata(context, metadata) == []
    engine.dispose()


@pytest.mark.parametrize("service", SUITE)
def test_migrating_again_changes_nothing(service: str) -> None:
    migrate(service)

    migrate(service)

    assert migrations_due(service) == []
