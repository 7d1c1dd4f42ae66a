"""What is asked of a card account and what it answers, in our own words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol
from uuid import UUID


class CardsOff(Exception):
    """No account is set up: only offline payments are taken."""


class CardsUnreachable(Exception):
    """Nobody knows whether it was done: ask again with the same key and the same parameters."""


class CardsBroken(CardsUnreachable):
    """Stripe failed, and may give the same key this answer for ever; it may still be under way."""


class CardsRefused(Exception):
    """It was not done, and never will be in this form."""


class CardDeclined(CardsRefused):
    """The bank, or the person's own presence being needed, kept a saved card from being charged."""


class CustomerGone(CardsRefused):
    """Whoever keeps the account has removed this customer there."""


class CheckoutNotOpen(CardsRefused):
    """Only an open checkout can be expired: look at it, it may be paid."""


class NoticeForged(Exception):
    """The webhook does not carry Stripe's signature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """What somebody is to pay on Stripe's own page."""

    reference: str  # comes back in every answer about it
    description: str  # what the person reads there
    amount_minor: int
    currency: str
    expires_at: datetime  # UTC
    success_url: str
    cancel_url: str
    email: str | None  # of the person, where they are no customer yet
    customer_id: str | None
    save_card: bool  # the person agrees that the card is kept
    language: str  # ISO 639-1


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What is taken from a saved card, without its holder being there."""

    reference: str
    description: str
    amount_minor: int
    currency: str
    customer_id: str
    method_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Repayment:
    """What is given back of a payment."""

    reference: str
    intent_id: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCard:
    """A card its holder has agreed to be charged again."""

    customer_id: str
    method_id: str
    brand: str
    last4: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """How a checkout or a charge stands at Stripe."""

    checkout_id: str | None
    url: str | None
    state: Literal["open", "complete", "expired"]
    paid: bool
    amount_minor: int
    currency: str
    intent_id: str | None
    card: KeptCard | None
    paid_at: datetime | None = None  # UTC; when its holder paid, however late we hear of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaid:
    """How a refund stands at Stripe."""

    refund_id: str
    state: Literal["done", "under_way", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """A payment of which everything that went back is to be listed."""

    intent_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DroppedCard:
    """A card that is kept no more, and that Stripe is to let go of."""

    method_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A time of which all is listed that a webhook was to tell of money gone, heard or not."""

    since: datetime  # UTC
    until: datetime
    more: bool  # whether there is time after it to be listed, too


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """Money of a payment that went back, or is claimed back by its holder, whoever began it."""

    vendor_id: str
    reference: str | None  # ours, where we began it
    amount_minor: int
    disputed: bool  # through the holder's bank; done where they won, failed where they lost
    state: Literal["done", "under_way", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a webhook tells: that something about this object is new, and worth a look."""

    event_id: str  # Stripe's own
    kind: str  # Stripe's name of it: checkout.session.completed
    reference: str | None  # ours, where it carries one
    intent_id: str | None = None  # of the payment it is about, where it names one

    @property
    def subject_id(self) -> UUID | None:
        """Give the id of ours that it names, of a payment or a refund; None: it names none."""
        try:
            return UUID(self.reference or "")
        except ValueError:
            return None

    @property
    def of_money_gone(self) -> bool:
        """Say whether money of a payment went back, is claimed back, or did not arrive there."""
        return self.kind.startswith(("charge.refund", "charge.dispute.", "refund."))


class Cards(Protocol):
    """What can be asked of a card account; `online` says whether there is one."""

    online: bool

    def open_checkout(self, checkout: Checkout, *, key: str) -> Seen:
        """Open a page where somebody pays."""

    def see_checkout(self, checkout_id: str) -> Seen:
        """Look at a checkout."""

    def expire_checkout(self, checkout_id: str, *, key: str) -> Seen:
        """Close a checkout, so that nobody pays there any more."""

    def charge(self, charge: Charge, *, key: str) -> Seen:
        """Take money from a saved card."""

    def find_charge(self, charge: Charge) -> Seen | None:
        """Find a charge whose answer was never heard."""

    def repay(self, repayment: Repayment, *, key: str) -> Repaid:
        """Give money back."""

    def find_repayment(self, repayment: Repayment) -> Repaid | None:
        """Find a refund whose answer was never heard."""

    def list_gone(self, reckoning: Reckoning) -> tuple[Gone, ...]:
        """List all that went back of a payment."""

    def let_go(self, card: DroppedCard, *, key: str) -> None:
        """Have a card be nobody's any more, so that it is never charged again."""

    def list_notices(self, stretch: Stretch) -> tuple[Notice, ...]:
        """List what webhooks were to tell of money gone, the newest first."""

    def read_notice(self, body: bytes, signature: str) -> Notice:
        """Read a webhook that proves to be Stripe's."""


class NoCards:
    """Stands where no account is set up."""

    online = False

    def _off(self, *args: object, **more: object) -> Any:
        del args, more
        msg = "no Stripe account is set up: only offline payments are taken"
        raise CardsOff(msg)

    open_checkout = see_checkout = expire_checkout = _off
    charge = find_charge = repay = find_repayment = let_go = _off
    list_gone = list_notices = read_notice = _off
