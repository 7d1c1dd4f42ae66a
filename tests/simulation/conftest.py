"""One world for all histories: it is cleared at the beginning of each."""

import logging
from collections.abc import Iterator

import pytest
import structlog

from tests.simulation.world import World, world


@pytest.fixture(scope="module")
def shared_world() -> Iterator[World]:
    """Make the world of a module, quietly: what is put by is part of the game."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with world() as made:
        yield made
    structlog.configure(**before)
