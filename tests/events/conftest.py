"""What the tests of events stand on."""

from collections.abc import Iterator

import pytest

from tests.events.hall import Hall, hall_in


@pytest.fixture
def hall() -> Iterator[Hall]:
    """Give a hall without people or events."""
    with hall_in() as made:
        yield made
