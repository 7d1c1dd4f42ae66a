"""What is checked before a message goes out: is it true, wanted and allowed, and is it time."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.notify.domain import Delivery
from shared.contracts import Trace
from shared.contracts.booking import (
    BookingCancelled,
    BookingConfirmed,
    BookingMoved,
    ConfirmationRequested,
    MessageRequested,
    PaymentReceived,
    PaymentReminderRequested,
    SessionChanged,
)
from shared.contracts.errors import InvalidRequest, NotLifted
from shared.contracts.events import RegistrationConfirmed, RegistrationEnded
from shared.contracts.loyalty import ReferralThanked
from shared.contracts.ranking import PromotionEarned, RankAwarded
from shared.contracts.waitlist import OfferClosed, SpotAllocated, SpotOffered, WaitlistJoined
from shared.contracts.waitlist import WaitlistLeft as Left
from shared.testing import MORNING
from tests.notify.office import Office, text_of

SOON = MORNING + timedelta(days=1)
BOOKING = UUID(int=77)
PHONE = "+39021234567"


def held_up(office: Office, contract: Any, name: str, **values: Any) -> None:
    """Have a message written that the mail server puts off for ten seconds."""
    office.refusing(Delivery.LATER)
    office.tell(contract, name, **values)
    office.suite.advance(seconds=11)


def drops(office: Office, name: str) -> list[Any]:
    """Give the newest message of somebody, after its time has come."""
    office.wait(seconds=1)
    newest: Any = office.messages(name)[-1]
    return [newest["state"], newest["reply"]]


@pytest.mark.parametrize(
    ("first", "then", "why"),
    [
        (BookingConfirmed, BookingCancelled, "cancelled"),
        (SpotAllocated, BookingCancelled, "cancelled"),
        (BookingConfirmed, BookingMoved, "moved"),
        (PaymentReminderRequested, BookingCancelled, "cancelled"),
        (PaymentReminderRequested, PaymentReceived, "paid"),
        (PaymentReminderRequested, BookingMoved, "moved"),
    ],
)
@pytest.mark.parametrize("order", ["in order", "the later fact first"])
def test_what_is_no_longer_true_is_dropped_where_everybody_sees_it(
    office: Office, first: Any, then: Any, why: str, order: str
) -> None:
    values = {"booking_id": BOOKING, "due_minor": 1, "currency": "eur", "session_name": "Yoga"}
    fields = {name: value for name, value in values.items() if name in first.schema().fields}
    others = {name: value for name, value in values.items() if name in then.schema().fields}
    moment = MORNING + timedelta(seconds=5)
    times = {
        name: moment
        for name in ("cancelled_at", "moved_at", "paid_at")
        if name in then.schema().fields
    }
    office.person("ada")

    if order == "in order":
        held_up(office, first, "ada", **fields)
        office.tell(then, "ada", **(others | times))
    else:
        office.tell(then, "ada", **(others | times))
        asked = dict.fromkeys(("booked_at", "requested_at", "allocated_at"), MORNING)
        known = {name: at for name, at in asked.items() if name in first.schema().fields}
        office.tell(first, "ada", **(fields | known))
    office.wait(seconds=1)

    dropped = [one for one in office.messages("ada") if one["state"] == "suppressed"]
    assert [one["reply"] for one in dropped] == [f"not true any more: {why}"]
    assert office.suite.story.count("MessageSuppressed") == 1


@pytest.mark.parametrize(
    ("ends", "state"),
    [(Delivery.TAKEN, "sent"), (Delivery.REFUSED, "failed"), (None, "suppressed")],
)
def test_a_message_keeps_when_it_ended_however_it_did(
    office: Office, ends: Delivery | None, state: str
) -> None:
    held_up(office, BookingConfirmed, "ada", booking_id=BOOKING)
    assert office.messages("ada")[0]["ended_at"] is None
    if ends is None:
        office.call.suppress_address(address="ada@example.com", reason="complained")
    else:
        office.refusing(ends)
    office.suite.tick("notify.send_messages")
    office.suite.deliver()
    ended = office.suite.now().isoformat()

    office.wait(hours=1)

    (message,) = office.messages("ada")
    assert (message["state"], message["ended_at"]) == (state, ended)
    assert message["sent_at"] == (ended if state == "sent" else None)


def test_a_move_is_told_although_it_ends_what_was_told_before(office: Office) -> None:
    office.tell(BookingConfirmed, "ada", booking_id=BOOKING)
    for sequence in (1, 2):
        office.suite.advance(minutes=1)
        office.tell(BookingMoved, "ada", booking_id=BOOKING, sequence=sequence)

    assert office.mailbox["ada"] == ["confirmed", "moved", "moved"]


def test_an_offer_that_is_closed_is_not_sent_any_more(office: Office) -> None:
    offer = uuid4()
    held_up(office, SpotOffered, "ada", offer_id=offer, answer_by=SOON)

    office.tell(OfferClosed, "ada", offer_id=offer, reason="taken")

    assert drops(office, "ada") == ["suppressed", "not true any more: taken"]
    assert office.mailbox["ada"] == []


@pytest.mark.parametrize(
    ("reason", "told"),
    [("taken", True), ("expired", True), ("withdrawn", True), ("accepted", False), ("left", False)],
)
def test_who_has_read_an_offer_is_told_that_it_is_gone(
    office: Office, reason: str, *, told: bool
) -> None:
    offer = uuid4()
    office.tell(SpotOffered, "ada", offer_id=offer, answer_by=SOON)

    office.tell(OfferClosed, "ada", offer_id=offer, reason=reason)

    assert office.mailbox["ada"] == ["offered", *["offer_closed"] * told]


@pytest.mark.parametrize(
    ("contract", "values"),
    [
        (SpotOffered, {"answer_by": MORNING + timedelta(seconds=10)}),
        (ConfirmationRequested, {"expires_at": MORNING + timedelta(seconds=10)}),
    ],
)
def test_what_comes_too_late_is_not_sent(
    office: Office, contract: Any, values: dict[str, Any]
) -> None:
    held_up(office, contract, "ada", **values)

    assert drops(office, "ada") == ["suppressed", "too late"]


def test_who_left_the_list_is_not_told_that_they_are_on_it(office: Office) -> None:
    entry = uuid4()
    held_up(office, WaitlistJoined, "ada", entry_id=entry)

    office.tell(Left, "ada", entry_id=entry, reason="left")

    assert drops(office, "ada") == ["suppressed", "not true any more: left"]


def test_a_reminder_names_no_amount_that_is_no_longer_due(office: Office) -> None:
    held_up(office, PaymentReminderRequested, "ada", booking_id=BOOKING, due_minor=4000)

    office.tell(PaymentReceived, "ada", booking_id=BOOKING, amount_minor=1500, balance_minor=2500)

    assert drops(office, "ada") == ["suppressed", "not true any more: partly paid"]


@pytest.mark.parametrize("source", ["booking", "events"])
def test_who_has_a_place_by_now_is_not_told_that_they_wait(office: Office, source: str) -> None:
    entry = uuid4()
    held_up(office, WaitlistJoined, "ada", entry_id=entry)

    office.tell(SpotAllocated, "ada", entry_id=entry, booking_id=entry, source=source)

    assert drops(office, "ada") == ["suppressed", "not true any more: allocated"]
    assert ("allocated", "sent") in office.states("ada")


def test_who_has_been_promoted_is_not_told_that_they_could_be(office: Office) -> None:
    category = uuid4()
    told = {"category_id": category, "tell_client": True, "person_name": "ada", "language": "en"}
    held_up(office, PromotionEarned, "ada", next_rank_name="green", **told)

    office.tell(RankAwarded, "ada", rank_name="green", **(told | {"tell_client": False}))

    assert drops(office, "ada") == ["suppressed", "not true any more: promoted"]


def test_staff_are_not_told_to_promote_who_has_been_promoted_meanwhile(office: Office) -> None:
    office.call.keep_staff(name="Amina", email="amina@example.com", roles=["admin"])
    words = {"person_name": "ada", "language": "en", "studio_language": "en"}
    for category in (UUID(int=1), UUID(int=2)):
        told = words | {"category_id": category, "tell_admins": True}
        held_up(office, PromotionEarned, "ada", next_rank_name="green", **told)

    office.tell(RankAwarded, "ada", rank_name="green", category_id=UUID(int=1), **words)
    office.wait(seconds=60)

    with office.suite.sql("notify") as sql:
        rows = sql.exec_driver_sql("SELECT state, reply FROM messages ORDER BY created_at").all()
    assert [row.state for row in rows] == ["suppressed", "sent"]
    assert rows[0].reply == "not true any more: promoted"


# -- reminders ---------------------------------------------------------------------------------


def test_a_day_before_people_are_reminded_once(office: Office) -> None:
    office.tell(BookingConfirmed, "ada", booking_id=BOOKING)
    office.tell(SpotAllocated, "bob", booking_id=uuid4())
    office.tell(RegistrationConfirmed, "eva", registration_id=uuid4())

    office.wait(days=1, hours=23, minutes=58)
    early = [office.mailbox[name] for name in ("ada", "bob", "eva")]
    for _ in range(3):
        office.wait(minutes=5)

    assert early == [["confirmed"], ["allocated"], ["registered"]]
    assert office.mailbox["ada"] == ["confirmed", "reminder"]
    assert office.mailbox["bob"] == ["allocated", "reminder"]
    assert office.mailbox["eva"] == ["registered", "reminder"]
    assert "/cancel/" in text_of(office.mailbox.last("ada"))
    assert "/registrations/" in text_of(office.mailbox.last("eva"))


@pytest.mark.rule("B10", "B31")
@pytest.mark.parametrize("order", [1, -1])
def test_a_reminder_calls_the_session_what_it_is_called_by_now(office: Office, order: int) -> None:
    ids: dict[str, Any] = {"session_id": uuid4(), "starts_at": MORNING + timedelta(days=3)}
    ada = office.fact(BookingConfirmed, "ada", booking_id=BOOKING, **ids)
    office.suite.advance(hours=1)
    limits: dict[str, Any] = {"waiting_list_size": 0, "waiting_list_closes_at": ids["starts_at"]}
    envelope = Trace.begin(office.suite.at).envelope
    renamed = [
        SessionChanged(**ids, **limits, name=name, staff="Lea", sequence=number).said(
            envelope(at=office.suite.at)
        )
        for number, name in enumerate(("Open house", "Garden party"), start=2)
    ]

    for fact in [ada, *renamed][::order]:
        office.say(fact)
    office.suite.advance(hours=1)
    office.tell(BookingConfirmed, "bob", booking_id=uuid4(), **ids | {"session_name": "Bob's"})
    office.wait(days=2, minutes=5)

    assert office.mailbox["ada"] == office.mailbox["bob"] == ["confirmed", "reminder"]
    assert "Garden party" in str(office.mailbox.last("ada")["Subject"])
    assert "Garden party" in text_of(office.mailbox.last("ada"))
    assert "Bob's" in str(office.mailbox.last("bob")["Subject"])


def test_the_studio_says_how_long_before_and_whether_at_all(office: Office) -> None:
    afternoon = MORNING + timedelta(days=3, hours=6)
    office.tell(BookingConfirmed, "ada", booking_id=BOOKING, starts_at=afternoon)
    office.call.change_settings(reminder_hours=2)
    office.wait(days=3, hours=3)
    before = office.mailbox["ada"]
    office.wait(hours=1, minutes=1)

    office.call.change_settings(reminder_hours=None)
    office.tell(BookingConfirmed, "bob", starts_at=office.suite.at + timedelta(hours=5))
    office.wait(hours=4)

    assert before == ["confirmed"]
    assert office.mailbox["ada"] == ["confirmed", "reminder"]
    assert office.mailbox["bob"] == ["confirmed"]


def test_nobody_is_reminded_of_what_they_gave_up_and_of_a_move_at_its_new_time(
    office: Office,
) -> None:
    moved = uuid4()
    office.tell(BookingConfirmed, "ada", booking_id=BOOKING)
    office.tell(RegistrationConfirmed, "eva", registration_id=BOOKING)
    office.tell(BookingConfirmed, "bob", booking_id=moved)
    office.suite.advance(hours=1)
    office.tell(BookingCancelled, "ada", booking_id=BOOKING)
    office.tell(RegistrationEnded, "eva", registration_id=BOOKING)
    then = MORNING + timedelta(days=9)
    office.tell(BookingMoved, "bob", booking_id=moved, starts_at=then, sequence=1)

    office.wait(days=2)
    soon = office.mailbox["bob"]
    office.wait(days=6)

    assert "reminder" not in office.mailbox["ada"] + office.mailbox["eva"] + soon
    assert office.mailbox["bob"] == ["confirmed", "moved", "reminder"]


def test_who_books_within_the_last_day_is_not_reminded_of_what_they_just_did(
    office: Office,
) -> None:
    office.tell(BookingConfirmed, "ada", starts_at=MORNING + timedelta(hours=5))

    office.wait(hours=1)

    assert office.mailbox["ada"] == ["confirmed"]


# -- hours -------------------------------------------------------------------------------------

NIGHT = datetime(2031, 3, 3, 22, 30, tzinfo=UTC)


def test_what_can_wait_waits_for_the_person_s_own_morning(office: Office) -> None:
    office.suite.at = NIGHT
    office.person("rome", time_zone="Europe/Rome", phone=PHONE)
    office.person("york", time_zone="America/New_York")
    due = {"due_minor": 100, "currency": "eur"}
    for name in ("rome", "york"):
        office.tell(PaymentReminderRequested, name, booking_id=uuid4(), **due)
    office.tell(BookingConfirmed, "rome", booking_id=uuid4())

    at_night = (office.mailbox["rome"], office.mailbox["york"])
    office.wait(hours=8, minutes=29)  # 07:59 in Rome
    almost = office.mailbox["rome"]
    office.wait(minutes=1)

    assert at_night == (["confirmed"], ["payment_reminder"])
    assert almost == ["confirmed"]
    assert office.mailbox["rome"] == ["confirmed", "payment_reminder"]


def test_what_staff_send_by_hand_or_would_be_too_late_does_not_wait(office: Office) -> None:
    office.suite.at = NIGHT
    office.person("ada", time_zone="Europe/Rome")
    due = {"due_minor": 100, "currency": "eur", "booking_id": uuid4()}
    office.tell(PaymentReminderRequested, "ada", manual=True, **due)
    early = {"starts_at": NIGHT + timedelta(hours=26), "booked_at": NIGHT}
    office.tell(BookingConfirmed, "ada", booking_id=BOOKING, **early)
    office.call.change_settings(reminder_hours=6)
    office.wait(hours=20, minutes=1)  # 19:31 in Rome: nothing waits

    assert office.mailbox["ada"] == ["payment_reminder", "confirmed", "reminder"]


def test_the_studio_s_quiet_hours_are_its_own(office: Office) -> None:
    office.suite.at = NIGHT
    office.call.change_settings(quiet_from="02:00", quiet_until="02:00")

    office.tell(ReferralThanked, "ada", text="Thanks")

    assert office.mailbox["ada"] == ["referral_thanks"]


@pytest.mark.parametrize("brought_by", ["a retry", "a queue"])
def test_no_retry_and_no_queue_brings_a_message_into_the_night(
    office: Office, brought_by: str
) -> None:
    office.suite.at = NIGHT - timedelta(hours=2, minutes=31)  # 20:59 in Rome
    office.person("ada", time_zone="Europe/Rome", phone=PHONE)
    if brought_by == "a retry":
        office.refusing(Delivery.LATER, phone=True)
    else:
        office.call.change_settings(sms_per_minute=1)

    office.tell(ReferralThanked, "ada", text="Thanks")
    for _ in range(6):
        office.wait(minutes=30)
    at_night = office.phones[PHONE]
    office.wait(hours=8, minutes=2)

    assert at_night == []
    assert office.phones[PHONE] == ["Thanks"]


def test_a_zone_nobody_has_heard_of_holds_nothing_up(office: Office) -> None:
    office.suite.at = NIGHT
    office.person("ada", time_zone="Mars/Gale", phone=PHONE)

    office.tell(ReferralThanked, "ada", text="Thanks")
    office.wait(hours=10)

    assert office.phones[PHONE] == ["Thanks"]


def test_a_night_is_no_attempt(office: Office) -> None:
    office.suite.at = NIGHT - timedelta(hours=2, minutes=31)
    office.person("ada", time_zone="Europe/Rome", phone=PHONE)
    office.refusing(Delivery.LATER, phone=True)
    office.tell(ReferralThanked, "ada", text="Thanks")

    office.wait(minutes=30)
    office.wait(hours=11)

    (message,) = office.messages("ada")
    assert (message["state"], message["attempts"]) == ("sent", 2)


# -- channels ----------------------------------------------------------------------------------


def test_where_one_channel_fails_for_good_the_other_is_tried_once(office: Office) -> None:
    office.person("ada", phone=PHONE)
    office.refusing(Delivery.REFUSED, Delivery.REFUSED)
    office.refusing(Delivery.REFUSED, phone=True)

    office.tell(SpotAllocated, "ada")

    assert {(one["channel"], one["state"]) for one in office.messages("ada")} == {
        ("email", "failed"),
        ("sms", "failed"),
    }
    assert office.suite.story[-2:] == ["EmailFailed", "SmsFailed"]


@pytest.mark.parametrize("phone", [PHONE, None])
def test_a_channel_that_is_down_holds_nobody_up_who_can_be_told_by_the_other(
    office: Office, phone: str | None
) -> None:
    office.person("ada", phone=phone)
    office.refusing(*[Delivery.LATER] * 5)
    deadline = office.suite.at + timedelta(minutes=30)

    office.tell(SpotOffered, "ada", answer_by=deadline)
    for _ in range(6):
        office.wait(minutes=5)

    texts = office.phones[phone] if phone else []
    assert [kind for kind, state in office.states("ada") if state == "sent"] == ["offered"] * len(
        texts
    )
    assert len(texts) == (1 if phone else 0)
    assert office.mailbox["ada"] == []


def test_staff_whose_address_fails_are_told_by_telephone(office: Office) -> None:
    who = {"name": "Lea", "email": "lea@example.com", "phone": PHONE, "roles": ["admin"]}
    office.call.keep_staff(**who)
    office.refusing(Delivery.REFUSED)

    office.tell(PromotionEarned, "ada", tell_admins=True, studio_language="en")

    assert len(office.phones[PHONE]) == 1


def test_who_has_no_email_address_gets_a_text_where_the_kind_falls_back(office: Office) -> None:
    office.person("ada", email=None, phone=PHONE)

    office.tell(SpotAllocated, "ada")
    office.tell(BookingConfirmed, "ada")

    (text,) = office.phones[PHONE]
    assert "a place came free" in text
    assert office.states("ada") == [("allocated", "sent"), ("confirmed", "failed")]


def test_the_studio_chooses_the_channel_of_a_kind(office: Office) -> None:
    office.person("ada", phone=PHONE)
    office.call.set_route(kind="confirmed", first="sms", falls_back=False)

    office.tell(BookingConfirmed, "ada")

    assert office.mailbox["ada"] == []
    assert "/cancel/" in office.phones[PHONE][0]
    kinds = {one["kind"]: one for one in office.call.list_kinds()}
    assert (kinds["confirmed"]["first"], kinds["confirmed"]["falls_back"]) == ("sms", False)


def test_a_text_says_what_it_costs(office: Office) -> None:
    office.person("ada", phone=PHONE)
    letter = {"channel": "sms", "letter_id": uuid4(), "batch_size": 1}

    office.tell(MessageRequested, "ada", text="x" * 161, **letter)

    assert office.messages("ada")[0]["segments"] == 2


# -- where nothing may be sent -----------------------------------------------------------------


def test_an_address_that_bounced_gets_nothing_more_whatever_booking_says(office: Office) -> None:
    office.refusing(Delivery.REFUSED, blocks="bounced: 550 No such user")
    office.tell(BookingConfirmed, "ada", booking_id=uuid4())

    office.person("ada", email="ADA@example.com")  # imported again, in other letters
    office.tell(BookingConfirmed, "ada", booking_id=uuid4())

    assert office.states("ada") == [("confirmed", "failed"), ("confirmed", "suppressed")]
    assert office.messages("ada")[0]["reply"] == "bounced: 550 No such user"
    assert office.mailbox["ada"] == []


def test_an_address_is_suppressed_however_it_is_written(office: Office) -> None:
    office.person("ada", email="ada@example.com", phone=PHONE)

    office.call.suppress_address(address=" Ada@Example.COM ", reason="complained")
    office.call.suppress_address(address="+39 02 123 4567", reason="asked")

    found = office.call.list_suppressions(address="ada@EXAMPLE.com")
    found += office.call.list_suppressions(address="+39 021234567")
    assert [one["address"] for one in found] == ["ada@example.com", PHONE]
    for wrong in ("nobody", "ada@", "021234567"):
        with pytest.raises(InvalidRequest, match="address"):
            office.call.suppress_address(address=wrong, reason="asked")


def test_the_suppression_list_is_read_a_page_at_a_time_though_it_changes(office: Office) -> None:
    names = ["ada", "bob", "eva", "ian", "lea"]
    for name in names:
        reason = "bounced" if name == "ian" else "asked"
        office.call.suppress_address(address=f"{name}@example.com", reason=reason)
        office.suite.advance(seconds=name != "bob")  # bob and eva in the same moment
    first = office.call.list_suppressions(limit=2)
    office.call.lift_suppression(address="ian@example.com")  # what the page ended with

    second = office.call.list_suppressions(limit=2, after=first[-1])
    third = office.call.list_suppressions(limit=2, after=second[-1])

    pages = [[one["address"][:3] for one in page] for page in (first, second, third)]
    assert pages == [["lea", "ian"], ["eva", "bob"], ["ada"]]
    assert office.call.list_suppressions(limit=2, after=third[-1]) == []
    with pytest.raises(InvalidRequest, match="after"):
        office.call.list_suppressions(after={"address": "ian@example.com"})


def test_a_new_address_is_written_to_and_a_bounce_may_be_lifted(office: Office) -> None:
    office.person("ada")
    office.call.suppress_address(address="ada@example.com", reason="bounced", detail="full")

    office.call.lift_suppression(address="Ada@Example.com")
    office.tell(BookingConfirmed, "ada")

    assert office.mailbox["ada"] == ["confirmed"]


@pytest.mark.parametrize("reason", ["complained", "asked"])
def test_what_its_owner_said_is_not_taken_back_for_them(office: Office, reason: str) -> None:
    office.person("ada", phone=PHONE)
    office.call.suppress_address(address="ada@example.com", reason=reason)

    with pytest.raises(NotLifted):
        office.call.lift_suppression(address="ada@example.com")
    office.tell(SpotAllocated, "ada")

    assert office.mailbox["ada"] == []
    assert len(office.phones[PHONE]) == 1  # the place is told of by the way that is left
    assert office.call.list_suppressions()[0]["address"] == "ada@example.com"


# -- the pace ----------------------------------------------------------------------------------


def test_a_limited_channel_sends_no_more_than_it_may_and_what_people_wait_for_first(
    office: Office,
) -> None:
    office.call.change_settings(email_per_minute=6)
    batch = {"batch_id": uuid4(), "batch_size": 10, "text": "News"}
    for number in range(10):
        office.tell(MessageRequested, f"p{number}", **batch)
    for number in range(4):
        office.tell(BookingConfirmed, f"q{number}", booking_id=uuid4())

    counts = []
    for _ in range(20):
        office.wait(seconds=10)
        counts.append([message.kind.value for message, _ in office.mailbox.taken])

    sent = counts[-1]
    assert sent[:3] == ["confirmed"] * 3
    assert sent.count("confirmed") == 4
    assert sent.count("letter") == 10
    for number, kinds in enumerate(counts):
        assert len(kinds) <= number + 1, number


def test_however_much_is_urgent_confirmations_and_letters_go_on(office: Office) -> None:
    office.call.change_settings(email_per_minute=60)
    batch = {"batch_id": uuid4(), "batch_size": 20, "text": "News"}
    for number in range(20):
        office.tell(MessageRequested, f"p{number}", **batch)
        office.tell(BookingCancelled, f"q{number}", booking_id=uuid4())
    for _ in range(30):
        for _ in range(3):  # 90 a minute
            office.tell(BookingConfirmed, "ada", booking_id=uuid4())
        office.wait(seconds=2)

    sent = [message.kind.value for message, _ in office.mailbox.taken]

    assert sent.count("letter") >= 5
    assert sent.count("cancelled") >= 16
    assert sent.count("confirmed") >= 30
    assert len(sent) <= 60


@pytest.mark.parametrize("per_minute", [None, 60])
def test_a_few_letters_do_not_wait_for_thousands_written_before_them(
    office: Office, per_minute: int | None
) -> None:
    office.mailbox.at_once = 5
    office.call.change_settings(email_per_minute=per_minute)
    for number in range(60):
        office.person(f"p{number}")
    for batch_id, size in ((UUID(int=1), 60), (UUID(int=2), 5), (UUID(int=3), 5)):
        for number in range(size):
            letter = {"batch_id": batch_id, "batch_size": size, "text": "x"}
            office.say(office.fact(MessageRequested, f"p{number}", **letter), settle=False)
    for _ in range(60):
        office.wait(seconds=2)

    order = [message.batch_id for message, _ in office.mailbox.taken]

    assert len(order) == 70
    assert set(order[:25]) == {UUID(int=1), UUID(int=2), UUID(int=3)}
    assert order[:25].count(UUID(int=2)) == 5
    assert order[:25].count(UUID(int=3)) == 5


def test_a_batch_whose_letters_are_put_off_holds_up_no_other(office: Office) -> None:
    letter = {"batch_size": 2, "text": "x"}
    for name in ("ada", "bob"):
        office.refusing(Delivery.LATER)
        office.tell(MessageRequested, name, batch_id=UUID(int=1), **letter)
        office.suite.tick("notify.send_bulk_messages")
    for name in ("cleo", "dora"):
        office.tell(MessageRequested, name, batch_id=UUID(int=2), **letter)

    office.wait(seconds=2)

    assert [message.batch_id for message, _ in office.mailbox.taken] == [UUID(int=2)] * 2


def test_a_limit_that_makes_no_sense_is_refused_and_changes_nothing(office: Office) -> None:
    with pytest.raises(InvalidRequest, match="sms_per_minute"):
        office.call.change_settings(sms_per_minute=0)

    assert office.call.get_settings() == {
        "reminder_hours": 24,
        "quiet_from": "21:00",
        "quiet_until": "08:00",
        "email_per_minute": None,
        "sms_per_minute": None,
    }


@pytest.mark.parametrize(
    ("details", "field"),
    [
        ({"roles": ["cook"], "email": "a@example.com"}, "roles"),
        ({"roles": [], "email": "a@example.com"}, "roles"),
        ({"roles": ["admin"]}, "email"),
    ],
)
def test_staff_nobody_could_tell_anything_are_refused(
    office: Office, details: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidRequest, match=field):
        office.call.keep_staff(name="Amina", **details)

    assert office.call.list_staff() == []


def test_staff_who_are_removed_are_told_nothing_more(office: Office) -> None:
    made = office.call.keep_staff(name="Amina", email="amina@example.com", roles=["admin"])
    office.call.remove_staff(staff_id=made["staff_id"])

    office.tell(PromotionEarned, "ada", tell_admins=True)

    assert office.mailbox["Amina"] == []
