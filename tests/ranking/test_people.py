"""Two records of one person, people who are forgotten, and what is handed over with a rank."""

import random
from collections.abc import Callable
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.contracts.errors import (
    AlreadyRanked,
    InvalidRequest,
    NothingToHandOver,
    PersonNotFound,
    PlacementNotFound,
)
from shared.testing import MORNING
from tests.ranking.dojo import Dojo, day

# -- two records of one person ----------------------------------------------------------------


@pytest.mark.rule("M3", "M33")
def test_the_visits_of_both_records_count_together(dojo: Dojo) -> None:
    dojo.category(automatic=True)
    dojo.assign("ada")
    dojo.visits("ada", 0, 0)
    dojo.visit("adah", 0)

    dojo.merge("adah", into="ada", times=2)

    assert dojo.held("ada") == [("white", str(day(0))), ("yellow", str(day(0)))]
    assert [one["rank_name"] for one in dojo.said("RankAwarded")] == ["white", "yellow"]
    assert dojo.matches("ada")


def test_a_rank_only_the_other_record_has_moves_with_its_whole_history(dojo: Dojo) -> None:
    dojo.category(automatic=True)
    dojo.assign("adah")
    dojo.visits("adah", 0, 0, 0)

    dojo.merge("adah", into="ada")

    assert (
        dojo.held("ada")
        == dojo.held("adah")
        == [
            ("white", str(day(0))),
            ("yellow", str(day(0))),
        ]
    )
    assert dojo.row("ada")["rank_name"] == "yellow"
    assert dojo.call.report_ranks()["total"] == 1
    assert dojo.matches("ada")
    assert dojo.matches("adah")
    with pytest.raises(AlreadyRanked):
        dojo.assign("adah")


@pytest.mark.parametrize(("gone", "stays"), [("ada", "adah"), ("adah", "ada")])
def test_where_both_have_a_rank_the_higher_goes_on_and_all_history_stays(
    dojo: Dojo, gone: str, stays: str
) -> None:
    dojo.category()
    dojo.assign("ada", "yellow")
    dojo.assign("adah", "white")
    dojo.suite.advance(days=1)

    dojo.merge(gone, into=stays)

    assert [rank for rank, _ in dojo.held(stays)] == ["white", "yellow"]
    assert dojo.rank_of(stays) == "yellow"
    assert dojo.row(stays)["rank_name"] == "yellow"
    assert dojo.matches(stays)
    evidence = dojo.call.get_placement(placement_id=dojo.here(stays)["placement_id"])
    assert evidence["criteria"] is None
    dojo.promote(stays)
    assert dojo.rank_of(stays) == "black"
    assert dojo.matches(stays)


def test_of_two_at_one_rank_the_one_who_has_been_there_longer_goes_on(dojo: Dojo) -> None:
    dojo.category(ranks=[("white", {"tenure_days": 10}), ("black", {})], automatic=True)
    dojo.assign("ada")
    dojo.suite.advance(days=6)
    dojo.assign("adah")

    dojo.merge("ada", into="adah")
    dojo.pass_days(4)

    assert dojo.rank_of("adah") == "black"
    assert dojo.matches("adah")


def test_what_is_said_of_the_other_id_later_is_of_who_stays(dojo: Dojo) -> None:
    dojo.category(automatic=True)
    dojo.assign("ada")
    early = dojo.visit("adah", 0)
    dojo.merge("adah", into="ada")

    dojo.rename("adah", "somebody else")
    dojo.visit("adah", 0)
    dojo.visit("adah", 0, booking_id=early, sequence=2, came=False)
    dojo.visit("ada", 0, booking_id=early, sequence=3)
    dojo.visit("adah", 0)

    assert dojo.rank_of("adah") == dojo.rank_of("ada") == "yellow"
    assert dojo.call.get_profile(person_id=dojo.person("adah"))["name"] == "ada"
    assert dojo.call.show_ranks(person_id=dojo.person("adah"))["name"] == "ada"
    assert dojo.matches("ada")
    assert {one["person_id"] for one in dojo.said("RankAwarded")} == {dojo.person("ada")}
    dry = dojo.call.promote_many(
        category_id=dojo.category_id, person_ids=[dojo.person("ada"), dojo.person("adah")]
    )
    assert [row["outcome"] for row in dry["rows"]] == ["promoted"]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_chains_of_merges_end_with_one_person_in_any_order(
    dojo: Dojo, order: tuple[int, ...]
) -> None:
    dojo.category(automatic=True)
    for name in ("b", "d"):
        dojo.assign(name)
    dojo.visit("a", 0)
    dojo.visit("c", 0)
    dojo.visit("d", 0)
    merges = [("a", "b"), ("b", "c"), ("d", "c")]

    for place in order:
        dojo.merge(merges[place][0], into=merges[place][1], times=2)
    dojo.merge("c", into="a")  # known to be the same by now

    assert {dojo.rank_of(name) for name in "abcd"} == {"yellow"}
    assert dojo.call.report_ranks()["total"] == 1
    assert dojo.matches("c")


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=8),
    st.randoms(use_true_random=False),
)
def test_visits_and_the_merge_heard_in_any_order_and_twice_lead_to_the_same_placements(
    dojo: Dojo, visits: list[tuple[int, bool]], rng: random.Random
) -> None:
    if not dojo.category_id:
        ranks = [("a", {"visits": 2}), ("b", {"visits": 1, "tenure_days": 3}), ("c", {"visits": 2})]
        dojo.category(ranks=[*ranks, ("d", {})], automatic=True)
    number = len(dojo.people)
    one, two, twos = (f"person {number + place}" for place in range(3))
    start = (dojo.suite.now() - MORNING).days
    dojo.assign(one)
    dojo.assign(two)
    dojo.person(twos)
    dojo.suite.advance(days=10)

    for on, _ in sorted(visits):
        dojo.visit(one, start + on)
    said: list[Any] = [(start + on, twos if other else two, uuid4()) for on, other in visits]
    for what in rng.sample([*said, None] * 2, 2 * len(said) + 2):
        if what is None:
            dojo.merge(twos, into=two, times=2)
        else:
            on, name, booking_id = what
            dojo.visit(name, on, booking_id=booking_id, times=rng.randint(1, 2))
    dojo.suite.tick("ranking.watch_tenure")

    assert dojo.held(one) == dojo.held(two) == dojo.held(twos)
    assert dojo.here(one)["visits_here"] == dojo.here(twos)["visits_here"]
    assert dojo.matches(one)
    assert dojo.matches(two)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_whatever_two_records_went_through_nobody_falls_behind_and_the_journal_leads_there(
    dojo: Dojo, data: st.DataObject
) -> None:
    if not dojo.category_id:
        ranks = [("a", {"visits": 2}), ("b", {"visits": 1, "tenure_days": 3}), ("c", {"visits": 2})]
        for name in ("One", "Two"):
            dojo.category(name, ranks=[*ranks, ("d", {})], automatic=True)
        dojo.suite.advance(days=40)
    pair = [f"person {len(dojo.people) + place}" for place in range(2)]
    for name in pair:
        dojo.person(name)
    categories = {
        row["category_id"]: {rank["name"]: rank["rank_id"] for rank in row["ranks"]}
        for row in dojo.call.list_categories()
    }
    for _ in range(data.draw(st.integers(0, 10))):
        name = data.draw(st.sampled_from(pair))
        dojo.category_id = data.draw(st.sampled_from(sorted(categories)))
        dojo.ranks = categories[dojo.category_id]
        match data.draw(st.sampled_from(["visit", "visit", "assign", "demote", "day"])):
            case "visit":
                now = (dojo.suite.now() - MORNING).days
                dojo.visit(name, now + data.draw(st.integers(-3, 1)))
            case "assign" if dojo.here(name) is None:
                dojo.assign(name, data.draw(st.sampled_from("abc")))
            case "demote" if dojo.profile(name)["demote"]:
                dojo.demote(name)
            case _:
                dojo.pass_days(1)
    before = {}
    for category_id in categories:
        dojo.category_id = category_id
        before[category_id] = max(
            ((dojo.here(name) or {}).get("rank_name") or "" for name in pair), default=""
        )
    many = {
        category_id: sum(_many(dojo, name, category_id) for name in pair)
        for category_id in categories
    }

    dojo.merge(pair[0], into=pair[1], times=2)
    dojo.visit(pair[0], (dojo.suite.now() - MORNING).days)

    for category_id in categories:
        dojo.category_id = category_id
        after = (dojo.here(pair[1]) or {}).get("rank_name") or ""
        assert after >= before[category_id]
        assert _many(dojo, pair[1], category_id) >= many[category_id]
    assert dojo.matches(pair[1])


def _many(dojo: Dojo, name: str, category_id: str) -> int:
    dojo.category_id = category_id
    return len(dojo.held(name))


# -- erasure ----------------------------------------------------------------------------------


def test_who_is_erased_has_no_name_and_no_rank_and_what_is_counted_stays(dojo: Dojo) -> None:
    dojo.category(automatic=True)
    dojo.assign("ada")
    dojo.visits("ada", 0, 0, 0)
    placement_id = dojo.here("ada")["placement_id"]

    erasure_id = dojo.erase("ada", times=2)
    dojo.erase("ada")

    first, again = dojo.said("RankingRecordsErased")
    assert (first["erasure_id"], first["person_id"]) == (str(erasure_id), dojo.person("ada"))
    assert first["removed"] == "name, language, 1 present rank"
    assert first["kept"].startswith("2 placements and 3 visits without a name")
    assert (again["removed"], again["kept"]) == ("", first["kept"])
    assert dojo.call.report_ranks()["total"] == 0
    assert len(dojo.call.get_placement(placement_id=placement_id)["visits"]) == 3
    assert dojo.matches("ada")
    with pytest.raises(PersonNotFound):
        dojo.profile("ada")
    with pytest.raises(PersonNotFound):
        dojo.promote("ada")


def test_who_was_erased_is_not_named_promoted_or_told_of_again(dojo: Dojo) -> None:
    dojo.category(ranks=[("white", {"tenure_days": 2}), ("black", {})], automatic=True)
    dojo.assign("ada")
    dojo.erase("ada")
    told = len(dojo.said("RankAwarded"))

    dojo.rename("ada", "Ada again")
    dojo.visits("ada", 0, 0)
    dojo.pass_days(5)
    everybody = dojo.call.promote_many(
        category_id=dojo.category_id, person_ids=[dojo.person("ada")], dry_run=False
    )

    assert [row["outcome"] for row in everybody["rows"]] == ["unknown"]
    assert len(dojo.said("RankAwarded")) == told
    with dojo.suite.sql("ranking") as sql:
        assert sql.exec_driver_sql("SELECT name FROM people").scalars().all() == [""]
    assert dojo.call.report_ranks()["total"] == 0
    assert dojo.matches("ada")


def test_who_is_erased_before_they_are_heard_of_stays_nameless(dojo: Dojo) -> None:
    dojo.people["ada"] = str(uuid4())
    dojo.erase("ada")
    dojo.rename("ada", "Ada")

    (told,) = dojo.said("RankingRecordsErased")
    assert (told["removed"], told["kept"]) == ("", "")
    with pytest.raises(PersonNotFound):
        dojo.call.get_profile(person_id=dojo.person("ada"))


@pytest.mark.parametrize("merged_first", [True, False])
def test_whoever_is_erased_is_gone_in_every_record_of_theirs(
    dojo: Dojo,
    merged_first: bool,  # noqa: FBT001 - a case
) -> None:
    dojo.category()
    dojo.assign("ada")
    dojo.person("adah")

    steps: list[Callable[[], Any]] = [
        lambda: dojo.merge("ada", into="adah"),
        lambda: dojo.erase("adah"),
    ]
    for step in steps if merged_first else reversed(steps):
        step()

    assert dojo.call.report_ranks()["total"] == 0
    for name in ("ada", "adah"):
        with pytest.raises(PersonNotFound):
            dojo.profile(name)


# -- what is handed over with a rank ----------------------------------------------------------


def test_a_rank_may_have_an_item_in_sizes_that_is_handed_over_once(dojo: Dojo) -> None:
    dojo.category(ranks=[("white", {}), ("yellow", {"item": "Yellow belt", "sizes": ["S", "M"]})])
    for name in ("ada", "bob"):
        dojo.assign(name)
    people = [dojo.person(name) for name in ("ada", "bob")]

    dry = dojo.call.promote_many(category_id=dojo.category_id, person_ids=people)
    dojo.call.promote_many(category_id=dojo.category_id, person_ids=people, dry_run=False)
    owed = dojo.call.report_ranks(to_hand_over=True)
    placement_id = dojo.here("ada")["placement_id"]
    handed = dojo.call.hand_over(placement_id=placement_id, size="S")
    dojo.suite.advance(days=1)
    again = dojo.call.hand_over(placement_id=placement_id, size="M")

    assert dry["items"] == {"Yellow belt": 2}
    assert [row["sizes"] for row in dry["rows"]] == [["S", "M"]] * 2
    assert owed["total"] == 2
    assert again == handed | {"item_size": "M"}
    assert [row["person_name"] for row in dojo.call.report_ranks(to_hand_over=True)["rows"]] == [
        "bob"
    ]
    assert dojo.row("ada", to_hand_over=False)["item_size"] == "M"


def test_what_cannot_be_handed_over_is_refused(dojo: Dojo) -> None:
    dojo.category(ranks=[("white", {}), ("yellow", {"item": "Yellow belt", "sizes": ["S"]})])
    white = dojo.assign("ada")
    yellow = dojo.promote("ada")

    with pytest.raises(NothingToHandOver):
        dojo.call.hand_over(placement_id=white)
    for wrong in ("XL", None):
        with pytest.raises(InvalidRequest, match="size"):
            dojo.call.hand_over(placement_id=yellow, size=wrong)
    with pytest.raises(PlacementNotFound):
        dojo.call.hand_over(placement_id=str(uuid4()))
    assert dojo.call.report_ranks(to_hand_over=True)["total"] == 1
    assert UUID(yellow)


def test_the_item_of_a_rank_can_be_changed_and_taken_away(dojo: Dojo) -> None:
    dojo.category(ranks=[("white", {"visits": 3, "item": "White belt", "sizes": ["S"]})])

    changed = dojo.call.change_rank(rank_id=dojo.ranks["white"], item=None, sizes=[])

    assert changed["ranks"] == [
        {
            "rank_id": dojo.ranks["white"],
            "name": "white",
            "visits": 3,
            "tenure_days": None,
            "tenure_in": "rank",
            "item": None,
            "sizes": [],
        }
    ]
    assert changed["version"] == 2


def test_visits_of_both_ids_heard_as_one_batch_all_count(dojo: Dojo) -> None:
    dojo.category(ranks=[("white", {"visits": 50}), ("black", {})])
    dojo.assign("ada")
    dojo.merge("adah", into="ada")

    dojo.tell_together(
        [dojo.visit_fact(name, booking_id=uuid4()) for name in ("adah", "ada", "adah", "ada")]
    )
    dojo.tell_together([dojo.visit_fact(name, booking_id=uuid4()) for name in ("ada", "adah")])

    assert dojo.here("ada")["visits_here"] == 6
    assert dojo.matches("ada")
