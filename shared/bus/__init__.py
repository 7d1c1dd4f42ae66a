"""How a service is spoken to: `on` a fact, by `rpc`, and `every` so many seconds.

    @rpc(schemas.CancelBooking())
    @on(BookingCancelled)
    @every(seconds=60)

Nothing but this package, `shared.web` and `services/__main__.py` knows nameko.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from marshmallow import Schema
from nameko.extensions import DependencyProvider, Entrypoint

from shared.bus.line import Line
from shared.contracts import Fact
from shared.db import Transactions

Method = TypeVar("Method", bound=Callable[..., Any])

__all__ = ["Database", "Every", "Gateway", "On", "Rpc", "every", "on", "rpc"]


class On(Entrypoint):
    """A method that hears one kind of fact."""

    line = Line()

    def __init__(self, contract: type[Fact]) -> None:
        """Hear facts of this contract."""
        super().__init__()
        self.contract = contract

    def setup(self) -> None:
        """Register with the service's line."""
        self.line.listen(self, self.contract)

    def stop(self) -> None:
        """Hear nothing more, and finish what was heard."""
        self.line.stop_intake()


class Rpc(Entrypoint):
    """A method other services and operators can call."""

    line = Line()

    def __init__(self, schema: Schema | None = None) -> None:
        """Check calls by this schema; without one the method takes no arguments."""
        super().__init__()
        self.schema = schema

    def setup(self) -> None:
        """Register with the service's line."""
        self.line.respond(self, self.schema)

    def stop(self) -> None:
        """Take no more calls, and answer those that were taken."""
        self.line.stop_intake()


class Every(Entrypoint):
    """A method that runs by the clock, or as soon as a transaction has woken it."""

    line = Line()

    def __init__(self, *, seconds: float, at_once: int = 1) -> None:
        """Run about every so many seconds, `at_once` runs side by side at most."""
        super().__init__()
        self.seconds = seconds
        self.at_once = at_once

    def setup(self) -> None:
        """Register with the service's line."""
        self.line.tick(self, self.seconds, self.at_once)

    def stop(self) -> None:
        """Start no run any more once the service's intake has stopped."""
        self.line.stop_intake()


class Database(DependencyProvider):
    """Gives a service its `db`: the way into its own database."""

    line = Line()

    def get_dependency(self, worker_ctx: Any) -> Transactions:
        """Give the worker its one transaction."""
        data = worker_ctx.data
        return Transactions(self.line.home, data.get("unit"), data.get("trace"))

    def stop(self) -> None:
        """Publish what was committed and close."""
        self.line.finish()


class Gateway(DependencyProvider):
    """Gives a service a vendor's gateway, made once for the whole container."""

    def __init__(self, make: Callable[[], Any]) -> None:
        """Make the gateway with this function when the service starts."""
        self.make = make
        self._made: Any = None

    def setup(self) -> None:
        """Make the gateway."""
        self._made = self.make()

    def get_dependency(self, worker_ctx: Any) -> Any:
        """Give the worker the gateway."""
        del worker_ctx
        return self._made


def on(contract: type[Fact]) -> Callable[[Method], Method]:
    """Have a method hear facts of a contract; it takes each by `db.once(fact)`."""
    decorate: Callable[[Method], Method] = On.decorator(contract)
    return decorate


def rpc(schema: Schema | None = None) -> Callable[[Method], Method]:
    """Let a method be called with arguments of a schema; without one it takes none."""
    decorate: Callable[[Method], Method] = Rpc.decorator(schema)
    return decorate


def every(*, seconds: float, at_once: int = 1) -> Callable[[Method], Method]:
    """Have a method run about every so many seconds, and when a transaction wakes it.

    Args:
        seconds: between two runs; jitter is added.
        at_once: how many runs may go on side by side in a process; they share the work by claims.
    """
    decorate: Callable[[Method], Method] = Every.decorator(seconds=seconds, at_once=at_once)
    return decorate
