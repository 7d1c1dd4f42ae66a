"""The browser and the suite it visits."""

import os
from collections.abc import Iterator

import pytest

from tests.browser.desk import Desk, desk_in
from tests.browser.visitors import Browser, ChromiumMissing, Driver, chromium, driving


@pytest.fixture(scope="session")
def driver() -> Iterator[Driver]:
    """Start a browser; skip where there is none, fail where there has to be one."""
    try:
        program = chromium()
    except ChromiumMissing as exc:
        if os.environ.get("ATELIER_TEST_REAL") == "1":
            pytest.fail(str(exc))
        pytest.skip(str(exc))
    with driving(program) as started:
        yield started


@pytest.fixture
def browser(driver: Driver) -> Iterator[Browser]:
    """Give a browser in which nobody has been before."""
    made = Browser(driver)
    yield made
    made.close()


@pytest.fixture(scope="module")
def desk(driver: Driver, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Run the suite, embedded, for the tests of a module; needless without a browser."""
    del driver
    with desk_in(tmp_path_factory.mktemp("desk")) as opened:
        yield opened
