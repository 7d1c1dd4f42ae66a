"""What every test stands on; imported before anything it tests."""

import eventlet

eventlet.monkey_patch()

import logging  # noqa: E402
import os  # noqa: E402
from collections.abc import Generator, Iterator  # noqa: E402
from pathlib import Path  # noqa: E402

import pytest  # noqa: E402
import structlog  # noqa: E402

from shared.config import settings  # noqa: E402
from tests.flows.studio import Studio, studio_in  # noqa: E402
from tests.rules.markers import check_markers  # noqa: E402
from tests.servers import ServersMissing, servers  # noqa: E402
from tests.stack import Stack, stack  # noqa: E402
from tests.stripe_account import AT_STANDIN, Account, account_of, sides  # noqa: E402
from tests.stripe_standin import KEY, SECRET, StripeStandIn, stripe_standin  # noqa: E402

HIDDEN = "(the key of the account)"


def pytest_configure() -> None:
    """Refuse a key that is not one of a test mode."""
    sides()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what asks for an account on every side, unless it asks for the stand-in, too."""
    alone = "standin" in metafunc.fixturenames
    if "card_account" in metafunc.fixturenames and not alone and len(sides()) > 1:
        metafunc.parametrize("card_account", sides(), indirect=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep the key of an account out of what is said of a failure."""
    report, key = (yield), os.environ.get("ATELIER_TEST_STRIPE_KEY")
    if key and report.failed:
        report.longrepr = report.longreprtext.replace(key, HIDDEN)
        report.sections = [(name, said.replace(key, HIDDEN)) for name, said in report.sections]
    return report


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a test that claims a rule nobody knows."""
    if messages := check_markers(items):
        raise pytest.UsageError(*messages)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a live test where there are no servers; fail it where there have to be."""
    if item.get_closest_marker("live") is None:
        return
    try:
        servers()
    except ServersMissing as exc:
        if os.environ.get("ATELIER_TEST_REAL") == "1":
            pytest.fail(str(exc))
        pytest.skip(str(exc))


@pytest.fixture(autouse=True)
def plain_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Run every test under the default settings, whatever the environment says."""
    for name in [name for name in os.environ if name.startswith("ATELIER_")]:
        if not name.startswith("ATELIER_TEST_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("ATELIER_DATA_DIR", str(tmp_path / "data"))
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture(autouse=True)
def quiet_logs() -> Iterator[None]:
    """Log nothing: writing a traceback out takes longer than some time-outs under test."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.configure(**before)


@pytest.fixture
def studio() -> Iterator[Studio]:
    """Give a studio with all its services, in this process."""
    with studio_in() as made:
        yield made


@pytest.fixture
def standin(monkeypatch: pytest.MonkeyPatch) -> Iterator[StripeStandIn]:
    """Give a stand-in for Stripe that the settings name."""
    with stripe_standin() as made:
        monkeypatch.setenv("ATELIER_STRIPE_KEY", KEY)
        monkeypatch.setenv("ATELIER_STRIPE_URL", made.url)
        monkeypatch.setenv("ATELIER_STRIPE_WEBHOOK_SECRET", SECRET)
        settings.cache_clear()
        yield made


@pytest.fixture
def card_account(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Account:
    """Give an account that the settings name: at the stand-in or, if there is a key, at Stripe."""
    side = getattr(request, "param", AT_STANDIN)
    made = account_of(side, request.getfixturevalue("standin") if side == AT_STANDIN else None)
    monkeypatch.setenv("ATELIER_STRIPE_KEY", made.key)
    monkeypatch.setenv("ATELIER_STRIPE_URL", made.url)
    monkeypatch.setenv("ATELIER_STRIPE_WEBHOOK_SECRET", SECRET)
    settings.cache_clear()
    made.note_asked(monkeypatch)
    return made


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Stack]:
    """Give a run of the suite on the real servers, with no process started yet."""
    with stack(tmp_path) as made:
        yield made
