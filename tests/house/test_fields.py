"""No field of any call takes what databases and calendars cannot hold."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from marshmallow import ValidationError, fields

from services.suite import SUITE
from shared.bus import Rpc
from shared.bus.topology import entrypoints

TEXTS = ("a\x00b", "a\ud800b", "@\x00", "a@b\x00.example", "+39 02 1234567\x00", "e\x00r")
DAYS = ("0001-01-01", "9999-12-31", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00")


RAW = {"take_returned_mail: mail": "a message as mail servers send it, read and not kept"}


def parts(name: str, field: Any) -> Iterator[tuple[str, Any]]:
    """List the fields that take values: this one, or those inside it."""
    inner: dict[str, Any] = {}
    if isinstance(field, fields.Nested):
        inner = {f"{name}.{one}": part for one, part in field.schema.load_fields.items()}
    elif isinstance(field, fields.List):
        inner = {f"{name}[]": field.inner}
    elif isinstance(field, fields.Mapping):
        inner = {f"{name} key": field.key_field, f"{name} value": field.value_field}
    for one, part in inner.items():
        if part is not None:
            yield from parts(one, part)
    if not inner:
        yield name, field


def wrongly_taken(field: Any) -> Iterator[Any]:
    """List what a field makes of values it should refuse."""
    for value in (*TEXTS, *DAYS):
        with suppress(ValidationError):
            made = field.deserialize(value)
            held = isinstance(made, str) and set(made) & {"\x00", "\ud800"}
            if held or (isinstance(made, date) and not 1900 <= made.year <= 2199):
                yield made


@pytest.mark.parametrize("service", SUITE)
def test_what_no_database_and_no_calendar_holds_is_refused_by_every_field(service: str) -> None:
    wrong = {
        f"{method}: {where}": made
        for method, entrypoint in entrypoints(SUITE[service], Rpc)
        if entrypoint.schema
        for name, field in entrypoint.schema.load_fields.items()
        for where, part in parts(name, field)
        if f"{method}: {where}" not in RAW and (made := list(wrongly_taken(part)))
    }

    assert wrong == {}
