"""Queries about letters on their way."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert

from services.events.models import LetterRow, RecipientRow
from shared.letters import Letters

LETTERS = Letters(LetterRow.__table__, RecipientRow.__table__)
drop_recipients = LETTERS.drop_recipients


def add_letter(sql: Connection, values: dict[str, Any], people: Sequence[UUID]) -> None:
    """Keep a letter, and whom it goes to, until it has been said for everybody."""
    sql.execute(insert(LetterRow), values)
    rows = [{"batch_id": values["batch_id"], "person_id": one} for one in people]
    sql.execute(insert(RecipientRow), rows)
