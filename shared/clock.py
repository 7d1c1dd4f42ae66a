"""The time: the one place that asks for it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from nameko.extensions import DependencyProvider

Now = Callable[[], datetime]


def utc_now() -> datetime:
    """Give the present instant, aware, in UTC."""
    return datetime.now(UTC)


class Clock(DependencyProvider):
    """Gives a service its `now`."""

    def get_dependency(self, worker_ctx: Any) -> Now:
        """Give the worker the real time."""
        del worker_ctx
        return utc_now
