"""A service's home with the bus's tables alone, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from shared.columns import bus_metadata
from shared.db import Home
from shared.engine import make_engine
from shared.testing import MORNING
from tests.servers import own_database


class StandingClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        """Begin in the morning."""
        self.at = MORNING

    def __call__(self) -> datetime:
        """Give the time."""
        return self.at

    def advance(self, **duration: float) -> None:
        """Move on."""
        self.at += timedelta(**duration)


@pytest.fixture
def clock() -> StandingClock:
    """Give a clock that stands."""
    return StandingClock()


def _home(url: str, clock: StandingClock) -> Home:
    engine = make_engine(url, service="booking", pool_size=8)
    with engine.begin() as sql:
        bus_metadata.create_all(sql)
    return Home("booking", engine, clock)


@pytest.fixture
def home(tmp_path: Path, clock: StandingClock) -> Iterator[Home]:
    """Give a home on SQLite."""
    made = _home(f"sqlite:///{tmp_path}/own.sqlite", clock)
    yield made
    made.engine.dispose()


@pytest.fixture
def pg_home(clock: StandingClock) -> Iterator[Home]:
    """Give a home on the real PostgreSQL."""
    with own_database() as url:
        made = _home(url, clock)
        yield made
        made.engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.live)])
def any_home(request: pytest.FixtureRequest) -> Home:
    """Give a home on each database."""
    fixture = "home" if request.param == "sqlite" else "pg_home"
    made: Home = request.getfixturevalue(fixture)
    return made
