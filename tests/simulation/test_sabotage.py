"""The runner notices what it is there to notice: guards are taken out, and it must complain."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import pytest

from services.booking import actions, store
from services.booking.actions import spots
from services.booking.domain import HoldState
from services.waitlist import actions as waitlist
from services.waitlist import store as line
from services.waitlist.actions import offers
from services.waitlist.actions import spots as asking
from services.waitlist.domain import EntryState, OfferState
from shared import inbox
from shared.contracts.booking import SpotRefused
from shared.contracts.waitlist import WaitlistJoined
from shared.db import Tx
from tests.simulation.runner import play
from tests.simulation.world import Violation, World

MANY = 400
Sabotage = Callable[[pytest.MonkeyPatch], None]


def cancelled_already_is_not_checked(patch: pytest.MonkeyPatch) -> None:
    """Free a seat at every press of the button."""

    class Row:
        """A booking that always looks confirmed."""

        def __init__(self, row: Any) -> None:
            self._row = row

        def __getattr__(self, name: str) -> Any:
            return "confirmed" if name == "state" else getattr(self._row, name)

    found = store.find_booking

    def find(*args: Any, **more: Any) -> Any:
        row = found(*args, **more)
        return None if row is None else Row(row)

    patch.setattr(store, "find_booking", find)


def grant_does_not_check_the_hold(patch: pytest.MonkeyPatch) -> None:
    """Grant a spot that was closed or returned."""
    found = store.hold_for_update

    def find(sql: Any, hold_id: Any) -> Any:
        hold = found(sql, hold_id)
        if hold is None or hold.state is HoldState.GRANTED:
            return hold
        return store.Hold(
            hold.hold_id,
            hold.session_id,
            hold.kind,
            HoldState.OPEN,
            hold.person_id,
            hold.entry_id,
            hold.held_until,
        )

    real = actions.grant_spot

    def grant(tx: Tx, *args: Any, **more: Any) -> None:
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(store, "hold_for_update", find)
            real(tx, *args, **more)

    patch.setattr(actions, "grant_spot", grant)


def a_join_beside_a_free_seat_is_only_noted(patch: pytest.MonkeyPatch) -> None:
    """Hold no free seat for who has joined."""

    def note(tx: Tx, joined: WaitlistJoined, *, at: datetime) -> None:
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(spots, "goes_to_list", lambda *_, **__: False)
            hold(tx, joined, at=at)

    hold = actions.hold_free_seat
    patch.setattr(actions, "hold_free_seat", note)


def a_refused_seat_is_asked_for_no_more(patch: pytest.MonkeyPatch) -> None:
    """Forget the seat when the first in line cannot have it."""
    put_back = waitlist.put_back

    def forget(tx: Tx, refused: SpotRefused, *, at: datetime) -> None:
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(asking, "serve", lambda *_, **__: None)
            put_back(tx, refused, at=at)

    patch.setattr(waitlist, "put_back", forget)


def leaving_while_claiming_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    """Let a seat be given to somebody who has left."""
    allocate = waitlist.allocate_spot

    def keep(tx: Tx, granted: Any, *, at: datetime) -> None:
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(tx.__class__, "emit", lambda *_: None)
            allocate(tx, granted, at=at)

    patch.setattr(waitlist, "allocate_spot", keep)


def a_seen_spot_is_asked_for_again(patch: pytest.MonkeyPatch) -> None:
    """Ask for a spot each time it is heard of, and keep no inbox."""
    real = line.queue_for_spot
    patch.setattr(line, "queue_for_spot", lambda *args: (real(*args)[0], False))
    forgets_what_was_handled(patch)


def forgets_what_was_handled(patch: pytest.MonkeyPatch) -> None:
    """Take every fact for a new one, as after a restored backup."""
    real = inbox.receive

    def receive(sql: Any, fact_ids: Any, entrypoint: str, *, at: datetime) -> Any:
        real(sql, fact_ids, entrypoint, at=at)
        return set(fact_ids)

    patch.setattr(inbox, "receive", receive)


def an_offer_can_be_accepted_twice(patch: pytest.MonkeyPatch) -> None:
    """Look neither at what became of an offer, nor at where who accepts it stands."""

    class Row:
        """An offer that always looks open."""

        def __init__(self, row: Any) -> None:
            self._row = row

        def __getattr__(self, name: str) -> Any:
            return OfferState.OPEN if name == "state" else getattr(self._row, name)

    found = line.find_offer

    def find(*args: Any) -> Any:
        row = found(*args)
        return None if row is None else Row(row)

    patch.setattr(line, "find_offer", find)
    patch.setattr(offers, "IN_LINE", frozenset(EntryState))


def a_group_is_told_of_its_last_seat_only(patch: pytest.MonkeyPatch) -> None:
    """Forget the seats a group was granted before it had them all."""
    tell = asking._tell  # noqa: SLF001 - what is taken out is inside

    def forget(tx: Tx, entry: Any, granted: Any, before: Any, *, at: datetime) -> None:
        del before
        tell(tx, entry, granted, [], at=at)

    patch.setattr(asking, "_tell", forget)


def the_seat_of_an_expired_offer_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    """Ask nobody else when the time of an offer is over."""
    expire = waitlist.expire_offers

    def forget(tx: Tx, *, at: datetime) -> int:
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(offers, "serve", lambda *_, **__: None)
            return expire(tx, at=at)

    patch.setattr(waitlist, "expire_offers", forget)


def a_seat_goes_past_who_was_not_asked(patch: pytest.MonkeyPatch) -> None:
    """Give a seat to everyone though somebody was skipped while they were asked about another."""
    patch.setattr(line, "first_skipped", lambda *_, **__: None)


def a_fact_is_lost_now_and_then(patch: pytest.MonkeyPatch) -> None:
    """Lose one fact of forty, as a service without an outbox does when it crashes."""
    real = Tx.emit
    counted = [0]

    def emit(tx: Tx, fact: Any) -> None:
        counted[0] += 1
        if counted[0] % 40:
            real(tx, fact)

    patch.setattr(Tx, "emit", emit)


@pytest.mark.parametrize(
    ("sabotage", "first_seed"),
    [
        (cancelled_already_is_not_checked, 1),
        (grant_does_not_check_the_hold, 1),
        (a_join_beside_a_free_seat_is_only_noted, 1),
        (a_refused_seat_is_asked_for_no_more, 1),
        (leaving_while_claiming_is_forgotten, 1),
        (a_seen_spot_is_asked_for_again, 1),
        (an_offer_can_be_accepted_twice, 1),
        (a_group_is_told_of_its_last_seat_only, 1),
        (the_seat_of_an_expired_offer_is_forgotten, 1),
        (a_seat_goes_past_who_was_not_asked, 1650),
        (a_fact_is_lost_now_and_then, 1),
    ],
)
def test_the_runner_notices_when_a_guard_is_missing(
    shared_world: World, monkeypatch: pytest.MonkeyPatch, sabotage: Sabotage, first_seed: int
) -> None:
    """Break the code on purpose, each time in another place, and see the simulation fail.

    In booking: a booking is cancelled twice, a closed spot is granted, a free seat is not held for
    who joins. In waitlist: a refused seat is asked for no more, who left keeps what is granted, a
    spot is asked for twice, an offer is accepted twice, a group's first seats are forgotten, an
    expired offer's seat is forgotten, a seat goes past who was not asked. Between them: a fact is
    lost.
    """
    sabotage(monkeypatch)

    with pytest.raises(Violation, match="seed"):
        _play_all(shared_world, range(first_seed, first_seed + MANY))


def _play_all(world: World, seeds: Iterable[int]) -> None:
    for seed in seeds:
        play(world, seed)


def test_no_seat_is_lost_even_where_the_inbox_is(
    shared_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    forgets_what_was_handled(monkeypatch)
    shared_world.roster_counts = False  # it only shows what booking has heard of

    try:
        _play_all(shared_world, range(1, 61))
    finally:
        shared_world.roster_counts = True
