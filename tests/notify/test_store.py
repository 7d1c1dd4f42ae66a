"""The statements do on PostgreSQL what they do embedded, and `why` follows a message to its end."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

import eventlet
import pytest
from sqlalchemy import select

from services.notify.domain import Delivery, Message, Outcome, payment_of
from services.notify.gateways import BeforeDot
from services.notify.models import StandingRow
from services.notify.store import MESSAGES
from shared.contracts.booking import BookingCancelled, BookingConfirmed, MessageRequested
from shared.contracts.loyalty import ReferralThanked
from shared.contracts.waitlist import SpotAllocated
from tests.notify.office import Office, office_in
from tests.stack import Stack

PHONE = "+39021234567"


def the_whole_way(office: Office) -> None:
    """Have every lane used, and every reason not to send be met."""
    booking = uuid4()
    office.person("ada", phone=PHONE)
    office.call.change_settings(sms_per_minute=600)
    own = {"subject": "Own {{ name }}", "text": "{{ text }}", "sms": "{{ text }}"}
    office.call.save_template(kind="letter", language="en", **own)
    office.refusing(Delivery.LATER)
    office.tell(BookingConfirmed, "ada", booking_id=booking)
    office.tell(BookingCancelled, "ada", booking_id=booking)
    office.tell(SpotAllocated, "ada", booking_id=uuid4())
    office.tell(ReferralThanked, "ada", text="Thanks")
    office.wait(seconds=2)  # what a limited lane may send comes with time
    office.tell(MessageRequested, "ada", batch_id=uuid4(), batch_size=2, subject="x", text="y")
    office.tell(BookingConfirmed, "bob", booking_id=uuid4())
    office.call.suppress_address(address="BOB@example.com", reason="complained")
    office.tell(BookingConfirmed, "bob", booking_id=uuid4())
    office.call.set_preferences(person_id=str(office.people["ada"]), wanted=[])
    office.tell(ReferralThanked, "ada", text="Thanks again")
    office.wait(seconds=11)
    office.wait(days=2, hours=1)

    assert sorted(office.states("ada")) == [
        ("allocated", "sent"),
        ("cancelled", "sent"),
        ("confirmed", "suppressed"),
        ("letter", "sent"),
        ("referral_thanks", "sent"),
        ("referral_thanks", "suppressed"),
        ("reminder", "suppressed"),  # switched off
        ("reminder", "suppressed"),  # given up
    ]
    assert sorted(office.states("bob")) == [
        ("confirmed", "sent"),
        ("confirmed", "suppressed"),
        ("reminder", "suppressed"),
        ("reminder", "suppressed"),
    ]
    assert office.phones[PHONE] == ["Thanks"]
    assert str(office.mailbox.last("ada")["Subject"]) == "Own ada"


def standings_are_forgotten(office: Office) -> None:
    """Have bookings given up long ago, now, and long before a session there is to remind of."""
    old, planned, new = uuid4(), uuid4(), uuid4()
    far = office.suite.at + timedelta(days=500)
    for booking in (uuid4(), uuid4(), old):
        office.tell(BookingCancelled, "ada", booking_id=booking)
    office.tell(BookingConfirmed, "ada", booking_id=planned, starts_at=far)
    office.tell(BookingCancelled, "ada", booking_id=planned)
    office.suite.advance(days=399)
    office.suite.tick("notify.prune_standings")
    assert {old, planned} < known_standings(office)
    office.suite.advance(days=2)
    office.tell(BookingCancelled, "ada", booking_id=new)

    office.suite.tick("notify.prune_standings")

    assert known_standings(office) == {planned, new, payment_of(new)}


def texts_are_blanked(office: Office) -> None:
    """Have people written to long ago, lately, and long before a session they are reminded of."""
    far = office.suite.at + timedelta(days=500)
    soon = office.suite.at + timedelta(days=1)
    batch = {"batch_id": uuid4(), "batch_size": 3, "subject": "x", "text": "secret"}
    for name in ("ada", "bob", "cleo"):
        office.tell(MessageRequested, name, **batch)
    office.tell(BookingConfirmed, "dora", booking_id=uuid4(), starts_at=far, session_name="Yoga")
    office.refusing(Delivery.REFUSED)
    office.tell(BookingConfirmed, "ada", booking_id=uuid4(), starts_at=soon)
    office.wait(seconds=2)
    office.suite.advance(days=399)
    office.suite.tick("notify.blank_texts")
    assert "secret" in contexts(office)
    office.suite.advance(days=2)
    office.tell(MessageRequested, "ada", batch_id=uuid4(), batch_size=1, text="new")

    office.suite.tick("notify.blank_texts")

    assert "secret" not in contexts(office)
    assert "new" in contexts(office)
    assert office.call.get_batch(batch_id=str(batch["batch_id"]))["sent"] == 3
    assert [one["address"] for one in office.messages("bob")] == [None]
    office.wait(days=98, hours=5)  # the day before
    assert "Yoga" in str(office.mailbox.last("dora")["Subject"])
    assert office.mailbox["dora"] == ["confirmed", "reminder"]


def contexts(office: Office) -> str:
    """Give what all messages say."""
    with office.suite.sql("notify") as sql:
        return str(sql.exec_driver_sql("SELECT context FROM messages").all())


def known_standings(office: Office) -> set[UUID]:
    """Give what notify knows something has happened to."""
    with office.suite.sql("notify") as sql:
        return set(sql.execute(select(StandingRow.subject_id)).scalars())


@pytest.fixture
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have standings forgotten two at a time."""
    monkeypatch.setattr("services.notify.actions.sending._PRUNED", 2)


def test_the_whole_way_embedded(office: Office) -> None:
    the_whole_way(office)


@pytest.mark.usefixtures("few_at_once")
def test_what_happened_long_ago_is_forgotten_unless_it_still_counts(office: Office) -> None:
    standings_are_forgotten(office)


@pytest.mark.usefixtures("few_at_once")
def test_what_was_written_long_ago_is_forgotten_and_that_it_was_written_is_not(
    office: Office,
) -> None:
    texts_are_blanked(office)


@pytest.mark.live
@pytest.mark.usefixtures("few_at_once")
def test_what_was_written_long_ago_is_forgotten_on_postgresql(run: Stack) -> None:
    address = run.env["ATELIER_DB_URL"].replace("{service}", "notify")

    with office_in(address.replace("postgresql://", "postgresql+psycopg2://")) as office:
        texts_are_blanked(office)


@pytest.mark.live
def test_the_whole_way_on_postgresql(run: Stack) -> None:
    address = run.env["ATELIER_DB_URL"].replace("{service}", "notify")

    with office_in(address.replace("postgresql://", "postgresql+psycopg2://")) as office:
        the_whole_way(office)


@pytest.mark.live
@pytest.mark.usefixtures("few_at_once")
def test_what_happened_long_ago_is_forgotten_on_postgresql(run: Stack) -> None:
    address = run.env["ATELIER_DB_URL"].replace("{service}", "notify")

    with office_in(address.replace("postgresql://", "postgresql+psycopg2://")) as office:
        standings_are_forgotten(office)


def test_a_message_is_followed_from_its_cause_to_the_mail_server_s_answer(office: Office) -> None:
    office.tell(BookingConfirmed, "ada")
    (message,) = office.messages("ada")

    with office.suite.sql("notify") as sql:
        threads = MESSAGES.threads(sql, message["message_id"])
        steps = MESSAGES.steps(sql, threads)

    assert threads == {message["correlation_id"]}
    assert [step.what for step in steps] == [
        f"confirmed by email: written, message {message['message_id']}",
        "confirmed by email: sent (250 OK)",
    ]
    with office.suite.sql("notify") as sql:
        assert MESSAGES.threads(sql, "no id") == set()


@pytest.mark.live
def test_workers_side_by_side_send_each_message_once_while_its_batch_is_paused_and_resumed(
    run: Stack,
) -> None:
    address = run.env["ATELIER_DB_URL"].replace("{service}", "notify")

    with office_in(address.replace("postgresql://", "postgresql+psycopg2://")) as office:
        batch = uuid4()
        letter = {"batch_id": batch, "batch_size": 60, "subject": "x", "text": "y"}
        for number in range(60):
            office.say(office.fact(MessageRequested, f"p{number}", **letter), settle=False)
        send = office.mailbox.send

        def slowly(messages: Sequence[Message], before_dot: BeforeDot) -> list[Outcome]:
            eventlet.sleep(0.002)
            return send(messages, before_dot)

        office.mailbox.send = slowly  # type: ignore[method-assign]
        office.mailbox.at_once = 5
        tick = office.suite.tick
        workers = [eventlet.spawn(tick, "notify.send_bulk_messages") for _ in range(4)]
        for _ in range(10):
            office.call.pause_batch(batch_id=str(batch))
            eventlet.sleep(0.01)
            office.call.resume_batch(batch_id=str(batch))
            eventlet.sleep(0.01)
        for worker in workers:
            worker.wait()
        for _ in range(3):
            office.suite.advance(seconds=61)
            tick("notify.send_bulk_messages")

        taken = Counter(message.message_id for message, _ in office.mailbox.taken)
        state = office.call.get_batch(batch_id=str(batch))
    assert (len(taken), set(taken.values())) == (60, {1})
    assert (state["sent"], state["done"]) == (60, True)
