"""loyalty's entrypoints."""

from typing import Any
from uuid import UUID

from services.loyalty import actions, schemas
from services.loyalty.pages import StatementPages
from shared.bus import Database, every, on, rpc
from shared.clock import Clock
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
from shared.shapes import shaped


class Loyalty(StatementPages):
    """The TreatCards, their points, and who brought whom."""

    name = "loyalty"
    db = Database()
    now = Clock()

    # -- what booking and waitlist say ----------------------------------------------------------

    @on(PersonRegistered)
    @on(PersonChanged)
    def keep_person(self, fact: PersonRegistered | PersonChanged) -> None:
        """Keep who a person is, and who is said to have brought them."""
        with self.db.once(fact) as tx:
            said = fact.envelope.said_at if fact.envelope else self.now()
            actions.keep_person(tx, fact, at=said)

    @on(PersonMerged)
    def merge_people(self, fact: PersonMerged) -> None:
        """Have the card, points and referrals of one record be another's."""
        with self.db.once(fact) as tx:
            actions.merge_people(tx, fact, at=self.now())

    @on(PersonErased)
    def erase_person(self, fact: PersonErased) -> None:
        """Remove what names a person, and say what is kept."""
        with self.db.once(fact) as tx:
            actions.erase_person(tx, fact, at=self.now())

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

    @on(PaymentReceived)
    @on(PaymentRefunded)
    def count_payment(self, fact: PaymentReceived | PaymentRefunded) -> None:
        """Give the points of a booking that is paid in full, or take back those of a refund."""
        with self.db.once(fact) as tx:
            actions.count_payment(tx, fact, at=self.now())

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

    @rpc(schemas.ListReferrals())
    def list_referrals(self, **wanted: Any) -> Any:
        """List referrals; with `asks`, the questions staff have not answered yet."""
        with self.db.read() as sql:
            found = actions.list_referrals(sql, **wanted)
        return shaped(schemas.ListedReferral, found, many=True)

    # -- points ---------------------------------------------------------------------------------

    @rpc(schemas.OnePerson())
    def get_account(self, person_id: UUID) -> Any:
        """Give somebody's card and balance, and the address of the page that shows them."""
        with self.db.read() as sql:
            return shaped(schemas.Account, actions.get_account(sql, person_id, at=self.now()))

    @rpc(schemas.GetStatement())
    def get_statement(self, person_id: UUID, **wanted: Any) -> Any:
        """Give a client's statement, in their language."""
        with self.db.read() as sql:
            statement = actions.get_statement(sql, person_id, **wanted, at=self.now())
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

    @rpc(schemas.RetractPurchase())
    def retract_purchase(self, reference: str) -> Any:
        """Take back what a purchase earned, once."""
        with self.db.begin() as tx:
            retracted = actions.retract_purchase(tx, reference, at=self.now())
        return shaped(schemas.Purchase, retracted)

    @every(seconds=3600)
    def expire_points(self) -> None:
        """Take the points that have outlived their time."""
        with self.db.begin() as tx:
            actions.expire_points(tx, at=self.now())

    # -- treats ---------------------------------------------------------------------------------

    @rpc(schemas.OfferTreat())
    def offer_treat(self, **offer: Any) -> Any:
        """Offer a treat for points; without a number, for what is suggested."""
        with self.db.begin() as tx:
            offered = actions.offer_treat(tx, **offer, at=self.now())
        return shaped(schemas.Offer, offered)

    @rpc(schemas.OneTreat())
    def withdraw_treat(self, treat: str) -> None:
        """Offer a treat no longer."""
        with self.db.begin() as tx:
            actions.withdraw_treat(tx, treat)

    @rpc(schemas.ListTreats())
    def list_treats(self, person_id: UUID | None) -> Any:
        """List the treats on offer; for somebody, with whether they may have them."""
        with self.db.read() as sql:
            return shaped(schemas.Offer, actions.list_treats(sql, person_id), many=True)

    @rpc(schemas.RedeemTreat())
    def redeem_treat(self, person_id: UUID, booking_id: UUID, **what: Any) -> Any:
        """Take the points of a treat that is booked."""
        with self.db.begin() as tx:
            taken = actions.redeem_treat(tx, person_id, booking_id, **what, at=self.now())
        return shaped(schemas.Treat, taken)
