"""Tests of who may do what on the broker and in the databases."""

import importlib.util
import json
import os
import re
import secrets
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import uuid4

import kombu
import pytest
from amqp.exceptions import AccessRefused, NotAllowed
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.pool import NullPool

from services.suite import SUITE
from shared.bus.serve import suite_topology
from shared.bus.topology import DEAD, RPC, Topology
from shared.bus.wire import connect
from tests.deploy import DEPLOY
from tests.servers import broker_control, servers
from tests.smtp_sink import mail_server
from tests.stack import LINK_KEY, ROOT, Stack, page_addresses
from tests.studio import Studio

WHO = (*SUITE, "owner", "caller")


def script() -> ModuleType:
    """Import definitions.py, which is in no package."""
    spec = importlib.util.spec_from_file_location(
        "definitions", DEPLOY / "rabbitmq" / "definitions.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


definitions = script()
PASSWORDS = {f"{name.upper()}_PASSWORD": secrets.token_hex(16) for name in WHO}


@pytest.fixture
def topology() -> Topology:
    """Give the exchanges and queues of the whole suite."""
    return suite_topology(SUITE.values())


def allowed(pattern: str, names: set[str]) -> set[str]:
    """Give the names a permission lets through, as RabbitMQ reads it."""
    return {name for name in names if re.search(pattern, name)}


@pytest.mark.parametrize("service", SUITE)
def test_a_service_may_read_its_own_queues_and_no_other(service: str, topology: Topology) -> None:
    queues = {queue.name for queue in topology.queues()}
    own = {ear.queue for ear in topology.ears if ear.service == service}

    may = definitions.rights(service)

    assert allowed(may["read"], queues) == own | {f"rpc-{service}", f"dead-{service}"}
    assert allowed(may["configure"], queues | {""}) == {""}


@pytest.mark.parametrize("service", SUITE)
def test_a_service_may_write_its_own_facts_and_answers(service: str, topology: Topology) -> None:
    everything = {exchange.name for exchange in topology.exchanges()}
    everything |= {queue.name for queue in topology.queues()} | {"amq.default", "amq.topic"}

    may = definitions.rights(service)

    assert allowed(may["write"], everything) == {f"{service}.events", RPC.name}


def test_an_answer_goes_to_an_address_and_never_to_a_method() -> None:
    assert re.search(definitions.ANSWER, str(uuid4()))
    assert not re.search(definitions.ANSWER, "booking.cancel_booking")


def test_the_owner_may_declare_everything_there_is(topology: Topology) -> None:
    exchanges = {exchange.name for exchange in topology.exchanges()}
    queues = {queue.name for queue in topology.queues()}
    may = definitions.OTHERS["owner"]

    assert allowed(may["configure"], exchanges | queues) == exchanges | queues
    assert allowed(may["write"], exchanges | queues) == queues | {DEAD.name}
    assert allowed(may["configure"], {"amq.topic", "other", "x-booking.events"}) == set()


@pytest.mark.parametrize("password", ["", "short", "changeme", "with spaces or / in it, long"])
def test_a_weak_password_is_refused(password: str) -> None:
    weak = {**PASSWORDS, "BOOKING_PASSWORD": password}

    with pytest.raises(definitions.PasswordMissing, match="BOOKING_PASSWORD"):
        definitions.definitions(list(SUITE), weak)


def test_no_password_is_in_the_definitions() -> None:
    made = json.dumps(definitions.definitions(list(SUITE), PASSWORDS))

    assert not any(password in made for password in PASSWORDS.values())


def test_a_missing_password_stops_the_making_of_roles() -> None:
    done = subprocess.run(
        [DEPLOY / "postgresql" / "roles.sh", *SUITE],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )

    assert done.returncode != 0
    assert "OWNER_PASSWORD" in done.stderr


# -- on the real servers ------------------------------------------------------------------------


class Place:
    """A virtual host and databases of their own, with the users and roles of deploy/."""

    def __init__(self, directory: Path) -> None:
        """Choose a name nobody else has."""
        self.name = f"atelier_test_{uuid4().hex[:12]}"
        self.directory = directory
        self.admin = make_url(servers().db_url)

    def bus_url(self, who: str) -> str:
        """Give the broker's address for a user."""
        host = servers().bus_url.rpartition("@")[2].partition("/")[0]
        return f"amqp://{self.name}_{who}:{PASSWORDS[f'{who.upper()}_PASSWORD']}@{host}/{self.name}"

    def db_url(self, who: str) -> str:
        """Give the databases' addresses for a role."""
        where = f"{self.admin.host}:{self.admin.port or 5432}"
        password = PASSWORDS[f"{who.upper()}_PASSWORD"]
        return f"postgresql://{self.name}_{who}:{password}@{where}/{self.name}_{{service}}"

    def make(self) -> None:
        """Do what an administrator does."""
        made = definitions.definitions(list(SUITE), PASSWORDS, name=self.name)
        # Over standard input: the command runs as a user who may not read our files.
        subprocess.run(
            [shutil.which("rabbitmqctl") or "", "-q", "import_definitions"],
            input=json.dumps(made).encode(),
            stdout=subprocess.DEVNULL,
            check=True,
            timeout=60,
        )
        self.roles()

    def roles(self) -> None:
        """Run roles.sh."""
        login = {
            "PGHOST": self.admin.host or "",
            "PGPORT": str(self.admin.port or 5432),
            "PGUSER": self.admin.username or "",
            "PGPASSWORD": str(self.admin.password or ""),
        }
        done = subprocess.run(
            [DEPLOY / "postgresql" / "roles.sh", *SUITE],
            env={**os.environ, **login, **PASSWORDS, "NAME": self.name},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr

    def run(self, mail_url: str) -> Stack:
        """Give a run of the suite here; its own commands are the owner's."""
        env = {name: value for name, value in os.environ.items() if not name.startswith("ATELIER_")}
        env |= {
            "PYTHONPATH": str(ROOT),
            "ATELIER_BUS_URL": self.bus_url("owner"),
            "ATELIER_DB_URL": self.db_url("owner"),
            "ATELIER_DATA_DIR": str(self.directory / "data"),
            **page_addresses(),
            "ATELIER_LINK_KEYS": LINK_KEY,
            "ATELIER_SMTP_URL": mail_url,
        }
        return Stack(self.name, self.directory, env)

    def remove(self) -> None:
        """Leave nothing behind."""
        broker_control("delete_vhost", self.name, check=False)
        for who in WHO:
            broker_control("delete_user", f"{self.name}_{who}", check=False)
        engine = create_engine(self.admin, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as sql:
            for service in SUITE:
                sql.execute(text(f"DROP DATABASE IF EXISTS {self.name}_{service} WITH (FORCE)"))
            for who in (*SUITE, "owner"):
                sql.execute(text(f"DROP ROLE IF EXISTS {self.name}_{who}"))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Give users and roles on the real servers; skip where they cannot be made."""
    if "ATELIER_TEST_BUS_URL" in os.environ or not shutil.which("rabbitmqctl"):
        pytest.skip("needs rabbitmqctl and its broker on this machine")
    if not shutil.which("psql"):
        pytest.skip("needs psql")
    made = Place(tmp_path_factory.mktemp("place"))
    try:
        made.make()
        yield made
    finally:
        made.remove()


@pytest.mark.live
def test_the_suite_keeps_its_promise_with_these_rights_and_no_others(
    place: Place, tmp_path: Path
) -> None:
    with mail_server(tmp_path) as mailbox:
        run = place.run(mailbox.url)
        try:
            run.atelier("migrate", "--create-databases")
            place.roles()  # a second time, as at every start
            for service in SUITE:
                run.start(
                    service,
                    ATELIER_BUS_URL=place.bus_url(service),
                    ATELIER_DB_URL=place.db_url(service),
                )
                assert run.ready(service), run.log(service)
            run.env["ATELIER_BUS_URL"] = place.bus_url("caller")
            studio = Studio(run, mailbox)
            full = studio.full_session(seats=1, waiting=1)

            full.cancel()

            run.until(lambda: len(studio.mails(full.waiters[0])) == 1, "the email has come")
            assert "wrong" not in run.atelier("doctor")  # as compose's `operator` does
            assert run.stop() == 0
            logs = "".join(run.log(service) for service in SUITE)
            assert "ACCESS_REFUSED" not in logs
            assert "permission denied" not in logs
        finally:
            run.close()


def _declare(wire: Any) -> None:
    kombu.Queue("rpc-booking", durable=True)(wire).declare()


def _forge(wire: Any) -> None:
    _published(wire, "booking.events", "BookingCancelled.v1")


def _call(wire: Any) -> None:
    _published(wire, "nameko-rpc", "booking.cancel_booking")


def _write_to_a_queue(wire: Any) -> None:
    _published(wire, "", "rpc-booking")


def _published(wire: Any, exchange: str, routing_key: str) -> None:
    wire.confirm_select()
    wire.basic_publish(
        wire.prepare_message("{}", content_encoding="utf-8"),
        exchange=exchange,
        routing_key=routing_key,
    )
    wire.connection.drain_events(timeout=5)


def _read(wire: Any) -> None:
    wire.basic_get("rpc-booking")


def _delete(wire: Any) -> None:
    wire.queue_delete("rpc-waitlist")


@pytest.mark.live
@pytest.mark.parametrize(
    "attempt",
    [_declare, _forge, _call, _write_to_a_queue, _read, _delete],
    ids=lambda f: f.__name__,
)
def test_waitlist_is_refused_by_the_broker(place: Place, attempt: Callable[[Any], None]) -> None:
    with connect(place.bus_url("owner")) as connection:
        suite_topology(SUITE.values()).declare(connection)

    with (
        connect(place.bus_url("waitlist")) as connection,
        connection.channel() as channel,
        pytest.raises(AccessRefused),
    ):
        attempt(channel)


@pytest.mark.live
def test_a_service_may_not_enter_another_virtual_host(place: Place) -> None:
    elsewhere = place.bus_url("booking").rpartition("/")[0] + "//"

    with pytest.raises(NotAllowed):
        connect(elsewhere)


@pytest.mark.live
def test_a_service_s_role_touches_rows_of_its_own_database_and_nothing_else(
    place: Place,
) -> None:
    place.run("").atelier("migrate")
    address = place.db_url("waitlist").replace("postgresql://", "postgresql+psycopg2://")
    own = create_engine(address.replace("{service}", "waitlist"), poolclass=NullPool)
    others = create_engine(address.replace("{service}", "booking"), poolclass=NullPool)

    with own.begin() as sql:
        assert sql.execute(text("DELETE FROM outbox WHERE false")).rowcount == 0
        assert sql.execute(text("SELECT nextval('outbox_position_seq')")).scalar()
    for refused in (
        "DROP TABLE outbox",
        "CREATE TABLE mine (id int)",
        "TRUNCATE outbox",
        "ALTER TABLE outbox ADD mine int",
        "CREATE ROLE mine",
        "CREATE DATABASE mine",
    ):
        with (
            own.connect() as sql,
            pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
        ):
            sql.execution_options(isolation_level="AUTOCOMMIT").execute(text(refused))
    with pytest.raises(OperationalError, match="permission denied for database"):
        others.connect()
