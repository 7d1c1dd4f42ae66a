"""The desk of a salon: its people by name, what booking says of them, and calls to loyalty."""

import json
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

from sqlalchemy import func, select

from services.loyalty.models import AccountRow, LedgerRow
from shared.contracts import Fact, Trace, Values
from shared.contracts.booking import (
    BookingCancelled,
    BookingConfirmed,
    PaymentReceived,
    PaymentRefunded,
    PersonChanged,
    PersonErased,
    PersonMerged,
    PersonRegistered,
    VisitRecorded,
    VisitRetracted,
)
from shared.contracts.waitlist import SpotAllocated
from shared.testing import Suite

OCCASION: Values = {
    "session_name": "Cut",
    "time_zone": "Europe/Rome",
    "location": "Here",
    "staff": "Lea",
}


class Desk:
    """Staff at the desk, with nobody known yet."""

    def __init__(self, suite: Suite) -> None:
        """Sit down."""
        self.suite = suite
        self.call = suite.loyalty
        self.people: dict[str, UUID] = {}

    # -- what is said -------------------------------------------------------------------------

    def hear(self, *facts: Fact, times: int = 1) -> None:
        """Have loyalty hear facts of one kind as one batch, so often."""
        trace = Trace.begin(self.suite.now())
        said = [fact.said(trace.envelope(at=self.suite.now())) for fact in facts]
        ears = self.suite.members["loyalty"].listeners
        (ear,) = (ear for ear in ears if ear.contract is type(facts[0]))
        for _ in range(times):
            ear.hear([one.to_wire().encode() for one in said])

    def id(self, name: str) -> str:
        """Give somebody's id; they are registered at the first mention."""
        if name not in self.people:
            self.registers(name)
        return str(self.people[name])

    def registers(self, name: str) -> None:
        """Have booking say that somebody became known."""
        self.hear(PersonRegistered(**self.contact(name)))

    def contact(self, name: str, *, language: str = "en", sequence: int = 1) -> Values:
        """Give what booking says of somebody."""
        person_id = self.people.setdefault(name, uuid4())
        known = {"person_id": person_id, "kind": "client", "name": name.title()}
        address = {"email": None, "phone": "+39021234567"}
        return known | address | {"language": language, "sequence": sequence}

    def speaks(self, name: str, language: str) -> None:
        """Have booking say which language somebody speaks."""
        self.id(name)
        self.hear(PersonChanged(**self.contact(name, language=language, sequence=2)))

    def books(
        self,
        name: str,
        *,
        at: datetime | None = None,
        booking_id: UUID | None = None,
        session: str = "Cut",
    ) -> str:
        """Have somebody book; give the booking."""
        ids: Values = {"booking_id": booking_id or uuid4(), "session_id": uuid4()}
        when: Values = {"booked_at": at or self.suite.now(), "starts_at": self.suite.now()}
        occasion = OCCASION | {"session_name": session}
        self.hear(BookingConfirmed(**ids, person_id=UUID(self.id(name)), **when, **occasion))
        return str(ids["booking_id"])

    def is_allocated(self, name: str, source: Literal["booking", "events"] = "booking") -> str:
        """Have somebody get a place through the waiting list; give the booking."""
        ids: Values = {key: uuid4() for key in ("spot_id", "entry_id", "target_id", "booking_id")}
        when: Values = {"allocated_at": self.suite.now(), "starts_at": self.suite.now()}
        who: Values = {"person_id": UUID(self.id(name)), "source": source}
        self.hear(SpotAllocated(**ids, **who, **when, **OCCASION))
        return str(ids["booking_id"])

    def cancels(self, name: str, *booking_ids: str, times: int = 1) -> None:
        """Have somebody cancel bookings."""
        who: Values = {"person_id": UUID(self.id(name)), "cancelled_by": "staff"}
        said = []
        for booking_id in booking_ids:
            ids: Values = {"booking_id": UUID(booking_id), "session_id": uuid4(), "spot_id": None}
            said.append(BookingCancelled(**ids, **who, cancelled_at=self.suite.now()))
        self.hear(*said, times=times)

    def comes(self, name: str, booking_id: str, *, sequence: int = 1, times: int = 1) -> None:
        """Have somebody come on a booking."""
        visit = self._visit(name, booking_id, sequence)
        self.hear(VisitRecorded(**visit, recorded_at=self.suite.now()), times=times)

    def stays_away(self, name: str, booking_id: str, *, sequence: int = 2) -> None:
        """Have it said that somebody did not come after all."""
        visit = self._visit(name, booking_id, sequence)
        self.hear(VisitRetracted(**visit, retracted_at=self.suite.now()))

    def _visit(self, name: str, booking_id: str, sequence: int) -> Values:
        ids: Values = {"booking_id": UUID(booking_id), "session_id": uuid4()}
        who: Values = {"person_id": UUID(self.id(name)), "sequence": sequence}
        return ids | who | {"starts_at": self.suite.now(), "time_zone": "Europe/Rome"}

    def merge(self, gone: str, into: str, *, times: int = 1) -> None:
        """Have booking say that two records are of one person."""
        ids: Values = {"person_id": UUID(self.id(into)), "merged_id": UUID(self.id(gone))}
        self.hear(PersonMerged(**ids, merged_at=self.suite.now()), times=times)

    def erase(self, name: str, *, times: int = 1) -> UUID:
        """Have booking say that somebody is to be forgotten; give the erasure's id."""
        ids: Values = {"person_id": self.contact(name)["person_id"], "erasure_id": uuid4()}
        self.suite.take_out()  # what was said of them until now has left
        self.hear(PersonErased(**ids, erased_at=self.suite.now()), times=times)
        erasure_id: UUID = ids["erasure_id"]
        return erasure_id

    def names_referrer(self, name: str, by: str | None, *, sequence: int) -> None:
        """Have booking name who brought somebody."""
        who = None if by is None else self.contact(by)["person_id"]
        contact = self.contact(name, sequence=sequence) | {"referred_by": who}
        self.hear(PersonChanged(**contact))

    def pays(self, name: str, amount: int, *, left: int = 0, **more: Any) -> PaymentReceived:
        """Make what booking says of a payment for a booking."""
        return PaymentReceived(
            **self._money(name, amount, left) | {"paid_at": self.suite.now()} | more
        )

    def gets_back(self, name: str, amount: int, *, left: int = 0, **more: Any) -> PaymentRefunded:
        """Make what booking says of a refund."""
        refund: Values = {"refund_id": uuid4(), "reason": "asked", "refunded_at": self.suite.now()}
        return PaymentRefunded(**self._money(name, amount, left) | refund | more)

    def _money(self, name: str, amount: int, left: int) -> Values:
        ids: Values = {key: uuid4() for key in ("payment_id", "booking_id", "session_id")}
        who: Values = {"person_id": UUID(self.id(name)), "session_name": "Cut", "method": "card"}
        money = {"amount_minor": amount, "price_minor": amount + left, "balance_minor": left}
        return ids | who | money | {"currency": "eur"}

    # -- what staff do ------------------------------------------------------------------------

    def card(self, name: str, **more: Any) -> str:
        """Give somebody a card; give its number."""
        number: str = self.call.issue_card(person_id=self.id(name), **more)["number"]
        return number

    def refer(self, new: str, by: str) -> Any:
        """Choose who referred a new client."""
        return self.call.refer(new_person_id=self.id(new), referrer_id=self.id(by))

    def yes(self, referral: Any) -> Any:
        """Say yes to the question."""
        return self.call.confirm_referral(referral_id=referral["referral_id"])

    def award(self, new: str, by: str) -> Any:
        """Choose who referred a new client and say yes."""
        return self.yes(self.refer(new, by))

    def add(self, name: str, points: int, reason: str = "a birthday") -> int:
        """Add or remove points by hand; give the balance."""
        change = {"points": points, "reason": reason}
        balance: int = self.call.adjust_points(person_id=self.id(name), **change)["balance"]
        return balance

    def buys(self, name: str, amount_minor: int, **more: Any) -> Any:
        """Record a purchase."""
        what = {"currency": "eur", "kind": "service", "reference": str(uuid4())} | more
        return self.call.record_purchase(person_id=self.id(name), amount_minor=amount_minor, **what)

    def treat(self, name: str, booking_id: str, points: int = 50, treat: str = "Massage") -> Any:
        """Take a treat for points."""
        ids = {"person_id": self.id(name), "booking_id": booking_id}
        return self.call.redeem_treat(**ids, treat=treat, points=points)

    def wait(self, **duration: float) -> None:
        """Let time pass, and have the points that are too old expire."""
        self.suite.at += timedelta(**duration)
        self.suite.tick("loyalty.expire_points")
        self.suite.run_woken()

    # -- what is found ------------------------------------------------------------------------

    def balance(self, name: str) -> int:
        """Give somebody's balance."""
        balance: int = self.call.get_account(person_id=self.id(name))["balance"]
        return balance

    def entries(self, name: str) -> list[tuple[str, int]]:
        """Give what happened to somebody's points."""
        statement = self.call.get_statement(person_id=self.id(name))
        return [(entry["kind"], entry["points"]) for entry in statement["entries"]]

    def said(self, fact: str) -> list[Values]:
        """Give what was said of one kind, in order."""
        ends = self.suite._journal[self.suite._mark :]  # noqa: SLF001 - the suite's own notes
        bodies = [json.loads(one.body) for one in ends]
        return [body["data"] for body in bodies if body["fact"] == f"{fact}.v1"]

    def sums(self) -> list[tuple[UUID, int, int]]:
        """Give every account's balance beside the sum of its entries."""
        sums = (
            select(AccountRow.person_id, AccountRow.balance, func.sum(LedgerRow.points))
            .outerjoin(LedgerRow, LedgerRow.person_id == AccountRow.person_id)
            .group_by(AccountRow.person_id, AccountRow.balance)
        )
        with self.suite.sql("loyalty") as sql:
            return [
                (person, balance, int(total or 0)) for person, balance, total in sql.execute(sums)
            ]
