"""Passes that are paid for online: in time, too late, told once, twice, never or by a stranger."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import eventlet
import pytest

from services.events import actions
from shared.contracts.errors import InvalidRequest, NothingDue, PaymentNotFound
from shared.contracts.event_errors import EventFull, RegistrationCancelledAlready
from tests.events.hall import Hall, hall_in
from tests.events.test_pages import form, http, own_page, text
from tests.paying import Paying
from tests.servers import own_databases
from tests.stripe_account import Account, signed
from tests.stripe_book import event_about
from tests.stripe_standin import Fault, StripeStandIn

PRICE = 5000


_OURS = "SELECT payment_id FROM checkouts"


class Desk(Paying):
    """Who pays for an event, with an account at Stripe."""

    def __init__(self, hall: Hall, account: Account | None = None) -> None:
        """Take cards with this account, or none."""
        super().__init__(hall.suite, "events", account)
        self.hall = hall
        self.pass_id = ""

    def event(self, capacity: int = 1, **details: Any) -> None:
        """Set an event up that is entered with one pass, paid for online."""
        self.hall.event(capacity=capacity, **details)
        made = self.hall.events.define_pass(
            event_id=self.hall.event_id,
            name="Day pass",
            price_minor=PRICE,
            currency="eur",
            online=True,
            quantity=10,
        )
        self.pass_id = made["pass_id"]
        self.hall.suite.mark()

    def register(self, name: str) -> Any:
        """Register somebody, who is to pay online; give the page where they do."""
        made = self.hall.register(name, pass_id=self.pass_id)
        self.settle()
        return self.pay_page(made["registration_id"])

    def pay_page(self, registration_id: str) -> Any:
        """Ask where a registration is paid."""
        return self.hall.events.pay_registration(registration_id=registration_id)

    def references(self) -> list[str]:
        """Give what our payments are called at Stripe."""
        with self.hall.suite.sql("events") as sql:
            return [str(UUID(str(one))) for one in sql.exec_driver_sql(_OURS).scalars()]

    def settle(self) -> None:
        """Have Stripe asked what is due, and everything heard."""
        self.hall.suite.tick("events.ask_stripe")
        self.hall.suite.deliver()

    def later(self, **duration: float) -> None:
        """Let time go by; holds end that have lapsed, and Stripe is not asked yet."""
        self.hall.suite.advance(**duration)
        self.hall.suite.tick("events.end_lapsed_holds")

    def row(self, checkout: Any) -> Any:
        """Give a registration."""
        return self.hall.events.get_registration(registration_id=checkout["registration_id"])


@pytest.fixture
def desk(card_account: Account) -> Iterator[Desk]:
    """Give a hall where passes are paid for online."""
    with hall_in() as hall:
        yield Desk(hall, card_account)


# -- passes -----------------------------------------------------------------------------------


@pytest.mark.rule("D11", "D13")
def test_each_pass_says_whether_it_is_paid_for_online(desk: Desk) -> None:
    desk.event()
    ids = {"event_id": desk.hall.event_id}
    desk.hall.events.define_pass(**ids, name="At the desk", price_minor=100)

    with pytest.raises(InvalidRequest, match="online"):
        desk.hall.events.define_pass(**ids, name="Free", online=True)
    with pytest.raises(InvalidRequest, match="online"):
        desk.hall.events.change_pass(pass_id=desk.pass_id, price_minor=0)

    shown = desk.hall.events.list_passes(**ids)
    assert [one["online"] for one in shown] == [True, False]
    changed = desk.hall.events.change_pass(pass_id=desk.pass_id, online=False, price_minor=0)
    assert not changed["online"]


@pytest.mark.rule("D11", "D13")
def test_a_pass_of_the_desk_registers_at_once_and_nothing_is_paid_online(desk: Desk) -> None:
    desk.event()
    desk.hall.events.change_pass(pass_id=desk.pass_id, online=False)

    made = desk.hall.register("ada", pass_id=desk.pass_id)

    assert made["checkout"] is None
    assert [one.price_minor for one in desk.hall.said("RegistrationConfirmed")] == [PRICE]
    with pytest.raises(NothingDue, match="at the desk"):
        desk.pay_page(made["registration_id"])
    assert desk.account.asked == []


@pytest.mark.rule("D12", "D14", "Di1")
def test_at_session_level_there_is_no_pass_and_nothing_to_pay_online(desk: Desk) -> None:
    desk.event()  # of another one, so that a pass is there to be tried
    hall, pass_id = desk.hall, desk.pass_id
    hall.fair()

    with pytest.raises(InvalidRequest, match="pass_id"):
        hall.register("ada", "clay", pass_id=pass_id)
    made = hall.register("ada", "clay")

    row = hall.events.get_registration(registration_id=made["registration_id"])
    assert (made["checkout"], row["price_minor"], row["due_minor"]) == (None, 0, 0)
    assert row["state"] == "confirmed"
    with pytest.raises(NothingDue):
        desk.pay_page(made["registration_id"])
    assert desk.account.asked == []


@pytest.mark.rule("D11")
def test_without_an_account_everything_is_paid_at_the_desk(hall: Hall) -> None:
    desk = Desk(hall)
    desk.event()

    made = hall.register("ada", pass_id=desk.pass_id)

    assert made["checkout"] is None
    assert hall.names() == ["ada"]
    assert len(hall.said("RegistrationConfirmed")) == 1


# -- in time ----------------------------------------------------------------------------------


@pytest.mark.rule("D11", "D13")
def test_whoever_pays_in_time_is_registered(desk: Desk) -> None:
    desk.event(capacity=1)

    checkout = desk.register("ada")

    assert desk.row(checkout)["state"] == "awaiting_payment"
    assert desk.hall.seats() == (1, 1)
    assert desk.hall.said("RegistrationConfirmed") == []
    with pytest.raises(EventFull):
        desk.hall.register("grace", pass_id=desk.pass_id)

    desk.pay(checkout)

    row = desk.row(checkout)
    assert (row["state"], row["paid_minor"], row["due_minor"]) == ("confirmed", PRICE, 0)
    assert row["held_until"] is None
    [payment] = row["payments"]
    assert (payment["method"], payment["payment_id"]) == ("card", checkout["payment_id"])
    [said] = desk.hall.said("RegistrationConfirmed")
    assert (said.price_minor, said.paid_minor, said.currency) == (PRICE, PRICE, "eur")
    desk.later(hours=3)
    desk.settle()
    assert desk.row(checkout)["state"] == "confirmed"
    assert desk.held() == PRICE


def test_a_payment_nobody_told_of_is_found_by_looking(desk: Desk) -> None:
    desk.event()
    checkout = desk.register("ada")
    desk.pay_untold(checkout)

    desk.hall.suite.advance(minutes=11)
    desk.settle()

    assert desk.row(checkout)["state"] == "confirmed"


def test_the_same_page_is_shown_again(desk: Desk) -> None:
    desk.event()

    first = desk.register("ada")
    again = desk.pay_page(first["registration_id"])

    assert first == again
    assert len(desk.pages()) == 1
    assert "/registrations/" in desk.page(first)["success_url"]


def test_told_twice_it_is_paid_once(desk: Desk) -> None:
    desk.event()
    checkout = desk.register("ada")
    desk.pay_untold(checkout)
    body, signature = desk.webhook("checkout.session.completed", desk.checkout_id(checkout))

    answers = [desk.post(body, signature).status_code for _ in range(2)]
    desk.settle()
    desk.hear("payment_intent.succeeded", desk.page(checkout)["payment_intent"])
    desk.settle()

    assert answers == [200, 200]
    assert len(desk.row(checkout)["payments"]) == 1
    assert len(desk.hall.said("RegistrationConfirmed")) == 1
    assert desk.held() == PRICE


def test_webhooks_in_the_wrong_order_end_the_same(desk: Desk) -> None:
    desk.event()
    checkout = desk.register("ada")
    page = desk.checkout_id(checkout)
    early = signed(event_about("checkout.session.expired", desk.page(checkout)))
    desk.pay_untold(checkout)
    desk.hear("payment_intent.succeeded", desk.page(checkout)["payment_intent"])
    desk.settle()

    desk.post(*early)
    desk.hear("checkout.session.completed", page)
    desk.settle()

    assert desk.row(checkout)["state"] == "confirmed"
    assert len(desk.row(checkout)["payments"]) == 1


@pytest.mark.parametrize("signature", ["", "t=1,v1=00", "wrong secret"])
def test_a_webhook_that_is_not_stripes_changes_nothing(desk: Desk, signature: str) -> None:
    desk.event()
    checkout = desk.register("ada")
    desk.pay_untold(checkout)
    body, forged = desk.webhook(
        "checkout.session.completed",
        desk.checkout_id(checkout),
        secret="whsec_other",  # noqa: S106 - of nobody
    )
    asked = list(desk.account.asked)

    answer = desk.post(body, forged if signature == "wrong secret" else signature)
    desk.settle()

    assert answer.status_code == 400
    assert desk.account.asked == asked
    assert desk.row(checkout)["state"] == "awaiting_payment"


def test_a_webhook_about_somebody_elses_payment_is_noted_and_no_more(desk: Desk) -> None:
    desk.event()
    checkout = desk.register("ada")
    other = desk.page(checkout) | {"metadata": {"reference": "a booking"}}

    answer = desk.post(*signed(event_about("checkout.session.completed", other)))
    asked = list(desk.account.asked)
    desk.settle()

    assert answer.status_code == 200
    assert desk.account.asked == asked


# -- too late ---------------------------------------------------------------------------------


@pytest.mark.rule("D13", "H17")
def test_seats_are_kept_for_a_quarter_of_an_hour_and_no_longer(desk: Desk) -> None:
    desk.event(capacity=1)
    checkout = desk.register("ada")

    desk.later(minutes=14, seconds=59)
    assert desk.hall.seats() == (1, 1)
    desk.later(seconds=1)
    desk.settle()

    assert desk.hall.seats() == (1, 0)
    assert desk.row(checkout)["state"] == "cancelled"
    assert desk.page(checkout)["status"] == "expired"
    [shown] = desk.hall.events.list_passes(event_id=desk.hall.event_id)
    assert shown["sold"] == 0
    assert desk.hall.said("RegistrationEnded") == []
    assert desk.hall.said("RegistrationCancelled") == []
    with pytest.raises(RegistrationCancelledAlready):
        desk.pay_page(checkout["registration_id"])


def test_whoever_gives_up_before_they_have_paid_is_told_nothing(desk: Desk) -> None:
    desk.event(capacity=1)
    checkout = desk.register("ada")

    desk.hall.cancel("ada")
    desk.settle()

    assert (desk.hall.seats(), desk.row(checkout)["state"]) == ((1, 0), "cancelled")
    assert desk.hall.said("RegistrationEnded") == []
    assert desk.hall.said("RegistrationCancelled") == []


def test_the_seat_of_a_hold_that_ends_goes_to_the_list_first(desk: Desk) -> None:
    desk.event(capacity=1, waiting_list_size=5)
    desk.register("ada")
    desk.hall.joined("grace", desk.hall.event_id)

    desk.later(minutes=15)

    [freed] = desk.hall.said("EventSpotFreed")
    assert (freed.reason, str(freed.target_id)) == ("hold_ended", desk.hall.event_id)
    assert desk.hall.seats() == (1, 1)


def test_whoever_pays_too_late_is_registered_where_a_seat_is_free(desk: Desk) -> None:
    desk.event(capacity=1)
    checkout = desk.register("ada")
    desk.pay_untold(checkout)

    desk.later(minutes=15)
    assert desk.row(checkout)["state"] == "cancelled"
    desk.settle()

    row = desk.row(checkout)
    assert (row["state"], row["paid_minor"], row["cancelled_at"]) == ("confirmed", PRICE, None)
    assert desk.hall.seats() == (1, 1)
    [said] = desk.hall.said("RegistrationConfirmed")
    assert said.paid_minor == PRICE
    [shown] = desk.hall.events.list_passes(event_id=desk.hall.event_id)
    assert shown["sold"] == 1


def test_whoever_pays_too_late_gets_the_money_back_where_no_seat_is_left(desk: Desk) -> None:
    desk.event(capacity=1)
    desk.hall.person("grace")
    checkout = desk.register("ada")
    desk.pay_untold(checkout)
    desk.later(minutes=15)
    grace = desk.hall.register("grace", pass_id=desk.pass_id)

    desk.settle()
    desk.hear("checkout.session.completed", desk.checkout_id(checkout))
    desk.settle()

    row = desk.row(checkout)
    assert (row["state"], row["paid_minor"]) == ("cancelled", 0)
    assert [one["amount_minor"] for one in row["payments"]] == [PRICE, -PRICE]
    assert [(one["reason"], one["state"]) for one in row["refunds"]] == [("no_seat_left", "done")]
    assert desk.held() == 0
    assert desk.hall.seats() == (1, 1)
    assert desk.row(grace["checkout"])["state"] == "awaiting_payment"


def test_a_pass_that_cards_cannot_be_charged_for_is_refused(desk: Desk) -> None:
    desk.event()
    details = {"event_id": desk.hall.event_id, "name": "Whole", "currency": "kwd"}

    with pytest.raises(InvalidRequest, match="price_minor: Cards are charged kwd in steps of 10"):
        desk.hall.events.define_pass(**details, price_minor=1255, online=True)
    assert desk.hall.events.define_pass(**details, price_minor=1255)["price_minor"] == 1255


def test_a_pass_that_costs_less_than_a_card_is_charged_is_not_paid_for_online(desk: Desk) -> None:
    desk.event()
    details = {"event_id": desk.hall.event_id, "name": "Whole", "currency": "gbp"}

    rule = "price_minor: Cards are charged 30 gbp or more, and this is 29"
    with pytest.raises(InvalidRequest, match=rule):
        desk.hall.events.define_pass(**details, price_minor=29, online=True)
    with pytest.raises(InvalidRequest, match="price_minor: Cards are charged 50 eur or more"):
        desk.hall.events.change_pass(pass_id=desk.pass_id, price_minor=49)
    cheap = desk.hall.events.define_pass(**details, price_minor=29)
    with pytest.raises(InvalidRequest, match=rule):
        desk.hall.events.change_pass(pass_id=cheap["pass_id"], online=True)
    assert desk.hall.events.define_pass(**details, price_minor=30, online=True)["online"]


def test_a_pass_from_before_that_rule_is_paid_for_at_the_desk(desk: Desk) -> None:
    desk.event()
    with desk.hall.suite.sql("events") as sql:
        sql.exec_driver_sql("UPDATE passes SET price_minor = 40")

    made = desk.hall.register("ada", pass_id=desk.pass_id)

    row = desk.hall.events.get_registration(registration_id=made["registration_id"])
    assert (row["state"], row["due_minor"]) == ("confirmed", 40)
    assert desk.hall.events.change_pass(pass_id=desk.pass_id, quantity=20)["quantity"] == 20
    assert desk.account.asked == []


def test_a_rest_that_cards_are_never_charged_is_paid_at_the_desk(desk: Desk) -> None:
    desk.event()
    checkout = desk.register("ada")
    ids = {"registration_id": checkout["registration_id"]}
    desk.hall.events.record_payment(**ids, amount_minor=PRICE - 49)
    desk.settle()

    with pytest.raises(NothingDue, match="due_minor: Cards are charged 50 eur or more"):
        desk.pay_page(checkout["registration_id"])

    assert "/pay" not in text(http(desk.hall, "GET", own_page(desk.hall, "ada")))


def test_what_is_paid_in_a_currency_nobody_asked_for_goes_back(
    desk: Desk, standin: StripeStandIn
) -> None:
    desk.event(capacity=1)
    checkout = desk.register("ada")
    desk.pay_untold(checkout)
    page = standin.things[desk.checkout_id(checkout)]
    page["currency"] = standin.things[page["payment_intent"]]["currency"] = "usd"

    desk.hear("checkout.session.completed", desk.checkout_id(checkout))
    desk.settle()
    desk.settle()

    row = desk.row(checkout)
    assert (row["state"], row["paid_minor"]) == ("awaiting_payment", 0)
    assert [(one["reason"], one["state"]) for one in row["refunds"]] == [("other_currency", "done")]
    assert desk.held() == 0


def test_what_is_paid_for_a_cancelled_registration_goes_back(desk: Desk) -> None:
    desk.event(capacity=1)
    checkout = desk.register("ada")
    desk.pay_untold(checkout)

    desk.hall.cancel("ada")
    desk.settle()

    assert desk.row(checkout)["state"] == "cancelled"
    assert desk.held() == 0
    assert desk.hall.seats() == (1, 0)


# -- cancelling and giving back ---------------------------------------------------------------


def test_cancelling_gives_nothing_back_until_staff_say_so(desk: Desk) -> None:
    desk.event()
    checkout = desk.register("ada")
    desk.pay(checkout)

    desk.hall.cancel("ada")
    desk.settle()
    assert desk.held() == PRICE
    part = desk.hall.events.refund_payment(
        payment_id=checkout["payment_id"], amount_minor=2000, note="half a day"
    )
    desk.settle()

    assert (part["state"], part["reason"]) == ("due", "asked")
    assert desk.held() == PRICE - 2000
    assert desk.row(checkout)["paid_minor"] == PRICE - 2000
    with pytest.raises(InvalidRequest, match="amount_minor: 3000 eur"):
        desk.hall.events.refund_payment(payment_id=checkout["payment_id"], amount_minor=3001)
    desk.hall.events.refund_payment(payment_id=checkout["payment_id"])
    with pytest.raises(InvalidRequest, match="amount_minor: 0"):
        desk.hall.events.record_refund(registration_id=checkout["registration_id"], amount_minor=1)
    desk.settle()
    assert desk.held() == 0
    with pytest.raises(InvalidRequest):
        desk.hall.events.refund_payment(payment_id=checkout["payment_id"])


def test_nothing_goes_back_to_a_card_of_what_did_not_come_from_one(desk: Desk) -> None:
    desk.event()
    checkout = desk.register("ada")

    with pytest.raises(PaymentNotFound):
        desk.hall.events.refund_payment(payment_id=checkout["payment_id"])


def test_money_at_the_desk_registers_whoever_has_not_paid_online(desk: Desk) -> None:
    desk.event()
    checkout = desk.register("ada")

    desk.hall.events.record_payment(registration_id=checkout["registration_id"], amount_minor=PRICE)
    desk.settle()

    assert desk.row(checkout)["state"] == "confirmed"
    assert desk.page(checkout)["status"] == "expired"
    assert [one.paid_minor for one in desk.hall.said("RegistrationConfirmed")] == [PRICE]


def test_what_is_paid_at_the_desk_and_online_goes_back_to_the_card(desk: Desk) -> None:
    desk.event()
    checkout = desk.register("ada")
    desk.pay_untold(checkout)
    desk.hall.events.record_payment(registration_id=checkout["registration_id"], amount_minor=PRICE)

    desk.settle()

    row = desk.row(checkout)
    assert (row["state"], row["paid_minor"]) == ("confirmed", PRICE)
    assert [one["reason"] for one in row["refunds"]] == ["paid_twice"]
    assert desk.held() == 0


def test_an_event_that_is_called_off_closes_the_pages(desk: Desk) -> None:
    desk.event()
    checkout = desk.register("ada")

    desk.hall.events.cancel_event(event_id=desk.hall.event_id)
    desk.settle()

    assert desk.page(checkout)["status"] == "expired"


# -- when something breaks --------------------------------------------------------------------


class Crash(Exception):
    """The process dies here."""


def test_a_process_that_dies_with_stripes_answer_opens_no_second_page(desk: Desk) -> None:
    desk.event()
    desk.hall.register("ada", pass_id=desk.pass_id)
    worker = desk.hall.suite.worker("events")
    desk.hall.suite.advance(seconds=6)
    with worker.db.begin() as tx:
        job = actions.DESK.claim_card_job(tx, at=desk.hall.suite.now())
    assert job is not None
    answer = worker.cashier.do(job)

    def dying() -> None:
        with worker.db.begin() as tx:
            actions.DESK.settle_card_job(tx, answer, at=desk.hall.suite.now())
            raise Crash

    with pytest.raises(Crash):
        dying()
    desk.settle()
    assert desk.account.asked == ["POST /v1/checkout/sessions"]  # the lease is not over
    desk.hall.suite.advance(seconds=91)
    desk.settle()

    # Stripe refuses other parameters under the same key, and opens another page under another.
    assert desk.account.asked.count("POST /v1/checkout/sessions") == 2
    assert len(desk.pages()) == 1
    checkout = desk.pay_page(desk.hall.registration_id("ada"))
    desk.pay(checkout)
    assert desk.row(checkout)["state"] == "confirmed"


def test_a_process_that_dies_with_a_refund_done_gives_back_once(desk: Desk) -> None:
    desk.event()
    checkout = desk.register("ada")
    desk.pay(checkout)
    desk.hall.events.refund_payment(payment_id=checkout["payment_id"])
    worker = desk.hall.suite.worker("events")
    with worker.db.begin() as tx:
        job = actions.DESK.claim_card_job(tx, at=desk.hall.suite.now())
    assert job is not None
    worker.cashier.do(job)  # and nobody hears the answer

    desk.hall.suite.advance(seconds=91)
    desk.settle()

    [intent] = desk.intents()
    assert len(desk.account.refunds(intent["id"])) == 1
    assert desk.row(checkout)["paid_minor"] == 0


def test_two_presses_at_once_lead_to_the_same_page(desk: Desk, standin: StripeStandIn) -> None:
    desk.event(capacity=3)
    made = desk.hall.register("ada", pass_id=desk.pass_id)
    standin.faults.append(Fault("slow", "checkout", seconds=0.5))

    presses = [eventlet.spawn(desk.pay_page, made["registration_id"]) for _ in range(2)]
    urls = {press.wait()["checkout_url"] for press in presses}

    assert len(urls) == 1
    assert None not in urls
    assert len(desk.pages()) == 1


def test_what_goes_back_without_our_doing_is_in_our_books(
    desk: Desk, standin: StripeStandIn
) -> None:
    desk.event(capacity=3)
    paid = [desk.register(name) for name in ("ada", "alan")]
    for one in paid:
        desk.pay(one)
    elsewhere, claimed = (one["id"] for one in desk.intents())
    refund_id = desk.account.give_back(elsewhere, 500)
    dispute_id = standin.dispute(claimed)

    for _ in range(2):
        desk.hear("refund.created", refund_id)
        desk.hear("charge.dispute.created", dispute_id)
        desk.settle()
    assert [desk.row(one)["paid_minor"] for one in paid] == [PRICE - 500, PRICE]
    standin.fail_refund(refund_id)
    standin.decide(dispute_id, "lost")
    desk.hear("refund.failed", refund_id)
    desk.hear("charge.dispute.closed", dispute_id)
    desk.settle()

    assert [desk.row(one)["paid_minor"] for one in paid] == [PRICE, 0]
    states = [[each["state"] for each in desk.row(one)["refunds"]] for one in paid]
    assert states == [["failed"], ["done"]]


def test_what_no_webhook_told_of_is_found_within_the_hour(
    desk: Desk, standin: StripeStandIn
) -> None:
    desk.event(capacity=3)
    paid = [desk.register(name) for name in ("ada", "alan")]
    for one in paid:
        desk.pay(one)
    elsewhere, claimed = (one["id"] for one in desk.intents())
    desk.account.give_back(elsewhere, 500)
    standin.decide(standin.dispute(claimed), "lost")

    for _ in range(2):
        desk.hall.suite.advance(hours=1)
        desk.hall.suite.tick("events.gather_notices")
        desk.settle()

    assert [desk.row(one)["paid_minor"] for one in paid] == [PRICE - 500, 0]
    states = [[each["state"] for each in desk.row(one)["refunds"]] for one in paid]
    assert states == [["done"], ["done"]]


def test_whoever_works_at_night_sees_the_refunds_that_failed(
    desk: Desk, standin: StripeStandIn
) -> None:
    desk.event(capacity=3)
    checkout = desk.register("ada")
    desk.pay(checkout)
    for amount in (100, 200):
        standin.faults.append(Fault("400", "refunds"))
        more = {"payment_id": checkout["payment_id"], "amount_minor": amount}
        desk.hall.events.refund_payment(**more)
        desk.settle()
        desk.later(minutes=1)

    first = desk.hall.events.list_refunds(limit=1)
    rest = desk.hall.events.list_refunds(limit=1, after=first["after"])

    pages = [[one["amount_minor"] for one in page["refunds"]] for page in (first, rest)]
    assert pages == [[200], [100]]
    assert rest["after"] is None
    assert first["refunds"][0]["registration_id"] == checkout["registration_id"]
    with pytest.raises(InvalidRequest, match="after: No refund"):
        desk.hall.events.list_refunds(after=checkout["payment_id"])


@pytest.mark.parametrize("by_hand", [True, False])
def test_a_refund_that_failed_is_made_good_by_hand_or_by_another(
    desk: Desk, standin: StripeStandIn, *, by_hand: bool
) -> None:
    desk.event(capacity=3)
    checkout = desk.register("ada")
    desk.pay(checkout)
    standin.faults.append(Fault("400", "refunds"))
    events, ids = desk.hall.events, {"payment_id": checkout["payment_id"]}
    failed = events.refund_payment(**ids, amount_minor=200)["refund_id"]
    desk.settle()
    desk.later(minutes=1)
    if by_hand:
        ids = {"registration_id": checkout["registration_id"], "amount_minor": 200}
    give_back = events.record_refund if by_hand else events.refund_payment

    with pytest.raises(InvalidRequest, match=r"^instead_of: No refund of this that failed"):
        give_back(**ids, instead_of=uuid4())
    give_back(**ids, instead_of=failed)
    desk.settle()
    with pytest.raises(InvalidRequest, match=r"^instead_of: No refund of this that failed"):
        give_back(**ids, instead_of=failed)

    assert events.list_refunds()["refunds"] == []
    [good] = events.list_refunds(state="made_good")["refunds"]
    assert good["refund_id"] == failed
    assert desk.row(checkout)["paid_minor"] == PRICE - 200
    assert desk.held() == (PRICE if by_hand else PRICE - 200)


@pytest.mark.parametrize("how", ["cut_before", "cut_after", "500", "429"])
def test_a_page_that_could_not_be_opened_is_opened_later(
    desk: Desk, standin: StripeStandIn, how: str
) -> None:
    desk.event()
    standin.faults += [Fault(how, "checkout")] * 3
    made = desk.hall.register("ada", pass_id=desk.pass_id)
    desk.hall.suite.advance(seconds=6)
    desk.settle()

    for _ in range(4):
        desk.hall.suite.advance(minutes=2)
        desk.settle()
    checkout = desk.pay_page(made["registration_id"])
    desk.pay(checkout)

    assert desk.row(checkout)["state"] == "confirmed"
    assert desk.held() == PRICE


@pytest.mark.live
def test_of_two_who_pay_too_late_at_once_one_gets_the_last_seat(card_account: Account) -> None:
    with own_databases("booking", "events") as made, hall_in(made) as hall:
        two_pay_too_late(Desk(hall, card_account))


def two_pay_too_late(desk: Desk) -> None:
    """Have two people pay whose holds have ended, and one seat be left."""
    desk.event(capacity=2)
    checkouts = [desk.register(name) for name in ("ada", "grace")]
    for checkout in checkouts:
        desk.pay_untold(checkout)
    desk.later(minutes=15)
    assert desk.hall.seats() == (2, 0)
    desk.hall.events.change_event(event_id=desk.hall.event_id, capacity=1)

    at_once = [eventlet.spawn(desk.hall.suite.tick, "events.ask_stripe") for _ in range(4)]
    for one in at_once:
        one.wait()
    desk.settle()

    states = sorted(desk.row(one)["state"] for one in checkouts)
    assert states == ["cancelled", "confirmed"]
    assert desk.hall.seats() == (1, 1)
    assert desk.held() == PRICE
    assert sum(desk.row(one)["paid_minor"] for one in checkouts) == PRICE


# -- pages ------------------------------------------------------------------------------------


@pytest.mark.rule("D13")
def test_the_events_page_leads_to_stripe_and_back(desk: Desk) -> None:
    desk.event(capacity=1)
    shown = http(desk.hall, "GET", f"/events/{desk.hall.event_id}")
    filled = form(desk.hall, pass_id=desk.pass_id)

    address = f"/events/{desk.hall.event_id}"
    left, again = (http(desk.hall, "POST", address, filled) for _ in range(2))

    assert "paid online" in text(shown)
    assert "https://checkout.stripe.com" in shown.headers["Content-Security-Policy"]
    [page] = desk.pages()
    assert [one.headers["Location"] for one in (left, again)] == [page["url"]] * 2
    assert urlsplit(page["cancel_url"]).path == address
    assert page["customer_email"] is None
    done = http(desk.hall, "GET", page["success_url"])
    assert "You are registered" in text(done)


def test_an_address_that_is_not_stripes_is_a_link_and_no_redirect(
    desk: Desk, standin: StripeStandIn
) -> None:
    standin.pages = "https://pay.studio.example/c/"
    desk.event(capacity=1)
    filled = form(desk.hall, pass_id=desk.pass_id)

    led = http(desk.hall, "POST", f"/events/{desk.hall.event_id}", filled)

    assert led.status_code == 200
    assert 'href="https://pay.studio.example/c/' in text(led)


def test_whoever_fills_the_form_again_before_paying_is_led_to_the_same_page(desk: Desk) -> None:
    desk.event(capacity=2)
    address = f"/events/{desk.hall.event_id}"

    first, again = (
        http(desk.hall, "POST", address, form(desk.hall, pass_id=desk.pass_id)) for _ in range(2)
    )

    assert first.headers["Location"] == again.headers["Location"] == desk.pages()[0]["url"]
    assert desk.hall.seats() == (2, 1)
    assert len(desk.pages()) == 1


def test_a_page_says_so_where_stripe_is_out_of_reach(desk: Desk, standin: StripeStandIn) -> None:
    desk.event()
    filled = form(desk.hall, pass_id=desk.pass_id)
    standin.faults += [Fault("429", "checkout")] * 3

    answer = http(desk.hall, "POST", f"/events/{desk.hall.event_id}", filled)

    assert answer.status_code == 503
    assert "Nulla è stato addebitato" in text(answer)


def test_a_registrations_own_page_has_no_ticket_before_it_is_paid(desk: Desk) -> None:
    desk.event()
    checkout = desk.register("ada")
    own = own_page(desk.hall, "ada")
    ticket = desk.row(checkout)["ticket"]

    before = text(http(desk.hall, "GET", own))
    led = http(desk.hall, "POST", f"{own}/pay").headers["Location"]
    desk.pay(checkout)
    after = text(http(desk.hall, "GET", own))

    assert "Pay now" in before
    assert ticket not in before
    assert checkout["checkout_url"] == led
    assert ticket in after
    assert "Pay now" not in after
    assert http(desk.hall, "POST", f"{own}/pay").status_code == 303
