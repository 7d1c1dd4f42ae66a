"""Paying on booking's pages in a browser, with a stand-in for Stripe."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.desk import Desk, desk_in
from tests.browser.test_booking import LOOKS, a_session, fill_in, looked_at, page_of, taken
from tests.browser.visitors import Browser, Driver, Visitor
from tests.stripe_standin import KEY, SECRET, StripeStandIn, stripe_standin


class WithPages(StripeStandIn):
    """A stand-in that also has the pages it sends people to."""

    def __call__(self, environ: Any, start: Any) -> Any:
        """Answer a browser with a page, and everything else as Stripe would."""
        if not environ["PATH_INFO"].startswith("/c/pay/"):
            return super().__call__(environ, start)
        start("200 OK", [("Content-Type", "text/html")])
        return [b"<!doctype html><html lang=en><title>Stripe</title><h1>Pay here</h1>"]


@pytest.fixture(scope="module")
def stripe() -> Iterator[StripeStandIn]:
    """Give a stand-in for Stripe, whose pages are where it is itself."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.stripe_standin.StripeStandIn", WithPages)
        with stripe_standin() as made:
            made.pages = f"{made.url}/c/pay/"
            yield made


@pytest.fixture(scope="module")
def desk(
    driver: Driver, stripe: StripeStandIn, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """Run a suite that takes cards."""
    del driver
    settings = {
        "ATELIER_STRIPE_KEY": KEY,
        "ATELIER_STRIPE_URL": stripe.url,
        "ATELIER_STRIPE_WEBHOOK_SECRET": SECRET,
    }
    with desk_in(tmp_path_factory.mktemp("paying"), **settings) as opened:
        yield opened


def at_stripe(visitor: Visitor, stripe: StripeStandIn) -> str:
    """Give the id of the checkout whose page a visitor has come to."""
    root, _, page = visitor.url.partition("/c/pay/")
    assert root == stripe.url
    return page.partition("#")[0]


@pytest.mark.parametrize("look", [LOOKS[0], LOOKS[3]], ids=lambda look: "-".join(look.values()))
@pytest.mark.rule("B14", "B29", "B49")
def test_a_lead_pays_and_comes_back(
    desk: Desk, browser: Browser, stripe: StripeStandIn, look: dict[str, str]
) -> None:
    session = a_session(desk, price_minor=2000, currency="eur")
    ada = browser.visitor(**look)  # type: ignore[arg-type] # of a table
    ada.open(page_of(desk, session))
    looked_at(ada, "session-priced")
    fill_in(ada)

    ada.press("Continue to payment")
    looked_at(ada, "confirm-and-pay")
    ada.press("Confirm and pay")
    checkout_id = at_stripe(ada, stripe)
    stripe.pay(checkout_id)
    ada.open(stripe.things[checkout_id]["success_url"])
    if ada.heading != "Your booking":
        looked_at(ada, "paying")
        ada.press("Look again")
    looked_at(ada, "paid")

    assert ada.heading == "Your booking"
    assert "€20.00" in ada.text
    assert "Everything is paid." in ada.text
    assert taken(desk, session) == 1


def test_whoever_gives_up_at_stripe_comes_back_to_their_place(
    desk: Desk, browser: Browser, stripe: StripeStandIn
) -> None:
    session = a_session(desk, price_minor=2000, currency="eur")
    ada = browser.visitor()
    ada.open(page_of(desk, session))
    fill_in(ada)
    ada.press("Continue to payment")
    ada.press("Confirm and pay")
    first = at_stripe(ada, stripe)

    ada.open(stripe.things[first]["cancel_url"])
    assert ada.heading == "Confirm your place"
    ada.press("Confirm and pay")

    assert at_stripe(ada, stripe) == first
    assert taken(desk, session) == 1
