"""A run that all tests of this package share; whoever stops or breaks a part puts it right."""

from collections.abc import Iterator

import pytest

from tests.studio import Studio, studio


@pytest.fixture(scope="package")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """Give a studio whose services are all running, each as a process of its own."""
    with studio(tmp_path_factory.mktemp("live")) as made:
        made.run.start_all()
        yield made
