"""Who is quicker by a hair, on the real PostgreSQL: whatever the order, one seat, one holder."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from services.waitlist import actions, store
from services.waitlist.domain import OfferState
from tests.at_once import at_once
from tests.flows.studio import Studio, real_studio
from tests.waitlist.test_policies import offers, state_of

pytestmark = pytest.mark.live

HAIR = timedelta(milliseconds=1)
ROUNDS = range(6)


@pytest.fixture(scope="module")
def real() -> Iterator[Studio]:
    """Give a studio whose services have a database each on the real server."""
    with real_studio() as studio:
        yield studio


def race(*runs: Callable[[], Any], first: int = 0) -> Counter[str]:
    """Run side by side, beginning with one of them; give how each ended."""
    order = [*runs[first % len(runs) :], *runs[: first % len(runs)]]
    return Counter(str(one) for one in at_once(order))


def act(studio: Studio, action: Callable[..., Any], *args: Any, at: datetime, **more: Any) -> str:
    """Take one of waitlist's actions at an instant, in a transaction of its own."""
    with studio.suite.worker("waitlist").db.begin() as tx:
        done = action(tx, *args, at=at, **more)
    return str(done.get("state")) if isinstance(done, dict) else "done"


def invited(studio: Studio, *names: str, policy: str = "offer", **rules: Any) -> list[Any]:
    """Have a full session whose seat is offered to these people; give their offers."""
    studio.people = {}
    studio.full("ada", waiting=names)
    studio.set_policy(policy, **rules)
    studio.cancel("ada")
    studio.settle()
    return [offers(studio, name)[-1] for name in names if offers(studio, name)]


def check(studio: Studio, holders: int) -> None:
    """See that so many have a seat, that none is lost, and that both services count the same."""
    studio.settle()
    session = studio.suite.booking.get_session(session_id=studio.session_id)
    held = sum(studio.held.values())
    assert (len(studio.booked), session["taken"]) == (holders, holders + held)
    assert session["taken"] <= session["capacity"]
    queue = studio.suite.waitlist.get_queue(target_id=studio.session_id)
    assert queue["waiting"] == len(studio.waiting)
    with studio.suite.sql("waitlist") as sql:
        open_claims = sql.execute(
            text(
                "SELECT count(*) FROM entries WHERE queue_id = :queue_id "
                "AND state IN ('claiming', 'leaving')"
            ),
            {"queue_id": queue["queue_id"]},
        ).scalar_one()
    assert open_claims == 0


@pytest.mark.parametrize("number", ROUNDS)
def test_an_offer_accepted_in_the_instant_it_expires_ends_one_way(
    real: Studio, number: int
) -> None:
    made = invited(real, "grace", "alan", answer_minutes=30)[0]
    until = datetime.fromisoformat(made["answer_by"])
    real.suite.at = until
    accept = partial(actions.accept_offer, offer_id=UUID(made["offer_id"]))

    ended = race(
        lambda: act(real, accept, at=until - HAIR),
        lambda: act(real, actions.expire_offers, at=until),
        lambda: act(real, actions.expire_offers, at=until),
        first=number,
    )

    if ended["accepted"]:
        check(real, holders=1)
        assert (real.booked, real.waiting) == (["grace"], ["alan"])
    else:
        assert ended["OfferGone"] == 1
        check(real, holders=0)
        assert (state_of(real, "grace"), state_of(real, "alan")) == (["expired"], ["open"])


@pytest.mark.parametrize("number", ROUNDS)
def test_an_offer_accepted_in_the_instant_its_person_leaves_ends_one_way(
    real: Studio, number: int
) -> None:
    made = invited(real, "grace", "alan")[0]
    entry_id = real.entry_id("grace")
    wait = real.suite.waitlist

    race(
        lambda: wait.accept_offer(offer_id=made["offer_id"])["state"],
        lambda: wait.leave(entry_id=entry_id)["state"],
        lambda: wait.leave(entry_id=entry_id)["state"],
        first=number,
    )

    check(real, holders=0)
    assert wait.get_entry(entry_id=entry_id)["state"] == "left"
    assert state_of(real, "alan") == ["open"]


@pytest.mark.parametrize("number", ROUNDS)
def test_an_offer_expires_as_its_person_leaves_and_goes_on_once(real: Studio, number: int) -> None:
    made = invited(real, "grace", "alan", "edsger", answer_minutes=30)[0]
    until = datetime.fromisoformat(made["answer_by"])
    entry_id = UUID(real.entry_id("grace"))
    real.suite.at = until

    race(
        lambda: act(real, actions.expire_offers, at=until),
        lambda: act(real, actions.leave, entry_id, at=until),
        lambda: act(real, actions.decline_offer, UUID(made["offer_id"]), at=until - HAIR),
        first=number,
    )

    check(real, holders=0)
    assert (state_of(real, "alan"), state_of(real, "edsger")) == (["open"], [])


@pytest.mark.parametrize("policy", ["offer", "announce"])
def test_of_many_who_take_one_seat_at_once_one_has_it(real: Studio, policy: str) -> None:
    names = ("grace", "alan", "edsger", "donald", "tony")
    made = invited(real, *names, policy=policy, invitations=5)
    accept = real.suite.waitlist.accept_offer

    ended = race(*(lambda one=one: accept(offer_id=one["offer_id"])["state"] for one in made * 2))

    assert ended == {"accepted": 2, "OfferGone": 8}  # who was quickest pressed twice
    check(real, holders=1)


def test_the_race_is_real_for_a_build_that_does_not_lock_the_queue(
    real: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "queue_by_id_for_update", store.queue_by_id)
    made = invited(real, "grace", "alan", "edsger", policy="announce")
    accept = real.suite.waitlist.accept_offer

    ended = race(*(lambda one=one: accept(offer_id=one["offer_id"])["state"] for one in made))

    assert ended["accepted"] > 1


@pytest.mark.parametrize("number", ROUNDS)
def test_an_offer_accepted_as_the_session_moves_ends_one_way(real: Studio, number: int) -> None:
    made = invited(real, "grace", "alan")[0]
    real.change(starts_at=real.suite.now() + timedelta(days=5))
    told = real.suite.take_out()
    accept = real.suite.waitlist.accept_offer

    ended = race(
        lambda: accept(offer_id=made["offer_id"])["state"],
        lambda: real.suite.hear(told),
        first=number,
    )

    check(real, holders=ended["accepted"])
    if not ended["accepted"]:
        assert state_of(real, "grace") == [OfferState.WITHDRAWN, OfferState.OPEN]


@pytest.mark.parametrize("number", ROUNDS)
def test_staff_and_the_person_take_the_offered_seat_at_once_and_it_is_one(
    real: Studio, number: int
) -> None:
    made = invited(real, "grace", "alan")[0]
    ids = {"entry_id": real.entry_id("grace"), "reason": "she stands at the desk"}
    wait = real.suite.waitlist

    race(
        lambda: wait.accept_offer(offer_id=made["offer_id"])["state"],
        lambda: wait.move_to_attending(**ids)["state"],
        lambda: wait.set_policy(target_id=real.session_id, policy="assign")["policy"],
        first=number,
    )

    check(real, holders=1)
    assert real.booked == ["grace"]


@pytest.mark.parametrize("number", ROUNDS)
def test_a_seat_granted_as_staff_take_it_back_is_granted_or_free(real: Studio, number: int) -> None:
    real.people = {}
    real.full("ada", waiting=["grace"])
    spot_id = real.cancel("ada")["spot_id"]
    real.suite.hear(real.suite.take_out())
    asked = real.suite.take_out()

    race(
        lambda: real.suite.hear(asked),
        lambda: real.suite.booking.close_spot(spot_id=spot_id),
        lambda: real.suite.hear(asked),
        first=number,
    )

    check(real, holders=1)  # a seat taken back beside somebody who waits is theirs nonetheless
    assert real.booked == ["grace"]
