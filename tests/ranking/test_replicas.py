"""Two replicas at once, on PostgreSQL: nobody is promoted twice, and nobody is forgotten."""

from collections.abc import Iterator
from contextlib import ExitStack, suppress
from uuid import UUID, uuid4

import eventlet
import pytest

from services.ranking import actions
from services.ranking.domain import Term
from shared.contracts.errors import PersonNotFound
from shared.db import Transactions
from tests.ranking.dojo import Dojo, day, dojo_in
from tests.servers import own_database

pytestmark = pytest.mark.live


@pytest.fixture
def replicas() -> Iterator[list[Dojo]]:
    """Give two replicas of ranking on one database."""
    with ExitStack() as ends:
        databases = {"ranking": ends.enter_context(own_database())}
        made = [ends.enter_context(dojo_in(databases)) for _ in range(2)]
        made[0].activate()
        yield made


def share(replicas: list[Dojo]) -> None:
    """Let every replica know the people and the category of the first."""
    first, *others = replicas
    for other in others:
        other.people, other.category_id, other.ranks = first.people, first.category_id, first.ranks
        other.suite.at = first.suite.at


def at_once(*jobs: object) -> None:
    """Do several things side by side, and wait for all of them."""
    pool = eventlet.GreenPool(len(jobs))
    for _ in pool.imap(lambda job: job(), jobs):
        pass


def awards(replicas: list[Dojo]) -> list[str]:
    """Name the placements that were told of as automatic."""
    return [
        said["placement_id"]
        for dojo in replicas
        for said in dojo.said("RankAwarded")
        if said["automatic"]
    ]


@pytest.mark.rule("M3")
def test_two_replicas_that_hear_a_persons_visits_at_once_promote_once(
    replicas: list[Dojo],
) -> None:
    one, two = replicas
    one.category(automatic=True)
    names = [f"person {number}" for number in range(12)]
    for name in names:
        one.assign(name)
    share(replicas)

    jobs = []
    for name in names:
        for number in range(5):
            replica = (one, two)[number % 2]
            jobs.append(lambda replica=replica, name=name: replica.visit(name, 0))
    at_once(*jobs)

    for name in names:
        assert one.rank_of(name) == "yellow"
        assert one.here(name)["visits_here"] == 2
        assert one.matches(name)
    assert len(awards(replicas)) == len(set(awards(replicas))) == len(names)


def test_a_visit_that_both_replicas_hear_counts_once(replicas: list[Dojo]) -> None:
    one, two = replicas
    one.category(automatic=True)
    one.assign("ada")
    share(replicas)
    bookings = [uuid4() for _ in range(4)]

    at_once(
        *(
            lambda replica=replica, booking_id=booking_id: replica.visit(
                "ada", 0, booking_id=booking_id, times=2
            )
            for booking_id in bookings
            for replica in (one, two)
        )
    )

    assert one.here("ada")["visits_here"] == 1
    assert len(awards(replicas)) == 1
    assert one.matches("ada")


@pytest.mark.rule("M4")
def test_the_timers_of_two_replicas_promote_everybody_once(replicas: list[Dojo]) -> None:
    one, two = replicas
    one.category(ranks=[("white", {"tenure_days": 5}), ("black", {})], automatic=True)
    for number in range(40):
        one.assign(f"person {number}")
    one.suite.advance(days=5)
    share(replicas)

    for _ in range(3):
        at_once(
            *(
                lambda replica=replica: replica.suite.tick("ranking.watch_tenure")
                for replica in (one, two, one, two)
            )
        )

    assert one.call.report_ranks(rank_id=one.ranks["black"])["total"] == 40
    assert len(awards(replicas)) == len(set(awards(replicas))) == 40
    assert all(one.matches(name) for name in one.people)


def test_visits_heard_while_the_rules_change_are_settled_under_the_new_ones(
    replicas: list[Dojo],
) -> None:
    one, two = replicas
    one.category(ranks=[("white", {"visits": 50}), ("black", {})], automatic=True)
    names = [f"person {number}" for number in range(15)]
    for name in names:
        one.assign(name)
    share(replicas)

    at_once(
        *(lambda name=name: two.visit(name, 0) for name in names),
        lambda: one.call.change_rank(rank_id=one.ranks["white"], visits=1),
        *(lambda name=name: one.visit(name, 0) for name in names),
    )
    one.suite.tick("ranking.watch_tenure")
    two.suite.tick("ranking.watch_tenure")

    assert one.call.report_ranks(rank_id=one.ranks["black"])["total"] == len(names)
    assert len(awards(replicas)) == len(names)
    assert all(one.matches(name) for name in names)


def test_a_visit_settled_under_old_rules_leaves_the_look_that_was_asked_for(
    replicas: list[Dojo],
) -> None:
    one, two = replicas
    one.category(ranks=[("white", {"visits": 50}), ("black", {})], automatic=True)
    one.assign("ada")
    share(replicas)
    at, visit = two.suite.now(), two.visit_fact("ada", booking_id=uuid4())

    with Transactions(two.suite.members["ranking"].home).begin() as tx:
        actions.count_visit(tx, visit, at=at)
        one.call.change_rank(rank_id=one.ranks["white"], visits=1)
        one.suite.tick("ranking.watch_tenure")  # ada is locked, and left for later
    settled_under_old_rules = one.rank_of("ada")
    two.suite.tick("ranking.watch_tenure")

    assert settled_under_old_rules == "white"
    assert one.rank_of("ada") == "black"
    assert len(awards(replicas)) == 1
    assert one.matches("ada")


def test_two_who_change_different_things_of_a_rank_at_once_undo_nothing(
    replicas: list[Dojo],
) -> None:
    one, two = replicas
    one.category()
    share(replicas)
    rank_id = UUID(one.ranks["white"])

    with Transactions(two.suite.members["ranking"].home).begin() as tx:
        actions.change_rank(tx, rank_id, about={"name": "snow"}, criteria={}, at=two.suite.now())
        other = eventlet.spawn(one.call.change_rank, rank_id=rank_id, item="White belt")
        eventlet.sleep(0.2)  # it has looked, and waits for its turn
    other.wait()

    white = one.call.get_category(category_id=one.category_id)["ranks"][-1]
    assert (white["name"], white["item"]) == ("snow", "White belt")


def test_a_word_chosen_while_the_studio_moves_is_kept(replicas: list[Dojo]) -> None:
    one, two = replicas

    with Transactions(two.suite.members["ranking"].home).begin() as tx:
        at = two.suite.now()
        actions.choose_wording(tx, term=Term.CHALLENGES, words=None, at=at)
        other = eventlet.spawn(one.activate, time_zone="America/Lima")
        eventlet.sleep(0.2)  # it has looked, and waits for its turn
    other.wait()

    settings = one.call.get_settings()
    assert (settings["term"], settings["time_zone"]) == ("challenges", "America/Lima")


def test_staff_and_a_visit_that_promote_at_once_leave_one_history(replicas: list[Dojo]) -> None:
    one, two = replicas
    ranks = [(name, {"visits": 1}) for name in ("a", "b", "c", "d", "e", "f")]
    one.category(ranks=[*ranks, ("top", {})], automatic=True)
    names = [f"person {number}" for number in range(10)]
    for name in names:
        one.assign(name)
    share(replicas)

    at_once(
        *(lambda name=name: one.promote(name) for name in names),
        *(lambda name=name: two.visit(name, 0) for name in names),
    )

    for name in names:
        history = [row["rank_name"] for row in one.profile(name)["history"]]
        assert history in (["c", "b", "a"], ["d", "c", "b", "a"])
        assert one.matches(name)


def test_everybody_promoted_by_two_at_once_goes_up_by_one_rank(replicas: list[Dojo]) -> None:
    one, two = replicas
    one.category()
    names = [f"person {number}" for number in range(12)]
    for name in names:
        one.assign(name, since=str(day(-5)))
        one.visits(name, -3, -2, -1)
    share(replicas)

    at_once(
        *(
            lambda replica=replica: replica.call.promote_many(
                category_id=replica.category_id, dry_run=False
            )
            for replica in (one, two, one, two)
        )
    )

    assert {one.rank_of(name) for name in names} == {"yellow"}
    assert all(one.matches(name) for name in names)


def test_two_records_merged_while_both_are_visited_lose_no_visit(replicas: list[Dojo]) -> None:
    one, two = replicas
    one.category(ranks=[("white", {"visits": 8}), ("black", {})], automatic=True)
    pairs = [(f"gone {number}", f"stays {number}") for number in range(6)]
    for gone, stays in pairs:
        one.person(gone)
        one.assign(stays)
        if stays.endswith(("1", "3")):
            one.assign(gone)
    share(replicas)

    jobs: list[object] = []
    for gone, stays in pairs:
        for number in range(4):
            replica = (one, two)[number % 2]
            jobs.append(lambda replica=replica, gone=gone: replica.visit(gone, 0))
            jobs.append(lambda replica=replica, stays=stays: replica.visit(stays, 0))
        jobs.insert(-3, lambda gone=gone, stays=stays: one.merge(gone, into=stays))
    at_once(*jobs)

    for gone, stays in pairs:
        assert one.rank_of(stays) == one.rank_of(gone) == "black"
        assert one.call.get_profile(person_id=one.person(gone))["lifetime_visits"] == 8
        assert one.matches(stays)
    assert len(awards(replicas)) == len(set(awards(replicas))) == len(pairs)
    assert one.call.report_ranks()["total"] == len(pairs)


def test_who_is_erased_while_they_are_visited_and_promoted_has_no_rank_left(
    replicas: list[Dojo],
) -> None:
    one, two = replicas
    one.category(ranks=[("white", {"visits": 2}), ("black", {"visits": 1}), ("top", {})])
    names = [f"person {number}" for number in range(8)]
    for name in names:
        one.assign(name)
    share(replicas)

    def promote(name: str) -> None:
        with suppress(PersonNotFound):
            two.promote(name)

    at_once(
        *(lambda name=name: one.visit(name, 0) for name in names),
        *(lambda name=name: promote(name) for name in names),
        *(lambda name=name: two.erase(name) for name in names),
        *(lambda name=name: one.visit(name, 0) for name in names),
    )
    one.suite.deliver()  # a promotion said meanwhile leaves the journal first, then the person

    assert one.call.report_ranks()["total"] == 0
    assert all(one.matches(name) for name in names)
