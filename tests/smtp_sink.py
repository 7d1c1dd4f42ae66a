"""A mail server for tests: its own process, on loopback, that notes every message it takes.

    python -m tests.smtp_sink PORT FILE [BEHAVIOUR]

Each message taken becomes a line of JSON in FILE, written before the 250 goes out.
"""

import asyncio
import json
import sys
import time
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from aiosmtpd.controller import UnthreadedController
from aiosmtpd.smtp import SMTP, Envelope, Session


class Sink:
    """Takes every message and notes it."""

    def __init__(self, path: Path) -> None:
        """Note messages at the end of a file."""
        self.file = path.open("a", buffering=1)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a message."""
        del server, session
        content: Any = envelope.content or b""
        email = message_from_bytes(content, policy=policy.default)
        taken = {
            "at": time.time(),
            "to": envelope.rcpt_tos,
            "message_id": str(email["Message-ID"]),
            "subject": str(email["Subject"]),
        }
        self.file.write(json.dumps(taken) + "\n")
        return "250 OK"


def main() -> None:
    """Serve until killed."""
    port, path = int(sys.argv[1]), Path(sys.argv[2])
    loop = asyncio.new_event_loop()
    controller = UnthreadedController(
        Sink(path), hostname="127.0.0.1", port=port, loop=loop, server_kwargs={"enable_SMTPUTF8": True}
    )
    controller.begin()
    loop.run_forever()


if __name__ == "__main__":
    main()
