"""Paying on public pages: from the form to Stripe and back, in time and too late."""

import re
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

import eventlet
import pytest
from werkzeug.wrappers import Response

from shared.contracts.booking import (
    CONFIRM_LINK,
    CONFIRM_PATH,
    MANAGE_LINK,
    MANAGE_PATH,
    PAY_LINK,
    PAY_PATH,
)
from shared.links import sign_link
from tests.booking.till import Till
from tests.flows.studio import Studio
from tests.stripe_account import Account
from tests.stripe_standin import Fault, StripeStandIn

ADA = {"name": "Ada", "email": "ada@example.com", "language": "en", "agree": "yes"}


@pytest.fixture
def till(card_account: Account, studio: Studio) -> Till:
    """Give a studio where people pay on Stripe's own page."""
    return Till(studio, card_account)


def text(answer: Response) -> str:
    """Give a page."""
    return answer.get_data(as_text=True)


def heading(answer: Response) -> str:
    """Give the heading of a page."""
    return text(answer).partition("<h1>")[2].partition("</h1>")[0]


def sign_up(till: Till, **changes: str) -> str:
    """Submit the form of the session's page; give where it leads."""
    address = f"/sessions/{till.studio.session_id}"
    page = text(till.studio.http("GET", address))
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
    answer = till.studio.http("POST", address, form=hidden | ADA | changes)
    assert answer.status_code == 303, text(answer)
    return str(answer.headers["Location"])


def to_stripe(till: Till, url: str) -> dict[str, str]:
    """Press the button of a page; give Stripe's page that it leads to."""
    answer = till.studio.http("POST", url)
    assert answer.status_code == 303, text(answer)
    return {"checkout_url": str(answer.headers["Location"])}


def back(till: Till, checkout: dict[str, str]) -> str:
    """Give the address Stripe sends somebody back to who has paid."""
    return str(till.page(checkout)["success_url"])


@pytest.mark.rule("Q4", "B14", "B29", "B49")
def test_a_lead_books_a_place_that_costs_something_and_pays(till: Till) -> None:
    till.session(price_minor=2000, classification="marketing")

    confirm = sign_up(till)
    page = till.studio.http("GET", confirm)
    before = till.studio.booked
    checkout = to_stripe(till, confirm)
    till.pay(checkout)
    receipt = till.studio.http("GET", back(till, checkout))

    assert "€20.00" in text(page)
    assert "Confirm and pay" in text(page)
    assert "It is kept for you until" in text(page)
    assert before == []
    assert checkout["checkout_url"].startswith("https://checkout.stripe.com/")
    assert till.studio.booked == ["Ada"]
    assert heading(receipt) == "Your booking"
    assert "Everything is paid." in text(receipt)
    assert "€20.00" in text(receipt)


@pytest.mark.rule("B5", "B49", "Q5")
def test_a_client_picks_a_spot_of_a_regular_session_and_pays(till: Till) -> None:
    till.studio.suite.booking.register_person(
        kind="lead", name="Ada", email=ADA["email"], consent="at the open day"
    )
    till.session(price_minor=2000, classification="regular", capacity=1, waiting=5)

    page = text(till.studio.http("GET", f"/sessions/{till.studio.session_id}"))
    checkout = to_stripe(till, sign_up(till))
    beside = till.studio.http("GET", f"/sessions/{till.studio.session_id}")
    till.pay(checkout)

    assert "<button>Continue to payment</button>" in page
    assert till.studio.booked == ["Ada"]
    assert till.studio.row("Ada")["kind"] == "client"
    assert "<form" not in text(beside)
    assert "No place is free." in text(beside)


def test_where_no_card_is_taken_the_form_says_what_is_paid_at_the_studio(studio: Studio) -> None:
    Till(studio).session(classification="marketing")

    page = text(studio.http("GET", f"/sessions/{studio.session_id}"))

    assert "You pay €20.00 at the studio." in page
    assert "<button>Book my place</button>" in page


def test_a_regular_session_is_the_studios_to_book_where_no_card_is_taken(studio: Studio) -> None:
    till = Till(studio)
    till.session(classification="regular")

    page = text(studio.http("GET", f"/sessions/{studio.session_id}"))

    assert "<form" not in page
    assert "cannot be booked here" in page


def test_what_is_less_than_a_card_is_charged_is_paid_at_the_studio(till: Till) -> None:
    till.session(price_minor=40, classification="marketing")
    address = f"/sessions/{till.studio.session_id}"

    page = text(till.studio.http("GET", address))
    done = till.studio.http("GET", sign_up(till))
    till.session(price_minor=40, classification="regular")
    own = text(till.studio.http("GET", f"/sessions/{till.studio.session_id}"))

    assert "You pay €0.40 at the studio." in page
    assert heading(done) == "You have a place"
    assert "<form" not in own


def test_a_small_rest_has_no_button_that_leads_to_stripe(till: Till) -> None:
    till.session(price_minor=2000)
    booking_id = till.book("ada")
    till.call.record_payment(booking_id=booking_id, amount_minor=1960)
    url = link(till, PAY_PATH, PAY_LINK, booking_id)

    page = till.studio.http("GET", url)
    receipt = text(till.studio.http("GET", page.headers["Location"]))

    assert page.status_code == 303
    assert "You pay €0.40 at the studio." in receipt
    assert "/pay/" not in receipt


def test_a_reservation_that_costs_little_is_confirmed_by_pressing_once(till: Till) -> None:
    till.session(price_minor=40)
    hold_id = till.hold("ada", "staff")
    url = link(till, CONFIRM_PATH, CONFIRM_LINK, hold_id)

    page = text(till.studio.http("GET", url))
    till.studio.http("POST", url)

    assert "You pay €0.40 at the studio." in page
    assert "Confirm and pay" not in page
    assert till.balance(hold_id) == (0, 0, 40)


def test_nobody_who_fills_in_a_form_spends_a_members_credits(till: Till) -> None:
    grace = till.person("Ada")
    till.studio.suite.booking.grant_credits(person_id=grace, credits=5, reason="bought")
    till.session(classification="regular")

    till.pay(to_stripe(till, sign_up(till)))

    assert till.studio.booked == ["Ada"]
    assert till.studio.suite.booking.get_credits(person_id=grace)["balance"] == 5


def test_the_form_may_lead_to_stripe_and_nowhere_else(till: Till) -> None:
    till.session(classification="marketing")

    policy = till.studio.http("GET", sign_up(till)).headers["Content-Security-Policy"]

    targets = policy.partition("form-action ")[2].partition(";")[0].split()
    assert targets[:2] == ["'self'", "https://checkout.stripe.com"]
    assert all(target.startswith("http://127.0.0.1:") for target in targets[2:])


def test_an_address_that_is_not_stripes_is_a_link_and_no_redirect(
    till: Till, standin: StripeStandIn
) -> None:
    standin.pages = "https://pay.studio.example/c/"
    till.session(classification="marketing")

    answer = till.studio.http("POST", sign_up(till))

    assert answer.status_code == 200
    assert 'href="https://pay.studio.example/c/' in text(answer)


def test_pressing_again_leads_to_the_same_page(till: Till) -> None:
    till.session(classification="marketing")
    confirm = sign_up(till)

    assert to_stripe(till, confirm) == to_stripe(till, confirm)
    assert len(till.pages()) == 1


def test_two_presses_at_once_lead_to_the_same_page(till: Till, standin: StripeStandIn) -> None:
    till.session(price_minor=2000, classification="marketing")
    url = sign_up(till)
    standin.faults.append(Fault("slow", "checkout", seconds=0.5))

    presses = [eventlet.spawn(till.studio.http, "POST", url) for _ in range(2)]
    answers = [press.wait() for press in presses]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert len(till.pages()) == 1


def test_whoever_is_back_before_stripe_has_told_sees_that_it_is_under_way(till: Till) -> None:
    till.session(classification="marketing")
    checkout = to_stripe(till, sign_up(till))
    till.pay_untold(checkout)
    url = back(till, checkout)

    waiting = till.studio.http("GET", url)
    before = till.studio.booked
    looked = till.studio.http("POST", url)
    after = till.studio.http("GET", looked.headers["Location"])

    assert heading(waiting) == "Your payment is being processed"
    assert before == []
    assert heading(after) == "Your booking"
    assert till.studio.booked == ["Ada"]


def test_looking_at_the_page_asks_stripe_nothing(till: Till) -> None:
    till.session(classification="marketing")
    checkout = to_stripe(till, sign_up(till))
    asked = list(till.account.asked)

    for _ in range(3):
        till.studio.http("GET", back(till, checkout))

    assert till.account.asked == asked


def test_a_hold_that_lapses_unpaid_is_over(till: Till) -> None:
    till.session(classification="marketing")
    confirm = sign_up(till)
    checkout = to_stripe(till, confirm)
    till.later(minutes=16)

    assert till.studio.taken == 0
    assert till.studio.http("GET", confirm).status_code == 410
    assert till.studio.http("POST", confirm).status_code == 410
    assert heading(till.studio.http("GET", back(till, checkout))) == "Nothing was paid"


def test_money_that_comes_when_no_seat_is_left_is_given_back(till: Till) -> None:
    till.session(classification="marketing", capacity=1)
    checkout = to_stripe(till, sign_up(till))
    till.pay_untold(checkout)
    till.studio.suite.advance(minutes=16)
    till.studio.suite.tick("booking.end_lapsed_holds")
    till.book("grace")
    till.settle()
    till.settle()

    page = till.studio.http("GET", back(till, checkout))

    assert till.studio.booked == ["grace"]
    assert heading(page) == "The place was no longer free"
    assert "Given back" in text(page)


def test_a_receipt_shows_each_amount_in_the_currency_it_was_paid_in(till: Till) -> None:
    till.session(capacity=2)
    checkout = till.checkout("ada")
    till.studio.change(price_minor=3000, currency="usd")
    booking_id = till.book("ada")
    till.pay(checkout)
    till.settle()
    ends_at = till.studio.suite.now() + timedelta(days=1)
    token = sign_link(MANAGE_LINK, UUID(booking_id), expires_at=ends_at)

    page = text(till.studio.http("GET", MANAGE_PATH.format(token=token)))

    assert re.findall(r'class="amount">(\S+)</td>', page) == ["€20.00", "€20.00"]
    assert "$30.00" in page


def test_stripe_out_of_reach_loses_nothing(
    till: Till, standin: StripeStandIn, studio: Studio
) -> None:
    till.session(classification="marketing")
    confirm = sign_up(till)
    standin.faults.extend([Fault("cut_before") for _ in range(4)])

    failed = studio.http("POST", confirm)

    assert failed.status_code == 503
    assert heading(failed) == "Payment is not possible at the moment"
    standin.faults.clear()
    till.later(seconds=30)
    assert to_stripe(till, confirm)["checkout_url"].startswith("https://checkout.stripe.com/")


def test_who_has_a_place_that_costs_something_cannot_be_found_out(till: Till) -> None:
    till.session(classification="marketing", capacity=5)
    till.pay(to_stripe(till, sign_up(till)))

    again = till.studio.http("GET", sign_up(till))
    stranger = till.studio.http("GET", sign_up(till, name="Grace", email="grace@example.com"))

    assert heading(again) == heading(stranger) == "Confirm your place"
    assert till.studio.booked == ["Ada"]


def test_without_cards_the_place_is_theirs_and_paid_at_the_studio(studio: Studio) -> None:
    till = Till(studio)
    till.session(price_minor=2000, classification="marketing")

    done = studio.http("GET", sign_up(till))

    assert heading(done) == "You have a place"
    assert till.balance(studio.booking_id("Ada")) == (0, 0, 2000)


def test_a_reservation_to_be_paid_at_the_studio_says_so(till: Till) -> None:
    till.session(price_minor=2000)
    hold_id = till.hold("ada", "staff")
    till.call.request_confirmation(hold_id=hold_id, collection="offline")
    url = link(till, CONFIRM_PATH, CONFIRM_LINK, hold_id)

    page = text(till.studio.http("GET", url))
    till.studio.http("POST", url)

    assert "You pay €20.00 at the studio." in page
    assert till.balance(hold_id) == (0, 0, 2000)


def link(till: Till, path: str, purpose: str, subject: str) -> str:
    """Make a link to a page about something."""
    expires_at = till.studio.suite.now() + timedelta(days=30)
    return path.format(token=sign_link(purpose, UUID(subject), expires_at=expires_at))


@pytest.mark.rule("B46", "B48")
def test_what_is_due_is_paid_by_the_link_of_a_reminder(till: Till) -> None:
    till.session(price_minor=2000)
    booking_id = till.book("ada")
    url = link(till, PAY_PATH, PAY_LINK, booking_id)

    page = till.studio.http("GET", url)
    checkout = to_stripe(till, url)
    till.pay(checkout)
    after = till.studio.http("GET", url)

    assert "Pay €20.00" in text(page)
    assert till.balance(booking_id) == (2000, 0, 0)
    assert after.status_code == 303
    assert heading(till.studio.http("GET", after.headers["Location"])) == "Your booking"


def test_whoever_agrees_has_their_card_kept_and_may_take_it_back(till: Till) -> None:
    till.session(price_minor=2000)
    booking_id = till.book("ada")
    person = {"person_id": till.person("ada")}
    url = link(till, PAY_PATH, PAY_LINK, booking_id)
    assert till.call.find_kept_card(**person) is None

    page = text(till.studio.http("GET", url))
    answer = till.studio.http("POST", url, form={"keep_card": "yes"})
    till.pay({"checkout_url": str(answer.headers["Location"])})

    assert '<input type="checkbox" name="keep_card" value="yes"> Keep this card' in page
    card = till.call.find_kept_card(**person)
    assert (card["brand"], card["last4"]) == ("visa", "4242")
    manage = link(till, MANAGE_PATH, MANAGE_LINK, booking_id)
    assert "Your card Visa ···· 4242 is kept" in text(till.studio.http("GET", manage))
    assert till.studio.http("POST", f"{manage}/card").status_code == 303
    assert "is kept" not in text(till.studio.http("GET", manage))
    assert till.call.find_kept_card(**person) is None
    assert till.call.forget_kept_card(**person) == {"forgotten": False}


def test_no_card_is_kept_without_asking(till: Till) -> None:
    till.session(price_minor=2000)
    url = link(till, PAY_PATH, PAY_LINK, till.book("ada"))

    till.pay(to_stripe(till, url))

    assert till.call.find_kept_card(person_id=till.person("ada")) is None


@pytest.mark.usefixtures("standin")  # Stripe opens no page whose end is days away
def test_what_is_due_is_still_paid_when_the_session_is_over(till: Till) -> None:
    till.session(price_minor=2000)
    booking_id = till.book("ada")
    till.studio.suite.advance(days=12)
    url = link(till, PAY_PATH, PAY_LINK, booking_id)
    manage = link(till, MANAGE_PATH, MANAGE_LINK, booking_id)
    assert "Pay €20.00" in text(till.studio.http("GET", manage))

    checkout = to_stripe(till, url)
    till.pay(checkout)
    back = urlsplit(till.page(checkout)["success_url"]).path

    assert heading(till.studio.http("GET", back)) == "Your booking"
    after = till.studio.http("GET", url)
    assert heading(till.studio.http("GET", after.headers["Location"])) == "Your booking"


def test_nothing_is_asked_for_what_is_paid_or_cancelled(till: Till) -> None:
    till.session(price_minor=2000)
    booking_id = till.book("ada")
    url = link(till, PAY_PATH, PAY_LINK, booking_id)
    till.studio.cancel("ada")

    assert till.studio.http("POST", url).status_code == 303
    assert till.account.asked == []


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", ["/pay/{token}", "/manage/{token}"])
def test_a_link_of_another_purpose_pays_nothing(till: Till, method: str, path: str) -> None:
    till.session(price_minor=2000)
    url = link(till, path, CONFIRM_LINK, till.book("ada"))

    assert till.studio.http(method, url).status_code == 404
    assert till.account.asked == []
