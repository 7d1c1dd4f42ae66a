"""loyalty as a process of its own, beside booking's, on the real broker."""

import pytest

from tests.stack import Stack

pytestmark = pytest.mark.live


@pytest.mark.rule("T1", "T13")
def test_what_booking_says_on_the_broker_is_enough_to_award_a_referral(run: Stack) -> None:
    for service in ("booking", "loyalty"):
        run.start(service)
    ada, bob = (
        run.call("booking.register_person", kind="client", name=name, phone="+39021234567")
        for name in ("Ada", "Bob")
    )
    people = "SELECT count(*) FROM people WHERE name IS NOT NULL"
    run.until(lambda: run.scalar("loyalty", people) == 2, "loyalty has heard of both")
    run.call("loyalty.issue_card", person_id=ada["person_id"])
    run.call("loyalty.save_settings", send_sms=True)

    ids = {"new_person_id": bob["person_id"], "referrer_id": ada["person_id"]}
    question = run.call("loyalty.refer", **ids)
    for _ in range(2):
        run.call("loyalty.confirm_referral", referral_id=question["referral_id"])

    statement = run.call("loyalty.get_statement", person_id=ada["person_id"])
    thanked = "SELECT count(*) FROM outbox WHERE topic = 'ReferralThanked.v1'"
    assert [entry["points"] for entry in statement["entries"]] == [100]
    assert run.scalar("loyalty", thanked) == 1
    assert run.stop("loyalty") == 0
