"""The same world for Hypothesis, which finds the shortest history that breaks a promise."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.simulation.runner import GROUP_RULES, POLICIES, TIMERS, WAITS
from tests.simulation.world import PLACES, World, world

WHO = st.integers(0, 4)
PICK = st.integers(0, 30)
PICKS = st.lists(PICK, min_size=1, max_size=6)
GROUP_RULE = st.sampled_from(GROUP_RULES)
CRASH = st.sampled_from(PLACES)


class Histories(RuleBasedStateMachine):
    """Every step the world can take, in any order."""

    made: World  # one for all examples, cleared at the beginning of each

    @initialize(capacity=st.integers(1, 2), size=st.integers(1, 3))
    def begin(self, capacity: int, size: int) -> None:
        """Begin anew."""
        self.made.begin(capacity=capacity, size=size)

    @rule(who=WHO, crash_at=CRASH)
    def book(self, who: int, crash_at: str) -> None:
        """Book for somebody."""
        self.made.book(who, crash_at)

    @rule(pick=PICK, crash_at=CRASH)
    def cancel(self, pick: int, crash_at: str) -> None:
        """Cancel some booking."""
        self.made.cancel(pick, crash_at)

    @rule(who=WHO, crash_at=CRASH)
    def join(self, who: int, crash_at: str) -> None:
        """Have somebody join."""
        self.made.join(who, crash_at)

    @rule(who=WHO, quantity=st.integers(1, 3), asks_first=st.booleans(), crash_at=CRASH)
    def join_with_a_wish(self, *, who: int, quantity: int, asks_first: bool, crash_at: str) -> None:
        """Have a group join, or somebody who wants to be asked."""
        self.made.join(who, crash_at, quantity=quantity, asks_first=asks_first)

    @rule(policy=st.sampled_from(POLICIES), group_rule=GROUP_RULE, invitations=st.integers(1, 3))
    def set_policy(self, policy: str, group_rule: str, invitations: int) -> None:
        """Change the rules while people wait."""
        self.made.set_policy(policy, group_rule=group_rule, invitations=invitations)

    @rule(pick=PICK, crash_at=CRASH, accept=st.booleans())
    def answer(self, *, pick: int, crash_at: str, accept: bool) -> None:
        """Take or decline an offer."""
        self.made.answer(pick, crash_at, accept=accept)

    @rule(pick=PICK, place=st.integers(1, 3), crash_at=CRASH)
    def move(self, pick: int, place: int, crash_at: str) -> None:
        """Give somebody another place in line."""
        self.made.move(pick, place, crash_at)

    @rule(pick=PICK, crash_at=CRASH, invite=st.booleans(), over=st.booleans())
    def by_hand(self, *, pick: int, crash_at: str, invite: bool, over: bool) -> None:
        """Prefer somebody."""
        self.made.by_hand(pick, crash_at, invite=invite, over=over)

    @rule(paused=st.booleans(), crash_at=CRASH)
    def pause(self, *, paused: bool, crash_at: str) -> None:
        """Pause the list, or have it go on."""
        self.made.pause(crash_at, paused=paused)

    @rule(who=WHO)
    def change_fortune(self, who: int) -> None:
        """Make somebody poor, or rich."""
        self.made.change_fortune(who)

    @rule(pick=PICK, crash_at=CRASH)
    def leave(self, pick: int, crash_at: str) -> None:
        """Have somebody leave."""
        self.made.leave(pick, crash_at)

    @rule(who=WHO, crash_at=CRASH)
    def hold(self, who: int, crash_at: str) -> None:
        """Reserve a seat."""
        self.made.hold(who, crash_at)

    @rule(pick=PICK, crash_at=CRASH)
    def end_hold(self, pick: int, crash_at: str) -> None:
        """Confirm or release a reservation."""
        self.made.end_hold(pick, crash_at)

    @rule(pick=PICK, crash_at=CRASH)
    def close_spot(self, pick: int, crash_at: str) -> None:
        """Have an operator take a spot back."""
        self.made.close_spot(pick, crash_at)

    @rule(by=st.integers(-2, 3), crash_at=CRASH)
    def change_capacity(self, by: int, crash_at: str) -> None:
        """Add seats, or take some away."""
        self.made.change_capacity(by, crash_at)

    @rule(size=st.integers(0, 3), crash_at=CRASH)
    def change_list(self, size: int, crash_at: str) -> None:
        """Set how many may wait."""
        self.made.change_list(size, crash_at)

    @rule(crash_at=CRASH)
    def call_off(self, crash_at: str) -> None:
        """Cancel the session."""
        self.made.call_off(crash_at)

    @rule(crash_at=CRASH)
    def charge(self, crash_at: str) -> None:
        """Give the session a price."""
        self.made.charge(crash_at)

    @rule(copies=st.integers(0, 2), confirm=st.booleans())
    def relay(self, *, copies: int, confirm: bool) -> None:
        """Let out what was said."""
        self.made.relay(copies=copies, confirm=confirm)

    @rule(picks=PICKS, crash_at=CRASH, keep=st.booleans())
    def deliver(self, *, picks: list[int], crash_at: str, keep: bool) -> None:
        """Have something heard."""
        self.made.deliver(picks, crash_at, keep=keep)

    @rule(timer=st.sampled_from(TIMERS), crash_at=CRASH)
    def tick(self, timer: str, crash_at: str) -> None:
        """Run a timer."""
        self.made.tick(timer, crash_at)

    @rule(seconds=st.sampled_from(WAITS))
    def wait(self, seconds: int) -> None:
        """Let time go by."""
        self.made.wait(seconds)

    @invariant()
    def nothing_is_that_must_never_be(self) -> None:
        """Look, after every step."""
        if self.made.session_id:
            self.made.check_safety()

    def teardown(self) -> None:
        """Let everything be heard, and look at the end."""
        if self.made.session_id:
            self.made.rest()
            self.made.check_rest()


@pytest.fixture
def machine() -> Iterator[Any]:
    """Give the machine's test, on a world of its own."""
    with ExitStack() as stack:
        Histories.made = stack.enter_context(world())
        yield Histories.TestCase()


def test_no_short_history_breaks_a_promise(machine: Any) -> None:
    machine.settings = settings(
        max_examples=40,
        stateful_step_count=30,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )

    machine.runTest()
