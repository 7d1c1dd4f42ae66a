"""A Stripe account, spoken to by Stripe's own library; no word of that leaves this room."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import stripe

from shared.config import Settings
from shared.money import decimals
from shared.payments.words import (
    CardDeclined,
    CardsBroken,
    CardsRefused,
    CardsUnreachable,
    Charge,
    Checkout,
    CheckoutNotOpen,
    KeptCard,
    Notice,
    NoticeForged,
    Repaid,
    Repayment,
    Seen,
)

SECONDS = 10
"""How long an answer of Stripe's is waited for."""
RETRIES = 2
"""How often the library itself repeats a call that was cut off, at once and with the same key."""
WEBHOOK_SECONDS = 300
"""How old a webhook's signature may be."""
_HUNDREDFOLD = frozenset(["isk", "ugx"])  # Stripe counts hundredths that there are not
_THOUSANDTHS = 3
_SERVER_ERROR = 500
_CLASH = 409
_TOO_MANY = 429


class StripeCards:
    """A Stripe account, spoken to by Stripe's own library."""

    online = True

    def __init__(self, chosen: Settings) -> None:
        """Speak to the account of the settings; it is not contacted yet."""
        client = stripe.StripeClient(
            chosen.stripe_key,
            base_addresses={"api": chosen.stripe_url.rstrip("/")} if chosen.stripe_url else {},
            http_client=stripe.RequestsClient(timeout=SECONDS),
            max_network_retries=RETRIES,
        )
        self._api = client.v1
        self._secrets = chosen.stripe_webhook_secret.replace(",", " ").split()

    def open_checkout(self, checkout: Checkout, *, key: str) -> Seen:
        """Open a page where somebody pays."""
        about = {"reference": checkout.reference}
        params: Any = {
            "mode": "payment",
            "client_reference_id": checkout.reference,
            "metadata": about,
            "payment_intent_data": {"metadata": about, "description": checkout.description},
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": checkout.currency,
                        "unit_amount": to_stripe(checkout.amount_minor, checkout.currency),
                        "product_data": {"name": checkout.description},
                    },
                }
            ],
            "expires_at": int(checkout.expires_at.timestamp()),
            "success_url": checkout.success_url,
            "cancel_url": checkout.cancel_url,
            "locale": checkout.language,
        }
        if checkout.customer_id:
            params["customer"] = checkout.customer_id
        elif checkout.email:
            params["customer_email"] = checkout.email
        if checkout.save_card:
            params["payment_intent_data"]["setup_future_usage"] = "off_session"
            if not checkout.customer_id:
                params["customer_creation"] = "always"
        with _our_errors():
            return _checkout(self._api.checkout.sessions.create(params, {"idempotency_key": key}))

    def see_checkout(self, checkout_id: str) -> Seen:
        """Look at a checkout, and at the card it was paid with."""
        with _our_errors():
            return _checkout(
                self._api.checkout.sessions.retrieve(
                    checkout_id, {"expand": ["payment_intent.payment_method"]}
                )
            )

    def expire_checkout(self, checkout_id: str, *, key: str) -> Seen:
        """Close a checkout.

        Raises:
            CheckoutNotOpen: it is paid, or has ended by itself.
        """
        with _our_errors(on_invalid=CheckoutNotOpen):
            return _checkout(
                self._api.checkout.sessions.expire(checkout_id, {}, {"idempotency_key": key})
            )

    def charge(self, charge: Charge, *, key: str) -> Seen:
        """Take money from a saved card.

        Raises:
            CardDeclined: the bank refused, or wants its holder to be there.
        """
        params: Any = {
            "amount": to_stripe(charge.amount_minor, charge.currency),
            "currency": charge.currency,
            "customer": charge.customer_id,
            "payment_method": charge.method_id,
            "off_session": True,
            "confirm": True,
            # Ways of paying that lead the holder elsewhere would want an address to come back to.
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            "description": charge.description,
            "metadata": {"reference": charge.reference},
        }
        with _our_errors():
            made = _intent(self._api.payment_intents.create(params, {"idempotency_key": key}))
        if made.state != "complete":
            msg = "the card's holder has to be there"
            raise CardDeclined(msg)
        return made

    def find_charge(self, charge: Charge) -> Seen | None:
        """Find a charge whose answer was never heard, by what it carries of ours."""
        with _our_errors():
            made = self._api.payment_intents.list({"customer": charge.customer_id, "limit": 100})
            for one in made.auto_paging_iter():
                if _reference(one.metadata) == charge.reference:
                    return _intent(one)
        return None

    def repay(self, repayment: Repayment, *, key: str) -> Repaid:
        """Give money back; what has been given back already is done."""
        params: Any = {
            "payment_intent": repayment.intent_id,
            "amount": to_stripe(repayment.amount_minor, repayment.currency),
            "metadata": {"reference": repayment.reference},
        }
        try:
            with _our_errors():
                return _refund(self._api.refunds.create(params, {"idempotency_key": key}))
        except CardsRefused as exc:
            if exc.args[1:] == ("charge_already_refunded",):
                return Repaid(refund_id="", state="done")
            raise

    def find_repayment(self, repayment: Repayment) -> Repaid | None:
        """Find a refund whose answer was never heard, by what it carries of ours."""
        with _our_errors():
            made = self._api.refunds.list({"payment_intent": repayment.intent_id, "limit": 100})
            for one in made.auto_paging_iter():
                if _reference(one.metadata) == repayment.reference:
                    return _refund(one)
        return None

    def read_notice(self, body: bytes, signature: str) -> Notice:
        """Read a webhook that proves to be Stripe's.

        Raises:
            NoticeForged: it carries no signature made with a secret of ours, or an old one.
        """
        try:
            text = body.decode()
            _check_signed(text, signature, self._secrets)
            event = json.loads(text)
            about = event["data"]["object"]
            reference = (about.get("metadata") or {}).get("reference")
            return Notice(event_id=event["id"], kind=event["type"], reference=reference)
        except (ValueError, LookupError, AttributeError) as exc:
            msg = "this is not Stripe's"
            raise NoticeForged(msg) from exc


def _check_signed(text: str, signature: str, secrets: list[str]) -> None:
    for secret in secrets:
        with suppress(stripe.SignatureVerificationError):
            stripe.WebhookSignature.verify_header(text, signature, secret, WEBHOOK_SECONDS)
            return
    raise ValueError(signature)


def to_stripe(amount_minor: int, currency: str) -> int:
    """Give an amount as Stripe counts it.

    Raises:
        CardsRefused: it has a thousandth that cards cannot be charged.
    """
    if currency in _HUNDREDFOLD:
        return amount_minor * 100
    if decimals(currency) == _THOUSANDTHS and amount_minor % 10:
        msg = f"cards are charged {currency} in steps of 10 thousandths, and this is {amount_minor}"
        raise CardsRefused(msg)
    return amount_minor


def from_stripe(amount: int, currency: str) -> int:
    """Give an amount Stripe names, in minor units."""
    return amount // 100 if currency in _HUNDREDFOLD else amount


def _checkout(made: stripe.checkout.Session) -> Seen:
    intent: Any = made.payment_intent
    currency, state = made.currency or "", made.status
    return Seen(
        checkout_id=made.id,
        url=made.url,
        state="complete" if state == "complete" else "expired" if state == "expired" else "open",
        paid=made.payment_status == "paid",
        amount_minor=from_stripe(made.amount_total or 0, currency),
        currency=currency,
        intent_id=_id(intent),
        card=_card(intent) if _is_whole(intent) and made.customer else None,
    )


def _intent(made: stripe.PaymentIntent) -> Seen:
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


def _refund(made: stripe.Refund) -> Repaid:
    if made.status == "succeeded":
        return Repaid(refund_id=made.id, state="done")
    failed = made.status in {"failed", "canceled"}
    return Repaid(refund_id=made.id, state="failed" if failed else "under_way")


def _reference(metadata: Any) -> str | None:
    found: str | None = metadata["reference"] if metadata and "reference" in metadata else None
    return found


def _is_whole(thing: Any) -> bool:
    return thing is not None and not isinstance(thing, str)


def _id(thing: Any) -> str | None:
    found: str | None = thing.id if _is_whole(thing) else thing
    return found


@contextmanager
def _our_errors(on_invalid: type[CardsRefused] = CardsRefused) -> Iterator[None]:
    """Turn the library's errors into ours, which say what is to be done about them."""
    try:
        yield
    except stripe.CardError as exc:
        raise CardDeclined(_text(exc), exc.code or "") from exc
    except stripe.APIConnectionError as exc:
        raise CardsUnreachable(_text(exc)) from exc
    except stripe.InvalidRequestError as exc:
        raise on_invalid(_text(exc), exc.code or "") from exc
    except stripe.StripeError as exc:
        status = exc.http_status or 0
        if status >= _SERVER_ERROR:
            raise CardsBroken(_text(exc)) from exc
        # A wrong account key is put right by the studio, and then the call is worth repeating.
        if status in {_CLASH, _TOO_MANY} or isinstance(
            exc, stripe.AuthenticationError | stripe.PermissionError
        ):
            raise CardsUnreachable(_text(exc)) from exc
        raise CardsRefused(_text(exc), exc.code or "") from exc


def _text(exc: stripe.StripeError) -> str:
    """Say what Stripe says, without what was sent to it."""
    return f"{type(exc).__name__}: {exc.user_message or exc.code or exc.http_status or ''}"[:300]
