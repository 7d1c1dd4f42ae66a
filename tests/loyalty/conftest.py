"""What loyalty's tests stand on: its own SQLite file, or its own database on a real PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from services.loyalty.models import Base
from services.loyalty.service import Loyalty
from shared.columns import bus_metadata
from shared.testing import Suite
from tests.loyalty.desk import Desk
from tests.servers import own_database


@pytest.fixture(scope="session")
def database() -> Iterator[str]:
    """Make a database on the real PostgreSQL and give its address."""
    with own_database() as address:
        yield address


@pytest.fixture
def postgres(database: str) -> Iterator[Desk]:
    """Give a desk on an empty PostgreSQL database."""
    suite = Suite([Loyalty], {"loyalty": database})
    tables = [*Base.metadata.tables, *bus_metadata.tables]
    with suite.members["loyalty"].home.engine.connect() as sql:
        sql.execute(text(f"TRUNCATE {', '.join(tables)}"))
    yield Desk(suite)
    suite.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.live)])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    """Give a desk, once on each database."""
    if request.param == "postgresql":
        yield request.getfixturevalue("postgres")
        return
    suite = Suite([Loyalty], tmp_path)
    yield Desk(suite)
    suite.close()
