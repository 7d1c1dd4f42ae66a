"""Stripe's words in ours: amounts as it counts them, and what its answers say."""

from datetime import UTC, datetime
from typing import Any

import stripe

from shared.money import card_step
from shared.payments.words import CardsRefused, Gone, KeptCard, Notice, Repaid, Seen

_HUNDREDFOLD = frozenset(["isk", "ugx"])  # Stripe counts hundredths that there are not
_FAILED = frozenset(["requires_payment_method", "canceled"])
_KEPT = frozenset(["won", "warning_closed", "prevented"])  # disputes that cost nothing


def to_stripe(amount_minor: int, currency: str) -> int:
    """Give an amount as Stripe counts it.

    Raises:
        CardsRefused: it has a thousandth that cards cannot be charged.
    """
    if currency in _HUNDREDFOLD:
        return amount_minor * 100
    if amount_minor % card_step(currency):
        msg = f"cards are charged {currency} in steps of 10 thousandths, and this is {amount_minor}"
        raise CardsRefused(msg)
    return amount_minor


def from_stripe(amount: int, currency: str) -> int:
    """Give an amount Stripe names, in minor units."""
    return amount // 100 if currency in _HUNDREDFOLD else amount


def read_checkout(made: stripe.checkout.Session) -> Seen:
    """Read how a page stands."""
    intent: Any = made.payment_intent
    currency, state = made.currency or "", made.status
    # A way of paying that takes days has failed: nobody can pay on this page any more.
    if state == "complete" and _is_whole(intent) and intent.status in _FAILED:
        state = "expired"
    return Seen(
        checkout_id=made.id,
        url=made.url,
        state="complete" if state == "complete" else "expired" if state == "expired" else "open",
        paid=made.payment_status == "paid",
        amount_minor=from_stripe(made.amount_total or 0, currency),
        currency=currency,
        intent_id=_id(intent),
        card=_card(intent) if _is_whole(intent) and made.customer else None,
        paid_at=_paid_at(intent) if _is_whole(intent) else None,
    )


def _paid_at(intent: Any) -> datetime | None:
    """Give when a payment was made: by a way of paying that takes days, when it was begun."""
    charge: Any = getattr(intent, "latest_charge", None)
    return datetime.fromtimestamp(charge.created, UTC) if _is_whole(charge) else None


def read_intent(made: stripe.PaymentIntent) -> Seen:
    """Read how a charge stands."""
    return Seen(
        checkout_id=None,
        url=None,
        state="complete" if made.status in {"succeeded", "processing"} else "open",
        paid=made.status == "succeeded",
        amount_minor=from_stripe(made.amount, made.currency),
        currency=made.currency,
        intent_id=made.id,
        card=None,
    )


def _card(intent: Any) -> KeptCard | None:
    """Give the card of a payment, if its holder has agreed that it is kept."""
    method = intent.payment_method
    if not (getattr(intent, "setup_future_usage", None) and _is_whole(method)):
        return None
    card = getattr(method, "card", None)
    return KeptCard(
        customer_id=str(_id(intent.customer)),
        method_id=str(_id(method)),
        brand=card.brand if card else method.type,
        last4=card.last4 if card else "",
    )


def read_refund(made: stripe.Refund) -> Repaid:
    """Read how a refund stands."""
    if made.status == "succeeded":
        return Repaid(refund_id=made.id, state="done")
    failed = made.status in {"failed", "canceled"}
    return Repaid(refund_id=made.id, state="failed" if failed else "under_way")


def read_gone(made: stripe.Refund) -> Gone:
    """Read a refund, whoever began it."""
    return Gone(
        vendor_id=made.id,
        reference=reference_of(made.metadata),
        amount_minor=from_stripe(made.amount, made.currency),
        disputed=False,
        state=read_refund(made).state,
    )


def read_disputed(made: stripe.Dispute) -> Gone:
    """Read what a holder claims back through their bank."""
    kept = made.status in _KEPT
    return Gone(
        vendor_id=made.id,
        reference=None,
        amount_minor=from_stripe(made.amount, made.currency),
        disputed=True,
        state="done" if made.status == "lost" else "failed" if kept else "under_way",
    )


def read_notice(event: Any) -> Notice:
    """Read what Stripe tells of something, by a webhook or in a list.

    Raises:
        LookupError, AttributeError, TypeError: it does not look like that.
    """
    about = event["data"]["object"]
    intent = about.get("payment_intent")
    return Notice(
        event_id=event["id"],
        kind=event["type"],
        reference=(about.get("metadata") or {}).get("reference"),
        intent_id=intent if isinstance(intent, str) else None,
    )


def reference_of(metadata: Any) -> str | None:
    """Give what something carries of ours."""
    found: str | None = metadata["reference"] if metadata and "reference" in metadata else None
    return found


def _is_whole(thing: Any) -> bool:
    return thing is not None and not isinstance(thing, str)


def _id(thing: Any) -> str | None:
    found: str | None = thing.id if _is_whole(thing) else thing
    return found
