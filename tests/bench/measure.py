"""The measurements: each does its work on one subject and gives its figures for one round."""

import json
import random
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import event

from services.waitlist import store
from tests.bench.fill import Filling, address, fill_lists, fill_sessions, the_id
from tests.bench.suite import Subject

WINDOW = 64
"""Booking calls in flight at a time."""
RATE = 10
"""Cancellations a second, on average, while latency is measured."""
WAITING = (100, 10_000, 1_000_000)
"""How many people wait while one allocation is measured."""

Figures = dict[str, float]


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much one round does."""

    chains: int
    seats: int
    calls: int
    bookings: int
    sessions: int
    allocations: int
    waiting: tuple[int, ...]


FULL = Size(
    chains=600,
    seats=10,
    calls=80,
    bookings=400,
    sessions=1000,
    allocations=25,
    waiting=WAITING,
)
QUICK = Size(
    chains=200, seats=10, calls=30, bookings=150, sessions=150, allocations=10, waiting=WAITING[:2]
)


def _salt() -> str:
    return uuid4().hex[:8]


def _cancellations(made: Filling) -> list[dict[str, Any]]:
    return [{"booking_id": str(booking_id)} for booking_id in made.bookings()]


def percentile(values: list[float], share: float) -> float:
    """Give the value that this share of all does not exceed."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, round(share * len(ranked) + 0.5) - 1)]


def chains(subject: Subject, size: Size) -> Figures:
    """Cancel as fast as the calls go, until everybody who waited has been written to."""
    made = Filling(_salt(), size.chains // size.seats, size.seats, size.seats)
    fill_lists(subject.database, made)
    subject.meter.start()
    calls = subject.client.run("booking.cancel_booking", _cancellations(made))
    mails = subject.mailbox.wait(made.salt, size.chains)
    cpu, others = subject.meter.cpu(), subject.meter.others()
    seconds = max(mails.values()) - min(calls.sent.values())
    figures = {"chains per second, at saturation": size.chains / seconds}
    for name, used in cpu.items():
        figures[f"CPU per chain: {name}"] = 1000 * used / size.chains
    figures["CPU per chain: all"] = 1000 * sum(cpu.values()) / size.chains
    figures["machine taken by others"] = 100 * others
    for name, mebibytes in subject.meter.memory().items():
        figures[f"memory: {name}"] = mebibytes
    return figures


def latency(subject: Subject, size: Size) -> Figures:
    """Cancel at random moments, ten a second; from the call to the mail server's 250."""
    made = Filling(_salt(), size.calls, 1, 1)
    fill_lists(subject.database, made)
    chance, at, moments = random.Random(2026), 0.1, []  # noqa: S311 - the same moments each time
    for _ in range(size.calls):
        at += chance.expovariate(RATE)
        moments.append(at)
    requests = _cancellations(made)
    calls = subject.client.run("booking.cancel_booking", requests, moments=moments)
    mails = subject.mailbox.wait(made.salt, size.calls)
    waited = [
        1000 * (mails[address(made.salt, number)] - sent)
        for number, sent in enumerate(calls.sent.values())
    ]
    return {
        "cancel to email, p50": statistics.median(waited),
        "cancel to email, p99": percentile(waited, 0.99),
    }


def bookings(subject: Subject, size: Size) -> Figures:
    """Book one hot session, then many sessions, from the first call to the last answer."""
    figures = {}
    for name, sessions in (
        ("one session", 1),
        (f"{size.sessions:,} sessions", size.sessions),
    ):
        salt, people = _salt(), size.bookings
        fill_sessions(
            subject.database,
            salt,
            sessions=sessions,
            seats=people if sessions == 1 else 50,
            people=people,
        )
        requests = [
            {
                "session_id": str(the_id("session", salt, number % sessions)),
                "person_id": str(the_id("person", salt, number)),
            }
            for number in range(people)
        ]
        calls = subject.client.run("booking.book", requests, window=WINDOW)
        figures[f"bookings per second, {name}"] = people / calls.seconds
        subject.mailbox.wait(salt, people)
    return figures


class Lists:
    """Sessions with long waiting lists; those too long to be made anew are used in every round."""

    MADE_ANEW = 10_000

    def __init__(self, size: Size, rounds: int) -> None:
        """Measure with the lists of a size, so many rounds and a warm-up."""
        self.size = size
        self.rounds = rounds
        self._kept: dict[tuple[str, int], tuple[Filling, Iterator[Any]]] = {}

    def __call__(self, subject: Subject, size: Size) -> Figures:
        """Cancel one booking after the other, each when the last one's email has come."""
        figures = {}
        for waiting in size.waiting:
            made, requests = self._filled(subject, waiting)
            waited = []
            for _ in range(size.allocations):
                came = len(subject.mailbox.look(made.salt))
                calls = subject.client.run("booking.cancel_booking", [next(requests)])
                mails = subject.mailbox.wait(made.salt, came + 1)
                waited.append(1000 * (max(mails.values()) - min(calls.sent.values())))
            figures[f"one allocation, {waiting:,} waiting"] = statistics.median(waited)
        return figures

    def _filled(self, subject: Subject, waiting: int) -> tuple[Filling, Iterator[Any]]:
        kept = self._kept.get((subject.name, waiting))
        if kept is not None:
            return kept
        again = waiting <= self.MADE_ANEW
        seats = self.size.allocations * (1 if again else self.rounds + 1)
        made = Filling(_salt(), 1, seats, waiting)
        fill_lists(subject.database, made, served=seats)
        requests = iter(_cancellations(made))
        if not again:
            self._kept[subject.name, waiting] = made, requests
        return made, requests

    def plans(self, subject: Subject) -> Sequence[Mapping[str, Any]]:
        """Explain waitlist's own question "who is next", with each length of list."""
        found = []
        for waiting in self.size.waiting:
            made, _ = self._filled(subject, waiting)
            queue_id = the_id("queue", made.salt, 0)
            with subject.run.sql("waitlist") as sql:
                asked: list[tuple[str, Any]] = []

                def note(*said: Any, asked: list[tuple[str, Any]] = asked) -> None:
                    asked.append((said[2], said[3]))

                event.listen(sql, "before_cursor_execute", note)
                store.next_in_line(sql, queue_id)
                event.remove(sql, "before_cursor_execute", note)
                statement, values = asked[0]
                explain = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}"
                answer = sql.exec_driver_sql(explain, values).scalar_one()
            plan = (json.loads(answer) if isinstance(answer, str) else answer)[0]
            found.append(
                {
                    "waiting": waiting,
                    "milliseconds": plan["Execution Time"],
                    "blocks": plan["Plan"]["Shared Hit Blocks"]
                    + plan["Plan"]["Shared Read Blocks"],
                    "rows": sum(_rows(plan["Plan"])),
                    "index": next(_indexes(plan["Plan"]), "none"),
                }
            )
        return found


def _nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)


def _rows(plan: Mapping[str, Any]) -> Iterator[int]:
    """Give the rows each leaf of a plan has read, with those it threw away."""
    for node in _nodes(plan):
        if "Plans" not in node:
            yield node["Actual Rows"] + node.get("Rows Removed by Filter", 0)


def _indexes(plan: Mapping[str, Any]) -> Iterator[str]:
    return (node["Index Name"] for node in _nodes(plan) if "Index Name" in node)


def settle() -> None:
    """Let what is still on its way arrive: confirmations, and facts nobody waits for."""
    time.sleep(0.3)
