"""A run that the tests of one module share, with every service as a process of its own."""

from collections.abc import Iterator

import pytest

from tests.studio import Studio, studio


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """Give a studio whose services are all running."""
    with studio(tmp_path_factory.mktemp("run")) as made:
        made.run.start_all()
        yield made
