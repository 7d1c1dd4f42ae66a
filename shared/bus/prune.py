"""How the tables of the bus are kept small: what has served its time is dropped in stretches."""

from collections.abc import Callable
from datetime import timedelta

from shared import inbox, outbox
from shared.db import Home

STRETCH = 5_000
"""Rows that one transaction drops at the most, so that none holds its locks for long."""
LATEST = timedelta(days=30)
"""How much longer than its fact a mark is kept: it must outlive all that could come again."""


def prune(home: Home, *, keep: timedelta, stop: Callable[[], bool] = lambda: False) -> int:
    """Drop confirmed facts, marks of handled ones and kept replies that are too old.

    Args:
        home: the service's database.
        keep: how long facts and replies are kept.
        stop: asked between stretches; True ends early, and the next run goes on.

    Returns:
        How many rows were dropped.
    """
    before, dropped = home.now() - keep, 0
    for drop, until in (
        (outbox.prune, before),
        (inbox.forget, before - LATEST),
        (inbox.forget_replies, before),
    ):
        last = STRETCH
        while last == STRETCH and not stop():
            with home.plain() as sql:
                last = drop(sql, before=until, limit=STRETCH)
            dropped += last
    return dropped
