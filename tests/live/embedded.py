"""Fill an embedded suite's databases: a full session, and somebody who waits.

    python -m tests.live.embedded

Runs booking alone in this process, prints what it made as JSON, and ends as a power cut would: what
booking has said is committed, and nobody has heard of it.
"""

import eventlet

# Before anything else is imported, as in `services.__main__`.
eventlet.monkey_patch()

import json  # noqa: E402
import os  # noqa: E402
import signal  # noqa: E402
from datetime import UTC, datetime, timedelta  # noqa: E402

from services.suite import SUITE  # noqa: E402
from shared.bus import serve  # noqa: E402
from shared.bus.caller import Caller  # noqa: E402
from shared.migrate import migrate  # noqa: E402


def main() -> None:
    """Fill the databases and die."""
    for service in SUITE:
        migrate(service)
    serve.declare(serve.suite_topology(SUITE.values()))
    with serve.running([SUITE["booking"]]):
        call = Caller().call
        kind = call("booking", "create_session_type", name="Open day", duration_minutes=60)
        session = call(
            "booking",
            "schedule_session",
            session_type_id=kind["session_type_id"],
            name="Open day",
            classification="marketing",
            starts_at=datetime.now(UTC) + timedelta(days=3),
            time_zone="Europe/Rome",
            staff="Lea",
            location="Studio 2",
            capacity=1,
            waiting_list_size=5,
        )
        for name in ("ada", "grace"):
            who = {"kind": "client", "name": name.capitalize(), "email": f"{name}@example.com"}
            person = call("booking", "register_person", **who)
            ids = {"session_id": session["session_id"], "person_id": person["person_id"]}
            call("booking", "book", **ids, or_wait=True)
        print(json.dumps(session), flush=True)  # noqa: T201 - how it speaks to its test
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
