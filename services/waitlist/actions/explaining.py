"""Why seats went where they went: who was considered, and who overruled what."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.waitlist import store
from services.waitlist.actions.looking import known_entry, place_of
from services.waitlist.actions.targets import shown
from services.waitlist.domain import BEFORE_ALL, Rule
from shared.contracts import Values
from shared.contracts.errors import SpotNotFound

SHOWN = 100
"""How many rows of one kind an explanation has at most."""
_MOVES = 1000
_CHOSE = frozenset({"requested", "invited"})
_TOLD = frozenset({"allocated", "granted"})
_INVITED = "invited_as_well"
_OTHERWISE = {
    Rule.STAFF.value: "overruled_by_staff",
    Rule.FIRST_TO_TAKE.value: "somebody_was_quicker",
    Rule.ACCEPTED.value: "somebody_was_quicker",
}


def explain_decision(sql: Any, spot_id: UUID) -> Values:
    """Give what became of a freed seat: each decision with its rule, and who was considered.

    For each time it was asked for or offered, those are listed who stood further ahead at that
    moment, and those who had joined earlier but stood behind because staff had moved somebody;
    each with why they were passed over. What staff did about the seat, and the moves that made
    the difference, are given with who did it and why.
    """
    spot = store.find_spot(sql, spot_id)
    if spot is None:
        raise SpotNotFound(str(spot_id))
    decisions = store.list_decisions(sql, spot_id)
    queue = store.queue_by_id(sql, spot.queue_id)
    line = _Line(sql, spot.queue_id)
    said: dict[UUID, str] = {}
    told = []
    for one in decisions:
        row = shown(one, passed_over=[], complete=True)
        if one.entry_id is not None and one.outcome in _CHOSE:
            passed = list(line.passed_over(one, said))
            row |= {"passed_over": passed[:SHOWN], "complete": len(passed) <= SHOWN}
        if one.entry_id is not None and one.outcome not in _TOLD:
            said[one.entry_id] = _INVITED if one.outcome in _CHOSE else one.reason
        told.append(row)
    overrides = [*store.overrides_for(sql, spot_id), *line.mattered.values()]
    overrides.sort(key=lambda one: one.done_at)
    offers = store.offers_for(sql, spot_id, limit=SHOWN)
    named = {"policy": queue.policy.value, "target_id": queue.target_id, "source": queue.source}
    return shown(spot, **named, decisions=told, overrides=overrides, offers=offers)


class _Line:
    """A queue as it stood at some earlier instant."""

    def __init__(self, sql: Any, queue_id: UUID) -> None:
        self.sql = sql
        self.queue_id = queue_id
        self.moves: dict[UUID, list[Any]] = {}
        self.mattered: dict[UUID, Any] = {}  # the moves that put somebody before others
        for move in store.moves_in(sql, queue_id, limit=_MOVES):
            self.moves.setdefault(move.entry_id, []).append(move)

    def passed_over(self, decision: Any, said: Mapping[UUID, str]) -> Iterator[Values]:
        """List who could have been chosen instead of somebody, and why they were not."""
        chosen = store.find_entry(self.sql, decision.entry_id)
        if chosen is None:
            return
        then = decision.decided_at
        place = position_then(chosen, self.moves.get(chosen.entry_id, ()), then)
        also = [*self.moves, *said]
        ahead = store.ahead_of(
            self.sql, self.queue_id, place, at=then, also=also, limit=SHOWN + 1 + len(also)
        )
        others = (one for one in ahead if one.entry_id != chosen.entry_id)
        there = (one for one in others if self._at(one, then, said))
        fair = [one for one in there if self._position(one, then) < place]
        elsewhere = store.asked_elsewhere(
            self.sql, [one.entry_id for one in fair], decision.spot_id, at=then
        )
        for one in fair:
            why = said.get(one.entry_id) or self._why(one, decision, elsewhere)
            if why == _INVITED and decision.outcome == "invited":
                continue  # they are asked beside each other
            yield _shown(one, "somebody_was_quicker" if why == _INVITED else why)
        yield from self._overtaken(chosen, place, then)

    def _why(self, entry: Any, decision: Any, elsewhere: set[UUID]) -> str:
        if entry.entry_id in elsewhere:
            return "asked_about_another_seat"
        if self._moved(entry, decision.decided_at) and decision.reason not in _OTHERWISE:
            return "moved_ahead_too_late"
        return _OTHERWISE.get(decision.reason, "asked_about_another_seat")

    def _overtaken(self, chosen: Any, place: int, then: datetime) -> Iterator[Values]:
        """List who had joined earlier and stood behind nonetheless."""
        if not any(move.done_at <= then for moves in self.moves.values() for move in moves):
            return
        earlier = store.joined_before(
            self.sql, self.queue_id, chosen.joined_at, at=then, limit=SHOWN + 1
        )
        for one in earlier:
            if one.entry_id != chosen.entry_id and self._position(one, then) > place:
                for move in [*self._moved(chosen, then), *self._moved(one, then)]:
                    self.mattered[move.override_id] = move
                yield _shown(one, "overtaken_by_staffs_move")

    def _moved(self, entry: Any, then: datetime) -> list[Any]:
        return [move for move in self.moves.get(entry.entry_id, ()) if move.done_at <= then]

    def _position(self, entry: Any, then: datetime) -> int:
        return position_then(entry, self.moves.get(entry.entry_id, ()), then)

    @staticmethod
    def _at(entry: Any, then: datetime, said: Mapping[UUID, str]) -> bool:
        """Say whether an entry was on the list at an instant, or was just decided about."""
        live = entry.ended_at is None or entry.ended_at > then
        return entry.joined_at <= then and (live or entry.entry_id in said)


def _shown(entry: Any, reason: str) -> Values:
    ids = {"entry_id": entry.entry_id, "person_id": entry.person_id}
    return {**ids, "joined_at": entry.joined_at, "reason": reason}


def explain_entry(sql: Any, entry_id: UUID, *, at: datetime) -> Values:
    """Give all that was decided about an entry, and which of staff's decisions overtook it."""
    entry = known_entry(sql, entry_id)
    queue = store.queue_by_id(sql, entry.queue_id)
    until = entry.ended_at or at
    history = store.overrides_of(
        sql, queue.queue_id, since=entry.joined_at, until=until, limit=1000
    )
    own = [one for one in history if one.entry_id == entry_id]
    overtaken = [
        one
        for one in history
        if one.entry_id != entry_id
        and one.from_position is not None
        and one.to_position < position_then(entry, own, one.done_at) < one.from_position
    ]
    return shown(
        entry,
        place=place_of(sql, queue, entry),
        policy=queue.policy.value,
        group_rule=queue.group_rule.value,
        source=queue.source,
        target_id=queue.target_id,
        decisions=store.decisions_about(sql, entry_id, limit=SHOWN),
        offers=store.offers_of(sql, entry_id, limit=SHOWN),
        overrides=own[:SHOWN],
        overtaken_by=overtaken[:SHOWN],
    )


def position_then(entry: Any, own: Sequence[Any], then: datetime) -> int:
    """Give the position an entry had at an instant: that before the first of its later moves."""
    for one in own:
        moved = one.to_position is not None and one.to_position != BEFORE_ALL
        if moved and one.done_at > then:
            return int(one.from_position)
    return int(entry.position)
