"""One person with two records: visits, a merge, corrections, messages, and being forgotten.

booking says it all, late, twice and in any order; ranking, loyalty and notify must agree.
"""

import random
import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.booking.service import Booking
from services.loyalty.service import Loyalty
from services.notify.service import Notify
from services.ranking.service import Ranking
from shared.testing import Delivery, Order, Suite
from tests.flows.studio import Mailbox, Studio
from tests.notify.office import text_of

SERVICES = (Booking, Ranking, Loyalty, Notify)


def shuffled(post: Sequence[Delivery]) -> list[Delivery]:
    """Shuffle deliveries, the same way each time."""
    return random.Random(3).sample(post, len(post))  # noqa: S311 - an order, not a secret


@pytest.fixture(name="school")
def open_school(tmp_path: Path) -> Iterator[Studio]:
    """Give a school with challenges: three visits for the second, ten points for each visit."""
    mailbox = Mailbox()
    made = Studio(Suite(SERVICES, tmp_path, {"notify.mail": mailbox}), mailbox)
    ranking = made.suite.ranking
    ranking.activate(time_zone="Europe/Rome", language="de")
    ranking.choose_wording(term="challenges")
    category = ranking.add_category(name="Corsa", automatic=True, notices=True)["category_id"]
    ranking.add_rank(category_id=category, name="Uno", visits=3)
    ranking.add_rank(category_id=category, name="Due")
    made.suite.loyalty.save_settings(points_per_visit=10)
    made.suite.notify.keep_staff(
        name="Lea", email="lea@example.com", language="de", roles=["admin"]
    )
    for name in ("ada", "adah"):
        made.people[name] = made.suite.booking.register_person(
            kind="member", name=name, email=f"{name}@example.com", language="it"
        )["person_id"]
    made.settle()
    ranking.assign(person_id=made.person("ada"), category_id=category)
    for name in ("ada", "adah"):
        made.suite.loyalty.issue_card(person_id=made.person(name))
    made.settle()
    yield made
    made.suite.close()


def attend(school: Studio, *names: str) -> list[str]:
    """Have people come to a class each, and nothing of it heard yet; give their bookings."""
    bookings = []
    for name in names:
        kind = school.suite.booking.create_session_type(
            credits=0, name="Corsa", duration_minutes=60, attendance="roll_call"
        )
        session = school.suite.booking.schedule_session(
            session_type_id=kind["session_type_id"],
            name="Corsa",
            starts_at=school.suite.now() + timedelta(hours=1),
            time_zone="Europe/Rome",
            staff="Lea",
            location="Parco",
            capacity=5,
        )
        school.session_id = session["session_id"]
        bookings.append(str(school.book(name)["booking_id"]))
    school.suite.advance(hours=2)
    for booking_id in bookings:
        mark(school, booking_id, "attended")
    return bookings


def mark(school: Studio, booking_id: str, attendance: str) -> None:
    """Mark whether somebody came."""
    school.suite.booking.mark_attendance(booking_id=booking_id, attendance=attendance)


def here(school: Studio, name: str) -> Any:
    """Give where somebody is."""
    found = school.suite.ranking.get_profile(person_id=school.person(name))
    return found["categories"][0]["current"]


def merge(school: Studio) -> None:
    """Find out that both records are of one person."""
    ids = {"keep": school.person("ada"), "merge": school.person("adah")}
    school.suite.booking.merge_people(**ids)


@pytest.mark.rule("M3", "M13", "M31", "M33")
@pytest.mark.parametrize("order", [list, reversed, shuffled])
def test_visits_under_two_records_lead_to_one_promotion_told_once_in_the_studios_word(
    school: Studio, order: Order
) -> None:
    first, *_ = attend(school, "ada", "adah")
    mark(school, first, "no_show")
    merge(school)
    attend(school, "ada")
    school.suite.deliver(times=2, order=order)
    before = here(school, "ada")

    mark(school, first, "attended")
    school.suite.deliver(times=2, order=order)

    assert (before["rank_name"], before["visits_here"]) == ("Uno", 2)
    after = here(school, "adah")
    assert (after["rank_name"], after["automatic"], after["flagged"]) == ("Due", True, False)
    account = school.suite.loyalty.get_account(person_id=school.person("adah"))
    assert (account["person_id"], account["balance"]) == (school.person("ada"), 30)
    assert school.mailbox["ada"].count("rank_awarded") == 1
    assert school.mailbox["Lea"] == ["rank_awarded_staff"]
    assert "Sfide" in text_of(school.mailbox.last("ada"))
    assert "Herausforderungen" in text_of(school.mailbox.last("Lea"))
    assert school.suite.ranking.report_ranks(language="fr")["name"] == "Rapport Défis"
    assert school.suite.ranking.check_person(person_id=school.person("ada"))["matches"]


@pytest.mark.rule("M12", "Mi5")
@pytest.mark.parametrize("order", [list, reversed, shuffled])
def test_who_is_erased_leaves_totals_and_no_name_and_is_told_nothing_more(
    school: Studio, order: Order
) -> None:
    merge(school)
    late, *_ = attend(school, "ada", "ada", "ada", "ada")
    school.suite.deliver(times=2, order=order)
    points = school.suite.loyalty.get_overview()["points"]
    letters = len(school.mailbox.taken)

    receipt = school.suite.booking.erase_person(person_id=school.person("ada"))
    school.suite.deliver(times=2, order=order)
    told = {
        row["service"]: row
        for row in school.suite.booking.get_erasure(erasure_id=receipt["erasure_id"])["services"]
    }
    mark(school, late, "no_show")
    school.suite.deliver(times=2, order=order)
    mark(school, late, "attended")
    school.suite.deliver(times=2, order=order)

    assert told["ranking"]["removed"] == "name, language, 1 present rank"
    assert told["ranking"]["kept"].startswith("2 placements and 4 visits")
    assert told["loyalty"]["removed"].startswith("name, 2 TreatCards")
    assert f"balance {points}" in told["loyalty"]["kept"]
    # The visit that was taken back took its points, and who has no card earns none.
    assert (points, school.suite.loyalty.get_overview()["points"]) == (40, 30)
    assert school.suite.ranking.report_ranks()["total"] == 0
    assert len(school.mailbox.taken) == letters
    assert school.suite.ranking.check_person(person_id=school.person("adah"))["matches"]
    for service in ("ranking", "loyalty"):
        with school.suite.sql(service) as sql:
            people = sql.exec_driver_sql("SELECT name FROM people").scalars().all()
            assert not any(people)


def test_no_fact_and_no_answer_that_is_kept_names_who_was_erased(school: Studio) -> None:
    ranking, loyalty = school.suite.ranking, school.suite.loyalty
    loyalty.save_settings(send_sms=True)
    new = school.suite.booking.register_person(
        kind="client",
        name="Bob Newcomer",
        email="bob@example.com",
        referred_by=school.person("ada"),
    )["person_id"]
    school.suite.deliver()
    (question,) = loyalty.list_referrals(asks=True)
    loyalty.confirm_referral(referral_id=question["referral_id"])
    (category,) = ranking.list_categories()
    named = {"category_id": category["category_id"], "person_ids": [school.person("ada")]}
    ranking.promote_many(**named, dry_run=False)
    school.suite.deliver()
    kept_before = {service: kept(school, service, "ada") for service in ("ranking", "loyalty")}

    for person_id in (new, school.person("ada")):
        school.suite.booking.erase_person(person_id=person_id)
    school.suite.deliver()

    assert kept_before["ranking"] >= 2
    assert kept_before["loyalty"] >= 1
    for service in ("ranking", "loyalty"):
        assert kept(school, service, "ada") == kept(school, service, "Bob") == 0


def kept(school: Studio, service: str, name: str) -> int:
    """Count the facts and answers of a service that still name somebody.

    As a word: the letters of a short name stand in many an id.
    """
    word = re.compile(rf"\b{name}\b")
    with school.suite.sql(service) as sql:
        said = sql.exec_driver_sql("SELECT body FROM outbox").scalars().all()
        answered = sql.exec_driver_sql("SELECT reply FROM replies").scalars().all()
    return sum(bool(word.search(str(text))) for text in (*said, *answered))
