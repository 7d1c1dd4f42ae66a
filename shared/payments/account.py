"""A Stripe account, spoken to by Stripe's own library; no word of that leaves this room."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import stripe

from shared.config import Settings
from shared.payments.answers import (
    read_checkout,
    read_disputed,
    read_gone,
    read_intent,
    read_notice,
    read_refund,
    reference_of,
    to_stripe,
)
from shared.payments.words import (
    CardDeclined,
    CardsBroken,
    CardsRefused,
    CardsUnreachable,
    Charge,
    Checkout,
    CheckoutNotOpen,
    CustomerGone,
    DroppedCard,
    Gone,
    Notice,
    NoticeForged,
    Reckoning,
    Repaid,
    Repayment,
    Seen,
    Stretch,
)

SECONDS = 10
"""How long an answer of Stripe's is waited for."""
RETRIES = 2
"""How often the library itself repeats a call that was cut off, at once and with the same key."""
WEBHOOK_SECONDS = 300
"""How old a webhook's signature may be."""
OF_MONEY_GONE = (
    *("refund.created", "refund.updated", "refund.failed", "charge.refunded"),
    *("charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed"),
)
"""What Stripe calls that which tells of money gone; a list names at most 20 of them."""
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
            return read_checkout(
                self._api.checkout.sessions.create(params, {"idempotency_key": key})
            )

    def see_checkout(self, checkout_id: str) -> Seen:
        """Look at a checkout, at the card it was paid with and when."""
        more = ["payment_intent.payment_method", "payment_intent.latest_charge"]
        with _our_errors():
            return read_checkout(
                self._api.checkout.sessions.retrieve(checkout_id, {"expand": more})
            )

    def expire_checkout(self, checkout_id: str, *, key: str) -> Seen:
        """Close a checkout.

        Raises:
            CheckoutNotOpen: it is paid, or has ended by itself.
        """
        with _our_errors(on_invalid=CheckoutNotOpen):
            return read_checkout(
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
            made = read_intent(self._api.payment_intents.create(params, {"idempotency_key": key}))
        if made.state != "complete":
            msg = "the card's holder has to be there"
            raise CardDeclined(msg)
        return made

    def find_charge(self, charge: Charge) -> Seen | None:
        """Find a charge whose answer was never heard, by what it carries of ours."""
        with _our_errors():
            made = self._api.payment_intents.list({"customer": charge.customer_id, "limit": 100})
            for one in made.auto_paging_iter():
                if reference_of(one.metadata) == charge.reference:
                    return read_intent(one)
        return None

    def repay(self, repayment: Repayment, *, key: str) -> Repaid:
        """Give money back.

        Raises:
            CardsRefused: less of it is left, as somebody has given it back elsewhere, or its holder
                has claimed it back through the bank.
        """
        params: Any = {
            "payment_intent": repayment.intent_id,
            "amount": to_stripe(repayment.amount_minor, repayment.currency),
            "metadata": {"reference": repayment.reference},
        }
        with _our_errors():
            return read_refund(self._api.refunds.create(params, {"idempotency_key": key}))

    def find_repayment(self, repayment: Repayment) -> Repaid | None:
        """Find a refund whose answer was never heard, by what it carries of ours."""
        with _our_errors():
            made = self._api.refunds.list({"payment_intent": repayment.intent_id, "limit": 100})
            for one in made.auto_paging_iter():
                if reference_of(one.metadata) == repayment.reference:
                    return read_refund(one)
        return None

    def let_go(self, card: DroppedCard, *, key: str) -> None:
        """Have a card be nobody's any more; nobody's or unknown already, nothing changes."""
        methods = self._api.payment_methods
        try:
            with _our_errors():
                if methods.retrieve(card.method_id).customer is not None:
                    methods.detach(card.method_id, {}, {"idempotency_key": key})
        except CardsRefused as exc:
            if "resource_missing" not in exc.args:
                raise

    def list_gone(self, reckoning: Reckoning) -> tuple[Gone, ...]:
        """List all that went back of a payment, or is claimed back, whoever began it."""
        of_it: Any = {"payment_intent": reckoning.intent_id, "limit": 100}
        with _our_errors():
            refunds = [read_gone(one) for one in self._api.refunds.list(of_it).auto_paging_iter()]
            disputes = self._api.disputes.list(of_it)
            return (*refunds, *(read_disputed(one) for one in disputes.auto_paging_iter()))

    def list_notices(self, stretch: Stretch) -> tuple[Notice, ...]:
        """List what webhooks were to tell of money gone, the newest first, however many there are.

        Stripe keeps it for 30 days.
        """
        between: Any = {
            "gte": int(stretch.since.timestamp()),
            "lte": int(stretch.until.timestamp()),
        }
        told: Any = {"types": list(OF_MONEY_GONE), "created": between, "limit": 100}
        with _our_errors():
            found = self._api.events.list(told)
            return tuple(read_notice(one.to_dict()) for one in found.auto_paging_iter())

    def read_notice(self, body: bytes, signature: str) -> Notice:
        """Read a webhook that proves to be Stripe's.

        Raises:
            NoticeForged: it carries no signature made with a secret of ours, or an old one.
        """
        try:
            text = body.decode()
            _check_signed(text, signature, self._secrets)
            return read_notice(json.loads(text))
        except (ValueError, LookupError, AttributeError, TypeError) as exc:
            msg = "this is not Stripe's"
            raise NoticeForged(msg) from exc


def _check_signed(text: str, signature: str, secrets: list[str]) -> None:
    for secret in secrets:
        with suppress(stripe.SignatureVerificationError):
            stripe.WebhookSignature.verify_header(text, signature, secret, WEBHOOK_SECONDS)
            return
    raise ValueError(signature)


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
        if exc.code == "resource_missing" and exc.param == "customer":
            raise CustomerGone(_text(exc)) from exc
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
