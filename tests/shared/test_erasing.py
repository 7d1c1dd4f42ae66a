"""What the bus's tables keep of somebody goes when they are erased, and nothing else."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from shared import inbox, outbox
from shared.columns import outbox as journal
from shared.contracts import Fact, Trace
from shared.contracts.booking import PersonErased, PersonRegistered
from shared.db import Home, Unit
from shared.erasing import StillLeaving, counted, forget, redacted
from shared.inbox import StoredReply
from tests.contracts.samples import sample


def test_a_kept_reply_is_blanked_where_it_shows_the_person_and_nowhere_else() -> None:
    one, other = str(uuid4()), str(uuid4())
    reply = [
        {"person_id": one, "name": "Ada", "email": "a@x", "phone": None, "credits": 3},
        {"rows": [{"person_id": other, "name": "Grace"}, {"person_id": one, "notes": "shy"}]},
        {"name": one},
        7,
    ]

    assert redacted(reply, {one}) == [
        {"person_id": one, "name": "erased", "email": None, "phone": None, "credits": 3},
        {"rows": [{"person_id": other, "name": "Grace"}, {"person_id": one, "notes": ""}]},
        {"name": one},
        7,
    ]


def _about(person_id: UUID, fact: type[Fact], home: Home) -> Fact:
    told: Any = sample(fact)
    made: Fact = replace(told, person_id=person_id)
    return made.said(Trace.begin(home.now()).envelope(at=home.now()))


def _registered(home: Home, person_id: UUID) -> Fact:
    return _about(person_id, PersonRegistered, home)


def _erase(home: Home, person_id: UUID) -> None:
    with home.plain() as sql:
        forget(sql, [person_id], said=(PersonRegistered,), heard=(PersonRegistered,))


def test_facts_about_somebody_leave_the_journal_and_others_stay(any_home: Home) -> None:
    one, other = uuid4(), uuid4()
    unit = Unit(any_home, "tell")
    unit.facts = [_registered(any_home, one), _registered(any_home, other)]
    unit.facts.append(_about(one, PersonErased, any_home))
    unit.commit()
    later = any_home.now() + timedelta(days=1)
    with any_home.plain() as sql:
        said, _ = outbox.unconfirmed(sql, before=later)
        outbox.confirm(sql, [one.fact_id for one in said], at=any_home.now())

    _erase(any_home, one)

    with any_home.connection() as sql:
        left = sql.execute(select(journal.c.about, journal.c.topic)).all()
    assert sorted((about == one, topic) for about, topic in left) == [
        (False, "PersonRegistered.v1"),
        (True, "PersonErased.v1"),
    ]


def test_a_fact_that_has_not_left_yet_is_waited_for(any_home: Home) -> None:
    person_id = uuid4()
    unit = Unit(any_home, "tell")
    unit.facts = [_registered(any_home, person_id)]
    unit.commit()

    with pytest.raises(StillLeaving, match="1 facts"):
        _erase(any_home, person_id)

    with any_home.connection() as sql:
        assert outbox.lag(sql)[0] == 1


def test_facts_put_by_about_somebody_go_and_others_stay(any_home: Home) -> None:
    one, other = uuid4(), uuid4()
    with any_home.plain() as sql:
        for person_id in (one, other):
            fact = _registered(any_home, person_id)
            inbox.put_by(
                sql,
                entrypoint="keep_person",
                topic=fact.topic,
                body=fact.to_wire().encode(),
                error="a test",
                at=any_home.now(),
                fact_id=uuid4(),
                park=True,
            )

    _erase(any_home, one)

    with any_home.connection() as sql:
        (kept,) = inbox.list_deferred(sql)
    assert str(other) in kept.body.decode()


def test_a_kept_reply_names_them_no_more(any_home: Home) -> None:
    one = uuid4()
    reply = {"person_id": str(one), "name": "Ada", "credits": 3}
    unit = Unit(any_home, "register_person")
    inbox.keep_reply(
        unit.writes, StoredReply("key:1", "print", json.dumps(reply)), at=any_home.now()
    )
    unit.commit()

    _erase(any_home, one)

    with any_home.connection() as sql:
        kept = inbox.find_reply(sql, ["key:1"])
    assert kept is not None
    assert json.loads(kept.reply) == reply | {"name": "erased"}


def test_a_receipt_counts_as_people_do() -> None:
    assert [counted(many, "entry", "entries") for many in (0, 1, 2)] == [
        "0 entries",
        "1 entry",
        "2 entries",
    ]
