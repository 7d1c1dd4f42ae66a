"""What a session's changes mean for those who have a place in it, and for those who wait."""

from datetime import timedelta

import pytest

from shared.contracts.errors import HoldNotFound
from tests.booking.test_session_types import a_type
from tests.flows.studio import Studio
from tests.notify.office import text_of


def sent(studio: Studio) -> None:
    """Have courtesies sent too."""
    studio.suite.advance(minutes=1)
    studio.suite.tick("notify.send_aside")
    studio.suite.deliver()


def written(studio: Studio, name: str) -> list[str]:
    """Name the messages somebody got, courtesies too."""
    return [message.kind.value for message, _ in studio.mailbox.taken if message.name == name]


def test_a_moved_booking_leaves_its_seat_to_whoever_waited_longest(studio: Studio) -> None:
    kind = a_type(studio, name="Open day", arrangement="multi")
    later = studio.session(
        session_type_id=kind, starts_at=studio.suite.now() + timedelta(days=8), waiting=0
    )
    first = studio.session(session_type_id=kind)
    for name in ("ada", "grace", "alan"):
        studio.book(name)
        studio.settle()

    studio.suite.booking.move_booking(booking_id=studio.booking_id("ada"), session_id=later)
    studio.suite.deliver(times=2)

    assert (studio.session_id, studio.booked, studio.waiting) == (first, ["grace"], ["alan"])
    assert (studio.taken, studio.held) == (1, {})
    studio.session_id = later
    assert (studio.booked, studio.taken) == (["ada"], 1)


@pytest.mark.parametrize("order", [list, reversed])
def test_a_cancelled_session_leaves_nobody_waiting(studio: Studio, order: type) -> None:
    studio.full("ada", "alan", waiting=["grace", "edsger"])
    studio.cancel("ada")  # and a seat is on its way to grace

    studio.suite.booking.cancel_session(session_id=studio.session_id, reason="A burst pipe")
    studio.suite.deliver(times=2, order=order)

    assert (studio.booked, studio.waiting) == ([], [])
    assert (studio.taken, studio.held) == (0, {})
    assert studio.roster["header"]["waiting"] == 0
    assert studio.suite.story.count("BookingCancelled") == 2


@pytest.mark.rule("Q22")
def test_everybody_booked_or_waiting_is_written_to_when_a_session_is_called_off(
    studio: Studio,
) -> None:
    studio.full("ada", "alan", waiting=["grace"])

    studio.suite.booking.cancel_session(session_id=studio.session_id, reason="A burst pipe")
    studio.suite.deliver(times=2)
    sent(studio)

    for name, last in (
        ("ada", "session_cancelled"),
        ("alan", "session_cancelled"),
        ("grace", "waiting_ended"),
    ):
        assert (written(studio, name)[-1], written(studio, name).count(last)) == (last, 1)


@pytest.mark.rule("Q10", "Q11", "Q12", "H2")
@pytest.mark.parametrize("order", [list, reversed])
def test_a_price_sends_those_who_wait_away_and_tells_each(studio: Studio, order: type) -> None:
    studio.full("ada", waiting=["grace", "edsger"])
    studio.cancel("ada")  # and a seat is on its way to grace

    studio.change(price_minor=1500, drop_waiting_list=True)
    studio.suite.deliver(times=2, order=order)
    studio.suite.advance(minutes=2)
    studio.suite.tick("waitlist.remind")  # whose seat was asked for meanwhile is still on the list
    studio.suite.deliver(times=2, order=order)

    assert (studio.booked, studio.waiting) == ([], [])
    assert (studio.taken, studio.held) == (0, {})
    assert studio.suite.story.count("WaitlistLeft") == 2
    assert studio.roster["header"]["waiting"] == 0
    sent(studio)
    for name in ("grace", "edsger"):
        assert written(studio, name).count("waiting_ended") == 1


def test_a_capacity_raised_far_beyond_what_is_wanted_serves_everybody_who_waits(
    studio: Studio,
) -> None:
    studio.full("ada", waiting=["grace", "alan", "edsger"])

    studio.change(capacity=5000)
    studio.suite.deliver(times=2)

    assert studio.booked == ["ada", "alan", "edsger", "grace"]
    assert (studio.waiting, studio.taken, studio.held) == ([], 4, {})


def test_who_joins_while_the_capacity_is_raised_gets_a_seat_too(studio: Studio) -> None:
    studio.full("ada", waiting=["grace"])
    studio.join("alan")  # and booking has not heard of it yet

    studio.change(capacity=5000)
    studio.settle()

    assert studio.booked == ["ada", "alan", "grace"]
    assert (studio.waiting, studio.taken) == ([], 3)


# -- who was asked to confirm ---------------------------------------------------------------------


def asked(studio: Studio, name: str) -> str:
    """Have a place reserved for somebody, who is asked to confirm it."""
    hold_id = studio.hold(name, kind="staff")
    studio.suite.booking.request_confirmation(hold_id=hold_id)
    studio.settle()
    return hold_id


@pytest.mark.rule("B54")
def test_who_was_asked_to_confirm_is_asked_again_where_the_time_changes(studio: Studio) -> None:
    studio.session(capacity=3)
    asked(studio, "ada")
    studio.hold("grace", kind="staff")  # nobody has asked her yet

    studio.change(starts_at=studio.suite.now() + timedelta(days=9))
    studio.settle()
    studio.change(staff="Max")
    studio.settle()

    assert studio.mailbox["ada"] == ["confirmation_requested"] * 2
    assert studio.mailbox["grace"] == []
    new = (studio.suite.now() + timedelta(days=9)).strftime("%-d %B")
    first, second = [text_of(mail) for one, mail in studio.mailbox.taken if one.name == "ada"]
    assert new not in first
    assert new in second


@pytest.mark.rule("Q22")
def test_who_was_asked_to_confirm_hears_that_the_session_is_called_off(studio: Studio) -> None:
    studio.session(capacity=3)
    hold_id = asked(studio, "ada")
    studio.hold("grace", kind="staff")

    studio.suite.booking.cancel_session(session_id=studio.session_id, reason="A burst pipe")
    studio.suite.deliver(times=2)
    studio.settle()

    assert studio.mailbox["ada"] == ["confirmation_requested", "session_cancelled"]
    assert studio.mailbox["grace"] == []
    types = [part.get_content_type() for part in studio.mailbox.last("ada").walk()]
    assert "text/calendar" not in types  # there was nothing to enter yet
    with pytest.raises(HoldNotFound):
        studio.suite.booking.confirm_hold(hold_id=hold_id)


def test_who_was_asked_before_a_change_is_not_sent_the_old_time_any_more(studio: Studio) -> None:
    studio.session(capacity=3)
    hold_id = studio.hold("ada", kind="staff")
    studio.suite.booking.request_confirmation(hold_id=hold_id)
    studio.suite.advance(seconds=1)
    studio.change(location="Studio 9")

    studio.settle()

    assert studio.mailbox["ada"] == ["confirmation_requested"]
    assert "Studio 9" in text_of(studio.mailbox.last("ada"))


def test_who_was_asked_and_let_the_time_pass_is_not_asked_again(studio: Studio) -> None:
    studio.session(capacity=3)
    until = studio.suite.now() + timedelta(hours=1)
    hold_id = studio.hold("ada", kind="staff", held_until=until)
    studio.suite.booking.request_confirmation(hold_id=hold_id)
    studio.settle()
    studio.suite.advance(hours=2)

    studio.change(starts_at=studio.suite.now() + timedelta(days=9))
    studio.settle()

    assert studio.mailbox["ada"] == ["confirmation_requested"]
    assert studio.suite.story.count("ConfirmationRequested") == 1


def test_nobody_is_asked_to_confirm_a_place_in_what_has_begun(studio: Studio) -> None:
    studio.session(capacity=3)
    asked(studio, "ada")
    studio.on_the_day()
    studio.suite.advance(minutes=45)  # it has begun, and is not over

    studio.change(location="Studio 9")
    studio.settle()

    assert studio.mailbox["ada"] == ["confirmation_requested"]
