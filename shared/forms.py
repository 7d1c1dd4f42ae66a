"""Forms people submit on public pages: pressed twice, loaded again, each has its effect once.

A form carries a token that was made for it. What came of it is kept, in the transaction of its
effect, under the token and all that was written; the same content again gets the same answer.
Whoever goes back, changes something and submits again has submitted something else.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from shared.db import Transactions, Tx, is_repeat
from shared.engine import is_clash
from shared.inbox import StoredReply, find_reply, keep_reply

Answer = dict[str, Any]
_TRIES = 4


def form_token() -> str:
    """Make the token of a form that is about to be shown."""
    return uuid4().hex


def submit_once(
    db: Transactions,
    token: str,
    content: Mapping[str, Any],
    do: Callable[[Tx], Answer],
    *,
    at: datetime,
) -> Answer:
    """Do what a submitted form asks for, unless it was done before; give what came of it.

    Args:
        db: where it is done.
        token: the form's own.
        content: what was submitted, and to where.
        do: what is to be done; its answer is kept as JSON, so it holds no more than is needed.
        at: now, UTC.

    Raises:
        Refused: as `do` says; nothing is kept, so the form may be submitted again.
    """
    print_of_it = json.dumps([token, content], sort_keys=True, default=str)
    fingerprint = hashlib.sha256(print_of_it.encode()).hexdigest()
    key = f"form:{fingerprint}"
    for attempt in range(_TRIES):
        try:
            with db.begin() as tx:
                kept = find_reply(tx.sql, [key])
                if kept is not None:
                    return _read(kept.reply)
                reply = json.dumps(do(tx), default=str)
                keep_reply(tx.writes, StoredReply(key, fingerprint, reply), at=at)
            return _read(reply)
        except Exception as exc:
            # The same form in the same instant, or somebody else's lock: look again.
            if attempt == _TRIES - 1 or not (is_repeat(exc) or is_clash(exc)):
                raise
    raise AssertionError


def _read(reply: str) -> Answer:
    answer: Answer = json.loads(reply)
    return answer
