"""Nobody has two places in one session, whichever way they come by them."""

import pytest

from shared.contracts.errors import AlreadyBooked, NotForLeads
from tests.flows.studio import Studio


def test_a_waiter_who_booked_meanwhile_is_passed_over(studio: Studio) -> None:
    studio.session(capacity=2)
    studio.book("ada")
    hold_id = studio.hold("grace")  # staff reserve a seat for her
    studio.settle()
    for name in ("grace", "alan"):
        studio.join(name)
        studio.settle()
    entry_id = studio.entry_id("grace")
    studio.suite.booking.confirm_hold(hold_id=hold_id)
    studio.settle()
    studio.begin()

    studio.cancel("ada")
    studio.suite.deliver(times=2)

    assert studio.story == [
        "BookingCancelled",
        "SpotRequested",
        "SpotRefused",
        "WaitlistLeft",
        "SpotRequested",
        "SpotGranted",
        "SpotAllocated",
        "EmailSent",
    ]
    assert studio.booked == ["alan", "grace"]
    assert studio.suite.waitlist.get_entry(entry_id=entry_id)["state"] == "has_booking"
    assert studio.mailbox["grace"] == ["confirmed"]


def test_who_has_a_place_is_not_put_on_the_list_too(studio: Studio) -> None:
    studio.full("ada")

    with pytest.raises(AlreadyBooked):
        studio.book("ada")


def test_who_has_a_place_gets_no_second_one(studio: Studio) -> None:
    studio.session(capacity=2)
    studio.book("ada")

    with pytest.raises(AlreadyBooked):
        studio.book("ada")

    assert studio.taken == 1


@pytest.mark.rule("Q5")
def test_leads_have_places_in_marketing_sessions_only(studio: Studio) -> None:
    studio.session(capacity=5, classification="regular", credits=0)

    with pytest.raises(NotForLeads):
        studio.book("ada")
    with pytest.raises(NotForLeads):
        studio.hold("ada")
    studio.person("grace", "member")
    studio.book("grace")

    studio.session(capacity=5, classification="marketing")
    studio.book("ada")
    assert studio.booked == ["ada"]


@pytest.mark.rule("Q5")
def test_a_lead_on_the_list_of_a_regular_session_is_passed_over(studio: Studio) -> None:
    studio.session(capacity=1, classification="regular", credits=0)
    studio.person("ada", "member")
    studio.person("alan", "client")
    studio.book("ada")
    studio.settle()
    studio.set_policy("assign")
    studio.join("grace")  # straight to the list, past booking's own check
    studio.join("alan")
    studio.settle()

    studio.cancel("ada")
    studio.settle()

    assert studio.booked == ["alan"]
    assert studio.mailbox["grace"] == []
