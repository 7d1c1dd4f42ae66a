"""A freed place goes to whoever waited longest, or to everyone where nobody waits."""

import pytest

from shared.config import settings
from tests.flows.studio import Studio

TO_THE_NEXT = ["BookingCancelled", "SpotRequested", "SpotGranted", "SpotAllocated", "EmailSent"]


@pytest.mark.rule("Q47")
def test_a_freed_place_goes_to_whoever_waited_longest(studio: Studio) -> None:
    studio.full("ada", waiting=["grace", "alan"])

    studio.cancel("ada")
    studio.suite.deliver(times=2)

    assert studio.story == TO_THE_NEXT
    assert studio.booked == ["grace"]
    assert studio.waiting == ["alan"]
    assert studio.mailbox["grace"] == ["allocated"]
    assert studio.mailbox["alan"] == []


@pytest.mark.rule("Q48")
def test_whoever_gets_the_place_is_told_what_when_and_where(studio: Studio) -> None:
    studio.full("ada", waiting=["grace"])

    studio.cancel("ada")
    studio.settle()

    email = studio.mailbox.last("grace")
    body = email.get_body(("plain",))
    assert email["To"] == "grace <grace@example.com>"
    assert email["Subject"] == "You have a place: Open day"
    assert body is not None
    for said in ("Hello grace", "Thursday 6 March 2031, 10:00", "Studio 2", "Lea"):
        assert said in body.get_content()


@pytest.mark.rule("Q48", "H24")
@pytest.mark.parametrize(
    ("language", "subject"),
    [("it", "Hai un posto"), ("fr", "Vous avez une place"), ("de", "Sie haben einen Platz")],
)
def test_the_email_is_in_the_persons_own_language(
    studio: Studio, language: str, subject: str
) -> None:
    studio.full("ada", waiting=["grace"])
    studio.suite.booking.change_person(person_id=studio.person("grace"), language=language)
    studio.settle()

    studio.cancel("ada")
    studio.settle()

    assert str(studio.mailbox.last("grace")["Subject"]).startswith(subject)


@pytest.mark.rule("Q48", "B29", "B54", "M31", "H24")
def test_the_email_is_in_the_studios_language_where_nobody_said_which_the_person_reads(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATELIER_STUDIO_LANGUAGE", "it")
    settings.cache_clear()
    studio.full("ada", waiting=["grace"])

    studio.cancel("ada")
    studio.settle()

    assert str(studio.mailbox.last("grace")["Subject"]).startswith("Hai un posto")


def test_a_freed_place_nobody_waits_for_is_simply_free(studio: Studio) -> None:
    studio.full("ada")

    studio.cancel("ada")
    studio.suite.deliver(times=2)

    assert studio.story == ["BookingCancelled", "SpotReturned"]
    assert studio.taken == 0
    assert studio.held == {}
    assert studio.book("alan")["status"] == "booked"


def test_a_session_without_a_list_asks_nobody(studio: Studio) -> None:
    studio.session(capacity=1, waiting=0)
    studio.book("ada")
    studio.settle()
    studio.begin()

    cancelled = studio.cancel("ada")
    studio.settle()

    assert cancelled["spot_id"] is None
    assert studio.story == ["BookingCancelled"]
    assert studio.taken == 0


def test_a_place_on_its_way_is_not_to_be_had_by_others(studio: Studio) -> None:
    studio.full("ada", waiting=["grace"])

    studio.cancel("ada")
    late = studio.book("alan")
    studio.settle()

    assert late["status"] == "waiting"
    assert studio.booked == ["grace"]
    assert studio.waiting == ["alan"]


def test_two_places_freed_at_once_go_to_the_first_two(studio: Studio) -> None:
    studio.full("ada", "alan", waiting=["grace", "edsger", "barbara"])

    studio.cancel("ada")
    studio.cancel("alan")
    studio.suite.deliver(times=2, batch=8)

    assert studio.booked == ["edsger", "grace"]
    assert studio.waiting == ["barbara"]


def test_cancelling_twice_frees_one_place(studio: Studio) -> None:
    studio.full("ada", waiting=["grace", "alan"])
    booking_id = studio.booking_id("ada")

    first = studio.suite.booking.cancel_booking(booking_id=booking_id)
    second = studio.suite.booking.cancel_booking(booking_id=booking_id)
    studio.settle()
    third = studio.suite.booking.cancel_booking(booking_id=booking_id)
    studio.settle()

    assert first == second == third
    assert studio.booked == ["grace"]
    assert studio.waiting == ["alan"]


def test_one_thread_leads_from_the_cancellation_to_the_email(studio: Studio) -> None:
    studio.full("ada", waiting=["grace"])
    booking_id = studio.booking_id("ada")

    studio.suite.call(
        "booking", "cancel_booking", booking_id=booking_id, correlation_id="the-click"
    )
    studio.settle()

    mail = studio.suite.notify.list_messages(person_id=studio.person("grace"))
    assert (mail[0]["kind"], mail[0]["correlation_id"]) == ("allocated", "the-click")
    assert mail[0]["state"] == "sent"


def test_why_a_place_went_where_it_went_can_be_asked(studio: Studio) -> None:
    studio.full("ada", waiting=["grace"])
    entry_id = studio.entry_id("grace")

    spot_id = studio.cancel("ada")["spot_id"]
    studio.settle()

    spot = studio.suite.waitlist.explain_decision(spot_id=spot_id)
    assert spot["state"] == "allocated"
    assert [(d["entry_id"], d["outcome"], d["reason"]) for d in spot["decisions"]] == [
        (entry_id, "requested", "first_come_first_served"),
        (entry_id, "allocated", "granted"),
    ]
