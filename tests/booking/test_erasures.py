"""Erasing a person: what goes, what stays, and the receipt."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from shared.contracts import Envelope
from shared.contracts.errors import (
    ErasureNotFound,
    NobodyToWriteTo,
    PersonHasBookings,
    PersonNotFound,
)
from shared.contracts.events import EventsRecordsErased
from shared.contracts.loyalty import LoyaltyRecordsErased
from shared.contracts.notify import NotifyRecordsErased
from shared.contracts.ranking import RankingRecordsErased
from shared.contracts.waitlist import WaitlistRecordsErased
from tests.booking.test_changes import two_days
from tests.flows.studio import Studio

EMAIL = {"channel": "email", "subject": "Bring a towel", "text": "It will be hot."}
ANSWERS: tuple[Any, ...] = (
    EventsRecordsErased,
    LoyaltyRecordsErased,
    NotifyRecordsErased,
    RankingRecordsErased,
    WaitlistRecordsErased,
)


def lovelace(studio: Studio) -> str:
    """Make somebody known whose data can be looked for everywhere."""
    made = studio.suite.booking.register_person(
        kind="lead",
        name="Lovelace",
        email="lovelace@example.com",
        phone="+39021234567",
        consent="Lovelace signed",
        notes="Lovelace is shy",
    )
    studio.people["Lovelace"] = made["person_id"]
    return str(made["person_id"])


def everything(studio: Studio) -> str:
    """Write out every row of booking's database."""
    with studio.suite.sql("booking") as sql:
        tables = sql.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars()
        rows = [sql.execute(text(f'SELECT * FROM "{table}"')).all() for table in tables]  # noqa: S608 - names of our own
    return str([tuple(row) for table in rows for row in table]).lower()


def answer(studio: Studio, kind: Any, receipt: Any, *, times: int = 1) -> None:
    """Have booking hear what a service has done."""
    fact = kind(
        erasure_id=UUID(receipt["erasure_id"]),
        person_id=UUID(receipt["person_id"]),
        removed=f"names of {kind.owner}",
        kept="counts",
        erased_at=studio.suite.now(),
    )
    at = studio.suite.now()
    body = fact.said(Envelope(uuid4(), str(uuid4()), None, at, at)).to_wire().encode()
    ears = studio.suite.members["booking"].listeners
    (ear,) = (ear for ear in ears if ear.contract is kind)
    for _ in range(times):
        ear.hear([body])


def test_nothing_in_bookings_database_names_an_erased_person(studio: Studio) -> None:
    person_id = lovelace(studio)
    call = studio.suite.booking
    call.change_person(person_id=person_id, notes="Lovelace is not shy")
    call.grant_credits(person_id=person_id, credits=2, reason="for Lovelace")
    call.message_person(person_id=person_id, **{**EMAIL, "text": "Dear Lovelace"})
    studio.session(capacity=2)
    studio.book("Lovelace")
    studio.cancel("Lovelace")
    call.request_download(session_id=studio.session_id)
    studio.suite.deliver()
    assert everything(studio).count("lovelace") > 5

    call.erase_person(person_id=person_id)
    studio.suite.deliver()

    left = everything(studio)
    assert "lovelace" not in left
    assert "021234567" not in left
    receipt = call.erase_person(person_id=person_id)
    assert receipt["scrubbed_at"] is not None


def test_what_staff_wrote_beside_money_names_nobody_who_was_erased(studio: Studio) -> None:
    person_id = lovelace(studio)
    call = studio.suite.booking
    studio.session(price_minor=2000)
    ids = {"booking_id": studio.book("Lovelace")["booking_id"]}
    paid = call.record_payment(**ids, amount_minor=2000, note="From Lovelace's purse")
    call.refund_payment(payment_id=paid["payment_id"], amount_minor=500, note="To Lovelace")
    studio.suite.deliver()

    call.erase_person(person_id=person_id, cancel_bookings=True)
    studio.suite.deliver()

    assert "lovelace" not in everything(studio)
    assert call.get_payments(**ids)["paid_minor"] == 2000


def reserved(studio: Studio) -> None:
    """Reserve somebody a place."""
    studio.hold("Lovelace")


def reserved_no_longer(studio: Studio) -> None:
    """Reserve somebody a place for an hour, which is over when they are erased."""
    studio.hold("Lovelace", held_until=studio.suite.now() + timedelta(hours=1))


def waiting(studio: Studio) -> None:
    """Put somebody on the list of a session that is full."""
    studio.change(capacity=1)
    studio.book("ada")
    studio.book("Lovelace")
    studio.settle()


def moved_away(studio: Studio) -> None:
    """Give somebody a place that is moved to another session when they are erased."""
    studio.book("Lovelace")


@pytest.mark.parametrize("come", [reserved, reserved_no_longer, waiting, moved_away])
def test_no_file_that_was_made_names_an_erased_person(
    studio: Studio, come: Callable[[Studio], None]
) -> None:
    person_id = lovelace(studio)
    call = studio.suite.booking
    first, later = two_days(studio)
    elsewhere = studio.session()
    studio.session_id = first
    come(studio)
    files = [call.request_download(session_id=one) for one in (first, elsewhere)]
    studio.settle()
    urls = [call.get_download(download_id=made["download_id"])["url"] for made in files]
    assert b"lovelace" in studio.http("GET", urls[0]).data
    if come is moved_away:
        call.move_booking(booking_id=studio.booking_id("Lovelace"), session_id=later)
    studio.suite.advance(hours=2)
    studio.suite.tick("booking.end_lapsed_holds")

    call.erase_person(person_id=person_id, cancel_bookings=True)

    assert [studio.http("GET", url).status_code for url in urls] == [410, 200]


def test_an_erased_person_is_found_by_nobody_and_gets_no_place(studio: Studio) -> None:
    person_id = lovelace(studio)
    studio.session(capacity=2)
    call = studio.suite.booking

    call.erase_person(person_id=person_id)

    assert call.get_person(person_id=person_id)["name"] == "erased"
    assert call.list_people(text="love")["people"] == []
    assert call.list_people()["people"] == []
    for attempt in (
        lambda: studio.book("Lovelace"),
        lambda: studio.hold("Lovelace"),
        lambda: call.change_person(person_id=person_id, name="Ada"),
        lambda: call.get_profile(person_id=person_id),
        lambda: call.grant_credits(person_id=person_id, credits=1, reason="x"),
        lambda: call.message_person(person_id=person_id, **EMAIL),
    ):
        with pytest.raises(PersonNotFound):
            attempt()


def test_whoever_has_places_to_come_is_erased_only_when_they_are_given_up(studio: Studio) -> None:
    lovelace(studio)
    studio.full("Lovelace", waiting=["grace"])
    erase = studio.suite.booking.erase_person

    with pytest.raises(PersonHasBookings, match="1 booking and 0 held seats"):
        erase(person_id=studio.people["Lovelace"])
    assert studio.booked == ["Lovelace"]
    erase(person_id=studio.people["Lovelace"], cancel_bookings=True)
    studio.suite.deliver(times=2)

    assert studio.booked == ["grace"]
    assert studio.taken == 1
    assert studio.row("erased", "cancelled")["email"] is None


def test_held_seats_are_given_up_with_the_person(studio: Studio) -> None:
    lovelace(studio)
    studio.session(capacity=1, waiting=0)
    studio.hold("Lovelace")
    erase = studio.suite.booking.erase_person

    with pytest.raises(PersonHasBookings, match="0 bookings and 1 held seat still"):
        erase(person_id=studio.people["Lovelace"])
    erase(person_id=studio.people["Lovelace"], cancel_bookings=True)

    assert studio.taken == 0


@pytest.mark.rule("H23")
def test_counts_and_the_ledger_stay(studio: Studio) -> None:
    person_id = lovelace(studio)
    studio.session(capacity=2)
    booked = studio.book("Lovelace")
    studio.suite.advance(days=4)
    call = studio.suite.booking
    call.mark_attendance(booking_id=booked["booking_id"], attendance="attended")

    call.erase_person(person_id=person_id)

    assert studio.row("erased", "attended")["person_id"] == person_id
    assert studio.taken == 1


@pytest.mark.rule("H23")
def test_the_receipt_fills_as_the_services_answer(studio: Studio) -> None:
    receipt = studio.suite.booking.erase_person(person_id=lovelace(studio))
    assert receipt["waiting_for"] == ["events", "loyalty", "notify", "ranking", "waitlist"]
    (own,) = receipt["services"]
    assert "email address" in own["removed"]
    assert "ledger" in own["kept"]

    for kind in ANSWERS:
        answer(studio, kind, receipt, times=2)

    done = studio.suite.booking.get_erasure(erasure_id=receipt["erasure_id"])
    assert done["waiting_for"] == []
    said = {one["service"]: one["removed"] for one in done["services"][1:]}
    assert said == {kind.owner: f"names of {kind.owner}" for kind in ANSWERS}
    with pytest.raises(ErasureNotFound):
        studio.suite.booking.get_erasure(erasure_id=str(uuid4()))


def test_erasing_again_gives_the_same_receipt_and_says_nothing(studio: Studio) -> None:
    person_id = lovelace(studio)
    first = studio.suite.booking.erase_person(person_id=person_id)
    studio.suite.mark()

    again = studio.suite.booking.erase_person(person_id=person_id)

    assert again["erasure_id"] == first["erasure_id"]
    assert studio.suite.story == []


def test_both_records_of_a_merged_person_are_erased(studio: Studio) -> None:
    person_id = lovelace(studio)
    call = studio.suite.booking
    call.merge_people(keep=studio.person("ada"), merge=person_id)

    receipt = call.erase_person(person_id=person_id)
    studio.suite.deliver()
    studio.suite.tick("booking.scrub_erased")

    assert receipt["person_id"] == studio.people["ada"]
    assert "lovelace" not in everything(studio)
    assert call.get_person(person_id=person_id)["name"] == "erased"


def test_a_letter_on_its_way_to_many_leaves_the_erased_out(studio: Studio) -> None:
    lovelace(studio)
    studio.session(capacity=2)
    studio.book("Lovelace")
    studio.book("ada")
    call = studio.suite.booking
    call.message_session(session_id=studio.session_id, **EMAIL)
    call.erase_person(person_id=studio.people["Lovelace"], cancel_bookings=True)
    studio.suite.mark()

    studio.suite.run_woken()

    assert studio.suite.story == ["MessageRequested"]
    studio.cancel("ada")
    with pytest.raises(NobodyToWriteTo):
        call.message_session(session_id=studio.session_id, **EMAIL)


def test_what_has_not_left_the_journal_stays_until_it_has(studio: Studio) -> None:
    receipt = studio.suite.booking.erase_person(person_id=lovelace(studio))
    erasure_id = receipt["erasure_id"]

    studio.suite.tick("booking.scrub_erased")

    found = studio.suite.booking.get_erasure(erasure_id=erasure_id)
    assert found["scrubbed_at"] is None
    assert "lovelace@" in everything(studio)
    studio.suite.deliver()
    studio.suite.advance(seconds=30)
    studio.suite.tick("booking.scrub_erased")
    assert studio.suite.booking.get_erasure(erasure_id=erasure_id)["scrubbed_at"] is not None
    assert "lovelace" not in everything(studio)
