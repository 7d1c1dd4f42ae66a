"""Processes that want seats in one session at the same moment; each is a client of its own.

    python -m tests.faults.crowd

It says `ready` when it is connected. For each line on its standard input, a JSON object with
`session_id`, `or_wait` and `person_ids`, it asks for a seat for one person after the other, and
prints what came of it.
"""

import eventlet

eventlet.monkey_patch()

import json  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
from collections.abc import Iterator, Mapping, Sequence  # noqa: E402
from contextlib import contextmanager  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import IO, Any  # noqa: E402

from shared.bus.caller import CALL_ERRORS, Caller  # noqa: E402

ROOT = Path(__file__).parent.parent.parent


class Crowd:
    """Some client processes, seen by the test that started them."""

    def __init__(self, clients: Sequence["subprocess.Popen[str]"]) -> None:
        """Lead clients that have been started."""
        self.clients = clients

    def await_ready(self) -> None:
        """Wait until every client is connected."""
        for client in self.clients:
            assert _open(client.stdout).readline() == "ready\n"

    def rush(self, session_id: str, person_ids: Sequence[str], *, or_wait: bool) -> list[str]:
        """Have all ask for seats at once; give what came of each call, in any order."""
        for number, client in enumerate(self.clients):
            theirs = person_ids[number :: len(self.clients)]
            job = {"session_id": session_id, "or_wait": or_wait, "person_ids": theirs}
            _open(client.stdin).write(json.dumps(job) + "\n")
        for client in self.clients:
            _open(client.stdin).flush()
        answers = [_open(client.stdout).readline() for client in self.clients]
        return [outcome for answer in answers for outcome in json.loads(answer)]


@contextmanager
def crowd(env: Mapping[str, str], *, processes: int) -> Iterator[Crowd]:
    """Start clients, and end them at the end of the block."""
    program = [sys.executable, "-W", "ignore", "-m", "tests.faults.crowd"]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    clients = [subprocess.Popen(program, cwd=ROOT, env=env, **pipes) for _ in range(processes)]
    try:
        yield Crowd(clients)
    finally:
        for client in clients:
            client.kill()
            client.communicate()


def _open(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None
    return pipe


def main() -> None:
    """Be one of the clients."""
    caller = Caller(timeout=30)
    print("ready", flush=True)  # noqa: T201 - how it speaks to its test
    for line in sys.stdin:
        job, outcomes = json.loads(line), []
        for person_id in job["person_ids"]:
            ids = {"session_id": job["session_id"], "person_id": person_id}
            try:
                place = caller.call("booking", "book", **ids, or_wait=job["or_wait"])
            except CALL_ERRORS as exc:
                outcomes.append(type(exc).__name__)
            else:
                outcomes.append(place["status"])
        print(json.dumps(outcomes), flush=True)  # noqa: T201 - the same


if __name__ == "__main__":
    main()
