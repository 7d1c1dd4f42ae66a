"""Metrics, failpoints, columns, and the collector of garbage."""

import gc
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.dialects import sqlite

from shared import failpoints, metrics
from shared.bus import serve
from shared.columns import UtcDateTime
from shared.config import settings
from shared.failpoints import Broken, failpoint

METRICS = list(metrics.REGISTRY.collect())


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_every_metric_says_whose_it_is_and_what_it_means(metric: object) -> None:
    assert metric.name.startswith("atelier_")  # type: ignore[attr-defined]
    assert len(metric.documentation) > 20  # type: ignore[attr-defined]


def test_the_page_of_metrics_can_be_read() -> None:
    metrics.PAGES.labels("booking", "show_cancel_page", "200").inc()

    page = metrics.page().decode()

    assert "# HELP atelier_pages_total Pages answered" in page
    assert 'atelier_pages_total{page="show_cancel_page",service="booking",status="200"}' in page


@pytest.fixture
def armed(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Let a test arm failpoints, which are disarmed after it."""
    monkeypatch.setenv("ATELIER_ENVIRONMENT", "test")
    monkeypatch.setattr(failpoints, "_armed", None)
    monkeypatch.setattr(failpoints, "_passes", Counter())
    settings.cache_clear()
    return monkeypatch


@pytest.mark.parametrize("place", failpoints.PLACES)
def test_failpoints_do_nothing_unless_named(place: str) -> None:
    failpoint(place)
    failpoint(place, "cancel_booking")


def test_a_failpoint_breaks_at_the_pass_it_is_told_to(armed: pytest.MonkeyPatch) -> None:
    armed.setenv("ATELIER_FAILPOINTS", "tx.committed:cancel_booking=raise@3")

    for _ in range(2):
        failpoint("tx.committed", "cancel_booking")
        failpoint("tx.committed", "book")
    with pytest.raises(Broken, match=r"tx\.committed:cancel_booking"):
        failpoint("tx.committed", "cancel_booking")
    failpoint("tx.committed", "cancel_booking")


@pytest.mark.parametrize("rule", ["tx.nowhere=kill", "tx.committed=dance", "tx.committed"])
def test_a_failpoint_nobody_has_is_refused(armed: pytest.MonkeyPatch, rule: str) -> None:
    armed.setenv("ATELIER_FAILPOINTS", rule)

    with pytest.raises(ValueError, match="ATELIER_FAILPOINTS"):
        failpoint("tx.committed")


def test_instants_are_utc_on_every_database() -> None:
    rome = datetime(2031, 3, 3, 10, tzinfo=timezone(timedelta(hours=1)))
    column, dialect = UtcDateTime(), sqlite.dialect()

    kept = column.process_bind_param(rome, dialect)
    back = column.process_result_value(datetime(2031, 3, 3, 9), dialect)  # noqa: DTZ001

    assert kept == rome
    assert back == rome
    assert back is not None
    assert back.tzinfo is UTC


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        UtcDateTime().process_bind_param(datetime(2031, 3, 3), sqlite.dialect())  # noqa: DTZ001


def test_what_was_imported_is_not_looked_through_for_garbage_any_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(serve, "_START_SECONDS", 0.1)  # nothing will be ready
    try:
        with pytest.raises(serve.NotStarted), serve.running([]):
            pass

        assert gc.get_freeze_count() > len(gc.get_objects())
    finally:
        gc.unfreeze()
