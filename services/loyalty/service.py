"""loyalty's entrypoints."""

from typing import Any
from uuid import UUID

from services.loyalty import actions, schemas
from shared.bus import Database, every, on, rpc
from shared.clock import Clock
from shared.contracts.booking import (
    BookingCancelled,
    BookingConfirmed,
    PersonChanged,
    PersonRegistered,
    VisitRecorded,
    VisitRetracted,
)
from shared.contracts.waitlist import SpotAllocated
from shared.shapes import shaped


class Loyalty:
    """The TreatCards, their points, and who brought whom."""

    name = "loyalty"
    db = Database()
    now = Clock()

    # -- what booking and waitlist say ----------------------------------------------------------

    @on(PersonRegistered)
    @on(PersonChanged)
    def keep_person(self, fact: PersonRegistered | PersonChanged) -> None:
        """Keep who a person is."""
        with self.db.once(fact) as tx:
            actions.keep_person(tx, fact)

    @on(BookingConfirmed)
    @on(SpotAllocated)
    def keep_booking(self, fact: BookingConfirmed | SpotAllocated) -> None:
        """Note that somebody has booked."""
        with self.db.once(fact) as tx:
            actions.keep_booking(tx, fact)

    @on(BookingCancelled)
    def return_treat(self, fact: BookingCancelled) -> None:
        """Give back the points of a treat whose booking was cancelled."""
        with self.db.once(fact) as tx:
            actions.return_treat(tx, fact, at=self.now())

    @on(VisitRecorded)
    @on(VisitRetracted)
    def count_visit(self, fact: VisitRecorded | VisitRetracted) -> None:
        """Give the points of a visit, or take them back."""
        with self.db.once(fact) as tx:
            actions.count_visit(tx, fact, at=self.now())

    # -- the page and its settings --------------------------------------------------------------

    @rpc()
    def get_overview(self) -> Any:
        """Give the TreatCard page: settings, cards, points and referrals."""
        with self.db.read() as sql:
            return shaped(schemas.Overview, actions.get_overview(sql))

    @rpc()
    def get_settings(self) -> Any:
        """Give the settings."""
        with self.db.read() as sql:
            return shaped(schemas.Settings, actions.get_settings(sql))

    @rpc(schemas.SaveSettings())
    def save_settings(self, **changes: Any) -> Any:
        """Save settings; what is left out stays."""
        with self.db.begin() as tx:
            settings = actions.save_settings(tx, changes)
        return shaped(schemas.Settings, settings)

    # -- cards ----------------------------------------------------------------------------------

    @rpc(schemas.IssueCard())
    def issue_card(self, person_id: UUID, number: str | None) -> Any:
        """Give somebody a TreatCard."""
        with self.db.begin() as tx:
            card = actions.issue_card(tx, person_id, number, at=self.now())
        return shaped(schemas.Card, card)

    @rpc(schemas.OneCard())
    def lose_card(self, number: str) -> Any:
        """Note that a TreatCard is lost."""
        with self.db.begin() as tx:
            card = actions.lose_card(tx, number, at=self.now())
        return shaped(schemas.Card, card)

    @rpc(schemas.IssueCard())
    def replace_card(self, person_id: UUID, number: str | None) -> Any:
        """Give somebody another TreatCard for the one they have or have lost."""
        with self.db.begin() as tx:
            card = actions.replace_card(tx, person_id, number, at=self.now())
        return shaped(schemas.Card, card)

    @rpc(schemas.OneCard())
    def find_card(self, number: str) -> Any:
        """Give a TreatCard and its balance, or null."""
        with self.db.read() as sql:
            card = actions.find_card(sql, number)
        return None if card is None else shaped(schemas.FoundCard, card)

    # -- referrals ------------------------------------------------------------------------------

    @rpc(schemas.Refer())
    def refer(self, new_person_id: UUID, referrer_id: UUID) -> Any:
        """Choose who referred a new client; the answer says whether to ask about points."""
        with self.db.begin() as tx:
            referral = actions.refer(tx, new_person_id, referrer_id, at=self.now())
        return shaped(schemas.Referral, referral)

    @rpc(schemas.OneReferral())
    def confirm_referral(self, referral_id: UUID) -> Any:
        """Say yes: add the points."""
        with self.db.begin() as tx:
            referral = actions.confirm_referral(tx, referral_id, at=self.now())
        return shaped(schemas.Referral, referral)

    @rpc(schemas.OneReferral())
    def withdraw_referral(self, referral_id: UUID) -> Any:
        """Note that nobody referred this client after all."""
        with self.db.begin() as tx:
            referral = actions.withdraw_referral(tx, referral_id, at=self.now())
        return shaped(schemas.Referral, referral)

    @rpc(schemas.OneNewPerson())
    def find_referral(self, new_person_id: UUID) -> Any:
        """Give who referred a client, or null."""
        with self.db.read() as sql:
            referral = actions.find_referral(sql, new_person_id)
        return None if referral is None else shaped(schemas.Referral, referral)

    # -- points ---------------------------------------------------------------------------------

    @rpc(schemas.OnePerson())
    def get_account(self, person_id: UUID) -> Any:
        """Give somebody's card and balance."""
        with self.db.read() as sql:
            return shaped(schemas.Account, actions.get_account(sql, person_id))

    @rpc(schemas.GetStatement())
    def get_statement(self, person_id: UUID, after: int, limit: int) -> Any:
        """Give a client's statement."""
        with self.db.read() as sql:
            statement = actions.get_statement(sql, person_id, after=after, limit=limit)
        return shaped(schemas.Statement, statement)

    @rpc(schemas.AdjustPoints())
    def adjust_points(self, person_id: UUID, points: int, reason: str) -> Any:
        """Add or remove points by hand."""
        with self.db.begin() as tx:
            balance = actions.adjust_points(tx, person_id, points, reason, at=self.now())
        return shaped(schemas.Balance, balance)

    @rpc(schemas.RecordPurchase())
    def record_purchase(self, person_id: UUID, **purchase: Any) -> Any:
        """Give the points for something that was paid, once for each reference."""
        with self.db.begin() as tx:
            recorded = actions.record_purchase(tx, person_id, **purchase, at=self.now())
        return shaped(schemas.Purchase, recorded)

    @rpc(schemas.RedeemTreat())
    def redeem_treat(self, person_id: UUID, booking_id: UUID, treat: str, points: int) -> Any:
        """Take the points of a treat that is booked."""
        with self.db.begin() as tx:
            taken = actions.redeem_treat(tx, person_id, booking_id, treat, points, at=self.now())
        return shaped(schemas.Treat, taken)

    @every(seconds=3600)
    def expire_points(self) -> None:
        """Take the points that have outlived their time."""
        with self.db.begin() as tx:
            actions.expire_points(tx, at=self.now())

    # -- erasure --------------------------------------------------------------------------------

    @rpc(schemas.OnePerson())
    def erase_person(self, person_id: UUID) -> Any:
        """Remove what names a person; the receipt says what is kept."""
        with self.db.begin() as tx:
            receipt = actions.erase_person(tx, person_id, at=self.now())
        return shaped(schemas.Receipt, receipt)
