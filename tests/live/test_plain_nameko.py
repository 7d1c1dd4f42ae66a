"""Somebody else's service calls booking: it has nameko and nothing of ours."""

import json
import os
import subprocess
import sys
import venv
from importlib.metadata import version
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.studio import Studio

pytestmark = pytest.mark.live

CLIENT = """
import json, sys
from nameko import config
from nameko.exceptions import IncorrectSignature, MethodNotFound, RemoteError
from nameko.standalone.rpc import ServiceRpcClient

bus, calls = sys.argv[1], json.loads(sys.argv[2])
config.setup({"AMQP_URI": bus})
with ServiceRpcClient("booking", timeout=15) as booking:
    for method, args, kwargs in calls:
        try:
            print(json.dumps({"answer": getattr(booking, method)(*args, **kwargs)}))
        except RemoteError as exc:
            print(json.dumps({"error": exc.exc_type, "text": exc.value}))
        except (IncorrectSignature, MethodNotFound) as exc:
            print(json.dumps({"error": type(exc).__name__}))
"""

SERVICE = """
import eventlet
eventlet.monkey_patch()
import json, sys
from nameko import config
from nameko.containers import ServiceContainer
from nameko.rpc import ServiceRpc
from nameko.testing.services import entrypoint_hook, dummy

class Reception:
    name = "reception"
    booking = ServiceRpc("booking")

    @dummy
    def ask(self, session_id):
        return self.booking.get_session(session_id)["free"]

config.setup({"AMQP_URI": sys.argv[1]})
container = ServiceContainer(Reception)
container.start()
with entrypoint_hook(container, "ask") as ask:
    print(json.dumps(ask(sys.argv[2])))
container.stop()
"""


@pytest.fixture(scope="session")
def plain_python(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a Python that has nameko installed and nothing of ours, kept from run to run."""
    of = f"plain-nameko-{version('nameko')}-python-{sys.version_info[0]}.{sys.version_info[1]}"
    cache = getattr(pytestconfig, "cache", None)
    home = cache.mkdir(of) if cache is not None else tmp_path_factory.mktemp(of)
    python, made = home / "venv" / "bin" / "python", home / "made"
    if not made.exists():
        venv.create(home / "venv", with_pip=True, clear=True)
        wanted = [f"{name}=={version(name)}" for name in ("nameko", "kombu", "amqp", "eventlet")]
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*install, *wanted], check=True, timeout=300, env=_bare())
        made.touch()
    return python


def _bare() -> dict[str, str]:
    ours = ("PYTHON", "ATELIER_")
    return {key: value for key, value in os.environ.items() if not key.startswith(ours)}


def _run(python: Path, place: Studio, program: str, *arguments: str) -> list[Any]:
    bus = place.run.env["ATELIER_BUS_URL"]
    done = subprocess.run(
        [python, "-W", "ignore", "-c", program, bus, *arguments],
        cwd=python.parent,
        env=_bare(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_other_environment_has_nothing_of_ours(plain_python: Path) -> None:
    looking = "import importlib.util as u; print([u.find_spec(n) for n in ('shared', 'services')])"

    found = subprocess.run(
        [plain_python, "-c", looking],
        cwd=plain_python.parent,
        env=_bare(),
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )

    assert found.stdout.strip() == "[None, None]"


def test_a_plain_nameko_client_books_asks_and_is_refused_by_name(
    place: Studio, plain_python: Path
) -> None:
    session_id, person_id = place.session(seats=1), place.person()["person_id"]
    calls = [
        ["book", [session_id, person_id], {}],
        ["get_session", [], {"session_id": session_id}],
        ["get_session", [str(uuid4())], {}],
        ["book", [], {"session_id": session_id, "person_id": place.person()["person_id"]}],
        ["book", [session_id, person_id], {}],
        ["get_session", ["no id"], {}],
        ["get_session", [session_id, "too", "many"], {}],
        ["no_such_method", [], {}],
    ]

    booked, session, missing, full, twice, wrong, many, unknown = _run(
        plain_python, place, CLIENT, json.dumps(calls)
    )

    assert booked["answer"]["status"] == "booked"
    assert (session["answer"]["taken"], session["answer"]["free"]) == (1, 0)
    assert missing["error"] == "SessionNotFound"
    assert full["error"] == "SessionFull"
    assert "all 1 seats are taken" in full["text"]
    assert twice["error"] in {"AlreadyBooked", "SessionFull"}
    assert wrong["error"] == "InvalidRequest"
    assert wrong["text"].startswith("session_id: ")
    assert many["error"] == "IncorrectSignature"
    assert unknown["error"] == "MethodNotFound"


def test_a_plain_nameko_service_calls_booking_through_its_proxy(
    place: Studio, plain_python: Path
) -> None:
    session_id = place.session(seats=3)

    (free,) = _run(plain_python, place, SERVICE, session_id)

    assert free == 3
