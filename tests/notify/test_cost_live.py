"""Whose turn it is among batches, and what they send next, is read from an index."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, text

from services.notify import store
from services.notify.domain import Channel, Lane
from shared.writes import Writes
from tests.notify.office import office_in
from tests.servers import own_database

pytestmark = pytest.mark.live

FILL = """
    INSERT INTO messages (message_id, dedupe, kind, person_id, address, name, language, context,
        state, attempts, due_at, correlation_id, caused_by, began_at, created_at, channel, lane,
        batch_id)
    SELECT gen_random_uuid(), CAST(i AS text), 'letter', gen_random_uuid(), 'x@example.com', 'x',
        'en', '{}', CASE WHEN i % 3 = 0 THEN 'sent' ELSE 'due' END, 0,
        CASE WHEN i < 60 THEN :at + interval '1 day' ELSE :at - interval '1 hour' * (i % 2) END,
        'x', gen_random_uuid(), now(), now(), 'email', 'bulk',
        CAST(lpad(CAST(CASE WHEN i < 60 THEN i / 10 ELSE 8 - i % 2 END AS text), 32, '0') AS uuid)
    FROM generate_series(1, 40000) i
"""
SERVED = """
INSERT INTO batches (batch_id, size, about_name, channel, paused, created_at, turn)
VALUES (CAST(lpad('7', 32, '0') AS uuid), 20000, 'x', 'email', false, :at, 1)
"""


def test_the_next_letters_are_found_by_the_index_however_many_there_are() -> None:
    with (
        own_database() as database,
        office_in(database) as office,
        office.suite.sql("notify") as sql,
    ):
        sql.execute(text(FILL), {"at": office.suite.at})
        sql.execute(text(SERVED), {"at": office.suite.at})
        sql.execute(text("ANALYZE"))
        asked: list[tuple[str, Any]] = []

        def remember(_con: Any, _cursor: Any, said: str, values: Any, *_: Any) -> None:
            asked.append((said, values))

        event.listen(sql, "before_cursor_execute", remember)
        when = {"at": office.suite.at, "until": office.suite.at, "limit": 20}
        claimed = store.claim_due(sql, Writes(), Channel.EMAIL, Lane.BULK, **when)
        event.remove(sql, "before_cursor_execute", remember)
        plans = [
            "\n".join(sql.exec_driver_sql(f"EXPLAIN {said}", values).scalars())
            for said, values in asked
        ]

    assert {one.message.batch_id for one in claimed} == {UUID("8".zfill(32))}
    assert len(plans) == 2
    for plan in plans:
        assert "messages_turn" in plan, plan
        assert "Seq Scan on messages" not in plan, plan
