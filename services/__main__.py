"""The `atelier` command: the one module that may name every service."""

import warnings

# It says of itself that it is deprecated; nameko is built on it, and a user can do nothing.
warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")

import eventlet  # noqa: E402

# Before anything else is imported: what was imported unpatched would stop every greenlet.
eventlet.monkey_patch()

import json  # noqa: E402
import os  # noqa: E402
import sys  # noqa: E402
from collections.abc import Iterator  # noqa: E402
from contextlib import contextmanager  # noqa: E402
from difflib import get_close_matches  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import click  # noqa: E402
from nameko.exceptions import BadRequest  # noqa: E402
from rich.table import Table  # noqa: E402

from services.demo import play  # noqa: E402
from services.parked import parked  # noqa: E402
from services.replays import waitlist_commands  # noqa: E402
from services.suite import LISTENERS, SUITE, written_topology  # noqa: E402
from services.terminal import out, plainly  # noqa: E402
from shared import doctor as diagnosis  # noqa: E402
from shared import trail  # noqa: E402
from shared.bus import serve  # noqa: E402
from shared.bus.caller import CALL_ERRORS, Caller  # noqa: E402
from shared.bus.facts import calls_page, facts_page  # noqa: E402
from shared.bus.topology import write_topology  # noqa: E402
from shared.config import (  # noqa: E402
    DEVELOPMENT_KEY,
    SERVICES,
    WITH_PAGES,
    SettingsInvalid,
    settings,
)
from shared.contracts.errors import InvalidRequest, MessageNotFound  # noqa: E402
from shared.logs import configure_logs  # noqa: E402
from shared.migrate import create_database, migrate, migrations_due  # noqa: E402

SERVICE = click.Choice(SERVICES)
_LONGEST_REPORT = 500_000  # bytes


class _TryLater(click.ClickException):
    """What a mail server is to try again."""

    exit_code = os.EX_TEMPFAIL


class _NoReport(click.ClickException):
    """What a mail server is to give back."""

    exit_code = os.EX_DATAERR


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.pass_context
def atelier(context: click.Context) -> None:
    """Run Atelier and look after it.

    Every setting is an environment variable that begins with ATELIER_; `atelier doctor` shows
    them all. With none set, everything runs embedded, below ./atelier-data.
    """
    context.obj = SERVICES
    try:
        settings()
    except SettingsInvalid as exc:
        kind = _TryLater if context.invoked_subcommand == returned.name else click.ClickException
        raise kind(str(exc)) from exc
    configure_logs()


# -- running ------------------------------------------------------------------------------------


def _prepare() -> None:
    """Make the databases and the topology of a suite that has no others to ask."""
    for service in SUITE:
        migrate(service)
    serve.declare(serve.suite_topology(SUITE.values()))


def _check(services: list[str]) -> None:
    signing = set(services) & set(WITH_PAGES)
    if signing and DEVELOPMENT_KEY in settings().link_keys and settings().environment != "test":
        msg = "ATELIER_LINK_KEYS: anybody knows the development key: set one of your own"
        raise click.ClickException(msg)
    if due := {name: found for name in services if (found := migrations_due(name))}:
        msg = f"migrations are due ({', '.join(due)}): run `atelier migrate` first"
        raise click.ClickException(msg)
    if absent := serve.missing(written_topology(*services)):
        msg = f"{len(absent)} queues are missing ({absent[0]}, …): run `atelier migrate` first"
        raise click.ClickException(msg)


@atelier.command()
@plainly
def up() -> None:
    """Run all services in this process, until it is told to stop."""
    if settings().embedded or settings().sqlite:
        _prepare()
    else:
        _check(list(SUITE))
    serve.serve(SUITE.values())


@atelier.command()
@click.argument("service", type=SERVICE)
@plainly
def run(service: str) -> None:
    """Run one service as this process; the others run elsewhere, on the same bus."""
    if settings().embedded:
        msg = "ATELIER_BUS_URL: one service alone needs a broker that the others share"
        raise click.ClickException(msg)
    _check([service])
    serve.serve([SUITE[service]])


@atelier.command("migrate")
@click.argument("service", type=SERVICE, required=False)
@click.option("--create-databases", is_flag=True, help="Create PostgreSQL databases first.")
@plainly
def migrate_command(service: str | None, *, create_databases: bool) -> None:
    """Bring the databases to the newest version and declare the bus's topology."""
    for name in [service] if service else list(SUITE):
        if create_databases and create_database(name):
            out.print(f"{name}: database created")
        due = migrations_due(name)
        migrate(name)
        out.print(f"{name}: {len(due)} migrations applied" if due else f"{name}: up to date")
    topology = written_topology()
    if not settings().embedded:
        serve.declare(topology)
        out.print(f"bus: {len(topology.queues())} queues in place")


@atelier.command()
@click.option("--quiet", is_flag=True, help="Show only how it ended.")
def demo(*, quiet: bool) -> None:
    """Play the story of a full session, embedded, and show it as it happens."""
    sys.exit(play(SUITE, quiet=quiet))


# -- asking --------------------------------------------------------------------------------------


@atelier.command()
@click.argument("method")
@click.argument("arguments", default="{}")
@click.option("--timeout", default=10.0, show_default=True, help="Seconds to wait for the answer.")
@plainly
def rpc(method: str, arguments: str, timeout: float) -> None:
    """Call SERVICE.METHOD with a JSON object of ARGUMENTS and print its answer as JSON."""
    service, _, name = method.partition(".")
    try:
        kwargs = json.loads(arguments)
    except ValueError as exc:
        msg = f"ARGUMENTS: not JSON: {exc}"
        raise click.ClickException(msg) from exc
    if service not in SUITE or not name or not isinstance(kwargs, dict):
        msg = "write SERVICE.METHOD '{\"argument\": …}', with a service of " + ", ".join(SUITE)
        raise click.ClickException(msg)
    if not hasattr(SUITE[service], name):
        near = ", ".join(get_close_matches(name, dir(SUITE[service]), n=3))
        msg = f"{service} has no method {name}" + (f": {near}?" if near else ": see CALLS.md")
        raise click.ClickException(msg)
    answer = ask(service, name, kwargs, timeout)
    click.echo(json.dumps(answer, indent=2))


@atelier.command()
def returned() -> None:
    """Heed the bounce or spam report on standard input; for the mail server to pipe them to.

    It exits with 0 when the report is heeded or about no message of ours, with 65 (EX_DATAERR)
    when it is no such report, and with 75 (EX_TEMPFAIL) when it is to be tried again later.
    """
    mail = sys.stdin.buffer.read(_LONGEST_REPORT).decode(errors="replace")
    try:
        answer = plainly(ask)("notify", "take_returned_mail", {"mail": mail})
    except click.ClickException as exc:
        if isinstance(exc.__cause__, MessageNotFound):
            click.echo("about no message of ours")
            return
        kind = _NoReport if isinstance(exc.__cause__, InvalidRequest) else _TryLater
        raise kind(exc.message) from exc
    click.echo(f"{answer['kind']} {answer['message_id']}: {answer['state']}")


def ask(service: str, method: str, arguments: dict[str, Any], timeout: float = 10.0) -> Any:
    """Call a method; an error ends the command with its name and text."""
    try:
        with _answering():
            caller = Caller(timeout=timeout)
            answer = caller.call(service, method, **arguments)
            caller.close()
    except (BadRequest, *CALL_ERRORS) as exc:
        label = getattr(exc, "exc_type", None) or type(exc).__name__
        text = getattr(exc, "value", None) or str(exc)
        msg = f"{label}: {text}"
        raise click.ClickException(msg) from exc
    return answer


@contextmanager
def _answering() -> Iterator[None]:
    """Have somebody answer, on free ports: on a bus in memory, nobody else could."""
    if not settings().embedded:
        yield
        return
    # The usual ports may be in use by `up`.
    os.environ |= {f"ATELIER_{name.upper()}_WEB": "127.0.0.1:0" for name in WITH_PAGES}
    settings.cache_clear()
    _prepare()
    with serve.running(SUITE.values()):
        yield
        serve.settle(seconds=5)


@atelier.command()
@click.option(
    "--check", is_flag=True, help="Change nothing; fail if FACTS.md is not as it would be."
)
def facts(*, check: bool) -> None:
    """Write FACTS.md and CALLS.md: what the services tell one another, and what can be asked.

    And services/listeners.txt, where a process reads who hears what it says.
    """
    topology = serve.suite_topology(SUITE.values())
    pages = {
        Path("FACTS.md"): facts_page(topology),
        Path("CALLS.md"): calls_page(SUITE),
        LISTENERS: write_topology(topology),
    }
    for path, page in pages.items():
        if check and (not path.exists() or path.read_text() != page):
            msg = f"{path} is not what the code says: run `atelier facts`"
            raise click.ClickException(msg)
        if not check:
            path.write_text(page)


@atelier.command()
@plainly
def doctor() -> None:
    """Say what is configured, what can be reached, and what is due; fail if something is wrong."""
    report = diagnosis.examine(list(SUITE), written_topology())
    for title, rows in report.sections:
        table = Table(title=title, title_justify="left", show_header=False, box=None)
        for name, value, fine in rows:
            table.add_row(
                name, value, "" if fine is None else "[green]ok" if fine else "[red]wrong"
            )
        out.print(table)
    sys.exit(0 if report.fine else 1)


@atelier.command()
@click.argument("some_id")
@plainly
def why(some_id: str) -> None:
    """Follow SOME_ID (of a fact, call, booking, person, message…) through every service."""
    from services.notify.service import MESSAGES  # noqa: PLC0415 - as with SUITE

    trace = trail.follow(SERVICES, some_id, {"notify": MESSAGES})
    if not trace:
        msg = f"no service's journal knows {some_id}"
        raise click.ClickException(msg)
    for line in trail.told(trace):
        out.print(line, soft_wrap=True)


atelier.add_command(parked)
atelier.add_command(waitlist_commands(ask))


if __name__ == "__main__":
    atelier()
