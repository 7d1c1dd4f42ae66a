"""A RabbitMQ node of a test's own, so that stopping it hurts nobody else."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

import kombu

from tests.servers import free_port

DEBIAN = Path("/usr/lib/rabbitmq/bin")  # where the scripts are that ask for no special user


def found() -> str | None:
    """Give the program that starts a node, if this machine has one."""
    return shutil.which("rabbitmq-server", path=f"{DEBIAN}{os.pathsep}{os.environ['PATH']}")


class Broker:
    """A node with its own port, name and directory."""

    def __init__(self, directory: Path) -> None:
        """Choose a name and a port; nothing is started yet."""
        self.directory = directory
        self.port = free_port()
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}//"
        plugins = directory / "plugins"
        plugins.write_text("[].\n")
        self.env: Mapping[str, str] = {
            **os.environ,
            "HOME": str(directory),  # a cookie of its own, too
            "RABBITMQ_NODENAME": f"atelier_{uuid4().hex[:8]}@localhost",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_MNESIA_BASE": str(directory / "mnesia"),
            "RABBITMQ_LOG_BASE": str(directory / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(plugins),
            "RABBITMQ_CONF_ENV_FILE": str(directory / "none"),
            "RABBITMQ_CONFIG_FILE": str(directory / "none"),
        }
        self._node: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the node and wait until it takes connections.

        Raises:
            AssertionError: it did not within a minute.
        """
        program = found()
        assert program is not None
        with (self.directory / "node.log").open("ab") as log:
            self._node = subprocess.Popen(
                [program], env=self.env, stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + 60
        while not self._answers():
            if time.monotonic() > deadline or self._node.poll() is not None:
                raise AssertionError((self.directory / "node.log").read_text()[-3000:])
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            with kombu.Connection(self.url, connect_timeout=2) as connection:
                connection.connect()
        except (OSError, kombu.exceptions.OperationalError):
            return False
        return True

    def kill(self) -> None:
        """End the node as a power cut would."""
        if self._node is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._node.pid, signal.SIGKILL)
            self._node.wait(timeout=20)


@contextmanager
def own_broker(directory: Path) -> Iterator[Broker]:
    """Run a node until the end of the block."""
    broker = Broker(directory)
    try:
        broker.start()
        yield broker
    finally:
        broker.kill()
