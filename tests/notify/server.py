"""A real mail server in a process of its own, which behaves as the message it is sent asks.

The behaviour is what the recipient's address begins with: `busy`, `refused`, `slow`, `gone`
(the connection is cut before the answer to the dot) or `taken` (and cut after it was taken).
With a certificate and its key it takes nothing before STARTTLS.
"""

import asyncio
import json
import ssl
import sys
from pathlib import Path
from typing import Any

from aiosmtpd.controller import UnthreadedController
from aiosmtpd.smtp import SMTP, Envelope, Session


class Server:
    """Notes connections and messages, a line of JSON each."""

    def __init__(self, path: Path) -> None:
        """Note at the end of a file."""
        self.file = path.open("a", buffering=1)
        self.connections = 0

    def note(self, **what: Any) -> None:
        """Write a line."""
        self.file.write(json.dumps(what) + "\n")

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Refuse who is to be refused."""
        del server, session, options
        if address.startswith("refused"):
            return "550 No such user here"
        if address.startswith("busy"):
            return "451 Come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a message as its recipient asks."""
        how = envelope.rcpt_tos[0].partition("@")[0]
        if how == "gone" and server.transport:
            server.transport.abort()
            return "250 never heard"
        content: Any = envelope.original_content
        self.note(
            rcpt=envelope.rcpt_tos,
            mail_from=envelope.mail_from,
            peer=session.peer[1] if session.peer else 0,
            over_tls=session.ssl is not None,
            content=content.decode("latin-1"),
        )
        if how == "taken" and server.transport:
            server.transport.abort()
        if how == "slow":
            await asyncio.sleep(3)
        if how == "full":
            return "552 Mailbox full"
        if how == "later":
            return "451 Greylisted"
        return "250 OK"


def main() -> None:
    """Serve until killed."""
    port, path, files = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]
    loop, more = asyncio.new_event_loop(), {}
    if files:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(*files)
        more = {"tls_context": tls, "require_starttls": True}
    server = Server(path)
    UnthreadedController(server, hostname="127.0.0.1", port=port, loop=loop, **more).begin()
    loop.run_forever()


if __name__ == "__main__":
    main()
