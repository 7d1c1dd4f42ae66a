"""A mail server of the rough kind, in a process of its own; over TLS where it has a certificate.

    python -m tests.notify.rough PORT FILE SEED [CERTIFICATE KEY]

One message in five goes wrong, in one of five ways: 421 at MAIL, 451 at RCPT, 451 after the dot,
the connection cut after the dot with the message not taken, and the same with it taken. Each
message that came as far as its dot is a line `MESSAGE-ID WAY` in FILE, written before any answer;
the way of one that was taken and answered is `250`.
"""

import asyncio
import os
import random
import re
import ssl
import sys
from pathlib import Path

WAYS = ("421", "451 rcpt", "451 dot", "cut", "taken and cut")
_ONE_IN = 5
_MESSAGE_ID = re.compile(rb"^Message-ID: <([^@>]+)@", re.MULTILINE)


class Rough(asyncio.Protocol):
    """One connection."""

    def __init__(self, file: int, chance: random.Random) -> None:
        """Note at the end of an open file."""
        self.file, self.chance = file, chance
        self.buffer = b""
        self.in_data = False
        self.way = "250"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(b"220 rough ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer every whole line, and every whole message."""
        self.buffer += data
        while True:
            end = b"\r\n.\r\n" if self.in_data else b"\r\n"
            part, found, rest = self.buffer.partition(end)
            if not found or self.transport.is_closing():
                return
            self.buffer = rest
            if self.in_data:
                self.in_data = False
                self._take(part)
            else:
                self._command(part[:4].upper())

    def _command(self, verb: bytes) -> None:
        if verb == b"EHLO":
            self.transport.write(b"250-rough\r\n250-PIPELINING\r\n250 8BITMIME\r\n")
        elif verb == b"MAIL":
            bad = self.chance.randrange(_ONE_IN) == 0
            self.way = self.chance.choice(WAYS) if bad else "250"
            if self.way == "421":
                self.transport.write(b"421 4.3.2 Try another time\r\n")
                self.transport.close()
            else:
                self.transport.write(b"250 OK\r\n")
        elif verb == b"RCPT" and self.way == "451 rcpt":
            self.transport.write(b"451 4.2.1 Come back later\r\n")
        elif verb == b"DATA":
            refused = self.way == "451 rcpt"
            self.in_data = not refused
            self.transport.write(b"503 No recipients\r\n" if refused else b"354 Go on\r\n")
        else:
            self.transport.write(b"250 OK\r\n")

    def _take(self, content: bytes) -> None:
        found = _MESSAGE_ID.search(content)
        os.write(self.file, b"%s %s\n" % (found[1] if found else b"?", self.way.encode()))
        if self.way == "250":
            self.transport.write(b"250 OK\r\n")
        elif self.way == "451 dot":
            self.transport.write(b"451 4.7.1 Greylisted\r\n")
        else:
            self.transport.abort()


async def _serve(port: int, path: Path, tls: ssl.SSLContext | None, seed: int) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    loop, chance = asyncio.get_running_loop(), random.Random(seed)  # noqa: S311 - a test's dice
    server = await loop.create_server(
        lambda: Rough(file, chance), "127.0.0.1", port, ssl=tls, backlog=256
    )
    await server.serve_forever()


def main() -> None:
    """Serve until killed."""
    port, path, seed, *files = sys.argv[1:]
    tls = None
    if files:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(*files)
    asyncio.run(_serve(int(port), Path(path), tls, int(seed)))


if __name__ == "__main__":
    main()
