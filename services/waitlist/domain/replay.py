"""What another policy would have made of the seats that came free; pure, and the same each time.

Nobody knows what people would have done. A replay takes them to answer as this studio's people
have answered before: a share of them accepts, after so long, and a share can pay. Who is among
them follows from the entry's id alone, so that two policies are tried on the same people.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from uuid import UUID

from services.waitlist.domain.queues import Policy

Key = tuple[UUID, int]
_FACTOR = 2654435761
"""Knuth's, spreads neighbouring ids over the whole range."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What people are taken to do: shares in percent, and how long they take to answer."""

    accept_percent: int
    answer_after: timedelta
    pay_percent: int


@dataclass(frozen=True, slots=True)
class Rules:
    """The policy that is tried."""

    policy: Policy
    invitations: int
    answer_within: timedelta


@dataclass(frozen=True, slots=True)
class Joined:
    """Somebody who joined a list; `gave_up` is when they left it by themselves.

    Of a group there is one for each `seat` it wanted, as if the rule were `split`.
    """

    entry_id: UUID
    joined_at: datetime
    gave_up: datetime | None = None
    seat: int = 1

    @property
    def key(self) -> tuple[UUID, int]:
        """Tell the seats of a group apart."""
        return self.entry_id, self.seat


@dataclass(frozen=True, slots=True)
class Told:
    """A list as it was: who joined, when seats came free, and when it closed."""

    joined: Sequence[Joined]
    freed: Sequence[datetime]
    closes_at: datetime


@dataclass(slots=True)
class Outcome:
    """How freed seats fared: how many, how many found a holder, and how long all that took."""

    freed: int = 0
    filled: int = 0
    messages: int = 0
    waited: list[timedelta] = field(default_factory=list)
    empty: list[timedelta] = field(default_factory=list)

    def add(self, other: "Outcome") -> None:
        """Count another list's in."""
        self.freed += other.freed
        self.filled += other.filled
        self.messages += other.messages
        self.waited += other.waited
        self.empty += other.empty

    def fill(self, entry: Joined, freed_at: datetime, at: datetime) -> None:
        """Count a seat that came free at `freed_at` and found its holder at `at`."""
        self.filled += 1
        self.messages += 1  # that they have it
        self.waited.append(at - entry.joined_at)
        self.empty.append(at - freed_at)

    def figures(self) -> dict[str, int | None]:
        """Give them as a table shows them: counts, percent, and whole minutes."""

        def minutes(times: Sequence[timedelta]) -> int | None:
            return round(median(one.total_seconds() for one in times) / 60) if times else None

        most = round(max(self.waited).total_seconds() / 60) if self.waited else None
        return {
            "freed": self.freed,
            "filled": self.filled,
            "fill_percent": round(100 * self.filled / self.freed) if self.freed else None,
            "waited_median": minutes(self.waited),
            "waited_most": most,
            "empty_median": minutes(self.empty),
            "messages": self.messages,
        }


def _draw(entry_id: UUID, what: int) -> int:
    """Give a number from 0 to 99 that follows from an entry and a question alone."""
    return (entry_id.int * _FACTOR + what * 40503) % 2**61 % 100


def _delay(entry_id: UUID, people: Behaviour) -> timedelta:
    """Say how long somebody takes to answer: from next to nothing to twice the usual."""
    return people.answer_after * (_draw(entry_id, 2) * 2 + 1) / 100


def replay(told: Told, rules: Rules, people: Behaviour) -> Outcome:
    """Run one list's joins and freed seats under a policy.

    Args:
        told: the list as it was.
        rules: the policy.
        people: what they are taken to do.

    Returns:
        How the seats would have fared. A seat nobody takes is counted as freed only.
    """
    outcome = Outcome(freed=len(told.freed))
    served: set[Key] = set()
    busy: dict[Key, datetime] = {}  # until when somebody is asked about another seat
    for freed_at in sorted(told.freed):
        _place(told, freed_at, rules, people, outcome, served, busy)
    return outcome


def _place(
    told: Told,
    freed_at: datetime,
    rules: Rules,
    people: Behaviour,
    outcome: Outcome,
    served: set[Key],
    busy: dict[Key, datetime],
) -> None:
    """Find a holder for one seat."""
    asked: set[Key] = set()
    at = freed_at
    while at < told.closes_at:
        waiting = [
            one
            for one in told.joined
            if one.joined_at <= at
            and (one.gave_up is None or one.gave_up > at)
            and one.key not in served
            and one.key not in asked
            and busy.get(one.key, at) <= at
        ]
        if not waiting:
            return
        if rules.policy in {Policy.ASSIGN, Policy.ASSIGN_IF_PAID}:
            free = rules.policy is Policy.ASSIGN
            able = (e for e in waiting if free or _draw(e.entry_id, 1) < people.pay_percent)
            if (entry := next(able, None)) is not None:
                served.add(entry.key)
                outcome.fill(entry, freed_at, at)
            return
        everybody = rules.policy is Policy.ANNOUNCE
        invited = waiting if everybody else waiting[: rules.invitations]
        until = min(at + rules.answer_within, told.closes_at)
        outcome.messages += len(invited)
        answers = sorted(
            (at + _delay(one.entry_id, people), number)
            for number, one in enumerate(invited)
            if _draw(one.entry_id, 0) < people.accept_percent
            and at + _delay(one.entry_id, people) < until
        )
        if answers:
            answered_at, number = answers[0]
            served.add(invited[number].key)
            outcome.fill(invited[number], freed_at, answered_at)
            return
        if everybody:
            return
        asked |= {one.key for one in invited}
        busy |= dict.fromkeys((one.key for one in invited), until)
        at = until
