"""Letters to many: each is kept with whom it goes to, and said for a few hundred at a time."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, FromClause, bindparam, delete, select

from shared.contracts import Trace
from shared.db import Tx

AT_ONCE = 200


class Letters:
    """Letters on their way, in a service's own tables."""

    def __init__(self, letters: Any, recipients: Any) -> None:
        """Write the statements once.

        Args:
            letters: with the columns batch_id (its key), requested_at, correlation_id and began_at.
            recipients: with the columns batch_id and person_id (together its key).
        """
        letter: FromClause = letters
        to: FromClause = recipients
        self._oldest = (
            select(letter)
            .order_by(letter.c.requested_at, letter.c.batch_id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        self._next = (
            select(to.c.person_id)
            .where(to.c.batch_id == bindparam("batch_id"))
            .order_by(to.c.person_id)
            .limit(bindparam("limit"))
        )
        these = to.c.person_id.in_(bindparam("people", expanding=True))
        self._drop_people = delete(recipients).where(these)
        self._take = self._drop_people.where(to.c.batch_id == bindparam("batch_id"))
        self._drop = delete(letters).where(letter.c.batch_id == bindparam("batch_id"))

    def say_next(self, tx: Tx, say: Callable[[Tx, Any, Sequence[UUID]], None]) -> int:
        """Have the oldest letter said for the next of its people; give for how many.

        It goes on, each time in a transaction of its own, until there is no letter any more.

        Args:
            tx: the transaction.
            say: says a letter for people, on the thread of whoever wrote it.
        """
        letter = tx.sql.execute(self._oldest).one_or_none()
        if letter is None:
            return 0
        ids = {"batch_id": letter.batch_id}
        people = tx.sql.execute(self._next, ids | {"limit": AT_ONCE}).scalars().all()
        tx.sql.execute(self._take, ids | {"people": people})
        say(tx.on(Trace(letter.correlation_id, letter.began_at)), letter, people)
        if len(people) < AT_ONCE:
            tx.sql.execute(self._drop, ids)
        tx.wake("say_letters")
        return len(people)

    def drop_recipients(self, sql: Connection, person_ids: Sequence[UUID]) -> int:
        """Have no letter said for these people any more; give how many would have been."""
        return sql.execute(self._drop_people, {"people": list(person_ids)}).rowcount
