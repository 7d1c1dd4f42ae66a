"""What another policy would have made of a list, for every list there may be."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from services.replays import waitlist_commands
from services.waitlist import store
from services.waitlist.domain import (
    BEFORE_ALL,
    Behaviour,
    Joined,
    Policy,
    Rules,
    Told,
    odds_of,
    position_between,
    replay,
)
from tests.flows.studio import Studio

CLOSES = datetime(2031, 3, 6, 9, tzinfo=UTC)
EAGER = Behaviour(accept_percent=100, answer_after=timedelta(minutes=10), pay_percent=100)
instants = st.integers(1, 10**5).map(lambda minutes: CLOSES - timedelta(minutes=minutes))
people = st.builds(Joined, st.uuids(), instants)
lists = st.builds(
    lambda joined, freed: Told(sorted(joined, key=lambda one: one.joined_at), freed, CLOSES),
    st.lists(people, max_size=8, unique_by=lambda one: one.entry_id),
    st.lists(instants, max_size=8),
)
behaviours = st.builds(
    Behaviour,
    st.integers(0, 100),
    st.integers(1, 300).map(lambda n: timedelta(minutes=n)),
    st.integers(0, 100),
)
policies = st.sampled_from(Policy)


def rules(policy: Policy, invitations: int = 1) -> Rules:
    """Try a policy with an hour to answer."""
    return Rules(policy, invitations, timedelta(hours=1))


@given(lists, policies, behaviours)
def test_no_policy_gives_more_seats_than_came_free_or_people_waited(
    told: Told, policy: Policy, behaviour: Behaviour
) -> None:
    outcome = replay(told, rules(policy), behaviour)

    assert outcome.filled <= min(outcome.freed, len(told.joined))
    assert outcome.freed == len(told.freed)
    assert all(time >= timedelta(0) for time in [*outcome.waited, *outcome.empty])


@given(lists, policies, behaviours)
def test_a_replay_is_the_same_each_time(told: Told, policy: Policy, behaviour: Behaviour) -> None:
    assert replay(told, rules(policy), behaviour) == replay(told, rules(policy), behaviour)


@given(lists, policies, behaviours)
def test_nothing_fills_more_seats_than_assigning_them(
    told: Told, policy: Policy, behaviour: Behaviour
) -> None:
    most = replay(told, rules(Policy.ASSIGN), behaviour).filled

    assert replay(told, rules(policy), behaviour).filled <= most


def test_a_replay_tells_policies_apart() -> None:
    at = CLOSES - timedelta(hours=5)
    joined = [Joined(UUID(int=n + 1), at - timedelta(hours=1)) for n in range(4)]
    told = Told(joined, [at, at], CLOSES)

    assigned = replay(told, rules(Policy.ASSIGN), EAGER)
    announced = replay(told, rules(Policy.ANNOUNCE), EAGER)

    assert (assigned.filled, assigned.messages, assigned.empty) == (2, 2, [timedelta(0)] * 2)
    assert (announced.filled, announced.messages) == (2, 4 + 3 + 2)
    assert min(announced.empty) > timedelta(0)


def test_who_had_given_up_before_a_seat_came_free_gets_none_in_a_replay() -> None:
    at = CLOSES - timedelta(hours=5)
    gone = Joined(UUID(int=1), at - timedelta(hours=2), gave_up=at)
    stayed = Joined(UUID(int=2), at - timedelta(hours=1), gave_up=at + timedelta(minutes=1))

    outcome = replay(Told([gone, stayed], [at, at], CLOSES), rules(Policy.ASSIGN), EAGER)

    assert (outcome.filled, outcome.waited) == (1, [timedelta(hours=1)])


def test_a_period_is_replayed_from_what_the_list_recorded(studio: Studio) -> None:
    studio.full("ada", "barbara", waiting=["grace", "alan"])
    since = studio.suite.now() - timedelta(days=1)
    for name in ("ada", "barbara"):
        studio.cancel(name)
        studio.settle()
    studio.suite.advance(days=3)
    period = {"since": since, "until": studio.suite.now() + timedelta(days=1)}

    answer = studio.suite.waitlist.replay_policy(
        **period, policy="offer", answer_minutes=600, accept_percent=100, answer_after_minutes=60
    )

    assert (answer["happened"]["freed"], answer["happened"]["filled"]) == (2, 2)
    assert (answer["replayed"]["filled"], answer["replayed"]["messages"]) == (2, 4)
    assert answer["replayed"]["empty_median"] > answer["happened"]["empty_median"] == 0


def test_the_command_line_shows_a_replay_beside_what_happened(studio: Studio) -> None:
    studio.full("ada", waiting=["grace"])
    since = studio.suite.now() - timedelta(days=1)
    studio.cancel("ada")
    studio.settle()
    studio.suite.advance(days=3)

    def ask(service: str, method: str, arguments: dict[str, Any]) -> Any:
        return studio.suite.call(service, method, **arguments)

    until = studio.suite.now() + timedelta(days=1)
    days = ["--since", f"{since:%Y-%m-%d}", "--until", f"{until:%Y-%m-%d}"]
    command = ["replay", "--policy", "announce", *days, "--accept-percent", "100"]
    shown = CliRunner().invoke(waitlist_commands(ask), command)

    assert shown.exit_code == 0, shown.output
    assert "happened (assign)" in shown.output
    assert "under announce" in shown.output
    assert "1 lists closed. Taken to answer: 100 % accept" in shown.output
    refused = CliRunner().invoke(waitlist_commands(ask), ["replay", "--policy", "lottery"])
    assert refused.exit_code == 2
    assert "'lottery' is not one of" in refused.output


def test_a_replay_says_that_a_list_which_is_open_does_not_count(studio: Studio) -> None:
    studio.full("ada", waiting=["grace"])
    studio.cancel("ada")
    studio.settle()
    now, later = studio.suite.now(), studio.suite.now() + timedelta(days=9)

    def ask(service: str, method: str, arguments: dict[str, Any]) -> Any:
        return studio.suite.call(service, method, **arguments)

    def run(*more: str) -> str:
        return CliRunner().invoke(waitlist_commands(ask), ["replay", *more]).output

    asked = ("--policy", "offer", "--until")
    so_far = run(*asked, f"{now:%Y-%m-%dT%H:%M:%S}")
    to_come = run(*asked, f"{later:%Y-%m-%d}")

    assert "No waiting list closed from " in so_far
    assert "one that is open does not count: with --until in the future, it does." in so_far
    assert "happened" not in so_far
    assert "happened (assign)" in to_come
    assert "1 lists closed." in to_come
    assert "the lists that closed in the period" in run("--help")


def test_each_seat_of_a_group_is_replayed(studio: Studio) -> None:
    studio.full("ada", "barbara", "linus")
    studio.join("grace", quantity=2)
    studio.join("alan")
    studio.settle()
    since = studio.suite.now() - timedelta(days=1)
    for name in ("ada", "barbara", "linus"):
        studio.cancel(name)
        studio.settle()
    studio.suite.advance(days=3)
    period = {"since": since, "until": studio.suite.now() + timedelta(days=1)}

    answer = studio.suite.waitlist.replay_policy(**period, policy="assign")

    assert (answer["happened"]["freed"], answer["happened"]["filled"]) == (3, 3)
    assert (answer["replayed"]["freed"], answer["replayed"]["filled"]) == (3, 3)


def _a_seat_that_goes_round(studio: Studio) -> None:
    """Have a seat declined by everybody, and asked for again, and declined again."""
    studio.full("ada", waiting=["grace"])
    studio.set_policy("offer")
    studio.cancel("ada")
    studio.settle()
    for _ in range(3):
        entry = studio.suite.waitlist.explain_entry(entry_id=studio.entry_id("grace"))
        studio.suite.waitlist.decline_offer(offer_id=entry["offers"][-1]["offer_id"])
        studio.settle()
        studio.suite.waitlist.review_queue(target_id=studio.session_id)
        studio.settle()


def test_a_seat_that_goes_round_counts_once(studio: Studio) -> None:
    since = studio.suite.now() - timedelta(days=1)
    _a_seat_that_goes_round(studio)
    studio.suite.advance(days=4)
    studio.suite.tick("waitlist.end_queues")
    studio.settle()
    period = {"since": since, "until": studio.suite.now()}

    answer = studio.suite.waitlist.replay_policy(**period, policy="assign")

    assert (answer["happened"]["freed"], answer["happened"]["filled"]) == (1, 0)
    assert answer["replayed"]["filled"] == 1
    with studio.suite.sql("waitlist") as sql:
        history = store.freed_before_close(sql, "booking", limit=9)
    assert [len(one) for one in history] == [1]


def test_odds_count_the_seats_of_those_ahead_and_not_their_heads(studio: Studio) -> None:
    for _ in range(5):  # five lists on which three seats came free
        studio.people = {}
        studio.full("ada", "barbara", "linus", waiting=["grace"])
        studio.suite.advance(hours=1)
        for name in ("ada", "barbara", "linus"):
            studio.cancel(name)
            studio.settle()
        studio.suite.advance(days=4)
        studio.suite.tick("waitlist.end_queues")
        studio.settle()
    studio.people = {}
    studio.full("ada", "barbara", "linus")
    studio.join("grace", quantity=3)
    studio.settle()
    behind = studio.join("alan")["entry_id"]
    studio.settle()

    first = studio.suite.waitlist.show_entry(entry_id=studio.entry_id("grace"))["odds"]
    second = studio.suite.waitlist.show_entry(entry_id=behind)["odds"]

    assert first == {"percent": 100, "served": 5, "based_on": 5}
    assert second == {"percent": 0, "served": 0, "based_on": 5}


lefts = st.integers(1, 10**4).map(lambda minutes: timedelta(minutes=minutes))
histories = st.lists(st.lists(lefts, max_size=6), max_size=30)


@given(st.integers(1, 10), lefts, histories)
def test_odds_fall_with_the_place_and_grow_with_the_time_left(
    place: int, left: timedelta, history: list[list[timedelta]]
) -> None:
    here = odds_of(place, left, history)

    assert odds_of(place + 1, left, history).served <= here.served
    assert odds_of(place, left + timedelta(hours=1), history).served >= here.served
    assert here.based_on == len(history)
    assert (here.percent is None) == (len(history) < 5)


@given(st.none() | st.integers(BEFORE_ALL + 1, 2**40), st.none() | st.integers(0, 2**40))
def test_a_place_between_two_is_between_them(before: int | None, behind: int | None) -> None:
    found = position_between(before, behind)

    if found is None:
        assert before is not None
        assert behind is not None
        assert behind - before < 2
    else:
        assert before is None or before < found
        assert behind is None or found < behind
