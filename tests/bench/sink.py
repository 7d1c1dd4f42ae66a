"""A fast mail server for measuring: a real SMTP dialogue, and the time of every 250.

    python -m tests.bench.sink PORT FILE

Each message taken becomes a line `TIME ADDRESS` in FILE, written before the 250 goes out. It
understands pipelining and several messages on a connection, and stores nothing.
"""

import asyncio
import os
import sys
import time
from pathlib import Path

_ANSWERS = {
    b"EHLO": b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n",
    b"HELO": b"250 sink\r\n",
    b"MAIL": b"250 2.1.0 OK\r\n",
    b"RCPT": b"250 2.1.5 OK\r\n",
    b"RSET": b"250 2.0.0 OK\r\n",
    b"NOOP": b"250 2.0.0 OK\r\n",
}


class Dialogue(asyncio.Protocol):
    """One connection."""

    def __init__(self, file: int) -> None:
        """Note what is taken at the end of an open file."""
        self.file = file
        self.buffer = b""
        self.to = b""
        self.in_data = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(b"220 sink ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer every whole line, and every whole message."""
        self.buffer += data
        while True:
            if self.in_data:
                if self.buffer.startswith(b".\r\n"):
                    end = 3
                else:
                    found = self.buffer.find(b"\r\n.\r\n")
                    if found < 0:
                        return
                    end = found + 5
                self.buffer, self.in_data = self.buffer[end:], False
                os.write(self.file, b"%.6f %s\n" % (time.time(), self.to))
                self.transport.write(b"250 2.0.0 taken\r\n")
                continue
            line, newline, rest = self.buffer.partition(b"\r\n")
            if not newline:
                return
            self.buffer = rest
            self._command(line)

    def _command(self, line: bytes) -> None:
        verb = line[:4].upper()
        if verb == b"DATA":
            self.in_data = True
            self.transport.write(b"354 go ahead\r\n")
        elif verb == b"QUIT":
            self.transport.write(b"221 bye\r\n")
            self.transport.close()
        else:
            if verb == b"RCPT":
                self.to = line.partition(b"<")[2].partition(b">")[0]
            self.transport.write(_ANSWERS.get(verb, b"502 5.5.1 what?\r\n"))


async def _serve(port: int, path: Path) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Dialogue(file), "127.0.0.1", port, backlog=256)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), Path(sys.argv[2])))
