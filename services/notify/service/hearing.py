"""What notify hears, and writes because of it."""

from services.notify import actions
from shared.bus import on
from shared.clock import Now
from shared.contracts.booking import (
    BookingCancelled,
    BookingConfirmed,
    BookingMoved,
    ConfirmationRequested,
    MessageRequested,
    PaymentReceived,
    PaymentRefunded,
    PaymentReminderRequested,
    PersonChanged,
    PersonErased,
    PersonMerged,
    PersonRegistered,
    ReservationCancelled,
    SessionChanged,
)
from shared.contracts.events import (
    EventMessageRequested,
    RegistrationChanged,
    RegistrationConfirmed,
    RegistrationEnded,
)
from shared.contracts.loyalty import ReferralThanked
from shared.contracts.ranking import PromotionEarned, RankAwarded
from shared.contracts.waitlist import (
    OfferClosed,
    SpotAllocated,
    SpotOffered,
    WaitlistJoined,
    WaitlistLeft,
)
from shared.db import Transactions


class Hearing:
    """The facts that people are told of."""

    db: Transactions
    now: Now

    # -- people -------------------------------------------------------------------------------

    @on(PersonRegistered)
    @on(PersonChanged)
    def keep_contact(self, fact: PersonRegistered | PersonChanged) -> None:
        """Keep how to reach a person."""
        with self.db.once(fact) as tx:
            actions.keep_contact(tx, fact)

    @on(PersonMerged)
    def merge_person(self, fact: PersonMerged) -> None:
        """Give one person's messages and choices to another, who they turned out to be."""
        with self.db.once(fact) as tx:
            actions.merge_person(tx, fact)

    @on(PersonErased)
    def erase_person(self, fact: PersonErased) -> None:
        """Remove what is known of a person, and say what was."""
        with self.db.once(fact) as tx:
            actions.erase_person(tx, fact, at=self.now())

    # -- bookings -----------------------------------------------------------------------------

    @on(BookingConfirmed)
    def email_confirmation(self, fact: BookingConfirmed) -> None:
        """Write to a person that they have a place."""
        with self.db.once(fact) as tx:
            actions.email_confirmation(tx, fact, at=self.now())

    @on(SpotAllocated)
    def email_allocation(self, fact: SpotAllocated) -> None:
        """Write to a person who waited that they have a place now."""
        with self.db.once(fact) as tx:
            actions.email_allocation(tx, fact, at=self.now())

    @on(BookingMoved)
    def tell_of_move(self, fact: BookingMoved) -> None:
        """Write to a person that their place is at another time."""
        with self.db.once(fact) as tx:
            actions.tell_of_move(tx, fact, at=self.now())

    @on(BookingCancelled)
    def tell_of_cancellation(self, fact: BookingCancelled) -> None:
        """Write to a person that their place is given up, or their session cancelled."""
        with self.db.once(fact) as tx:
            actions.tell_of_cancellation(tx, fact, at=self.now())

    @on(ConfirmationRequested)
    def ask_for_confirmation(self, fact: ConfirmationRequested) -> None:
        """Write to a person that a place is reserved, with the link to confirm and pay."""
        with self.db.once(fact) as tx:
            actions.ask_for_confirmation(tx, fact, at=self.now())

    @on(ReservationCancelled)
    def tell_of_reservation(self, fact: ReservationCancelled) -> None:
        """Write to a person that what they were asked to confirm does not take place."""
        with self.db.once(fact) as tx:
            actions.tell_of_reservation(tx, fact, at=self.now())

    @on(PaymentReceived)
    def send_receipt(self, fact: PaymentReceived) -> None:
        """Write to a person that their money has arrived."""
        with self.db.once(fact) as tx:
            actions.send_receipt(tx, fact, at=self.now())

    @on(PaymentRefunded)
    def confirm_refund(self, fact: PaymentRefunded) -> None:
        """Write to a person that they have their money back."""
        with self.db.once(fact) as tx:
            actions.confirm_refund(tx, fact, at=self.now())

    @on(SessionChanged)
    def keep_name(self, fact: SessionChanged) -> None:
        """Keep what a session is called now, for those who are still to be reminded of it."""
        with self.db.once(fact) as tx:
            actions.keep_name(tx, fact, at=self.now())

    @on(PaymentReminderRequested)
    def remind_of_payment(self, fact: PaymentReminderRequested) -> None:
        """Write to a person that something is still to be paid."""
        with self.db.once(fact) as tx:
            actions.remind_of_payment(tx, fact, at=self.now())

    # -- the waiting list ----------------------------------------------------------------------

    @on(SpotOffered)
    def tell_of_offer(self, fact: SpotOffered) -> None:
        """Write to a person who waits that they can have a place, by a link."""
        with self.db.once(fact) as tx:
            actions.tell_of_offer(tx, fact, at=self.now())

    @on(OfferClosed)
    def close_offer(self, fact: OfferClosed) -> None:
        """Send an offer no more; who has read it already is told that it is gone."""
        with self.db.once(fact) as tx:
            actions.close_offer(tx, fact, at=self.now())

    @on(WaitlistJoined)
    def tell_of_waiting(self, fact: WaitlistJoined) -> None:
        """Write to a person, once, that they are on the list."""
        with self.db.once(fact) as tx:
            actions.tell_of_waiting(tx, fact, at=self.now())

    @on(WaitlistLeft)
    def tell_of_leaving(self, fact: WaitlistLeft) -> None:
        """Write to a person that they wait no longer, if that was not their own doing."""
        with self.db.once(fact) as tx:
            actions.tell_of_leaving(tx, fact, at=self.now())

    # -- events --------------------------------------------------------------------------------

    @on(RegistrationConfirmed)
    def confirm_registration(self, fact: RegistrationConfirmed) -> None:
        """Write to a person that they are registered, with their ticket."""
        with self.db.once(fact) as tx:
            actions.confirm_registration(tx, fact, at=self.now())

    @on(RegistrationChanged)
    def tell_of_change(self, fact: RegistrationChanged) -> None:
        """Write to a person what has changed about their registration."""
        with self.db.once(fact) as tx:
            actions.tell_of_change(tx, fact, at=self.now())

    @on(RegistrationEnded)
    def tell_of_end(self, fact: RegistrationEnded) -> None:
        """Write to a person that they are registered no longer."""
        with self.db.once(fact) as tx:
            actions.tell_of_end(tx, fact, at=self.now())

    # -- ranks, points, letters ----------------------------------------------------------------

    @on(RankAwarded)
    def tell_of_rank(self, fact: RankAwarded) -> None:
        """Write to those whom the category tells that somebody has a new rank."""
        with self.db.once(fact) as tx:
            actions.tell_of_rank(tx, fact, at=self.now())

    @on(PromotionEarned)
    def tell_of_promotion(self, fact: PromotionEarned) -> None:
        """Write to staff and client that a promotion by hand is due."""
        with self.db.once(fact) as tx:
            actions.tell_of_promotion(tx, fact, at=self.now())

    @on(ReferralThanked)
    def thank_for_referral(self, fact: ReferralThanked) -> None:
        """Send the text that thanks somebody for a new client."""
        with self.db.once(fact) as tx:
            actions.thank_for_referral(tx, fact, at=self.now())

    @on(MessageRequested)
    @on(EventMessageRequested)
    def send_letter(self, fact: MessageRequested | EventMessageRequested) -> None:
        """Send what staff wrote."""
        with self.db.once(fact) as tx:
            actions.send_letter(tx, fact, at=self.now())
