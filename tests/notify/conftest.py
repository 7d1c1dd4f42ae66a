"""What notify's tests stand on."""

from collections.abc import Iterator

import pytest

from tests.notify.office import Office, office_in


@pytest.fixture
def office() -> Iterator[Office]:
    """Give notify alone, told facts by the test."""
    with office_in() as made:
        yield made
