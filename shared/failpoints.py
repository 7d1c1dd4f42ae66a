"""Named places where a test can break the program on purpose.

A failpoint does nothing unless ATELIER_FAILPOINTS names it, which `shared.config` refuses outside
ATELIER_ENVIRONMENT=test. The setting is a list, separated by commas, of `name=action`, where the
action is `kill` (SIGKILL to this very process) or `raise`, at every pass or, with `@3`, only at
the third. A name may be narrowed by what is going on: `tx.committed:cancel_booking=kill`.
"""

import os
import signal
from collections import Counter

from shared.config import settings

PLACES = (
    "tx.committing",  # everything is decided; the writes and COMMIT are not sent yet
    "tx.committed",  # the database has answered the COMMIT; nobody was told yet
    "lane.handling",  # a listener has begun its transaction and not ended it
    "lane.acknowledging",  # the transaction is committed, the message not yet acknowledged
    "outbox.published",  # facts are sent to the broker, not confirmed yet
    "outbox.confirmed",  # the broker has confirmed, the journal does not know yet
    "mail.before_dot",  # the message is at the mail server, the final dot is not
    "cards.answered",  # Stripe has done what it was asked, and nobody here has noted it yet
    "mail.after_dot",  # the mail server has answered 250, nobody noted it yet
)


class Broken(Exception):
    """A failpoint did what it was told."""


_passes: Counter[str] = Counter()
_armed: dict[str, tuple[str, int]] | None = None


def _arm() -> dict[str, tuple[str, int]]:
    armed = {}
    for rule in filter(None, settings().failpoints.split(",")):
        name, _, action = rule.strip().partition("=")
        action, _, at = action.partition("@")
        if name.partition(":")[0] not in PLACES or action not in {"kill", "raise"}:
            msg = f"ATELIER_FAILPOINTS: {rule!r} names no failpoint or no action"
            raise ValueError(msg)
        armed[name] = (action, int(at or 0))
    return armed


def failpoint(place: str, doing: str = "") -> None:
    """Break here if a test has asked for it.

    Args:
        place: one of PLACES.
        doing: the entrypoint or message kind that narrows it.
    """
    global _armed  # noqa: PLW0603 - read once per process, at the first pass
    if _armed is None:
        _armed = _arm()
    if not _armed:
        return
    for name in (place, f"{place}:{doing}"):
        if name not in _armed:
            continue
        _passes[name] += 1
        action, at = _armed[name]
        if at and _passes[name] != at:
            continue
        if action == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        raise Broken(name)
