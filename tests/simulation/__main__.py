"""Plays a stretch of histories in a process of its own, and says what they visited, as JSON."""

import eventlet

eventlet.monkey_patch()

import json  # noqa: E402
import logging  # noqa: E402
import sys  # noqa: E402

import structlog  # noqa: E402

from tests.simulation.runner import play  # noqa: E402
from tests.simulation.world import Violation, world  # noqa: E402


def main(first: int, last: int, step: int) -> None:
    """Play every `step`th seed from `first` to before `last`; stop at the first violation."""
    quiet = structlog.make_filtering_bound_logger(logging.CRITICAL)
    structlog.configure(wrapper_class=quiet)
    broken = ""
    with world() as made:
        try:
            for seed in range(first, last, step):
                play(made, seed)
        except Violation as exc:
            broken = str(exc)
        sys.stdout.write(json.dumps({"seen": made.seen, "broken": broken}))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
