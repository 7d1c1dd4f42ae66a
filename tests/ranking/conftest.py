"""What ranking's tests are told with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ranking.dojo import Dojo, dojo_in


@pytest.fixture
def dojo(tmp_path: Path) -> Iterator[Dojo]:
    """Give a studio in Rome that has activated ranking."""
    with dojo_in(tmp_path) as made:
        made.activate()
        yield made
