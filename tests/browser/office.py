"""`atelier up`, embedded, that also takes calls, as its own services would make them.

    python -m tests.browser.office

The bus is this process's memory, so nobody outside could call: a call comes as one line of JSON on
the standard input, and its answer goes out as one line.
"""

import eventlet

# Before anything else is imported, as in `services.__main__`.
eventlet.monkey_patch()

import json  # noqa: E402
import sys  # noqa: E402

from eventlet.greenio import GreenPipe  # noqa: E402

from services import __main__ as program  # noqa: E402
from shared.bus.caller import Caller  # noqa: E402
from shared.contracts.errors import Refused  # noqa: E402
from shared.logs import configure_logs  # noqa: E402


def answer_calls() -> None:
    """Make the calls that are asked for, until there is nothing more to read."""
    caller = None
    with GreenPipe(sys.stdin.fileno(), "rb") as questions:
        for line in questions:
            # Whoever asks has seen that the suite is ready.
            caller = caller or Caller()
            service, method, arguments = json.loads(line)
            try:
                said = {"answer": caller.call(service, method, **arguments)}
            except Refused as exc:
                said = {"refused": f"{type(exc).__name__}: {exc}"}
            print(json.dumps(said), flush=True)  # noqa: T201 - how it speaks


def main() -> None:
    """Run the suite until it is told to stop."""
    configure_logs()
    eventlet.spawn(answer_calls)
    program.up.callback()  # type: ignore[misc] # click knows no types


if __name__ == "__main__":
    main()
