"""Commands that look after facts no retry has helped."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import click
from rich.table import Table

from services.terminal import out, plainly
from shared import trail


@click.group()
def parked() -> None:
    """Look after facts that no retry has helped."""


@parked.command("list")
@click.option("--all", "everything", is_flag=True, help="Those that wait for a retry, too.")
@plainly
@click.pass_obj
def parked_list(services: list[str], *, everything: bool) -> None:
    """List what is parked, service by service."""
    table = Table("id", "service", "fact", "listener", "tries", "since", "error")
    for service, one in trail.put_by(services, parked_only=not everything):
        since = f"{one.first_failed_at:%Y-%m-%d %H:%M:%S}"
        error = one.error.splitlines()[0][:80]
        row = (str(one.deferred_id), service, one.topic, one.entrypoint, str(one.attempts))
        table.add_row(*row, since, error)
    out.print(table if table.row_count else "nothing is parked")


@parked.command("show")
@click.argument("some_id", type=click.UUID)
@plainly
@click.pass_obj
def parked_show(services: list[str], some_id: UUID) -> None:
    """Show a parked fact whole: its error and its bytes."""
    service, one = _parked(services, some_id)
    out.print(f"{service}.{one.entrypoint}  {one.topic}  {one.attempts} tries\n{one.error}\n")
    out.print(one.body.decode(errors="backslashreplace"), markup=False)


@parked.command("retry")
@click.argument("some_id", type=click.UUID)
@plainly
@click.pass_obj
def parked_retry(services: list[str], some_id: UUID) -> None:
    """Have a parked fact tried again, now."""
    service, one = _parked(services, some_id)
    trail.retry_parked(service, one, at=datetime.now(UTC))
    out.print(f"{service} tries {one.topic} again")


@parked.command("drop")
@click.argument("some_id", type=click.UUID)
@click.option("--reason", required=True, help="Why it will never be handled; it is logged.")
@plainly
@click.pass_obj
def parked_drop(services: list[str], some_id: UUID, reason: str) -> None:
    """Drop a parked fact for good."""
    service, one = _parked(services, some_id)
    trail.drop_parked(service, one, reason=reason)
    out.print(f"{service} has dropped {one.topic}")


def _parked(services: list[str], some_id: UUID) -> tuple[str, Any]:
    found = trail.find_parked(services, some_id)
    if found is None:
        msg = f"nothing put by has the id {some_id}"
        raise click.ClickException(msg)
    return found
