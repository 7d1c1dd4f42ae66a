"""What monitoring sees of a service."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from sqlalchemy import text

from shared import metrics
from tests.servers import broker_control, servers
from tests.stack import STORY
from tests.studio import Studio

pytestmark = pytest.mark.live


def test_a_service_that_works_is_live_and_ready(place: Studio) -> None:
    for service in STORY:
        assert place.run.ask(service, "/health/live") == (200, "live\n")
        assert place.run.ask(service, "/health/ready") == (200, "ready\n")
        assert place.run.ask(service, "/anything/else")[0] == 404


def test_every_declared_metric_is_on_the_metrics_page_with_its_help(place: Studio) -> None:
    declared = [family.name for family in metrics.REGISTRY.collect()]

    for service in STORY:
        status, page = place.run.ask(service, "/metrics")
        told = [
            line.split()[2].removesuffix("_total")
            for line in page.splitlines()
            if line.startswith("# HELP ")
        ]
        assert status == 200
        assert set(declared) <= set(told)


@contextmanager
def _database_away(place: Studio, service: str) -> Iterator[None]:
    name = f"{place.run.name}_{service}"
    end = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
    with place.run.admin() as sql:
        sql.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'))
        try:
            sql.execute(end, {"name": name})
            yield
        finally:
            sql.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'))


def test_a_service_whose_database_is_away_is_live_but_not_ready_and_comes_back(
    place: Studio,
) -> None:
    run = place.run
    full = place.full_session()
    run.settle()

    with _database_away(place, "waitlist"):
        run.until(lambda: not run.ready("waitlist"), "waitlist is not ready")
        status, reason = run.ask("waitlist", "/health/ready")
        live = run.ask("waitlist", "/health/live")[0]
        full.cancel()  # booking does not need it

    assert (status, live) == (503, 200)
    assert reason.startswith("waitlist database: ")
    run.await_ready("waitlist")
    run.settle()
    assert full.allocations() == full.entries
    assert not run.scalar("waitlist", "SELECT count(*) FROM deferred")


def test_a_service_whose_bus_is_away_is_live_but_not_ready_and_comes_back(place: Studio) -> None:
    run = place.run
    if not run.own_host:
        pytest.skip("needs a virtual host of its own: rabbitmqctl is not on this machine")
    full = place.full_session()
    run.settle()
    user = urlsplit(servers().bus_url).username or "guest"

    run.control("clear_permissions", user)
    try:
        broker_control("close_all_connections", "--vhost", run.name, "a test")
        run.until(lambda: not any(map(run.ready, STORY)), "no service is ready")
        status, reason = run.ask("notify", "/health/ready")
        live = run.ask("notify", "/health/live")[0]
    finally:
        run.control("set_permissions", user, ".*", ".*", ".*")

    assert (status, reason) == (503, "notify bus: not connected\n")
    assert live == 200
    for service in STORY:
        run.await_ready(service)
    run.insist("booking.cancel_booking", booking_id=full.bookings[0])
    run.settle()
    assert full.allocations() == full.entries
