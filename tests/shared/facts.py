"""Facts of the real contracts, said, for listeners made by a test."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from shared.bus.listen import Listener
from shared.contracts import Fact, Trace
from shared.contracts.waitlist import SpotReturned
from shared.db import Home, Transactions, Tx, Unit
from shared.testing import MORNING


def returned(*, about: UUID | None = None, at: datetime = MORNING) -> SpotReturned:
    """Give a fact that was said."""
    fact = SpotReturned(
        spot_id=uuid4(),
        source="booking",
        target_id=about or uuid4(),
        queue_version=1,
        returned_at=at,
    )
    return fact.said(Trace.begin(at).envelope(at=at))


def body(fact: Fact) -> bytes:
    """Give a fact's bytes."""
    return fact.to_wire().encode()


def listening(home: Home, take: Callable[[Tx, Any], None]) -> Listener:
    """Listen for facts with a function, by `once` as services do."""

    def call(unit: Unit, fact: Fact) -> None:
        with Transactions(home, unit).once(fact) as tx:
            take(tx, fact)

    return Listener(home, "take", SpotReturned, call)
