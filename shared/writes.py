"""Writes that go to the database together, in one round trip, and with the commit.

A handler's writes mostly need no answer. They are collected and sent as one text: PostgreSQL works
through it statement by statement, and this side waits, and wakes, once. An error in any of them is
the error of all, and the transaction is undone.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Dialect, UpdateBase
from sqlalchemy.sql.compiler import SQLCompiler

Values = Mapping[str, Any]
_ROW = re.compile(r"VALUES (\((?:%\(\w+\)s(?:, )?)+\))")


@dataclass(frozen=True)
class Text:
    """A statement as PostgreSQL takes it: its text, and what turns values into parameters."""

    sql: str
    processors: Mapping[str, Any]
    constants: Values

    @classmethod
    def of(cls, statement: UpdateBase, names: Sequence[str], dialect: Dialect) -> "Text":
        """Compile a statement for the columns or parameters it is given."""
        compiled: Any = statement.compile(dialect=dialect, column_keys=list(names))
        if not isinstance(compiled, SQLCompiler):
            msg = f"{statement} is no statement"
            raise TypeError(msg)
        processors = {}
        for name, bound in compiled.binds.items():
            process = bound.type.dialect_impl(dialect).bind_processor(dialect)
            if process is not None:
                processors[name] = process
        constants = {
            name: bound.effective_value
            for name, bound in compiled.binds.items()
            if not bound.required and name not in names
        }
        return cls(str(compiled), processors, constants)

    @cached_property
    def row(self) -> str | None:
        """Give the row of an insert that may take several; None for any other statement."""
        found = _ROW.search(self.sql)
        return found.group(1) if found and "DO UPDATE" not in self.sql else None

    def parameters(self, values: Values) -> Values:
        """Turn values into the driver's parameters."""
        given = {**self.constants, **values}
        for name, process in self.processors.items():
            given[name] = process(given[name])
        return given


class Writes:
    """The writes of one transaction that wait for its commit."""

    # One for all transactions of the process: a statement is made into text once.
    _texts: dict[tuple[int, tuple[str, ...], str], tuple[UpdateBase, Text]] = {}  # noqa: RUF012

    def __init__(self) -> None:
        """Begin with none."""
        self._waiting: list[tuple[UpdateBase, Values]] = []

    def __bool__(self) -> bool:
        """Say whether any write waits."""
        return bool(self._waiting)

    def add(self, statement: UpdateBase, values: Values) -> None:
        """Have a write done with the others.

        Args:
            statement: an insert, update or delete built once, whose result nobody needs.
            values: its parameters, each given by name.
        """
        self._waiting.append((statement, values))

    def clear(self) -> None:
        """Forget them."""
        self._waiting.clear()

    def run(self, sql: Connection) -> None:
        """Do them one by one, on a database that does not take several at a time."""
        waiting, self._waiting = self._waiting, []
        for statement, values in waiting:
            sql.execute(statement, values)

    def text(self, sql: Connection) -> list[str]:
        """Give them as PostgreSQL's texts, in their order, and forget them."""
        waiting, self._waiting = self._waiting, []
        cursor: Any = sql.connection.cursor()
        texts = []
        for (_, names), group in groupby(waiting, lambda one: (id(one[0]), tuple(one[1]))):
            rows = list(group)
            text = self._text(rows[0][0], names, sql.dialect)
            parameters = [text.parameters(values) for _, values in rows]
            if text.row is not None and len(rows) > 1:
                several = b", ".join(cursor.mogrify(text.row, given) for given in parameters)
                head, tail = text.sql.split(text.row)
                # The driver takes no empty text, which is what often stands after the rows.
                rest = cursor.mogrify(tail, parameters[0]) if tail else b""
                texts.append((cursor.mogrify(head, parameters[0]) + several + rest).decode())
            else:
                texts += [cursor.mogrify(text.sql, given).decode() for given in parameters]
        cursor.close()
        return texts

    def _text(self, statement: UpdateBase, names: tuple[str, ...], dialect: Dialect) -> Text:
        key = (id(statement), names, dialect.name)
        if key not in self._texts:
            # The statement is kept beside its text, so that its id stays its own.
            self._texts[key] = (statement, Text.of(statement, names, dialect))
        return self._texts[key][1]
