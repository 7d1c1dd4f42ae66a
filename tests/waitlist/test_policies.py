"""Each way a freed seat finds its new holder, from booking's word to the last."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from services.booking import actions as booking
from shared.contracts.booking import SpotRefused
from shared.contracts.errors import OfferGone, WaitlistClosed
from shared.contracts.waitlist import SpotRequested
from shared.db import Tx
from tests.flows.studio import Studio


def offers(studio: Studio, name: str) -> list[Any]:
    """List what somebody on the list was offered, the first first."""
    entries = [
        studio.suite.waitlist.explain_entry(entry_id=entry["entry_id"])
        for entry in studio.suite.waitlist.list_waiting(target_id=studio.session_id)
        if entry["person_id"] == studio.person(name)
    ]
    return [offer for entry in entries for offer in entry["offers"]]


def accept(studio: Studio, name: str) -> None:
    """Take somebody's last offer."""
    studio.suite.waitlist.accept_offer(offer_id=offers(studio, name)[-1]["offer_id"])
    studio.settle()


def freed(studio: Studio, policy: str, *waiting: str, **rules: Any) -> None:
    """Have a full session whose one seat comes free under a policy."""
    studio.full("ada", waiting=waiting)
    studio.set_policy(policy, **rules)
    studio.suite.mark()
    studio.cancel("ada")
    studio.settle()


def state_of(studio: Studio, name: str) -> list[str]:
    """Say what became of somebody's offers."""
    return [offer["state"] for offer in offers(studio, name)]


# -- offer --------------------------------------------------------------------------------------


@pytest.mark.rule("D42")
def test_an_offered_seat_is_nobodys_until_it_is_accepted(studio: Studio) -> None:
    freed(studio, "offer", "grace", "alan")

    assert studio.booked == []
    assert studio.suite.story[:2] == ["BookingCancelled", "SpotOffered"]
    assert "SpotRequested" not in studio.suite.story
    accept(studio, "grace")

    assert studio.booked == ["grace"]
    assert studio.waiting == ["alan"]


def test_an_offer_nobody_answers_in_time_goes_to_the_next(studio: Studio) -> None:
    freed(studio, "offer", "grace", "alan", answer_minutes=60)

    studio.suite.advance(minutes=60)
    studio.suite.tick("waitlist.expire_offers")
    studio.settle()

    assert state_of(studio, "grace") == ["expired"]
    assert state_of(studio, "alan") == ["open"]
    assert studio.waiting == ["grace", "alan"]


@pytest.mark.rule("D42")
def test_several_are_invited_for_one_seat_and_the_first_to_accept_has_it(studio: Studio) -> None:
    freed(studio, "offer", "grace", "alan", "edsger", invitations=2)
    late = offers(studio, "grace")[0]["offer_id"]

    accept(studio, "alan")

    assert studio.booked == ["alan"]
    assert state_of(studio, "grace") == ["taken"]
    assert state_of(studio, "edsger") == []
    with pytest.raises(OfferGone, match="taken"):
        studio.suite.waitlist.accept_offer(offer_id=late)


def test_who_declines_stays_on_the_list_and_is_asked_again_for_the_next_seat(
    studio: Studio,
) -> None:
    studio.full("ada", "barbara", waiting=["grace", "alan"])
    studio.set_policy("offer")
    studio.cancel("ada")
    studio.settle()
    studio.suite.waitlist.decline_offer(offer_id=offers(studio, "grace")[0]["offer_id"])
    studio.settle()

    studio.cancel("barbara")
    studio.settle()

    assert state_of(studio, "alan") == ["open"]
    assert state_of(studio, "grace") == ["declined", "open"]


def test_a_seat_everybody_declined_is_free_for_all_and_comes_back_no_more(studio: Studio) -> None:
    freed(studio, "offer", "grace")
    studio.suite.waitlist.decline_offer(offer_id=offers(studio, "grace")[0]["offer_id"])
    studio.settle()
    studio.suite.mark()

    for _ in range(3):
        studio.suite.advance(minutes=5)
        studio.suite.tick("waitlist.remind")
        studio.settle()

    assert (studio.taken, studio.suite.story) == (0, [])
    assert studio.waiting == ["grace"]


def test_at_the_very_instant_it_ends_an_offer_is_over(studio: Studio) -> None:
    freed(studio, "offer", "grace", answer_minutes=10)
    made = offers(studio, "grace")[0]
    studio.suite.at = datetime.fromisoformat(made["answer_by"]) - timedelta(milliseconds=1)

    with pytest.raises(OfferGone, match="expired"):  # a call takes a millisecond
        studio.suite.waitlist.accept_offer(offer_id=made["offer_id"])


def test_accepting_twice_is_accepting_once(studio: Studio) -> None:
    freed(studio, "offer", "grace")
    offer_id = offers(studio, "grace")[0]["offer_id"]

    answers = [studio.suite.waitlist.accept_offer(offer_id=offer_id) for _ in range(3)]
    studio.settle()

    assert [one["state"] for one in answers] == ["accepted"] * 3
    assert studio.booked == ["grace"]
    assert studio.suite.story.count("SpotRequested") == 1


def test_who_leaves_gives_their_offer_to_the_next(studio: Studio) -> None:
    freed(studio, "offer", "grace", "alan")
    offer_id = offers(studio, "grace")[0]["offer_id"]

    studio.leave("grace")
    studio.settle()

    assert state_of(studio, "alan") == ["open"]
    with pytest.raises(OfferGone, match="left"):
        studio.suite.waitlist.accept_offer(offer_id=offer_id)


def test_a_moved_session_takes_its_offers_back_and_makes_them_anew(studio: Studio) -> None:
    freed(studio, "offer", "grace")
    starts_at = studio.suite.now() + timedelta(days=5)

    studio.change(starts_at=starts_at)
    studio.settle()

    assert state_of(studio, "grace") == ["withdrawn", "open"]
    accept(studio, "grace")
    assert studio.booked == ["grace"]


def test_who_wants_to_be_asked_is_asked_where_others_are_assigned(studio: Studio) -> None:
    studio.full("ada", "barbara")
    studio.join("grace", asks_first=True)
    studio.join("alan")
    studio.settle()

    for name in ("ada", "barbara"):
        studio.cancel(name)
        studio.settle()

    assert studio.booked == ["alan"]
    accept(studio, "grace")
    assert studio.booked == ["alan", "grace"]


# -- announce -----------------------------------------------------------------------------------


@pytest.mark.rule("Q46")
def test_everybody_is_told_and_the_first_to_take_it_has_it(studio: Studio) -> None:
    freed(studio, "announce", "grace", "alan", "edsger")
    late = offers(studio, "grace")[0]["offer_id"]

    accept(studio, "alan")

    assert studio.booked == ["alan"]
    assert studio.waiting == ["grace", "edsger"]
    assert state_of(studio, "edsger") == ["taken"]
    with pytest.raises(OfferGone):
        studio.suite.waitlist.accept_offer(offer_id=late)


@pytest.mark.rule("Q46", "H5")
def test_a_members_session_announces_unless_staff_choose_otherwise(studio: Studio) -> None:
    get = studio.suite.waitlist.get_queue
    marketing = studio.session()
    studio.settle()
    assert get(target_id=marketing)["policy"] == "assign"
    studio.session(classification="regular")
    studio.settle()

    assert get(target_id=studio.session_id)["policy"] == "announce"
    studio.set_policy("assign_if_paid")
    studio.change(name="Yoga at dawn")
    studio.settle()

    queue = get(target_id=studio.session_id)
    assert (queue["policy"], queue["name"]) == ("assign_if_paid", "Yoga at dawn")


def test_where_everybody_is_told_nobody_is_told_a_place(studio: Studio) -> None:
    studio.full("ada", waiting=["grace"])
    entry_id = studio.entry_id("grace")
    shown = studio.suite.waitlist.show_entry(entry_id=entry_id)
    studio.set_policy("announce")

    hidden = studio.suite.waitlist.show_entry(entry_id=entry_id)

    assert (shown["place"], hidden["place"], hidden["odds"]) == (1, None, None)


def test_who_joins_while_a_seat_is_announced_is_told_too(studio: Studio) -> None:
    freed(studio, "announce", "grace")

    studio.join("alan")
    studio.settle()
    accept(studio, "alan")

    assert studio.booked == ["alan"]


def test_an_announced_seat_nobody_takes_is_free_for_all(studio: Studio) -> None:
    freed(studio, "announce", "grace", answer_minutes=30)

    studio.suite.advance(minutes=30)
    studio.suite.tick("waitlist.expire_offers")
    studio.settle()

    assert studio.taken == 0
    assert state_of(studio, "grace") == ["expired"]
    assert studio.waiting == ["grace"]


def test_a_capacity_raised_by_sixty_finds_sixty_holders(studio: Studio) -> None:
    names = [f"p{n}" for n in range(64)]
    studio.full("ada", waiting=names, size=100)

    studio.change(capacity=61)
    studio.settle()

    assert len(studio.booked) == 61
    assert studio.waiting == names[60:]
    assert studio.suite.story.count("SpotAllocated") == 60


# -- assign_if_paid -----------------------------------------------------------------------------


@pytest.fixture(name="nobody_can_pay")
def take_no_money(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Have booking refuse a seat that is to be paid at once to those who are named."""
    poor: set[str] = set()
    grant = booking.grant_spot

    def refuse(tx: Tx, request: SpotRequested, *, at: datetime) -> None:
        if not (request.pay and str(request.person_id) in poor):
            grant(tx, request, at=at)
            return
        ids = {"spot_id": request.spot_id, "entry_id": request.entry_id}
        who = {"session_id": request.target_id, "person_id": request.person_id}
        tx.emit(
            SpotRefused(**ids, **who, reason="not_paid", still_open=True, refused_at=at)  # type: ignore[arg-type]
        )

    monkeypatch.setattr(booking, "grant_spot", refuse)
    return poor


@pytest.mark.rule("Q46", "H5")
def test_who_cannot_pay_is_passed_over_stays_and_is_tried_for_the_next_seat(
    studio: Studio, nobody_can_pay: set[str]
) -> None:
    studio.full("ada", "barbara", waiting=["grace", "alan"])
    studio.set_policy("assign_if_paid")
    nobody_can_pay.add(studio.person("grace"))
    spot_id = studio.cancel("ada")["spot_id"]
    studio.settle()

    assert studio.booked == ["alan", "barbara"]
    entry = studio.suite.waitlist.get_entry(entry_id=studio.entry_id("grace"))
    assert (entry["place"], entry["passed_reason"]) == (1, "not_paid")
    told = studio.suite.waitlist.explain_decision(spot_id=spot_id)["decisions"]
    assert [(one["outcome"], one["reason"]) for one in told] == [
        ("requested", "first_come_first_served"),
        ("refused", "not_paid"),
        ("requested", "first_come_first_served"),
        ("allocated", "granted"),
    ]
    assert [one["reason"] for one in told[2]["passed_over"]] == ["not_paid"]

    nobody_can_pay.clear()
    studio.cancel("barbara")
    studio.settle()
    assert studio.booked == ["alan", "grace"]


def test_where_nobody_can_pay_the_seat_is_free_and_all_is_quiet(
    studio: Studio, nobody_can_pay: set[str]
) -> None:
    studio.full("ada", waiting=["grace", "alan"])
    studio.set_policy("assign_if_paid")
    nobody_can_pay |= {studio.person("grace"), studio.person("alan")}

    studio.cancel("ada")
    studio.settle()
    studio.suite.mark()
    studio.suite.advance(minutes=5)
    studio.suite.tick("waitlist.remind")
    studio.settle()

    assert (studio.taken, studio.suite.story) == (0, [])
    assert studio.waiting == ["grace", "alan"]


# -- groups -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "first", "second"),
    [
        ("strict", [], ["grace", "grace"]),
        ("best_fit", ["alan"], ["alan"]),
        ("split", ["grace"], ["grace", "grace"]),
    ],
)
def test_a_group_that_is_first_in_line_is_served_by_its_rule(
    studio: Studio, rule: str, first: list[str], second: list[str]
) -> None:
    studio.full("ada", "barbara")
    studio.set_policy("assign", group_rule=rule)
    studio.join("grace", quantity=2)
    studio.join("alan")
    studio.settle()

    studio.cancel("ada")
    studio.settle()
    after_one = [name for name in studio.booked if name != "barbara"]
    studio.cancel("barbara")
    studio.settle()

    assert (after_one, studio.booked) == (first, second)


def test_a_group_is_told_once_when_it_has_all_its_seats(studio: Studio) -> None:
    studio.full("ada", "barbara", "linus")
    studio.join("grace", quantity=3)
    studio.settle()
    studio.suite.mark()

    for name in ("ada", "barbara", "linus"):
        studio.cancel(name)
        studio.settle()

    assert studio.booked == ["grace"] * 3
    assert studio.suite.story.count("SpotAllocated") == 1
    assert studio.mailbox["grace"].count("allocated") == 1


def test_seats_kept_for_a_group_go_on_when_it_leaves(studio: Studio) -> None:
    studio.full("ada", "barbara")
    studio.join("grace", quantity=2)
    studio.join("alan")
    studio.settle()
    studio.cancel("ada")
    studio.settle()
    assert studio.held == {"waitlist": 1}

    studio.leave("grace")
    studio.settle()

    assert studio.booked == ["alan", "barbara"]


# -- pausing, closing, changing one's mind ------------------------------------------------------


def test_a_paused_list_keeps_its_seats_until_it_goes_on(studio: Studio) -> None:
    studio.full("ada", waiting=["grace"])
    change = studio.suite.waitlist.change_queue
    change(target_id=studio.session_id, paused=True)
    studio.cancel("ada")
    studio.settle()
    assert (studio.booked, studio.taken) == ([], 1)

    change(target_id=studio.session_id, paused=False)
    studio.settle()

    assert studio.booked == ["grace"]


def test_a_list_that_takes_no_joins_serves_those_who_are_on_it(studio: Studio) -> None:
    studio.full("ada", waiting=["grace"])
    studio.suite.waitlist.change_queue(target_id=studio.session_id, takes_joins=False)

    with pytest.raises(WaitlistClosed):
        studio.join("alan")
    studio.cancel("ada")
    studio.settle()

    assert studio.booked == ["grace"]


def test_a_policy_changed_while_an_offer_is_out_leaves_the_offer_good(studio: Studio) -> None:
    freed(studio, "offer", "grace", "alan")

    studio.set_policy("assign")
    studio.settle()
    assert studio.booked == []
    accept(studio, "grace")

    assert studio.booked == ["grace"]


@pytest.mark.rule("Q47")
def test_a_list_that_closes_ends_its_entries_and_gives_its_seats_back(studio: Studio) -> None:
    freed(studio, "offer", "grace", "alan", answer_minutes=60 * 24 * 30)
    entries = [studio.entry_id(name) for name in ("grace", "alan")]

    studio.suite.advance(days=3)
    studio.suite.tick("waitlist.end_queues")
    studio.settle()

    found = [studio.suite.waitlist.get_entry(entry_id=one)["state"] for one in entries]
    assert found == ["lapsed", "lapsed"]
    assert (
        studio.suite.story[-4:].count("WaitlistLeft") == 2 or "WaitlistLeft" in studio.suite.story
    )
    assert studio.taken == 0


# -- as many seats as are wanted, and no more -----------------------------------------------------


@pytest.mark.parametrize("kept", ["announced", "paused"])
def test_the_list_keeps_no_more_seats_than_its_people_want(studio: Studio, kept: str) -> None:
    studio.full("ada", waiting=["grace"])
    if kept == "announced":
        studio.set_policy("announce")
    else:
        studio.suite.waitlist.change_queue(target_id=studio.session_id, paused=True)
    studio.settle()

    studio.change(capacity=11)
    studio.settle()
    for _ in range(3):  # the backstop asks for no seat beside the one that is kept
        studio.suite.advance(seconds=61)
        studio.suite.tick("waitlist.remind")
        studio.settle()

    assert (studio.taken, studio.held) == (2, {"waitlist": 1})


def _all_declined(studio: Studio) -> None:
    studio.full("ada", "barbara", waiting=["grace", "alan"])
    studio.set_policy("offer")
    for name in ("ada", "barbara"):
        studio.cancel(name)
        studio.settle()
    for name in ("grace", "alan", "grace", "alan"):
        for one in offers(studio, name):
            if one["state"] == "open":
                studio.suite.waitlist.decline_offer(offer_id=one["offer_id"])
                studio.settle()
    assert (studio.taken, studio.waiting) == (0, ["grace", "alan"])


def test_a_new_policy_gives_every_free_seat_a_new_chance_at_once(studio: Studio) -> None:
    _all_declined(studio)

    studio.set_policy("assign")
    studio.settle()

    assert studio.booked == ["alan", "grace"]


@pytest.mark.rule("Q25")
def test_a_review_gives_every_free_seat_a_new_chance_at_once(studio: Studio) -> None:
    _all_declined(studio)

    for _ in range(2):
        studio.suite.waitlist.review_queue(target_id=studio.session_id)
        studio.settle()

    assert (state_of(studio, "grace")[-1], state_of(studio, "alan")[-1]) == ("open", "open")
    assert studio.held == {"waitlist": 2}


def test_who_declined_is_not_asked_again_because_another_invited_person_leaves(
    studio: Studio,
) -> None:
    freed(studio, "offer", "grace", "alan", "edsger", invitations=2)
    studio.suite.waitlist.decline_offer(offer_id=offers(studio, "grace")[0]["offer_id"])
    studio.settle()

    studio.leave("alan")
    studio.settle()

    assert state_of(studio, "grace") == ["declined"]
    assert state_of(studio, "edsger") == ["open"]


def test_a_seat_goes_to_who_was_moved_ahead_meanwhile_before_it_goes_to_everyone(
    studio: Studio,
) -> None:
    freed(studio, "offer", "alan", "grace")
    studio.suite.waitlist.move_entry(
        entry_id=studio.entry_id("grace"), place=1, reason="she had been forgotten"
    )
    studio.settle()

    studio.suite.waitlist.decline_offer(offer_id=offers(studio, "alan")[0]["offer_id"])
    studio.settle()

    assert state_of(studio, "grace") == ["open"]
    assert studio.held == {"waitlist": 1}
