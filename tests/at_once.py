"""Many who do something at the same time."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import eventlet

from shared.contracts.errors import Refused


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Make calls side by side; give their answers, or by which error they were refused."""

    def ended(call: Callable[[], Any]) -> Any:
        try:
            return call()
        except Refused as exc:
            return type(exc).__name__

    threads = [eventlet.spawn(ended, call) for call in calls]
    return [thread.wait() for thread in threads]


def ends(calls: Sequence[Callable[[], Any]]) -> Counter[str]:
    """Make calls side by side; count how many were `done`, and each error that refused others."""
    return Counter(one if isinstance(one, str) else "done" for one in at_once(calls))
