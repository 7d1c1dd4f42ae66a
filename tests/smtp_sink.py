"""A mail server for tests: its own process, on loopback, that notes every message it takes.

    python -m tests.smtp_sink PORT FILE [BEHAVIOUR]

Each message taken becomes a line of JSON in FILE, written before the 250 goes out. BEHAVIOUR is
`silent@N` (the Nth message is taken, and the connection closed instead of an answer) or `busy@N`
(the Nth is put off with a 451).
"""

import asyncio
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from aiosmtpd.controller import UnthreadedController
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.servers import free_port

ROOT = Path(__file__).parent.parent


class Sink:
    """Takes every message and notes it."""

    def __init__(self, path: Path, behaviour: str) -> None:
        """Note messages at the end of a file, and behave as told."""
        self.file = path.open("a", buffering=1)
        self.behaviour = behaviour
        self.count = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a message."""
        del session
        self.count += 1
        if self.behaviour == f"busy@{self.count}":
            return "451 Try again later"
        content: Any = envelope.content or b""
        email = message_from_bytes(content, policy=policy.default)
        plain = email.get_body(("plain",))
        link = re.search(r"https?://\S+", plain.get_content() if plain else "")
        taken = {
            "at": time.time(),
            "to": envelope.rcpt_tos,
            "message_id": str(email["Message-ID"]),
            "subject": str(email["Subject"]),
            "link": link.group() if link else None,
        }
        self.file.write(json.dumps(taken) + "\n")
        if self.behaviour == f"silent@{self.count}" and server.transport is not None:
            server.transport.abort()
        return "250 OK"


COURTESIES = ("You are on the waiting list: ", "You no longer wait: ", "Cancelled: ")
"""How the subjects of messages begin that tell people what they have just done themselves."""


@dataclass
class Mailbox:
    """What a mail server has taken, and where it listens."""

    url: str
    path: Path

    def taken(self, address: str | None = None) -> list[Mapping[str, Any]]:
        """List the messages taken, the first first; or those to one address, but for courtesies."""
        lines = self.path.read_text().splitlines()
        found = [json.loads(line) for line in lines]
        if address is None:
            return found
        theirs = [mail for mail in found if address in mail["to"]]
        return [mail for mail in theirs if not mail["subject"].startswith(COURTESIES)]


@contextmanager
def mail_server(directory: Path, behaviour: str = "") -> Iterator[Mailbox]:
    """Run a mail server until the end of the block."""
    path, port = directory / "mail.jsonl", free_port()
    path.touch()
    program = [sys.executable, "-W", "ignore", "-m", "tests.smtp_sink", str(port), str(path)]
    process = subprocess.Popen([*program, behaviour], cwd=ROOT)
    try:
        yield Mailbox(f"smtp://127.0.0.1:{port}", path)
    finally:
        process.kill()
        process.wait(timeout=10)


def main() -> None:
    """Serve until killed."""
    port, path, behaviour = int(sys.argv[1]), Path(sys.argv[2]), " ".join(sys.argv[3:])
    loop = asyncio.new_event_loop()
    controller = UnthreadedController(
        Sink(path, behaviour),
        hostname="127.0.0.1",
        port=port,
        loop=loop,
        server_kwargs={"enable_SMTPUTF8": True},
    )
    controller.begin()
    loop.run_forever()


if __name__ == "__main__":
    main()
