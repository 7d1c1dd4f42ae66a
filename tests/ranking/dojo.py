"""A studio that ranks its people: by name, with the visits they make."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from services.ranking.service import Ranking
from shared.bus.listen import Listener
from shared.contracts import Envelope, Fact
from shared.contracts.booking import (
    PersonChanged,
    PersonErased,
    PersonMerged,
    PersonRegistered,
    VisitRecorded,
    VisitRetracted,
)
from shared.testing import MORNING, Suite

ROME = "Europe/Rome"
TODAY = MORNING.astimezone(ZoneInfo(ROME)).date()
Ranks = Sequence[tuple[str, Mapping[str, Any]]]
BELTS: Ranks = (("white", {"visits": 3}), ("yellow", {"visits": 3}), ("black", {}))


def day(offset: int) -> date:
    """Give the day so many days from the first."""
    return TODAY + timedelta(days=offset)


class Dojo:
    """The staff, the people who come, and what booking says of them."""

    def __init__(self, suite: Suite) -> None:
        """Open a studio in which nothing is set up."""
        self.suite = suite
        self.people: dict[str, str] = {}
        self.category_id = ""
        self.ranks: dict[str, str] = {}

    @property
    def call(self) -> Any:
        """Give the service, to be called."""
        return self.suite.ranking

    # -- given ------------------------------------------------------------------------------

    def activate(self, **more: Any) -> Any:
        """Switch ranking on."""
        return self.call.activate(**{"time_zone": ROME} | more)

    def category(self, name: str = "Karate", ranks: Ranks = BELTS, **settings: Any) -> str:
        """Add a category with its ranks, lowest first, and make it the one that is talked of."""
        self.category_id = self.call.add_category(name=name, **settings)["category_id"]
        self.ranks = {}
        for rank, criteria in ranks:
            self.rank(rank, **criteria)
        return self.category_id

    def rank(self, name: str, **more: Any) -> str:
        """Add a rank to the category that is talked of."""
        added = self.call.add_rank(category_id=self.category_id, name=name, **more)
        (self.ranks[name],) = [r["rank_id"] for r in added["ranks"] if r["name"] == name]
        return self.ranks[name]

    def person(self, name: str, language: str = "en") -> str:
        """Give the id of somebody, who is made known at the first mention."""
        if name not in self.people:
            self.people[name] = str(uuid4())
            self.tell(self._contact(PersonRegistered, name, language, 1))
        return self.people[name]

    def rename(self, name: str, new: str, *, sequence: int = 2) -> None:
        """Have booking say that somebody is called otherwise."""
        self.tell(self._contact(PersonChanged, new, "en", sequence, person_id=self.people[name]))

    def _contact(
        self, kind: Any, name: str, language: str, sequence: int, person_id: str | None = None
    ) -> Fact:
        fact: Fact = kind(
            person_id=UUID(person_id or self.people[name]),
            kind="member",
            name=name,
            email=None,
            phone=None,
            language=language,
            sequence=sequence,
        )
        return fact

    # -- when -------------------------------------------------------------------------------

    def tell(self, *facts: Fact, times: int = 1) -> None:
        """Have ranking hear facts of booking, one after the other."""
        for fact in facts:
            body = self._said(fact)
            for _ in range(times):
                self._ear(fact).hear([body])

    def merge(self, gone: str, into: str, *, times: int = 1) -> None:
        """Have booking say that two records are of one person."""
        ids: dict[str, Any] = {
            "person_id": UUID(self.person(into)),
            "merged_id": UUID(self.person(gone)),
        }
        self.tell(PersonMerged(**ids, merged_at=self.suite.now()), times=times)

    def erase(self, name: str, *, times: int = 1) -> UUID:
        """Have booking say that somebody is to be forgotten; give the erasure's id."""
        ids: dict[str, Any] = {"person_id": UUID(self.person(name)), "erasure_id": uuid4()}
        self.suite.take_out()  # what was said of them until now has left
        self.tell(PersonErased(**ids, erased_at=self.suite.now()), times=times)
        erasure_id: UUID = ids["erasure_id"]
        return erasure_id

    def tell_together(self, facts: Sequence[Fact]) -> None:
        """Have ranking hear facts of one kind as one batch."""
        self._ear(facts[0]).hear([self._said(fact) for fact in facts])

    def _ear(self, fact: Fact) -> Listener:
        ears = {ear.contract: ear for ear in self.suite.members["ranking"].listeners}
        return ears[type(fact)]

    def _said(self, fact: Fact) -> bytes:
        at = self.suite.now()
        return fact.said(Envelope(uuid4(), str(uuid4()), None, at, at)).to_wire().encode()

    def visit(
        self,
        name: str,
        on: int = 0,
        hour: int = 10,
        *,
        booking_id: UUID | None = None,
        sequence: int = 1,
        times: int = 1,
        came: bool = True,
        time_zone: str = ROME,
    ) -> UUID:
        """Have somebody come to a class so many days from the first, or take that back."""
        booking_id = booking_id or uuid4()
        fact = self.visit_fact(
            name,
            on,
            hour,
            booking_id=booking_id,
            sequence=sequence,
            came=came,
            time_zone=time_zone,
        )
        self.tell(fact, times=times)
        return booking_id

    def visit_fact(
        self,
        name: str,
        on: int = 0,
        hour: int = 10,
        *,
        booking_id: UUID,
        sequence: int = 1,
        came: bool = True,
        time_zone: str = ROME,
    ) -> VisitRecorded | VisitRetracted:
        """Make what booking says of a visit."""
        local = datetime.combine(day(on), time(hour), ZoneInfo(time_zone))
        visit: dict[str, Any] = {
            "booking_id": booking_id,
            "session_id": uuid4(),
            "person_id": UUID(self.person(name)),
            "starts_at": local.astimezone(UTC),
            "time_zone": time_zone,
            "sequence": sequence,
        }
        at = self.suite.now()
        if came:
            return VisitRecorded(**visit, recorded_at=at)
        return VisitRetracted(**visit, retracted_at=at)

    def visits(self, name: str, *days: int) -> list[UUID]:
        """Have somebody come on several days."""
        return [self.visit(name, on) for on in days]

    def assign(self, name: str, rank: str | None = None, **more: Any) -> Any:
        """Assign a rank to somebody."""
        return self._move("assign", name, rank, more)

    def promote(self, name: str, rank: str | None = None, **more: Any) -> Any:
        """Promote somebody by hand."""
        return self._move("promote", name, rank, more)

    def demote(self, name: str, rank: str | None = None, **more: Any) -> Any:
        """Demote somebody by hand."""
        return self._move("demote", name, rank, more)

    def _move(self, how: str, name: str, rank: str | None, more: Mapping[str, Any]) -> Any:
        return getattr(self.call, how)(
            person_id=self.person(name),
            category_id=self.category_id,
            rank_id=self.ranks[rank] if rank else None,
            **more,
        )

    def pass_days(self, days: int) -> None:
        """Let days pass, and the timer look."""
        self.suite.advance(days=days)
        self.suite.tick("ranking.watch_tenure")

    # -- then -------------------------------------------------------------------------------

    def profile(self, name: str) -> Any:
        """Give somebody's profile in the category that is talked of."""
        found = self.call.get_profile(person_id=self.person(name))
        (mine,) = [c for c in found["categories"] if c["category_id"] == self.category_id]
        return mine

    def here(self, name: str) -> Any:
        """Give where somebody is."""
        return self.profile(name)["current"]

    def held(self, name: str) -> list[tuple[str, str]]:
        """Name the ranks somebody held and since when, the first first."""
        rows = reversed(self.profile(name)["history"])
        return [(row["rank_name"], row["since"]) for row in rows]

    def rank_of(self, name: str) -> str:
        """Name the rank somebody holds."""
        return str(self.here(name)["rank_name"])

    def row(self, name: str, **wanted: Any) -> Any:
        """Give somebody's row of the report, None where there is none."""
        rows = self.call.report_ranks(category_id=self.category_id, **wanted)["rows"]
        return next((row for row in rows if row["person_name"] == name), None)

    def said(self, fact: str) -> list[Mapping[str, Any]]:
        """Give what was said of one kind, in order."""
        ends = self.suite._journal[self.suite._mark :]  # noqa: SLF001 - the suite's own notes
        return [body["data"] for one in ends if (body := _body(one))["fact"] == f"{fact}.v1"]

    def matches(self, name: str) -> bool:
        """Say whether somebody's journal leads to the placements that are kept."""
        return bool(self.call.check_person(person_id=self.person(name))["matches"])


def _body(said: Any) -> Any:
    return json.loads(said.body)


@contextmanager
def dojo_in(databases: Path | Mapping[str, str]) -> Iterator[Dojo]:
    """Open a studio on SQLite, or on a database at an address, and close it."""
    suite = Suite([Ranking], databases)
    try:
        yield Dojo(suite)
    finally:
        suite.close()
