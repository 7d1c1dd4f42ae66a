"""`python -m tests.bench`: measure, and show every figure beside the floor's."""

import json
import os
import platform
import statistics
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from tests.bench import measure
from tests.bench.measure import Figures, Lists, Size
from tests.bench.suite import SETTINGS, Subject, floor, ours
from tests.stack import ServersMissing, servers

UNITS = {
    "chains per second": "1/s",
    "bookings per second": "1/s",
    "cancel to email": "ms",
    "one allocation": "ms",
    "CPU per chain": "ms",
    "memory": "MiB",
    "machine taken by others": "%",
}
TARGETS = {
    "chains per second, at saturation": ">= 150",
    "cancel to email, p50": "<= 25",
    "bookings per second, one session": ">= 300",
}
OTHERS = """\
pretix 2026.8 on such a machine: 66 ms for a cancellation, 41 ms for each seat allocated and mailed
to a short list and 2.0 s with 10,000 waiting, 6 to 14 bookings a second, and 51 of 50 seats sold in
16 of 26 rounds of 8 buyers."""
HOW = """\
ours: each service its own process; floor: the same statements, hops and emails by hand on psycopg2
and py-amqp. ratio: ours/floor; above 1 is better for what is per second, below 1 for all else.
Chains run from a `cancel_booking` call to the mail server's 250. Latency: random moments, 10/s."""

Rounds = dict[str, dict[str, list[float]]]
KINDS = ("chains", "latency", "bookings", "list")


def _measurements(lists: Lists) -> Mapping[str, Callable[[Subject, Size], Figures]]:
    steps = (measure.chains, measure.latency, measure.bookings, lists)
    return dict(zip(KINDS, steps, strict=True))


def _shown(values: list[float]) -> str:
    if not values:
        return ""
    digits = 0 if statistics.median(values) >= 100 else 1
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle:,.{digits}f} [dim]\\[{low:,.{digits}f}-{high:,.{digits}f}][/dim]"


def _table(rounds: Rounds) -> Table:
    table = Table("figure", "unit", "ours", "floor", "ratio", "target", title="What it costs")
    for column in table.columns:
        column.no_wrap = True
        column.justify = (
            "right" if column.header in {"ours", "floor", "ratio", "target"} else "left"
        )
    kind = ""
    for figure in rounds["ours"] | rounds["floor"]:
        mine, theirs = rounds["ours"].get(figure, []), rounds["floor"].get(figure, [])
        unit = next(unit for start, unit in UNITS.items() if figure.startswith(start))
        ratio = ""
        if mine and theirs and (bare := statistics.median(theirs)):
            ratio = f"{statistics.median(mine) / bare:.2f}"
        start = figure.partition(",")[0].partition(":")[0]
        if kind and start != kind:
            table.add_section()
        kind = start
        table.add_row(figure, unit, _shown(mine), _shown(theirs), ratio, TARGETS.get(figure, ""))
    return table


def _plans(plans: Sequence[Mapping[str, Any]]) -> Table:
    title = "Who is next? EXPLAIN (ANALYZE, BUFFERS)"
    table = Table("waiting", "rows read", "blocks", "ms", "index", title=title)
    for plan in plans:
        cells = (plan["rows"], plan["blocks"], f"{plan['milliseconds']:.3f}", plan["index"])
        table.add_row(f"{plan['waiting']:,}", *map(str, cells))
    return table


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--rounds", default=5, show_default=True, help="Rounds, after a warm-up.")
@click.option("--quick", is_flag=True, help="One small round, and no list of a million.")
@click.option("--only", type=click.Choice(KINDS), multiple=True, help="Only this; may be repeated.")
@click.option("--no-floor", is_flag=True, help="Ours alone, as for a profile.")
@click.option(
    "--json", "path", type=click.Path(path_type=Path), help="Write all figures here, too."
)
def main(
    *, rounds: int, quick: bool, only: tuple[str, ...], no_floor: bool, path: Path | None
) -> None:
    """Measure what the suite costs on real servers, beside the floor, in rounds that take turns."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 110)
    try:
        servers()
    except ServersMissing as exc:
        raise click.ClickException(str(exc)) from exc
    size, rounds = (measure.QUICK, 1) if quick else (measure.FULL, rounds)
    found: Rounds = {name: defaultdict(list) for name in ("ours", "floor")}
    with ExitStack() as ends:
        subjects = [ends.enter_context(make()) for make in ([ours] if no_floor else [ours, floor])]
        lists = Lists(size, rounds)
        steps = {k: step for k, step in _measurements(lists).items() if not only or k in only}
        for number in range(rounds + 1):
            for kind, step in steps.items():
                for subject in subjects:
                    console.print(f"[dim]round {number} of {rounds}: {kind}, {subject.name}[/dim]")
                    figures = step(subject, size)
                    measure.settle()
                    for figure, value in figures.items() if number else ():
                        found[subject.name][figure].append(value)
        plans = lists.plans(subjects[0]) if "list" in steps else ()
    console.print(_table(found))
    if plans:
        console.print(_plans(plans))
    chosen = " ".join(f"{name}={value}" for name, value in SETTINGS.items())
    about = f"{os.cpu_count()} cores, Python {platform.python_version()}, {rounds} rounds: median"
    console.print(f"{about} [dim]\\[lowest-highest][/dim]. {chosen}; the rest as it comes.")
    console.print(HOW + "\n" + OTHERS)
    if path is not None:
        path.write_text(json.dumps({"rounds": found, "plans": plans}, indent=2) + "\n")


if __name__ == "__main__":
    main()
