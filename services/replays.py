"""Commands about waiting lists: what another policy would have made of a period."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import click
from rich.table import Table

from services.terminal import out, plainly

Ask = Callable[[str, str, dict[str, Any]], Any]
_DAYS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]
_ROWS = (
    ("seats that came free", "freed", ""),
    ("found a holder", "filled", ""),
    ("fill rate", "fill_percent", " %"),
    ("waited, half of them up to", "waited_median", " min"),
    ("waited, the longest", "waited_most", " min"),
    ("stood empty, half of them up to", "empty_median", " min"),
    ("messages sent", "messages", ""),
)


def waitlist_commands(ask: Ask) -> click.Group:
    """Make the commands; `ask` calls a service's method."""

    @click.group("waitlist")
    def group() -> None:
        """Look into waiting lists."""

    @group.command("replay")
    @click.option(
        "--policy",
        required=True,
        type=click.Choice(["assign", "assign_if_paid", "offer", "announce"]),
        help="The policy that is tried.",
    )
    @click.option("--since", type=click.DateTime(_DAYS), help="UTC; 90 days ago unless given.")
    @click.option("--until", type=click.DateTime(_DAYS), help="UTC; now unless given.")
    @click.option("--invitations", default=1, show_default=True, help="Invited for each seat.")
    @click.option("--answer-minutes", default=1440, show_default=True, help="Time to answer.")
    @click.option("--accept-percent", type=int, help="Who accepts; else as recorded.")
    @click.option("--answer-after-minutes", type=int, help="How soon; else as recorded.")
    @click.option("--pay-percent", type=int, help="Who can pay; else as recorded.")
    @plainly
    def replay(since: datetime | None, until: datetime | None, **more: Any) -> None:
        """Run a period's joins and freed seats under another policy, beside what happened.

        What counts is the lists that closed in the period, each whole: how one fared is known
        when it is over. One that is open does not count, though seats of it have found holders;
        with --until in the future, those that close before count as they are.
        """
        now = datetime.now(UTC)
        end = until.replace(tzinfo=UTC) if until else now
        begin = since.replace(tzinfo=UTC) if since else end - timedelta(days=90)
        period = {"since": begin.isoformat(), "until": end.isoformat()}
        answer = ask("waitlist", "replay_policy", period | more)
        if answer["queues"]:
            show(answer)
            return
        out.print(
            f"No waiting list closed from {begin:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC, and "
            "one that is open does not count: with --until in the future, it does.",
            soft_wrap=True,
        )

    return group


def show(answer: Any) -> None:
    """Print what happened and what would have, side by side."""
    happened, tried = answer["happened"], answer["replayed"]
    table = Table("", f"happened ({happened['policy']})", f"under {tried['policy']}")
    for label, name, unit in _ROWS:
        cells = ("-" if side[name] is None else f"{side[name]}{unit}" for side in (happened, tried))
        table.add_row(label, *cells)
    out.print(table)
    people = answer["assumed"]
    out.print(
        f"{answer['queues']} lists closed. Taken to answer: {people['accept_percent']} % accept, "
        f"after {people['answer_after_minutes']} minutes (from {people['answers']} answers); "
        f"{people['pay_percent']} % can pay (from {people['payments']} payments)."
    )
    if not answer["complete"]:
        out.print("The period has more lists than are replayed at once: shorten it.")
