"""The engines of suites, lent to one after the other.

An engine remembers each statement it has compiled. A new one for every short test would compile
them all again, which takes longer than the test.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Engine, event, make_url

from shared.columns import bus_metadata
from shared.engine import make_engine

_idle: dict[tuple[str, str], list["Lent"]] = {}
"""The engines nobody has, by service and kind of database."""


@dataclass(slots=True)
class Lent:
    """One engine, and the database it connects to at present."""

    kind: tuple[str, str]
    base: Engine
    url: str
    engine: Engine

    def aim(self, _dialect: object, _record: object, args: list[Any], named: Any) -> None:
        """Connect to the present database, whichever the engine was made for."""
        found, more = self.base.dialect.create_connect_args(make_url(self.url))
        args[:] = found
        named.update(more)

    def give_back(self) -> None:
        """Close the connections, and let the next suite have the engine."""
        self.base.dispose()
        _idle.setdefault(self.kind, []).append(self)


def lend(cls: Any, databases: Path | Mapping[str, str]) -> Lent:
    """Lend an engine for a service's database, which gets the tables it lacks.

    Args:
        cls: the service's class.
        databases: a directory for SQLite files, or each service's PostgreSQL address.
    """
    if isinstance(databases, Path):
        file = databases / f"{cls.name}.sqlite"
        if not file.exists():
            file.write_bytes(_empty(cls))
        return _aimed(cls, f"sqlite:///{file}")
    lent = _aimed(cls, databases[cls.name])
    _make_tables(cls, lent.engine)
    return lent


def _aimed(cls: Any, url: str) -> Lent:
    kind = (cls.name, make_url(url).get_backend_name())
    if waiting := _idle.get(kind):
        lent = waiting.pop()
        lent.url = url
    else:
        base = make_engine(url, service=cls.name, pool_size=12)
        lent = Lent(kind, base, url, base)
        event.listen(base, "do_connect", lent.aim)
        if kind[1] == "sqlite":
            # A test that is killed is begun anew, so it need not wait for the disk.
            event.listen(base, "connect", lambda c, _: c.execute("PRAGMA synchronous=OFF").close())
    lent.engine = lent.base.execution_options()  # who listens to this one hears no later suite
    return lent


@cache
def _empty(cls: Any) -> bytes:
    """Give the file of a service's database in which nothing has been written yet."""
    with TemporaryDirectory(prefix="atelier-empty-") as directory:
        file = Path(directory, "empty.sqlite")
        engine = make_engine(f"sqlite:///{file}", service=cls.name, pool_size=1)
        _make_tables(cls, engine)
        engine.dispose()
        return file.read_bytes()


def _make_tables(cls: Any, engine: Engine) -> None:
    models = import_module(f"{cls.__module__.rpartition('.')[0]}.models")
    with engine.begin() as sql:
        bus_metadata.create_all(sql)
        models.Base.metadata.create_all(sql)
