"""Calls about what staff write to people."""

from typing import Any
from uuid import UUID

from services.booking import actions, schemas
from shared.bus import every, rpc
from shared.clock import Now
from shared.db import Transactions
from shared.shapes import shaped


class Letters:
    """Calls about what staff write to people."""

    db: Transactions
    now: Now

    @rpc(schemas.MessagePerson())
    def message_person(self, person_id: UUID, **letter: Any) -> Any:
        """Write an email or a text message to one person."""
        with self.db.begin() as tx:
            batch = actions.message_person(tx, person_id, **letter, at=self.now())
        return shaped(schemas.LetterBatch, batch)

    @rpc(schemas.MessageSession())
    def message_session(self, session_id: UUID, **letter: Any) -> Any:
        """Write to everybody who has a place in a session, or who waits for one."""
        with self.db.begin() as tx:
            batch = actions.message_session(tx, session_id, **letter, at=self.now())
        return shaped(schemas.LetterBatch, batch)

    @every(seconds=5)
    def say_letters(self) -> None:
        """Say a letter to many for the next few hundred of them."""
        with self.db.begin() as tx:
            actions.say_letters(tx, at=self.now())
