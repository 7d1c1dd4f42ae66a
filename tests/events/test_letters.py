"""A letter to many is said in stretches, for each of them once."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from services.events import store
from services.events.models import LetterRow, RecipientRow
from shared.letters import AT_ONCE
from tests.events.hall import Hall

MANY = 10_000


def test_a_letter_to_ten_thousand_is_said_a_few_hundred_at_a_time(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [uuid4() for _ in range(MANY)]
    monkeypatch.setattr(store, "registered_people", lambda *_: people)
    monkeypatch.setattr(hall.suite, "run_woken", lambda: None)
    hall.event()
    hall.suite.mark()

    written = hall.events.write_to(
        event_id=hall.event_id, audience="registered", subject="News", text="Soon."
    )
    at_once = len(hall.said("EventMessageRequested"))
    hall.suite.tick("events.say_letters")
    one_stretch = len(hall.said("EventMessageRequested"))
    for _ in range(MANY // AT_ONCE):
        hall.suite.tick("events.say_letters")
    said = hall.said("EventMessageRequested")

    assert written["letters"] == MANY
    assert (at_once, one_stretch) == (0, AT_ONCE)
    assert sorted(one.person_id for one in said) == sorted(people)
    assert {(str(one.batch_id), one.batch_size) for one in said} == {(written["batch_id"], MANY)}
    assert {(one.text, str(one.event_id)) for one in said} == {("Soon.", hall.event_id)}
    assert len({one.envelope.correlation_id for one in said}) == 1
    assert left(hall) == (0, 0)


def test_who_is_erased_before_their_letter_is_said_gets_none(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hall.suite, "run_woken", lambda: None)
    hall.event()
    hall.register("ada")
    hall.register("bob")
    hall.events.write_to(
        event_id=hall.event_id, audience="registered", subject="News", text="Soon."
    )
    with hall.suite.worker("events").db.begin() as tx:
        dropped = store.drop_recipients(tx.sql, [UUID(hall.person("ada"))])

    hall.suite.tick("events.say_letters")

    said: list[Any] = hall.said("EventMessageRequested")
    assert dropped == 1
    assert [str(one.person_id) for one in said] == [hall.person("bob")]


def left(hall: Hall) -> tuple[int, int]:
    """Count letters that are kept, and people they are still to be said for."""
    with hall.suite.sql("events") as sql:
        kept, people = (
            sql.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (LetterRow, RecipientRow)
        )
    return kept, people
