"""Somebody asks to be forgotten: afterwards no table of any service names them."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from services.suite import SUITE
from shared.testing import Suite
from tests.events.hall import Hall
from tests.events.test_pages import form, submit
from tests.flows.studio import Mailbox, Studio

NAME, EMAIL, PHONE = "Zephyrine", "zephyrine@example.com", "+39021234567"
MARKS = ("zephyrine", "39021234567")
"""What can only have come from her: no id and no token has these letters or digits by chance."""


@pytest.fixture(name="studio")
def open_studio(tmp_path: Path) -> Iterator[Studio]:
    """Give a studio with every service there is."""
    mailbox = Mailbox(unseen=())
    suite = Suite(SUITE.values(), tmp_path, {"notify.mail": mailbox})
    yield Studio(suite, mailbox)
    suite.close()


def traces(studio: Studio) -> list[str]:
    """Name the tables, with their services, in which something names her."""
    found = []
    for service in studio.suite.members:
        with studio.suite.sql(service) as sql:
            tables = text("SELECT name FROM sqlite_master WHERE type = 'table'")
            for table in sql.execute(tables).scalars().all():
                rows = sql.execute(text(f'SELECT * FROM "{table}"')).all()  # noqa: S608 - a name of our own
                if any(mark in str(tuple(row)).lower() for row in rows for mark in MARKS):
                    found.append(f"{service}.{table}")
    return found


def _live(studio: Studio) -> None:
    """Have her meet every service: booked, waiting, an event's guest, a friend brought, a belt."""
    call = studio.suite
    made = call.booking.register_person(
        kind="client",
        name=NAME,
        email=EMAIL,
        phone=PHONE,
        consent=f"{NAME} signed",
        marketing=True,
        notes=f"{NAME} is shy",
    )
    studio.people[NAME] = her = made["person_id"]
    friend, senior = studio.person("bob", "client"), studio.person("eva", "client")
    studio.settle()

    call.loyalty.save_settings(send_sms=True)
    call.loyalty.issue_card(person_id=her)
    call.loyalty.issue_card(person_id=senior)
    for new, by in ((friend, her), (her, senior)):
        question = call.loyalty.refer(new_person_id=new, referrer_id=by)
        call.loyalty.confirm_referral(referral_id=question["referral_id"])
    call.loyalty.adjust_points(person_id=her, points=5, reason=f"for {NAME}")
    call.ranking.activate(time_zone="Europe/Rome")
    karate = call.ranking.add_category(name="Karate", automatic=True, notices=True)["category_id"]
    call.ranking.add_rank(category_id=karate, name="white", visits=1)
    call.ranking.add_rank(category_id=karate, name="yellow", visits=1)
    call.ranking.add_rank(category_id=karate, name="black")
    call.ranking.assign(person_id=her, category_id=karate)
    studio.session(capacity=1)
    studio.book(NAME)
    call.advance(days=4)
    call.tick("booking.attend_started_sessions")
    studio.settle()
    assert "RankAwarded" in call.story

    starts_at = call.now() + timedelta(days=9)
    event = call.events.create_event(
        name="Open house",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=3),
        time_zone="Europe/Rome",
        location="Town hall",
        capacity=1,
        waiting_list_size=5,
    )["event_id"]
    studio.settle()
    call.events.register(event_id=event, person_id=her)
    call.events.register(event_id=event, person_id=friend, or_wait=[event])
    call.events.write_to(
        event_id=event, channel="email", audience="registered", subject="Welcome", text="See you"
    )
    hall = Hall(call)
    hall.event_id = event
    submit(hall, form(hall, name=NAME, email="zephyrine@example.org", language="it"))
    studio.settle()
    assert "GuestIntroduced" in call.story
    known = {one["person_id"] for one in call.booking.list_people(text=NAME)["people"]}
    (guest,) = known - {her}
    call.booking.merge_people(keep=her, merge=guest)
    studio.session(capacity=1)
    studio.book("bob")
    studio.settle()
    studio.book(NAME)
    studio.settle()
    entry = studio.entry_id(NAME)
    call.waitlist.move_entry(entry_id=entry, place=1, reason=f"{NAME} is first")
    call.booking.message_person(
        person_id=her, channel="email", subject=f"Dear {NAME}", text=f"Hello {NAME}"
    )
    studio.settle()


@pytest.mark.rule("H23")
def test_no_table_of_any_service_names_who_was_erased(studio: Studio) -> None:
    _live(studio)
    assert {trace.partition(".")[0] for trace in traces(studio)} == set(SUITE)

    call = studio.suite.booking
    receipt = call.erase_person(person_id=studio.people[NAME], cancel_bookings=True)
    studio.settle()
    studio.suite.advance(minutes=2)
    studio.suite.tick("booking.scrub_erased")
    studio.settle()

    assert traces(studio) == []
    done = call.get_erasure(erasure_id=receipt["erasure_id"])
    assert done["waiting_for"] == []
    assert {one["service"] for one in done["services"]} == set(SUITE)
    assert all(one["removed"] for one in done["services"])
