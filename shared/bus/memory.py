"""What stands in for a broker's confirmation where the bus is this process's memory.

There a message is safe only when it has been handled, so a fact counts as confirmed when every
one of its listeners has settled it. What was not, when the process ended, is still unconfirmed
in the outbox and is published again at the next start.
"""

from collections.abc import Callable
from uuid import UUID


class Settlements:
    """Which facts still wait for which queues."""

    def __init__(self) -> None:
        """Begin with none."""
        self._open: dict[UUID, tuple[set[str], Callable[[UUID], None]]] = {}

    def expect(self, fact_id: UUID, queues: set[str], done: Callable[[UUID], None]) -> None:
        """Call `done` when the fact is settled in every one of these queues."""
        if queues:
            self._open[fact_id] = (set(queues), done)
        else:
            done(fact_id)

    def settle(self, fact_id: UUID, queue: str) -> None:
        """Note that a queue's listener is through with the fact."""
        if fact_id not in self._open:
            return
        queues, done = self._open[fact_id]
        queues.discard(queue)
        if not queues:
            del self._open[fact_id]
            done(fact_id)


SETTLEMENTS = Settlements()
"""The one bus there is in this process's memory."""
